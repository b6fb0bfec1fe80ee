/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's own classic filter as an oracle, without privilege: SO_ATTACH_FILTER on one
 * end of a datagram socketpair. The kernel cuts each datagram to the verdict, so the length that
 * arrives is the smaller one of verdict and length, and nothing arrives for a verdict of 0.
 */
#ifndef TESTS_KERNEL_CLASSIC_H
#define TESTS_KERNEL_CLASSIC_H

#include <stdbool.h>
#include <stdint.h>

#include "skb_filter.h"

#define KERNEL_CLASSIC_DROPPED (-1)

struct kernel_classic {
	int from, to;
};

/* Returns 0 or a negative errno. */
int kernel_classic_open(struct kernel_classic *k);
void kernel_classic_close(struct kernel_classic *k);

/*
 * Puts a program in the place of the one before. Returns 0 or a negative errno: -EINVAL for a
 * program of which the kernel does not like something that we allow (scratch words read before they
 * are written, more than 4096 instructions).
 */
int kernel_classic_attach(const struct kernel_classic *k, const struct skb_cbpf *insns,
			  uint32_t cnt);

/*
 * The length that is left of a frame of len bytes, KERNEL_CLASSIC_DROPPED, or an errno as
 * KERNEL_CLASSIC_DROPPED - errno. `len` is the length of the frame here.
 */
int64_t kernel_classic_run(const struct kernel_classic *k, const uint8_t *data, uint32_t len);

/*
 * True if the program, on this frame, does what skb_filter.h says the kernel does otherwise: a
 * shift by X > 31, or an indirect load at one of the negative offsets (SKF_LL_OFF, SKF_NET_OFF) by
 * which the kernel finds headers.
 */
bool kernel_classic_may_differ(const struct skb_cbpf *insns, uint32_t cnt, const uint8_t *data,
			       uint32_t len);

#endif

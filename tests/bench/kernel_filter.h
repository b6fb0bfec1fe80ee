/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own classic filter, on a pair of AF_UNIX datagram sockets. A send runs the
 * receiver's filter on the packet's bytes, in process context and without a network device, and if
 * the filter says no nothing is queued: the least that can surround a classic filter. With
 * AF_PACKET a whole transmission would surround it, and other sockets' filters.
 */
#ifndef TESTS_KERNEL_FILTER_H
#define TESTS_KERNEL_FILTER_H

#include <stdint.h>

struct kernel_filter;
struct skb_cbpf;

/* Which program the socket runs. */
enum kernel_filter_mode {
	KERNEL_FILTER_REAL,
	KERNEL_FILTER_DROPS,   /* the same `copies` times in a row, and then verdict 0 */
	KERNEL_FILTER_NOTHING, /* one instruction: verdict 0 */
	KERNEL_FILTER_MODES
};

/*
 * All of these return 0 or a negative errno. The program is copied. copies is at least 1: where a
 * send cannot be timed finely enough for one run of the filter, it runs more often in each send.
 */
int kernel_filter_new(const struct skb_cbpf *insns, uint32_t cnt, uint32_t copies,
		      struct kernel_filter **out);
void kernel_filter_free(struct kernel_filter *f);

int kernel_filter_attach(const struct kernel_filter *f, enum kernel_filter_mode mode);

/*
 * Copies in a send: as many as asked for, if they fit. A load behind the packet's end ends a
 * classic program at once, so such a packet meets the first copy only.
 */
uint32_t kernel_filter_copies(const struct kernel_filter *f);

/* Runs the real filter once: *verdict is 0, or how many bytes of the packet are kept. */
int kernel_filter_verdict(const struct kernel_filter *f, const uint8_t *packet, uint32_t len,
			  uint32_t *verdict);

/* Sends the packet `times` times, a multiple of KERNEL_FILTER_BATCH; not with the real filter. */
#define KERNEL_FILTER_BATCH 50
int kernel_filter_run(const struct kernel_filter *f, const uint8_t *packet, uint32_t len,
		      uint32_t times);

#endif

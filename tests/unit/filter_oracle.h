/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs to test with, and libpcap's answer to them. */
#ifndef TESTS_FILTER_ORACLE_H
#define TESTS_FILTER_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "skb_filter.h"

/* libpcap's own interpreter, bpf_filter(). */
uint32_t libpcap_verdict(const struct skb_cbpf *insns, const uint8_t *pkt, uint32_t wirelen,
			 uint32_t caplen);

/* True if libpcap may say "no match" where X + k of an indirect load wraps and we do not. */
bool may_wrap(const struct skb_cbpf *insns, uint32_t cnt);

#define RANDOM_CBPF_MAX 64

struct rng {
	uint64_t state; /* not 0 */
};

uint32_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t limit);

/*
 * A random valid classic program of at most RANDOM_CBPF_MAX instructions, written to out; returns
 * their number. With `initialised`, no scratch word is read before it is written: libpcap's
 * interpreter reads rubbish there.
 */
uint32_t random_cbpf(struct rng *r, struct skb_cbpf *out, bool initialised);

#endif

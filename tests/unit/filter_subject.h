/* SPDX-License-Identifier: GPL-2.0-only */
/* One filter, and what the oracles say about its bodies. Used by unit tests and by tests/fuzz/. */
#ifndef TESTS_FILTER_SUBJECT_H
#define TESTS_FILTER_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "ebpf_interp.h"
#include "filter_oracle.h"
#include "kernel_classic.h"
#include "skb_filter.h"

struct subject {
	const char *name;
	struct skb_filter *f; /* not owned */
	const struct skb_cbpf *classic;
	const struct bpf_insn *l2, *l3, *in_place; /* in_place NULL = there is none */
	uint32_t classic_cnt, l2_cnt, l3_cnt, in_place_cnt;
	uint8_t window[SKB_FILTER_WINDOW_MAX];
	char wrong[256]; /* what is wrong, after a function below has returned false */
};

/* Looks at f; false if a body has a bad form. */
bool subject_open(struct subject *s, const char *name, struct skb_filter *f);

/* Fills the window with caplen bytes of data, and rubbish behind them. */
void subject_fill(struct subject *s, const uint8_t *data, uint32_t caplen);

/* Half real frames, half noise; cut anywhere. Returns caplen. */
uint32_t subject_random(struct subject *s, struct rng *r);

/*
 * Compares on the window: the reference interpreter, all bodies in the eBPF interpreter, and
 * libpcap's interpreter if asked (it reads rubbish from unwritten scratch words). The L3 body must
 * say what the L2 body says, unless that one has read a byte of the MAC addresses, and the one in
 * place what the L3 body says, reading nothing before byte 14. *verdict gets the L2 verdict,
 * *verdict_l3 the other one; each may be NULL.
 */
bool subject_compare(struct subject *s, uint32_t caplen, uint32_t wirelen, bool with_libpcap,
		     uint32_t *verdict, uint32_t *verdict_l3);

/* Compares the L2 body with the filter attached to k, on a frame of caplen bytes. */
bool subject_compare_kernel(struct subject *s, const struct kernel_classic *k, uint32_t caplen);

#endif

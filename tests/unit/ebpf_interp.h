/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A strict interpreter for filter bodies, without privilege: it keeps pointers apart from numbers
 * and fails where the kernel's verifier would.
 */
#ifndef TESTS_EBPF_INTERP_H
#define TESTS_EBPF_INTERP_H

#include <stdint.h>

struct bpf_insn;

struct ebpf_result {
	uint32_t verdict;
	uint32_t lowest;   /* lowest window byte read; UINT32_MAX = none */
	uint32_t end;      /* one past the highest window byte read */
	uint32_t at;       /* instruction of the error */
	const char *error; /* NULL = ran to an EXIT */
};

void ebpf_run(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
	      uint32_t window_size, uint32_t caplen, uint32_t wirelen, struct ebpf_result *result);

/* Likewise a body of skb_filter_join(), which may use R6 to R9. */
void ebpf_run_joined(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
		     uint32_t window_size, uint32_t caplen, uint32_t wirelen,
		     struct ebpf_result *result);

/* Likewise a body of SKB_FILTER_IN_PLACE. */
void ebpf_run_in_place(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
		       uint32_t window_size, uint32_t caplen, uint32_t wirelen,
		       struct ebpf_result *result);

/* The third argument of such a body. */
uint64_t ebpf_in_place_argument(const uint8_t *window, uint32_t wirelen);

#endif

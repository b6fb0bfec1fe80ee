/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheme of other tools, for comparison: every load of the classic program becomes a call of
 * bpf_probe_read_kernel() into the stack. This is the cheapest form of it that we know: A, X and
 * the address stay in callee-saved registers, and packet bounds are not checked.
 */
#ifndef TESTS_PER_LOAD_H
#define TESTS_PER_LOAD_H

#include <stdint.h>

struct bpf_insn;
struct skb_cbpf;

/*
 * Arguments and result of the code are those of a body of filters/skb_filter.h, but R1 is a plain
 * number. insns must come from a compiled filter. Puts malloc()ed code into *out; returns 0 or
 * -ENOMEM.
 */
int per_load_translate(const struct skb_cbpf *insns, uint32_t cnt, struct bpf_insn **out,
		       uint32_t *out_cnt);

#endif

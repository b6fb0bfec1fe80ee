/* SPDX-License-Identifier: GPL-2.0-only */
/* What the interpreters of generated code share: its form, and what instructions mean. */
#ifndef TESTS_EBPF_FORM_H
#define TESTS_EBPF_FORM_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

/* Takes two instructions. */
#define EBPF_WIDE (BPF_LD | BPF_IMM | BPF_DW)

/* Forward jumps only, nothing unreachable, ends in EXIT, no call unless `calls`. NULL, or what is
 * wrong. */
const char *ebpf_form(const struct bpf_insn *insns, uint32_t cnt, bool calls);

/* Bytes that a load or store is about. */
uint32_t ebpf_access_size(uint8_t code);

/* Whether a jump with the operation `op` (BPF_JEQ, ...) is taken; BPF_JA always is. */
bool ebpf_taken(uint8_t op, uint64_t a, uint64_t v);

/* Turns *v into network order; false: no such swap. */
bool ebpf_swap(const struct bpf_insn *insn, uint64_t *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A strict interpreter for bodies of --where, without privilege. It fails where the kernel's
 * verifier would: registers and stack bytes that are read before they are written or after a call,
 * misaligned or too large stack, arithmetic on pointers, unreachable code.
 */
#ifndef TESTS_WHERE_INTERP_H
#define TESTS_WHERE_INTERP_H

#include <stddef.h>
#include <stdint.h>

struct bpf_insn;

/* The memory that bpf_probe_read_kernel() can read, and at which address. */
struct where_memory {
	const uint8_t *start;
	size_t size;
	uint64_t at;
};

/* As the addresses of kernel objects are: with the upper bits set. Those of this process are not.
 */
#define WHERE_KERNEL_ADDRESS 0xffff888012345678

struct where_result {
	uint64_t r0;
	uint32_t at;          /* instruction of the error */
	uint32_t reads;       /* calls of the helper */
	uint32_t stack_depth; /* bytes */
	const char *error;    /* NULL = ran to an EXIT */
};

void where_interp_run(const struct bpf_insn *insns, uint32_t cnt, uint64_t r1,
		      const struct where_memory *memory, struct where_result *result);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* All bodies of a filter in the running kernel, on a batch of frames a system call. Needs root. */
#ifndef TESTS_FUZZ_PROG_RUN_H
#define TESTS_FUZZ_PROG_RUN_H

#include <stdint.h>

#include "filter_subject.h"

#define PROG_RUN_BATCH 64 /* a power of two: the program masks its index with it */

/* Arguments in, verdicts out; where there is no body in place, its verdict is the L3 body's. */
struct prog_run_case {
	uint64_t in_place_argument;
	uint32_t caplen, wirelen;
	uint32_t l2, l3, in_place, unused;
	uint8_t window[SKB_FILTER_WINDOW_MAX];
};

struct prog_run {
	int map;
	struct prog_run_value *value; /* the map's only element, mapped */
};

/* Returns 0 or a negative errno; -EPERM without privilege. */
int prog_run_open(struct prog_run *p);
void prog_run_close(struct prog_run *p);

/* Where the caller writes its cases and reads the verdicts: PROG_RUN_BATCH of them. */
struct prog_run_case *prog_run_cases(const struct prog_run *p);

/*
 * Loads all bodies in one program and runs them on all cases. Returns 0, -EACCES or -EINVAL if the
 * verifier refuses the program, -EINTR after a signal, or another negative errno.
 */
int prog_run_batch(const struct prog_run *p, const struct subject *s);

#endif

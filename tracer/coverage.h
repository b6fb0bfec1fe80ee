/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command probes prints, apart from how it is found out: for its unit test. */
#ifndef TRACER_COVERAGE_H
#define TRACER_COVERAGE_H

#include "../kernel-compat/kernel_compat.h"
#include "linebuf.h"

enum { COVERAGE_COUNTS = 24, COVERAGE_BACKENDS = 4 };

struct coverage_counts {
	struct coverage_count {
		const char *text;
		size_t count;
	} list[COVERAGE_COUNTS];
	size_t len;
};

struct coverage {
	const struct kernel_features *features;
	const char *kernel;
	const char *backend; /* the one chosen */
	bool tried;          /* the targets were attached with it, not only looked up */
	bool have_list;      /* the kernel's list of traceable functions could be read */
	bool json;
	struct linebuf line;
	struct coverage_counts by_backend, reasons;
};

struct coverage_line {
	const char *name, *module, *why;
	const struct skb_arg *skb; /* NULL = not known */
	const char *backends[COVERAGE_BACKENDS];
	size_t backend_count;
};

/* A line for each function, then totals. 0 or a negative errno of writing. */
int coverage_print(struct coverage *c, const struct hook_plan *plan);

#endif

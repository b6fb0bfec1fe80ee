/* SPDX-License-Identifier: GPL-2.0-only */
/* What skbtrace top prints: text on a screen or in a pipe, or JSON lines. */
#ifndef TRACER_TOP_OUTPUT_H
#define TRACER_TOP_OUTPUT_H

#include <stdio.h>

#include "options.h"
#include "top_table.h"

struct cgroups;
struct netns_names;

struct top_env {
	FILE *out;
	const struct options *options;
	struct netns_names *netns_names;
	struct cgroups *cgroups;
	bool screen;        /* a terminal: each interval is shown in place of the one before */
	int lines, columns; /* of the screen */
	const char *backend;
	const char *kernel;
};

struct top_interval {
	uint64_t wall_ns;       /* its end */
	uint64_t ns;            /* how long it was */
	uint64_t number;        /* from 1 */
	uint64_t missed;        /* since the start */
	uint64_t overflow_rows; /* hits without a row, since the start */
};

/* Each returns 0 or the negative errno of writing. */
int top_print(const struct top_env *env, struct top_table *t, const struct top_interval *i);
int top_print_summary(const struct top_env *env, const struct top_table *t,
		      const struct top_interval *last);

#endif

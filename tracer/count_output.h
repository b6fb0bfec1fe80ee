/* SPDX-License-Identifier: GPL-2.0-only */
/* What `skbtrace count` prints: lines of text, JSON, and a file for Prometheus. */
#ifndef TRACER_COUNT_OUTPUT_H
#define TRACER_COUNT_OUTPUT_H

#include <stdio.h>

#include "count_table.h"
#include "options.h"

struct netns_names;

struct count_names {
	const char *const *expressions; /* by number; "" = every packet */
	size_t expression_count;
	struct netns_names *netns; /* NULL: inodes only */
	const char *iface;         /* of lines without a device: -i; NULL = any */
	uint32_t netns_inode;      /* likewise -N; 0 = any */
};

/* At the end of a run. */
struct count_run {
	uint64_t duration_ns;
	uint64_t missed;
	const char *places; /* where was counted */
	const char *kernel;
};

/*
 * Text. Columns are filled and of one number whatever is counted. by_device: with namespace and
 * interface; then lines of nothing are left out. `when` is a time of the wall clock in ns; 0: the
 * lines are totals. All return 0 or the negative errno of out.
 */
int count_text_header(FILE *out, bool by_device);
int count_text(FILE *out, const struct count_table *t, const struct count_names *names,
	       bool by_device, uint64_t when);

/* JSON (docs/output-json.md): lines of type "count", of an interval and since the start. */
int count_json(FILE *out, const struct count_table *interval, const struct count_table *total,
	       const struct count_names *names, uint64_t when, uint64_t interval_ns);
int count_json_summary(FILE *out, const struct count_table *total, const struct count_names *names,
		       uint64_t when, const struct count_run *run);

/* The text format of Prometheus, version 0.0.4. */
int prometheus_write(FILE *out, const struct count_table *total, const struct count_names *names,
		     uint64_t missed);

/* The same to a file: written beside it and renamed, so that readers find it whole. */
int prometheus_write_file(const char *path, const struct count_table *total,
			  const struct count_names *names, uint64_t missed, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of skbtrace drops as JSON lines, and the lines that it shares with the events'. */
#ifndef TRACER_JSON_DROPS_H
#define TRACER_JSON_DROPS_H

#include "drop_table.h"
#include "output_impl.h"

/* A line of type "drops" for each row, and the summary. */
int json_drops(struct output *o, struct drop_table *table, const struct run_counts *counts,
	       const struct run_info *info, uint64_t wall_ns);

/* In output_json.c. */
int json_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
int json_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		 uint64_t wall_ns);

#endif

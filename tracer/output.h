/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An output turns events into text on a stream. A new output is one new file with one
 * struct output and one line in the table of output.c.
 */
#ifndef TRACER_OUTPUT_H
#define TRACER_OUTPUT_H

#include <stdio.h>

#include "event.h"
#include "options.h"
#include "../kernel-compat/kernel_compat.h"

/* What an output needs to know; lives as long as the output. */
struct output_env {
	FILE *out; /* events only */
	FILE *err; /* summary of the text output, loss reports */
	const struct options *options;
	const struct ksyms *symbols; /* names the frames of stacks; NULL = print addresses */
	bool color;                  /* already decided: terminal, NO_COLOR, --color */
	bool terminal;               /* out is a terminal: repeated fields may be left out */
	int columns;                 /* width of the terminal; 0 = not one, never cut */
};

struct output;

/* Every call returns 0 or a negative errno from writing (-EPIPE: the reader went away). */
struct output_ops {
	const char *name;
	int (*begin)(struct output *o);
	int (*event)(struct output *o, const struct event *ev);
	/* Called when the number of lost events has changed during the run. */
	int (*lost)(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
	int (*summary)(struct output *o, const struct run_counts *counts,
		       const struct run_info *info, uint64_t wall_ns);
};

/* name: "text" or "json". Returns NULL if there is no such output or no memory. */
struct output *output_new(const char *name, const struct output_env *env);
void output_free(struct output *o);

int output_begin(struct output *o);
int output_event(struct output *o, const struct event *ev);
int output_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
int output_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		   uint64_t wall_ns);

/* Hands on what stdio still holds. */
int output_flush(struct output *o);

#endif

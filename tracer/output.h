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
	const struct ksyms *symbols;  /* names the frames of stacks; NULL = print addresses */
	struct source_lines *sources; /* NULL = source lines are not known */
	/* Of the images of events; not NULL if there are any. */
	const struct kernel_layout *skb_layout, *shinfo_layout;
	/* Where drops are counted: hands all rows of the table to row(). */
	int (*read_drops)(void *source, drop_row_fn *row, void *ctx);
	void *drops_source;
	const struct drop_reasons *reasons; /* names reasons of drops whose packet is not known */
	bool color;                         /* already decided: terminal, NO_COLOR, --color */
	bool terminal;                      /* out is a terminal: repeated fields may be left out */
	int columns;                        /* width of the terminal; 0 = not one, never cut */
	int rows;                           /* its height */
};

struct output;

enum fate {
	FATE_DROPPED,
	FATE_DELIVERED, /* to a socket, a protocol or a program */
	FATE_CONSUMED,  /* it ended, and no drop was seen */
	FATE_ALIVE,     /* its end was not seen */
};

/* A packet as a whole, for outputs that show one at a time. */
struct packet_whole {
	uint64_t number, parent; /* 0 = none */
	uint64_t ancestor;       /* the packet at depth 0 */
	unsigned int depth;      /* in how many others it is nested */
	bool continued;          /* it had events that were shown before, or lost */
	uint64_t start_ts;       /* first event of the ancestor */
	/* Known at its end only: */
	uint64_t total_ns; /* from its own first event to its end, or its last event */
	enum fate fate;
	const char *fate_words;     /* FATE_DELIVERED: how; FATE_ALIVE: why it is shown now */
	const struct skbt_end *end; /* NULL = it has not ended */
	uint64_t delivered_as;    /* a child that was delivered, while this one was not; 0 = none */
	const struct event *last; /* the event that tells most about its fate */
};

/* Every call returns 0 or a negative errno from writing (-EPIPE: the reader went away). */
struct output_ops {
	const char *name;
	int (*begin)(struct output *o);
	void (*end)(struct output *o); /* before its state is freed; NULL = nothing to do */
	int (*event)(struct output *o, const struct event *ev);
	/* Before the first and after the last event of a packet, where packets are shown one at a
	 * time, children inside their parents. NULL = of no interest. */
	int (*packet_begin)(struct output *o, const struct packet_whole *w,
			    const struct event *first);
	int (*packet_end)(struct output *o, const struct packet_whole *w);
	/* Now and then, at time now (CLOCK_MONOTONIC). NULL = of no interest. */
	int (*tick)(struct output *o, uint64_t now);
	/* Called when the number of lost events has changed during the run. */
	int (*lost)(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
	int (*summary)(struct output *o, const struct run_counts *counts,
		       const struct run_info *info, uint64_t wall_ns);
};

/* name: "text", "group", "json", "drops" or "folded". Returns NULL if there is no such output or no
 * memory. */
struct output *output_new(const char *name, const struct output_env *env);
void output_free(struct output *o);

int output_begin(struct output *o);
int output_event(struct output *o, const struct event *ev);
int output_packet_begin(struct output *o, const struct packet_whole *w, const struct event *first);
int output_packet_end(struct output *o, const struct packet_whole *w);
int output_tick(struct output *o, uint64_t now);
int output_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
int output_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		   uint64_t wall_ns);

/* Hands on what is still held back: lines that were ended, and stdio's buffer. */
int output_flush(struct output *o);

#endif

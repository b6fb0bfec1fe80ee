/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From records to the output: live, one packet at a time (--group), or only slow packets
 * (--min-latency). Knows what each packet did before, and where the time went.
 */
#ifndef TRACER_VIEW_H
#define TRACER_VIEW_H

#include "latency.h"
#include "output.h"

struct view;

/* Makes an event of a record; may cut what is not the packet's off its stack. */
struct view_source {
	void (*describe)(void *ctx, struct skbt_record *rec, struct event *ev);
	void *ctx;
};

struct view *view_new(const struct options *o, struct output *out,
		      const struct view_source *source);
void view_free(struct view *v);

/* rec: in memory that may be written, packets by their numbers; size with all sections. These and
 * view_tick() and view_finish() return 0 or the negative errno of the output. */
int view_record(struct view *v, struct skbt_record *rec, size_t size);

/* A packet has ended; packet_id is its number. */
void view_end(struct view *v, const struct skbt_end *end);

/* Now and then; now: CLOCK_MONOTONIC if nothing older is to come, else 0. */
int view_tick(struct view *v, uint64_t now);

/* Everything that is still held back. */
int view_finish(struct view *v, uint64_t now);

/* What was shown, into counts->events, drops and fast. */
void view_counts(const struct view *v, struct run_counts *counts);
uint64_t view_events(const struct view *v);

/* The thread that looks for evidence, 0 = there is none. */
uint32_t view_thread(const struct view *v);

/* NULL = not asked for. */
struct latency *view_latency(struct view *v);

#endif

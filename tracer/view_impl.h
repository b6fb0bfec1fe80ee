/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to view*.c. */
#ifndef TRACER_VIEW_IMPL_H
#define TRACER_VIEW_IMPL_H

#include "held.h"
#include "journeys.h"
#include "view.h"

struct view {
	const struct options *options;
	struct output *output;
	struct view_source source;
	struct journeys *journeys;
	struct latency *latency; /* NULL = not asked for */
	struct held *held;       /* NULL = live */
	uint64_t events, drops, fast;
};

/* ev as describe() made it. */
int view_show(struct view *v, struct event *ev);

/* The time from the packet's last event to its end. */
void view_show_end(struct view *v, uint64_t number, uint64_t ts);

/* A family as a tree of blocks. */
int view_blocks(struct view *v, struct held_family *family, enum held_why why);

/* The event of what is held. */
void view_describe(struct view *v, struct held_event *e, struct event *ev);

#endif

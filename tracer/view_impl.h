/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to view*.c. */
#ifndef TRACER_VIEW_IMPL_H
#define TRACER_VIEW_IMPL_H

#include "evidence.h"
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
	uint64_t events, drops, fast, routine;
	struct evidence *evidence; /* NULL = nobody wants it, or there is no memory for it */
	struct awaiting *awaiting; /* view_rule.c */
};

/*
 * From 6.7 on (e0d4593140b0) nft frees what it drops before its function returns, and it is the
 * return that tells the rule. Such a drop, of those that are shown live, waits for it.
 * view_await(): true = rec was taken, and is shown later; view_await_end(): likewise the end of its
 * packet. view_awaited(): shows what waits, if it is time: before rec, or with rec NULL in any
 * case. view_awaited_at(): if it has waited for long, all records up to now having been read. Both
 * return 1 if they did, else 0 or a negative errno.
 */
bool view_await(struct view *v, const struct skbt_record *rec, size_t size, const struct event *ev);
bool view_await_end(struct view *v, const struct skbt_end *end);
int view_awaited_at(struct view *v, uint64_t now);
int view_awaited(struct view *v, const struct skbt_record *rec, const struct event *ev);

/* ev as describe() made it. */
int view_show(struct view *v, struct event *ev);

/* The time from the packet's last event to its end. */
void view_show_end(struct view *v, uint64_t number, uint64_t ts);

/* A family as a tree of blocks. */
int view_blocks(struct view *v, struct held_family *family, enum held_why why);

/* The event of what is held. */
void view_describe(struct view *v, struct held_event *e, struct event *ev);

#endif

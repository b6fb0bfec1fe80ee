/* SPDX-License-Identifier: GPL-2.0-only */
#include "view_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "explain.h"
#include "pid_namespace.h"

enum {
	SECOND_NS = 1000000000,
	QUIET_SECONDS = 5,   /* without an event: shown as it stands */
	GRACE_NS = 50000000, /* much more than CPUs are apart, less than one notices */
};

static int hand_out(void *ctx, struct held_family *family, enum held_why why, uint64_t now);

static struct held *hold_back(const struct options *o, struct view *v)
{
	struct held_limits limits = {
		.events = HELD_EVENTS,
		.bytes = HELD_BYTES,
		.quiet_ns = QUIET_SECONDS * (uint64_t)SECOND_NS,
		.grace_ns = GRACE_NS,
	};

	/* What is asked for is not cut in two. */
	if (limits.quiet_ns < o->min_latency_ns + SECOND_NS)
		limits.quiet_ns = o->min_latency_ns + SECOND_NS;
	return held_new(&limits, hand_out, v);
}

struct view *view_new(const struct options *o, struct output *out, const struct view_source *source)
{
	struct view *v = calloc(1, sizeof(*v));
	bool held = o->group || o->min_latency_ns, timed = o->latency || o->min_latency_ns;

	if (!v)
		return NULL;
	v->options = o;
	v->output = out;
	v->source = *source;
	v->journeys = journeys_new();
	/* Without it less is told, which is no reason to end. In another PID namespace what it asks
	 * the kernel could not be told from traffic, nor most namespaces be entered. */
	if (!o->no_evidence && !options_count_drops(o) && pid_namespace_is_hosts())
		v->evidence = evidence_new();
	if (held)
		v->held = hold_back(o, v);
	if (timed)
		v->latency = latency_new();
	if (!v->journeys || (held && !v->held) || (timed && !v->latency)) {
		view_free(v);
		return NULL;
	}
	return v;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	evidence_free(v->evidence);
	free(v->awaiting);
	held_free(v->held);
	latency_free(v->latency);
	journeys_free(v->journeys);
	free(v);
}

/* Who asked for drops means lost packets; programs can tell by the key "routine". */
static bool is_left_out(const struct view *v, const struct event *ev)
{
	const struct options *o = v->options;

	return o->drops && ev->why.routine && !o->json && !o->verbose && !options_count_drops(o);
}

/* With the rule that decided, the explanation names it. */
static void gather(struct evidence *e, struct event *drop)
{
	drop->rule = evidence_verdict(e, drop);
	if (drop->rule)
		explain_drop(drop, &drop->why);
	drop->evidence = evidence_gather(e, drop);
}

int view_show(struct view *v, struct event *ev)
{
	if (is_left_out(v, ev)) {
		v->routine++;
		return 0;
	}
	journeys_event(v->journeys, ev);
	if (v->latency)
		latency_event(v->latency, ev, ev->rec->type);
	if (v->evidence && ev->rec->type == SKBT_DROP)
		gather(v->evidence, ev);
	else if (v->evidence && ev->verdict)
		evidence_note(v->evidence, ev);
	v->events++;
	v->drops += ev->rec->type == SKBT_DROP && !ev->why.routine;
	return output_event(v->output, ev);
}

void view_show_end(struct view *v, uint64_t number, uint64_t ts)
{
	struct event ev = { 0 };

	if (v->latency && journeys_end(v->journeys, number, ts, &ev))
		latency_event(v->latency, &ev, LATENCY_END);
}

void view_describe(struct view *v, struct held_event *e, struct event *ev)
{
	*ev = (struct event){ .rec = &e->rec };
	v->source.describe(v->source.ctx, &e->rec, ev);
	ev->netns_name = e->netns_name; /* the namespace may be gone by now */
	ev->alike = 0;
}

int view_record(struct view *v, struct skbt_record *rec, size_t size)
{
	struct event ev = { .rec = rec };
	int shown;

	v->source.describe(v->source.ctx, rec, &ev);
	shown = view_awaited(v, rec, &ev);
	if (shown < 0)
		return shown;
	/* What describes one event is there until the next one is described. */
	if (shown)
		v->source.describe(v->source.ctx, rec, &ev);
	if (!v->held && rec->type == SKBT_DROP && view_await(v, rec, size, &ev))
		return 0;
	if (v->held && rec->packet_id)
		return held_add(v->held, rec, size, ev.netns_name);
	/* Without a number there is no packet that could be slow. */
	return v->options->min_latency_ns ? 0 : view_show(v, &ev);
}

void view_end(struct view *v, const struct skbt_end *end)
{
	if (v->held)
		held_end(v->held, end);
	else if (!view_await_end(v, end))
		view_show_end(v, end->packet_id, end->ts);
}

static int show_in_order(struct view *v, struct held_family *family)
{
	struct held_event **list = held_in_order(family, false);
	int err = 0;

	if (!list)
		return -ENOMEM;
	for (struct held_event **e = list; *e && !err; e++) {
		struct event ev;

		view_describe(v, *e, &ev);
		err = view_show(v, &ev);
	}
	for (struct held_member *m = family->members; m; m = m->next)
		if (m->end_ts)
			view_show_end(v, m->number, m->end_ts);
	free(list);
	return err;
}

/* From the first event to the last one, or the last end; until now while one is alive. */
static uint64_t time_taken(const struct held_family *family, uint64_t now)
{
	uint64_t first = UINT64_MAX, last = family->alive ? now : family->last_ts;

	for (const struct held_event *e = family->events; e; e = e->next)
		if (e->rec.ts < first)
			first = e->rec.ts;
	return last > first ? last - first : 0;
}

/* Rules first: some are told of only after the drop. */
static void note_verdicts(struct view *v, struct held_family *family)
{
	struct event ev;

	for (struct held_event *e = family->events; v->evidence && e; e = e->next) {
		if (e->rec.type != SKBT_RETURN)
			continue;
		view_describe(v, e, &ev);
		evidence_note(v->evidence, &ev);
	}
}

static int hand_out(void *ctx, struct held_family *family, enum held_why why, uint64_t now)
{
	struct view *v = ctx;

	if (v->options->min_latency_ns && time_taken(family, now) < v->options->min_latency_ns) {
		v->fast += family->member_count;
		return 0;
	}
	note_verdicts(v, family);
	return v->options->group ? view_blocks(v, family, why) : show_in_order(v, family);
}

int view_tick(struct view *v, uint64_t now)
{
	int err = now ? view_awaited_at(v, now) : 0;

	if (err < 0)
		return err;
	return v->held ? held_tick(v->held, now) : 0;
}

int view_finish(struct view *v, uint64_t now)
{
	int err = view_awaited(v, NULL, NULL);

	if (err < 0)
		return err;
	return v->held ? held_flush(v->held, now) : 0;
}

void view_counts(const struct view *v, struct run_counts *counts)
{
	counts->events = v->events;
	counts->drops = v->drops;
	counts->fast = v->fast;
	counts->routine = v->routine;
}

uint64_t view_events(const struct view *v)
{
	return v->events;
}

uint32_t view_thread(const struct view *v)
{
	return v->evidence ? evidence_thread(v->evidence) : 0;
}

struct latency *view_latency(struct view *v)
{
	return v->latency;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "journeys.h"

#include <stdlib.h>

#include "changes.h"

struct journey {
	uint64_t number;
	uint64_t start_ts; /* first event of the oldest ancestor that was known */
	uint64_t last_ts;
	const char *func; /* of the last event */
	uint8_t type;     /* likewise */
	struct packet_state state;
};

struct journeys {
	struct changes changes;
	uint64_t alike; /* of the event whose state was noted last */
	/* Numbers are given one after the other, so this holds the last ones. */
	struct journey table[JOURNEYS_MAX];
};

struct journeys *journeys_new(void)
{
	return calloc(1, sizeof(struct journeys));
}

void journeys_free(struct journeys *js)
{
	free(js);
}

static const struct journey *known(const struct journeys *js, uint64_t number)
{
	const struct journey *j = &js->table[number % JOURNEYS_MAX];

	return number && j->number == number ? j : NULL;
}

static void set_hop(const struct journey *last, uint64_t ts, struct event *ev)
{
	ev->has_hop = true;
	ev->hop_func = last->func;
	ev->hop_type = last->type;
	/* Two CPUs may swap places by some microseconds. */
	ev->hop_ns = ts > last->last_ts ? ts - last->last_ts : 0;
}

bool journeys_end(const struct journeys *js, uint64_t number, uint64_t ts, struct event *ev)
{
	const struct journey *last = known(js, number);

	if (last)
		set_hop(last, ts, ev);
	return last;
}

/* What has changed since last, NULL = nothing is known; j gets the event's state. */
static void note_state(struct journeys *js, struct journey *j, const struct journey *last,
		       struct event *ev)
{
	struct packet_state state;

	if (last)
		ev->changes = &js->changes;
	if (ev->alike && ev->alike == js->alike) {
		js->changes.count = 0;
		return;
	}
	js->alike = ev->alike;
	packet_state_of(ev, last ? &last->state : NULL, &state);
	if (!last || changes_between(&last->state, &state, &js->changes) || last != j)
		j->state = state;
}

void journeys_event(struct journeys *js, struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	struct journey *j = &js->table[rec->packet_id % JOURNEYS_MAX];
	const struct journey *last = known(js, rec->packet_id);
	uint64_t start;

	/* An old packet does not take the place of a newer one. */
	if (!rec->packet_id || j->number > rec->packet_id)
		return;
	if (!last)
		last = known(js, rec->parent_id);
	start = last ? last->start_ts : rec->ts;
	/* What was forgotten began before; when, is not known. */
	ev->has_total = last || !rec->prev_ts;
	ev->total_ns = (int64_t)(rec->ts - start);
	/* What it shows of the packet is older than what is known. */
	if (ev->verdict && ev->verdict->as_called)
		return;
	if (last)
		set_hop(last, rec->ts, ev);
	note_state(js, j, last, ev);
	j->last_ts = last == j && last->last_ts > rec->ts ? last->last_ts : rec->ts;
	j->number = rec->packet_id;
	j->start_ts = start;
	j->func = ev->func;
	j->type = rec->type;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Drops that wait for the return that tells which rule of nft it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view_impl.h"

enum {
	RECORDS = 256,          /* that may come from other processors before the return */
	PATIENCE_NS = 10000000, /* a virtual CPU may stand still for some milliseconds */
};

struct awaiting {
	bool there;
	unsigned int records; /* since then */
	uint64_t end_ts;      /* of its packet, 0 = not heard of */
	char netns_name[64];
	union {
		struct skbt_record rec;
		uint8_t space[SKBT_RECORD_MAX];
	};
};

static bool is_before_its_rule(const struct view *v, const struct skbt_record *rec,
			       const struct event *ev)
{
	return rec->type == SKBT_DROP && rec->packet_id && !v->options->drops && ev->func &&
	       strcmp(ev->func, "nft_do_chain") == 0;
}

bool view_await(struct view *v, const struct skbt_record *rec, size_t size, const struct event *ev)
{
	struct awaiting *a = v->awaiting;

	if (!v->evidence || !is_before_its_rule(v, rec, ev) || size > sizeof(a->space))
		return false;
	if (!a)
		a = v->awaiting = calloc(1, sizeof(*a));
	if (!a || a->there)
		return false;
	memcpy(a->space, rec, size);
	snprintf(a->netns_name, sizeof(a->netns_name), "%s", ev->netns_name ? ev->netns_name : "");
	a->records = 0;
	a->end_ts = 0;
	a->there = true;
	return true;
}

bool view_await_end(struct view *v, const struct skbt_end *end)
{
	struct awaiting *a = v->awaiting;

	if (!a || !a->there || a->rec.packet_id != end->packet_id)
		return false;
	a->end_ts = end->ts;
	return true;
}

static int show(struct view *v, struct awaiting *a)
{
	struct event ev = { .rec = &a->rec };
	int err;

	a->there = false;
	v->source.describe(v->source.ctx, &a->rec, &ev);
	ev.netns_name = *a->netns_name ? a->netns_name : NULL; /* it may be gone by now */
	ev.alike = 0;
	err = view_show(v, &ev);
	if (a->end_ts)
		view_show_end(v, a->rec.packet_id, a->end_ts);
	return err ? err : 1;
}

int view_awaited(struct view *v, const struct skbt_record *rec, const struct event *ev)
{
	struct awaiting *a = v->awaiting;
	bool same, next;

	if (!a || !a->there)
		return 0;
	same = rec && rec->packet_id == a->rec.packet_id;
	if (same && ev->verdict)
		evidence_note(v->evidence, ev);
	/* There is room for one. */
	next = rec && is_before_its_rule(v, rec, ev);
	if (rec && !same && !next && ++a->records < RECORDS)
		return 0;
	return show(v, a);
}

int view_awaited_at(struct view *v, uint64_t now)
{
	const struct awaiting *a = v->awaiting;

	return a && a->there && now >= a->rec.ts + PATIENCE_NS ? show(v, v->awaiting) : 0;
}

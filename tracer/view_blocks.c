/* SPDX-License-Identifier: GPL-2.0-only */
/* A family as a tree: children below the event of their parent after which they appeared. */
#include <errno.h>
#include <stdlib.h>

#include "fate.h"
#include "view_impl.h"

struct node {
	struct held_member *member;
	struct held_event **events; /* in order of time; they end where another member's begin */
	struct node *child, *last_child, *sibling;
};

struct tree {
	struct view *view;
	struct held_event **events;
	struct node *nodes; /* by member index */
	enum held_why why;
	uint64_t start_ts;
	uint64_t delivered; /* a member that was, the first to be found */
};

static bool is_of(const struct node *n, struct held_event *const *e)
{
	return *e && (*e)->member == n->member;
}

static void add_child(struct node *parent, struct node *child)
{
	*(parent->last_child ? &parent->last_child->sibling : &parent->child) = child;
	parent->last_child = child;
}

static int make_tree(struct tree *t, const struct held_family *family)
{
	t->events = held_in_order(family, true);
	t->nodes = calloc(family->member_count, sizeof(*t->nodes));
	if (!t->events || !t->nodes)
		return -ENOMEM;
	for (struct held_event **e = t->events; *e; e++) {
		struct node *n = &t->nodes[(*e)->member->index];

		if (n->member)
			continue;
		n->member = (*e)->member;
		n->events = e;
		if (n->member->above)
			add_child(&t->nodes[n->member->above->index], n);
	}
	t->start_ts = t->events[0]->rec.ts;
	return 0;
}

static const char *why_shown(enum held_why why)
{
	return why == HELD_EXIT   ? "at exit"
	       : why == HELD_FULL ? "no room to wait for its end"
				  : "no event for seconds";
}

/* Of each member, before anything is shown: what a parent says depends on its children. */
static void find_delivered(struct tree *t, const struct held_family *family)
{
	for (size_t i = 0; i < family->member_count && !t->delivered; i++) {
		const struct node *n = &t->nodes[i];
		struct event last, ev;
		const char *words;

		view_describe(t->view, *n->events, &last);
		for (struct held_event **e = n->events + 1; is_of(n, e); e++) {
			view_describe(t->view, *e, &ev);
			if (fate_tells_more(&last, &ev))
				last = ev;
		}
		if (fate_of(&last, n->member->end_ts, &words) == FATE_DELIVERED)
			t->delivered = n->member->number;
	}
}

static int show_node(struct tree *t, struct node *n);

/* Those that appeared before the parent's next event; NULL = all that are left. */
static int show_children(struct tree *t, struct node **next, const struct held_event *before)
{
	int err = 0;

	while (*next && !err && (!before || (*next)->events[0]->rec.ts < before->rec.ts)) {
		err = show_node(t, *next);
		*next = (*next)->sibling;
	}
	return err;
}

/* The event that tells most; its rule, as children are shown meanwhile, who have theirs. */
struct telling {
	struct event ev;
	struct skbt_verdict rule;
};

static void keep(struct telling *last, const struct event *ev)
{
	last->ev = *ev;
	if (!ev->rule)
		return;
	last->rule = *ev->rule;
	last->ev.rule = &last->rule;
}

static int show_events(struct tree *t, struct node *n, struct packet_whole *w, struct telling *last)
{
	struct node *child = n->child;
	struct event ev;
	int err = 0;

	for (struct held_event **e = n->events; is_of(n, e) && !err; e++) {
		view_describe(t->view, *e, &ev);
		if (e == n->events)
			err = output_packet_begin(t->view->output, w, &ev);
		if (!err)
			err = view_show(t->view, &ev);
		if (e == n->events || fate_tells_more(&last->ev, &ev))
			keep(last, &ev);
		w->total_ns = (*e)->rec.ts - n->events[0]->rec.ts;
		if (!err)
			err = show_children(t, &child, is_of(n, e + 1) ? e[1] : NULL);
	}
	return err;
}

static int show_node(struct tree *t, struct node *n)
{
	const struct held_member *m = n->member;
	struct packet_whole w = {
		.number = m->number,
		.parent = m->parent,
		.ancestor = t->nodes[0].member->number,
		.depth = m->depth,
		.continued = n->events[0]->rec.prev_ts,
		.start_ts = t->start_ts,
	};
	struct telling last;
	int err = show_events(t, n, &w, &last);

	if (m->end_ts) {
		w.end = &m->end;
		view_show_end(t->view, m->number, m->end_ts);
		if (m->end_ts > n->events[0]->rec.ts + w.total_ns)
			w.total_ns = m->end_ts - n->events[0]->rec.ts;
	}
	/* What was gathered for it is gone by now, but known. */
	if (t->view->evidence && !err && last.ev.rec->type == SKBT_DROP)
		last.ev.evidence = evidence_gather(t->view->evidence, &last.ev);
	w.last = &last.ev;
	w.fate = fate_of(&last.ev, m->end_ts, &w.fate_words);
	if (w.fate == FATE_ALIVE)
		w.fate_words = why_shown(t->why);
	if (m->depth == 0 && w.fate != FATE_DELIVERED)
		w.delivered_as = t->delivered;
	return err ? err : output_packet_end(t->view->output, &w);
}

int view_blocks(struct view *v, struct held_family *family, enum held_why why)
{
	struct tree t = { .view = v, .why = why };
	int err = make_tree(&t, family);

	if (!err) {
		if (family->member_count > 1)
			find_delivered(&t, family);
		err = show_node(&t, &t.nodes[0]);
	}
	free(t.nodes);
	free(t.events);
	return err;
}

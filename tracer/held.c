/* SPDX-License-Identifier: GPL-2.0-only */
#include "held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEYS = 16384,  /* chains of the hash table */
	OVERHEAD = 16, /* bytes of malloc() for a piece of memory */
};

struct family_list {
	struct held_family *first, *last; /* the oldest first */
};

struct held {
	struct held_limits limits;
	held_hand_out *hand_out;
	void *ctx;
	uint64_t newest_ts, order;
	size_t events, bytes;
	struct family_list open, done;
	struct held_member *keys[KEYS];
};

struct held *held_new(const struct held_limits *limits, held_hand_out *hand_out, void *ctx)
{
	struct held *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->limits = *limits;
	h->hand_out = hand_out;
	h->ctx = ctx;
	return h;
}

static struct held_member *find(const struct held *h, uint64_t number)
{
	struct held_member *m = number ? h->keys[number % KEYS] : NULL;

	while (m && m->number != number)
		m = m->same_key;
	return m;
}

static void list_remove(struct family_list *list, struct held_family *f)
{
	*(f->before ? &f->before->after : &list->first) = f->after;
	*(f->after ? &f->after->before : &list->last) = f->before;
}

static void list_append(struct family_list *list, struct held_family *f)
{
	f->before = list->last;
	f->after = NULL;
	*(list->last ? &list->last->after : &list->first) = f;
	list->last = f;
}

static struct family_list *list_of(struct held *h, const struct held_family *f)
{
	return f->done ? &h->done : &h->open;
}

/* To the young end of the list where it belongs now. */
static void renew(struct held *h, struct held_family *f, uint64_t ts)
{
	list_remove(list_of(h, f), f);
	f->done = !f->alive;
	list_append(list_of(h, f), f);
	if (ts > f->last_ts)
		f->last_ts = ts;
	if (ts > h->newest_ts)
		h->newest_ts = ts;
}

static void take_bytes(struct held *h, struct held_family *f, size_t size)
{
	f->bytes += size + OVERHEAD;
	h->bytes += size + OVERHEAD;
}

static void forget_member(struct held *h, struct held_member *m)
{
	struct held_member **at = &h->keys[m->number % KEYS];

	while (*at != m)
		at = &(*at)->same_key;
	*at = m->same_key;
	free(m);
}

static void free_family(struct held *h, struct held_family *f)
{
	list_remove(list_of(h, f), f);
	h->events -= f->event_count;
	h->bytes -= f->bytes;
	for (struct held_event *next, *e = f->events; e; e = next) {
		next = e->next;
		free(e);
	}
	for (struct held_member *next, *m = f->members; m; m = next) {
		next = m->next;
		forget_member(h, m);
	}
	free(f);
}

void held_free(struct held *h)
{
	if (!h)
		return;
	while (h->open.first)
		free_family(h, h->open.first);
	while (h->done.first)
		free_family(h, h->done.first);
	free(h);
}

static int let_go(struct held *h, struct held_family *f, enum held_why why, uint64_t now)
{
	int err = h->hand_out(h->ctx, f, why, now);

	free_family(h, f);
	return err;
}

static struct held_family *family_new(struct held *h)
{
	struct held_family *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	list_append(&h->open, f);
	take_bytes(h, f, sizeof(*f));
	return f;
}

static struct held_member *member_new(struct held *h, uint64_t number, uint64_t parent)
{
	struct held_member *above = find(h, parent), *m = calloc(1, sizeof(*m));
	struct held_family *f = above ? above->family : m ? family_new(h) : NULL;

	if (!m || !f) {
		free(m);
		return NULL;
	}
	/* Printing walks the tree by calls: no packet shall take it deeper than it can go. */
	if (above && above->depth == HELD_DEPTH)
		above = above->above;
	m->number = number;
	m->parent = parent;
	m->above = above;
	m->index = f->member_count++;
	m->depth = above ? above->depth + 1 : 0;
	m->family = f;
	*(f->last_member ? &f->last_member->next : &f->members) = m;
	f->last_member = m;
	m->same_key = h->keys[number % KEYS];
	h->keys[number % KEYS] = m;
	f->alive++;
	take_bytes(h, f, sizeof(*m));
	return m;
}

/* Frames that are not valid are not kept. Behind a stack other sections would have to move. */
static size_t kept_size(const struct skbt_record *rec, size_t size)
{
	size_t with_stack = sizeof(*rec) + rec->stack_len * sizeof(rec->stack[0]);

	return rec->sections == 1 << SKBT_SEC_STACK && with_stack < size ? with_stack : size;
}

static struct held_event *event_new(const struct skbt_record *rec, size_t size, const char *name)
{
	size_t name_size = name ? strlen(name) + 1 : 0;
	struct held_event *e = malloc(offsetof(struct held_event, rec) + size + name_size);

	if (!e)
		return NULL;
	memcpy(&e->rec, rec, size);
	e->size = size;
	e->next = NULL;
	e->netns_name = name ? memcpy((char *)&e->rec + size, name, name_size) : NULL;
	return e;
}

static int make_room(struct held *h, size_t size)
{
	int err = 0;

	while (!err && (h->events >= h->limits.events || h->bytes + size > h->limits.bytes)) {
		struct held_family *f = h->done.first ? h->done.first : h->open.first;

		if (!f)
			return 0;
		err = let_go(h, f, f->done ? HELD_ENDED : HELD_FULL, h->newest_ts);
	}
	return err;
}

int held_add(struct held *h, const struct skbt_record *rec, size_t size, const char *netns_name)
{
	struct held_member *m;
	struct held_event *e;
	size_t all;
	int err;

	size = kept_size(rec, size);
	all = offsetof(struct held_event, rec) + size + (netns_name ? strlen(netns_name) + 1 : 0);
	err = make_room(h, all + OVERHEAD);
	if (err)
		return err;
	m = find(h, rec->packet_id);
	if (!m)
		m = member_new(h, rec->packet_id, rec->parent_id);
	e = m ? event_new(rec, size, netns_name) : NULL;
	if (!e)
		return -ENOMEM;
	e->member = m;
	e->order = ++h->order;
	*(m->family->last_event ? &m->family->last_event->next : &m->family->events) = e;
	m->family->last_event = e;
	m->family->event_count++;
	h->events++;
	take_bytes(h, m->family, all);
	renew(h, m->family, rec->ts);
	return 0;
}

void held_end(struct held *h, const struct skbt_end *end)
{
	struct held_member *m = find(h, end->packet_id);

	if (!m || m->end_ts)
		return;
	m->end = *end;
	m->end_ts = end->ts;
	m->family->alive--;
	renew(h, m->family, end->ts);
}

int held_tick(struct held *h, uint64_t now)
{
	int err = 0;

	if (!now)
		now = h->newest_ts;
	while (!err && h->done.first && h->done.first->last_ts + h->limits.grace_ns <= now)
		err = let_go(h, h->done.first, HELD_ENDED, now);
	while (!err && h->open.first && h->open.first->last_ts + h->limits.quiet_ns <= now)
		err = let_go(h, h->open.first, HELD_QUIET, now);
	return err;
}

int held_flush(struct held *h, uint64_t now)
{
	int err = 0;

	while (!err && h->done.first)
		err = let_go(h, h->done.first, HELD_ENDED, now);
	while (!err && h->open.first)
		err = let_go(h, h->open.first, HELD_EXIT, now);
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct held_event *x = *(struct held_event *const *)a;
	const struct held_event *y = *(struct held_event *const *)b;

	if (x->rec.ts != y->rec.ts)
		return x->rec.ts < y->rec.ts ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int by_member_and_time(const void *a, const void *b)
{
	size_t x = (*(struct held_event *const *)a)->member->index;
	size_t y = (*(struct held_event *const *)b)->member->index;

	return x < y ? -1 : x > y ? 1 : by_time(a, b);
}

struct held_event **held_in_order(const struct held_family *family, bool by_member)
{
	struct held_event **list = malloc((family->event_count + 1) * sizeof(struct held_event *));
	size_t n = 0;

	if (!list)
		return NULL;
	for (struct held_event *e = family->events; e; e = e->next)
		list[n++] = e;
	qsort(list, n, sizeof(struct held_event *), by_member ? by_member_and_time : by_time);
	list[n] = NULL;
	return list;
}

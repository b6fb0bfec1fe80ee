/* SPDX-License-Identifier: GPL-2.0-only */
#include "drop_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct drop_table {
	struct drop_row *rows;
	size_t count, room;
	uint32_t *index; /* rows by the hash of their place: number + 1, 0 = free */
	size_t index_mask;
	struct drop_row **sorted;
	bool stacks;
};

struct drop_table *drop_table_new(size_t rows, bool stacks)
{
	struct drop_table *t = calloc(1, sizeof(*t));
	size_t places = 2;

	if (!t)
		return NULL;
	while (places < 2 * rows)
		places *= 2;
	t->room = rows;
	t->stacks = stacks;
	t->index_mask = places - 1;
	t->rows = calloc(rows, sizeof(*t->rows));
	t->sorted = calloc(rows, sizeof(*t->sorted));
	t->index = calloc(places, sizeof(*t->index));
	if (t->rows && t->sorted && t->index)
		return t;
	drop_table_free(t);
	return NULL;
}

void drop_table_free(struct drop_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->rows[i].sample);
		free(t->rows[i].frames);
	}
	free(t->rows);
	free(t->sorted);
	free(t->index);
	free(t);
}

static bool same_place(const struct skbt_drop_place *a, const struct skbt_drop_place *b)
{
	return a->site == b->site && a->stack == b->stack && a->reason == b->reason &&
	       a->traits == b->traits;
}

static struct drop_row *row_of(struct drop_table *t, const struct skbt_drop_place *place)
{
	uint64_t what = (uint64_t)place->traits << 32 | place->reason;
	uint64_t hash = (place->site ^ place->stack ^ what) * 0x9e3779b97f4a7c15ULL;
	size_t at = hash >> 32 & t->index_mask;

	for (; t->index[at]; at = (at + 1) & t->index_mask)
		if (same_place(&t->rows[t->index[at] - 1].place, place))
			return &t->rows[t->index[at] - 1];
	if (t->count == t->room)
		return NULL;
	t->rows[t->count].place = *place;
	t->index[at] = ++t->count;
	return &t->rows[t->count - 1];
}

static int keep_frames(struct drop_row *row, const struct skbt_record *rec)
{
	if (row->frames || !rec->stack_len)
		return 0;
	row->frames = malloc(rec->stack_len * sizeof(*row->frames));
	if (!row->frames)
		return -ENOMEM;
	memcpy(row->frames, rec->stack, rec->stack_len * sizeof(*row->frames));
	row->frame_count = rec->stack_len;
	return 0;
}

static int keep_packet(struct drop_row *row, const struct event *ev)
{
	struct drop_sample *s = row->sample;

	if (!s)
		s = row->sample = malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	memcpy(&s->rec, ev->rec, sizeof(s->rec));
	s->ev = *ev;
	s->ev.rec = &s->rec;
	s->ev.netns_name = ev->netns_name ? s->netns_name : NULL;
	s->ev.cmdline = s->ev.owner_cmdline = NULL;
	s->ev.owner_cgroup = s->ev.owner_container = NULL;
	s->ev.changes = NULL;
	s->ev.drop = NULL; /* it is in the ring */
	snprintf(s->netns_name, sizeof(s->netns_name), "%s", ev->netns_name ? ev->netns_name : "");
	return 0;
}

int drop_table_sample(struct drop_table *t, const struct event *ev)
{
	const struct skbt_drop_place place = {
		.site = ev->rec->site,
		.reason = ev->rec->reason,
		.stack = ev->stack_id,
		.traits = ev->drop ? ev->drop->traits : 0,
	};
	struct drop_row *row = row_of(t, &place);

	if (!row)
		return 0;
	return t->stacks ? keep_frames(row, ev->rec) : keep_packet(row, ev);
}

void drop_table_count(void *ctx, const struct skbt_drop_place *place,
		      const struct skbt_drop_count *counted)
{
	struct drop_row *row = row_of(ctx, place);

	if (!row)
		return;
	row->count = counted->count;
	row->last_ts = counted->last_ts;
}

void drop_table_rates(struct drop_table *t, uint64_t ns)
{
	for (size_t i = 0; i < t->count; i++) {
		struct drop_row *row = &t->rows[i];

		row->rate = ns ? (row->count - row->before) * 1e9 / ns : 0;
		row->before = row->count;
	}
}

void drop_table_average(struct drop_table *t, uint64_t ns)
{
	for (size_t i = 0; i < t->count; i++)
		t->rows[i].before = 0;
	drop_table_rates(t, ns);
}

static int by_count(const void *a, const void *b)
{
	const struct drop_row *x = *(struct drop_row *const *)a;
	const struct drop_row *y = *(struct drop_row *const *)b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->place.site > y->place.site) - (x->place.site < y->place.site);
}

struct drop_row *const *drop_table_rows(struct drop_table *t, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].count)
			t->sorted[(*count)++] = &t->rows[i];
	if (*count)
		qsort(t->sorted, *count, sizeof(*t->sorted), by_count);
	return t->sorted;
}

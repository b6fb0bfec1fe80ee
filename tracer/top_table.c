/* SPDX-License-Identifier: GPL-2.0-only */
#include "top_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct top_table {
	struct top_row *rows;
	size_t count, room, max;
	uint32_t *places;   /* open addressing: index of a row + 1, 0 = free */
	size_t place_count; /* a power of two, at least 2 * room */
	const struct top_row **sorted;
	struct top_row others, total;
	uint32_t interval;
	uint64_t made;
};

struct top_table *top_table_new(size_t max)
{
	struct top_table *t = calloc(1, sizeof(*t));

	if (t)
		t->max = max;
	return t;
}

void top_table_free(struct top_table *t)
{
	if (!t)
		return;
	free(t->rows);
	free(t->places);
	free(t->sorted);
	free(t);
}

static size_t hash(const struct skbt_top_key *key)
{
	const uint8_t *bytes = (const uint8_t *)key;
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < sizeof(*key); i++)
		h = (h ^ bytes[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

/* Where the key is, or the free place where it would be. */
static uint32_t *place_of(const struct top_table *t, const struct skbt_top_key *key)
{
	size_t i = hash(key) & (t->place_count - 1);

	while (t->places[i] && memcmp(&t->rows[t->places[i] - 1].key, key, sizeof(*key)) != 0)
		i = (i + 1) & (t->place_count - 1);
	return &t->places[i];
}

static void fill_places(struct top_table *t)
{
	memset(t->places, 0, t->place_count * sizeof(*t->places));
	for (size_t i = 0; i < t->count; i++)
		*place_of(t, &t->rows[i].key) = i + 1;
}

static int grow(struct top_table *t)
{
	size_t room = t->room ? 2 * t->room : 64, places = 64;
	const struct top_row **sorted;
	struct top_row *rows;
	uint32_t *new_places;

	room = room < t->max ? room : t->max;
	while (places < 2 * room)
		places *= 2;
	rows = realloc(t->rows, room * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	t->rows = rows;
	sorted = realloc(t->sorted, room * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	t->sorted = sorted;
	new_places = realloc(t->places, places * sizeof(*new_places));
	if (!new_places)
		return -ENOMEM;
	t->places = new_places;
	t->place_count = places;
	t->room = room;
	fill_places(t);
	return 0;
}

static int by_age(const void *a, const void *b)
{
	uint32_t left = ((const struct top_row *)a)->interval;
	uint32_t right = ((const struct top_row *)b)->interval;

	return (left < right) - (left > right);
}

/* The older half of the rows goes to the others. What they had in this interval goes along. */
static void fold(struct top_table *t)
{
	size_t keep = t->max / 2;

	qsort(t->rows, t->count, sizeof(*t->rows), by_age);
	for (size_t i = keep; i < t->count; i++) {
		t->others.rx += t->rows[i].rx;
		t->others.tx += t->rows[i].tx;
		t->others.rx_sum += t->rows[i].rx_sum;
		t->others.tx_sum += t->rows[i].tx_sum;
	}
	t->count = keep;
	fill_places(t);
}

void top_table_begin(struct top_table *t)
{
	t->interval++;
	for (size_t i = 0; i < t->count; i++)
		t->rows[i].rx = t->rows[i].tx = 0;
	t->others.rx = t->others.tx = 0;
	t->total.rx = t->total.tx = 0;
}

static void count(struct top_row *row, uint64_t rx, uint64_t tx)
{
	row->rx += rx;
	row->tx += tx;
	row->rx_sum += rx;
	row->tx_sum += tx;
}

int top_table_add(struct top_table *t, const struct skbt_top_key *key,
		  const struct skbt_top_row *row)
{
	struct top_row *mine;
	uint32_t *place;
	int err = 0;

	if (t->count == t->max)
		fold(t);
	else if (t->count == t->room)
		err = grow(t);
	if (err)
		return err;
	place = place_of(t, key);
	if (!*place) {
		memset(&t->rows[t->count], 0, sizeof(t->rows[0]));
		t->rows[t->count].key = *key;
		*place = ++t->count;
		t->made++;
	}
	mine = &t->rows[*place - 1];
	count(mine, row->rx, row->tx);
	count(&t->total, row->rx, row->tx);
	mine->pid = row->pid;
	mine->netns = row->netns;
	memcpy(mine->comm, row->comm, sizeof(mine->comm));
	mine->interval = t->interval;
	return 0;
}

void top_table_add_others(struct top_table *t, uint64_t rx, uint64_t tx)
{
	count(&t->others, rx, tx);
	count(&t->total, rx, tx);
}

static int by_bytes(const void *a, const void *b)
{
	const struct top_row *x = *(const struct top_row *const *)a;
	const struct top_row *y = *(const struct top_row *const *)b;
	uint64_t left = x->rx + x->tx, right = y->rx + y->tx;

	if (left != right)
		return left < right ? 1 : -1;
	/* One order for those that are equal, whatever qsort() does. */
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

const struct top_row *const *top_table_sort(struct top_table *t, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].rx || t->rows[i].tx)
			t->sorted[(*count)++] = &t->rows[i];
	if (*count)
		qsort(t->sorted, *count, sizeof(*t->sorted), by_bytes);
	return t->sorted;
}

const struct top_row *top_table_others(const struct top_table *t)
{
	return &t->others;
}

const struct top_row *top_table_total(const struct top_table *t)
{
	return &t->total;
}

uint64_t top_table_rows(const struct top_table *t)
{
	return t->made;
}

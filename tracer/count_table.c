/* SPDX-License-Identifier: GPL-2.0-only */
#include "count_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const struct count_line *a, const struct count_line *b)
{
	const struct skbt_device *x = &a->device, *y = &b->device;
	int names;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	names = strncmp(x->name, y->name, sizeof(x->name));
	if (names)
		return names;
	return a->expression < b->expression ? -1 : a->expression > b->expression;
}

/* Where the line is, or would have to be. */
static size_t place_of(const struct count_table *t, const struct count_line *line)
{
	size_t from = 0, to = t->count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (compare(&t->lines[middle], line) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct count_line *find(const struct count_table *t, const struct count_line *line)
{
	size_t at = place_of(t, line);

	return at < t->count && !compare(&t->lines[at], line) ? &t->lines[at] : NULL;
}

static void add(struct skbt_count *to, const struct skbt_count *more)
{
	to->packets += more->packets;
	to->bytes += more->bytes;
}

static void take(struct skbt_count *from, const struct skbt_count *less)
{
	from->packets -= less->packets;
	from->bytes -= less->bytes;
}

static int make_room(struct count_table *t)
{
	size_t room = t->room ? 2 * t->room : 16;
	struct count_line *lines;

	if (t->count < t->room)
		return 0;
	lines = realloc(t->lines, room * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	t->lines = lines;
	t->room = room;
	return 0;
}

int count_table_add(struct count_table *t, const struct count_line *line)
{
	size_t at = place_of(t, line);

	if (at < t->count && !compare(&t->lines[at], line)) {
		add(&t->lines[at].in, &line->in);
		add(&t->lines[at].out, &line->out);
		return 0;
	}
	if (make_room(t))
		return -ENOMEM;
	memmove(t->lines + at + 1, t->lines + at, (t->count - at) * sizeof(*t->lines));
	t->lines[at] = *line;
	t->count++;
	return 0;
}

void count_table_clear(struct count_table *t)
{
	t->count = 0;
}

void count_table_free(struct count_table *t)
{
	free(t->lines);
	memset(t, 0, sizeof(*t));
}

int count_table_difference(const struct count_table *t, const struct count_table *before,
			   struct count_table *out)
{
	int err = 0;

	count_table_clear(out);
	for (size_t i = 0; i < t->count && !err; i++) {
		const struct count_line *old = find(before, &t->lines[i]);
		struct count_line line = t->lines[i];

		if (old) {
			take(&line.in, &old->in);
			take(&line.out, &old->out);
		}
		err = count_table_add(out, &line);
	}
	return err;
}

int count_table_together(const struct count_table *t, uint32_t expressions, struct count_table *out)
{
	int err = 0;

	count_table_clear(out);
	for (uint32_t i = 0; i < expressions && !err; i++)
		err = count_table_add(out, &(struct count_line){ .expression = i });
	for (size_t i = 0; i < t->count && !err; i++) {
		struct count_line line = t->lines[i];

		memset(&line.device, 0, sizeof(line.device));
		err = count_table_add(out, &line);
	}
	return err;
}

bool count_line_is_empty(const struct count_line *line)
{
	return !line->in.packets && !line->out.packets;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "nearest.h"

#include <stdint.h>
#include <string.h>

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance: a swap of two neighbours, the commonest slip, is one edit. */
static size_t edit_distance(const char *a, const char *b, size_t max)
{
	size_t rows[3][64] = { 0 };
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t la = strlen(a), lb = strlen(b);

	if (la > max || lb > max)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = min_size(change, min_size(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_size(row[j], before[j - 2] + 1);
		}
		size_t *free_row = before;

		before = last;
		last = row;
		row = free_row;
	}
	return last[lb];
}

void nearest_init(struct nearest *n, const char *word)
{
	n->word = word;
	n->best[0] = '\0';
	n->distance = SIZE_MAX;
}

void nearest_offer(struct nearest *n, const char *name)
{
	size_t distance = edit_distance(n->word, name, sizeof(n->best) - 1);

	if (distance < n->distance) {
		n->distance = distance;
		memcpy(n->best, name, strlen(name) + 1);
	}
}

const char *nearest_best(const struct nearest *n)
{
	/* One slip in a short word, about one in three letters of a long one. */
	size_t allowed = 1 + strlen(n->word) / 4;

	return n->distance <= allowed && n->distance < strlen(n->word) ? n->best : NULL;
}

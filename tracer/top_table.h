/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of skbtrace top: what an interval brought, and sums since the start. */
#ifndef TRACER_TOP_TABLE_H
#define TRACER_TOP_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "../bpf/top.h"

struct top_row {
	struct skbt_top_key key;
	uint64_t rx, tx;         /* bytes in this interval */
	uint64_t rx_sum, tx_sum; /* since the start */
	uint32_t pid, netns;     /* of the last one who sent or received */
	char comm[SKBT_COMM_LEN];
	uint32_t interval; /* the last one with traffic, from 1 */
};

struct top_table;

/* It holds max rows; when there are more, those idle for longest go to the row of others. NULL: no
 * memory. */
struct top_table *top_table_new(size_t max);
void top_table_free(struct top_table *t);

/* A new interval begins, without traffic. */
void top_table_begin(struct top_table *t);

/* What the kernel side counted in this interval for key. 0 or -ENOMEM. */
int top_table_add(struct top_table *t, const struct skbt_top_key *key,
		  const struct skbt_top_row *row);

/* Bytes of this interval that belong to no row. */
void top_table_add_others(struct top_table *t, uint64_t rx, uint64_t tx);

/* Rows with traffic in this interval, most first. Valid until the next call of top_table_add(). */
const struct top_row *const *top_table_sort(struct top_table *t, size_t *count);

/* Rows that found no place, together: in this interval, and since the start. */
const struct top_row *top_table_others(const struct top_table *t);

/* All rows together, the others too. */
const struct top_row *top_table_total(const struct top_table *t);

/* How many there have been. */
uint64_t top_table_rows(const struct top_table *t);

#endif

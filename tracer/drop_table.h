/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drops by place and reason, and with --folded by stack: counts are the kernel side's, packets and
 * frames those of the records that it writes of a row now and then.
 */
#ifndef TRACER_DROP_TABLE_H
#define TRACER_DROP_TABLE_H

#include <stddef.h>

#include "event.h"

enum { DROP_NETNS_NAME = 64 };

/* The last packet of a row that a record came of: up to a tenth of a second older than last_ts. */
struct drop_sample {
	struct event ev; /* strings of it that do not outlive a run are NULL */
	char netns_name[DROP_NETNS_NAME];
	struct skbt_record rec; /* at the end, as it ends with an open array */
};

struct drop_row {
	struct skbt_drop_place place;
	uint64_t count;
	uint64_t last_ts;
	double rate;                /* a second, in the last interval */
	struct drop_sample *sample; /* NULL = no record has come */
	uint64_t *frames;           /* of its stack, innermost first; NULL = none */
	uint32_t frame_count;
	uint64_t before; /* count at the beginning of the interval */
};

struct drop_table;

/* rows: at most. stacks: rows keep frames, else packets. NULL = no memory. */
struct drop_table *drop_table_new(size_t rows, bool stacks);
void drop_table_free(struct drop_table *t);

/* A record of a row. Returns 0 or -ENOMEM; what finds no row is let go. */
int drop_table_sample(struct drop_table *t, const struct event *ev);

/* A row of the kernel side: a drop_row_fn, ctx is the table. */
void drop_table_count(void *ctx, const struct skbt_drop_place *place,
		      const struct skbt_drop_count *counted);

/* Ends an interval that was so many nanoseconds long: rates are of it. */
void drop_table_rates(struct drop_table *t, uint64_t ns);

/* Likewise of a whole run that long. */
void drop_table_average(struct drop_table *t, uint64_t ns);

/* All rows that have drops, those with the most first; valid until the next call with this table.
 */
struct drop_row *const *drop_table_rows(struct drop_table *t, size_t *count);

#endif

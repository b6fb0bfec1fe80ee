/* SPDX-License-Identifier: GPL-2.0-only */
/* What was counted: a line for each device and expression. */
#ifndef TRACER_COUNT_TABLE_H
#define TRACER_COUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bpf/count_abi.h"

struct count_line {
	struct skbt_device device; /* all 0: of several, not told apart */
	uint32_t expression;       /* number */
	struct skbt_count in, out;
};

struct count_table {
	struct count_line *lines; /* by namespace, device and expression */
	size_t count, room;
};

/* Adds to the line of this device and expression; it is made if there is none. 0 or -ENOMEM. */
int count_table_add(struct count_table *t, const struct count_line *line);

/* Empty again; its memory stays. */
void count_table_clear(struct count_table *t);
void count_table_free(struct count_table *t);

/* *out (cleared first) becomes what t has more than before. Returns 0 or -ENOMEM. */
int count_table_difference(const struct count_table *t, const struct count_table *before,
			   struct count_table *out);

/* *out (cleared first) becomes t with all devices together: a line for each expression, also where
 * nothing was counted. Returns 0 or -ENOMEM. */
int count_table_together(const struct count_table *t, uint32_t expressions,
			 struct count_table *out);

bool count_line_is_empty(const struct count_line *line);

#endif

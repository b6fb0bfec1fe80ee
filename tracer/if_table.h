/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to if_names.c: names by (namespace, index), in a place of fixed size. */
#ifndef TRACER_IF_TABLE_H
#define TRACER_IF_TABLE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IF_TABLE_MAX = 4096 };

struct if_entry {
	uint32_t netns, ifindex;
	char name[IF_NAMESIZE];
	bool gone;
};

struct if_table {
	size_t count;
	struct if_entry entries[IF_TABLE_MAX]; /* sorted by netns, then ifindex */
};

const struct if_entry *if_table_find(const struct if_table *t, uint32_t netns, uint32_t ifindex);
/* Where the table is full, those that are gone make room; if there are none, nothing is stored. */
void if_table_put(struct if_table *t, uint32_t netns, uint32_t ifindex, const char *name);
/* The names stay. ifindex 0 = all of the namespace. */
void if_table_gone(struct if_table *t, uint32_t netns, uint32_t ifindex);
void if_table_forget(struct if_table *t, uint32_t netns);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#include "if_table.h"

#include <stdio.h>
#include <string.h>

static size_t place_of(const struct if_table *t, uint32_t netns, uint32_t ifindex)
{
	uint64_t key = (uint64_t)netns << 32 | ifindex;
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct if_entry *e = &t->entries[middle];

		if (((uint64_t)e->netns << 32 | e->ifindex) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct if_entry *if_table_find(const struct if_table *t, uint32_t netns, uint32_t ifindex)
{
	const struct if_entry *e = &t->entries[place_of(t, netns, ifindex)];

	return e < t->entries + t->count && e->netns == netns && e->ifindex == ifindex ? e : NULL;
}

/* Keeps those that are not gone, and not of this namespace (0 = of any). */
static void sweep(struct if_table *t, bool drop_gone, uint32_t netns)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct if_entry *e = &t->entries[i];

		if ((drop_gone && e->gone) || e->netns == netns)
			continue;
		t->entries[kept++] = *e;
	}
	t->count = kept;
}

void if_table_put(struct if_table *t, uint32_t netns, uint32_t ifindex, const char *name)
{
	struct if_entry *e = (struct if_entry *)if_table_find(t, netns, ifindex);

	if (!e && t->count == IF_TABLE_MAX)
		sweep(t, true, 0);
	if (!e && t->count == IF_TABLE_MAX)
		return;
	if (!e) {
		e = &t->entries[place_of(t, netns, ifindex)];
		memmove(e + 1, e, (t->entries + t->count - e) * sizeof(*e));
		t->count++;
	}
	*e = (struct if_entry){ .netns = netns, .ifindex = ifindex };
	snprintf(e->name, sizeof(e->name), "%s", name);
}

void if_table_gone(struct if_table *t, uint32_t netns, uint32_t ifindex)
{
	for (size_t i = place_of(t, netns, ifindex); i < t->count; i++) {
		if (t->entries[i].netns != netns || (ifindex && t->entries[i].ifindex != ifindex))
			return;
		t->entries[i].gone = true;
	}
}

void if_table_forget(struct if_table *t, uint32_t netns)
{
	sweep(t, false, netns);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct site {
	uint64_t addr;
	char name[64]; /* the symbol without a compiler's suffix */
};

enum { RECENT = 256 };

struct sites {
	/* What was looked for last, by address: hits come from few places, again and again. */
	struct {
		uint64_t addr;
		const struct site *site;
	} recent[RECENT];
	size_t count;
	struct site list[]; /* by address */
};

static const struct site *site_at(const struct sites *s, uint64_t addr)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->list[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || addr - s->list[low - 1].addr > SKBT_ENTRY_BYTES)
		return NULL;
	return &s->list[low - 1];
}

static void note_site(struct site *site, uint64_t addr, const char *symbol)
{
	site->addr = addr;
	snprintf(site->name, sizeof(site->name), "%.*s", (int)strcspn(symbol, "."), symbol);
}

static int by_address(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

struct sites *sites_new(const struct hook_plan *plan, const struct verdict_sites *v)
{
	size_t count = plan->target_count;
	struct sites *s = calloc(1, sizeof(*s) + (count + v->count) * sizeof(s->list[0]));

	if (!s)
		return NULL;
	for (size_t i = 0; i < count; i++)
		note_site(&s->list[i], plan->targets[i].addr, plan->targets[i].symbol);
	s->count = count;
	for (size_t i = 0; i < v->count; i++)
		if (!site_at(s, v->sites[i].addr))
			note_site(&s->list[count++], v->sites[i].addr, v->names[i]);
	s->count = count;
	qsort(s->list, count, sizeof(s->list[0]), by_address);
	return s;
}

void sites_free(struct sites *s)
{
	free(s);
}

const char *sites_name(struct sites *s, uint64_t addr, uint64_t *function)
{
	size_t place = addr / 16 % RECENT; /* functions begin at multiples of 16 */
	const struct site *site = s->recent[place].site;

	if (!site || s->recent[place].addr != addr)
		site = site_at(s, addr);
	if (!site)
		return NULL;
	s->recent[place].addr = addr;
	s->recent[place].site = site;
	*function = site->addr;
	return site->name;
}

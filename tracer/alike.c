/* SPDX-License-Identifier: GPL-2.0-only */
#include "alike.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct alike {
	uint64_t number; /* the last one given */
	bool known;      /* the rest is of an event */
	const char *netns_name, *cmdline, *owner_cmdline, *owner_cgroup, *owner_container;
	struct packet packet;
	struct skbt_record rec;
};

struct alike *alike_new(void)
{
	return calloc(1, sizeof(struct alike));
}

void alike_free(struct alike *a)
{
	free(a);
}

static bool begin_alike(const struct skbt_record *a, const struct skbt_record *b)
{
	return a->packet_id == b->packet_id && a->parent_id == b->parent_id && a->skb == b->skb &&
	       memcmp(a, b, offsetof(struct skbt_record, caplen)) == 0 && a->caplen == b->caplen;
}

/* The first event of a packet says more of where it is from. */
static bool is_like(const struct skbt_record *a, const struct skbt_record *b)
{
	size_t from = offsetof(struct skbt_record, reason),
	       to = offsetof(struct skbt_record, bytes);

	to += a->caplen < SKBT_SNAP ? a->caplen : SKBT_SNAP;
	return a->prev_ts && b->prev_ts && begin_alike(a, b) &&
	       memcmp((const char *)a + from, (const char *)b + from, to - from) == 0;
}

bool alike_again(const struct alike *a, const struct skbt_record *rec, struct event *ev)
{
	if (!a->known || !is_like(rec, &a->rec))
		return false;
	ev->alike = a->number;
	ev->netns_name = a->netns_name;
	ev->cmdline = a->cmdline;
	ev->owner_cmdline = a->owner_cmdline;
	ev->owner_cgroup = a->owner_cgroup;
	ev->owner_container = a->owner_container;
	ev->packet = a->packet;
	return true;
}

void alike_keep(struct alike *a, const struct skbt_record *rec, struct event *ev)
{
	ev->alike = ++a->number;
	a->known = true;
	a->netns_name = ev->netns_name;
	a->cmdline = ev->cmdline;
	a->owner_cmdline = ev->owner_cmdline;
	a->owner_cgroup = ev->owner_cgroup;
	a->owner_container = ev->owner_container;
	a->packet = ev->packet;
	a->rec = *rec;
}

void alike_forget(struct alike *a)
{
	a->known = false;
}

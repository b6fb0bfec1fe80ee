/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: "did you mean ...?" for unknown members and words. */
#include "where_internal.h"

#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <linux/btf.h>

#include "nearest.h"

#define SUGGESTIONS     3
#define ANONYMOUS_DEPTH 16
#define MEMBERS_LISTED  12
#define SHORTEST_PART   3 /* of a name, to list the members that contain it */

/* The best names so far go into `taken`, and the next search leaves them out. */
struct search {
	const struct btf *btf;
	struct nearest nearest;
	char taken[SUGGESTIONS][64];
	int count;
};

static void offer(struct search *s, const char *name)
{
	for (int i = 0; i < s->count; i++) {
		if (!strcmp(s->taken[i], name))
			return;
	}
	nearest_offer(&s->nearest, name);
}

typedef void (*walk_fn)(void *data, const char *name);

/* Linux 6.8 and later mark groups of members by empty ones. */
static bool is_marker(const char *name)
{
	return !strncmp(name, "__cacheline_group_", strlen("__cacheline_group_"));
}

static void walk_members(const struct btf *btf, uint32_t struct_id, int depth, walk_fn fn,
			 void *data)
{
	const struct btf_type *t = btf__type_by_id(btf, struct_id);
	const struct btf_member *m = btf_members(t);
	const char *name;

	for (int i = 0; i < btf_vlen(t); i++, m++) {
		name = btf__name_by_offset(btf, m->name_off);
		if (*name && !is_marker(name))
			fn(data, name);
		else if (!*name && depth < ANONYMOUS_DEPTH &&
			 btf_is_composite(btf__type_by_id(btf, m->type)))
			walk_members(btf, m->type, depth + 1, fn, data);
	}
}

static void walk_words(const struct btf *btf, walk_fn fn, void *data)
{
	static const char *const own[] = { "skb",   "NULL",  "true",  "false",
					   "htons", "ntohs", "htonl", "ntohl" };
	const struct btf_type *t;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		fn(data, own[i]);
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		t = btf__type_by_id(btf, id);
		for (int i = 0; btf_is_enum(t) && i < btf_vlen(t); i++)
			fn(data, btf__name_by_offset(btf, btf_enum(t)[i].name_off));
		for (int i = 0; btf_is_enum64(t) && i < btf_vlen(t); i++)
			fn(data, btf__name_by_offset(btf, btf_enum64(t)[i].name_off));
	}
}

static void offer_one(void *data, const char *name)
{
	offer(data, name);
}

/* struct_id 0: among words that can start an expression. */
static int find_nearest(const struct btf *btf, struct search *s, uint32_t struct_id,
			const char *name)
{
	const char *best;

	*s = (struct search){ .btf = btf };
	while (s->count < SUGGESTIONS) {
		nearest_init(&s->nearest, name);
		if (struct_id)
			walk_members(btf, struct_id, 0, offer_one, s);
		else
			walk_words(btf, offer_one, s);
		best = nearest_best(&s->nearest);
		if (!best)
			break;
		snprintf(s->taken[s->count++], sizeof(s->taken[0]), "%s", best);
	}
	return s->count;
}

static void hint_nearest(struct where_ctx *ctx, const struct search *s, const char *more)
{
	where_hint(ctx, "did you mean %s%s%s%s%s?%s", s->taken[0], s->count == 3 ? ", " : "",
		   s->count == 3 ? s->taken[1] : "", s->count > 1 ? " or " : "",
		   s->count > 1 ? s->taken[s->count - 1] : "", more);
}

struct listing {
	const char *part; /* names that contain it; "" = all */
	char text[200];
	int count;
	bool cut;
};

static void list_one(void *data, const char *name)
{
	struct listing *l = data;
	size_t len = strlen(l->text);

	if (!strstr(name, l->part))
		return;
	if (l->count == MEMBERS_LISTED || len + strlen(name) + 3 > sizeof(l->text)) {
		l->cut = true;
		return;
	}
	snprintf(l->text + len, sizeof(l->text) - len, "%s%s", l->count ? ", " : "", name);
	l->count++;
}

static bool list_members(struct where_ctx *ctx, uint32_t struct_id, const char *part,
			 struct listing *l)
{
	*l = (struct listing){ .part = part };
	walk_members(ctx->btf, struct_id, 0, list_one, l);
	return l->count;
}

void where_hint_members(struct where_ctx *ctx, uint32_t struct_id, const char *name)
{
	struct listing l;
	struct search s;

	if (find_nearest(ctx->btf, &s, struct_id, name))
		hint_nearest(ctx, &s, "");
	else if (strlen(name) >= SHORTEST_PART && list_members(ctx, struct_id, name, &l))
		where_hint(ctx, "did you mean %s%s%s?", l.count > 1 ? "one of " : "", l.text,
			   l.cut ? ", ..." : "");
	else if (list_members(ctx, struct_id, "", &l))
		where_hint(ctx, "its members are %s%s", l.text, l.cut ? ", ..." : "");
}

static bool is_macro_like(const char *name)
{
	return !strpbrk(name, "abcdefghijklmnopqrstuvwxyz");
}

void where_hint_words(struct where_ctx *ctx, const char *name)
{
	static const char no_macros[] = "names made by #define are not in BTF: write the number";
	char more[sizeof(no_macros) + 3] = "";
	struct search s;

	if (is_macro_like(name))
		snprintf(more, sizeof(more), " (%s)", no_macros);
	if (where_find_member(ctx->btf, where_find_struct(ctx->btf, "sk_buff"), name,
			      &(struct where_member){ 0 }))
		where_hint(ctx, "fields start at skb: skb->%s", name);
	else if (find_nearest(ctx->btf, &s, 0, name))
		hint_nearest(ctx, &s, more);
	else if (*more)
		where_hint(ctx, "%s", no_macros);
	else
		where_hint(ctx, "fields start at skb; strings are written \"in double quotes\"");
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "count_filters.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "../filters/skb_filter.h"
#include "filters.h"
#include "inject.h"

_Static_assert((int)SKBT_EXPRESSIONS == (int)EXPRESSION_OPTIONS, "-e");
_Static_assert((int)SKBT_EXPRESSIONS <= SKB_FILTER_JOIN_MAX, "a bit for each");

static int open_one(struct count_filters *f, const char *common, const char *expression,
		    struct error *e)
{
	size_t size = strlen(common) + strlen(expression) + sizeof("() and ()");
	char *text = malloc(size);
	int err;

	if (!text)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	/* By itself first: what is wrong with it is then told in its own words. */
	err = filter_compile(expression, "filter", &f->filters[f->count], e);
	if (!err && *common) {
		skb_filter_free(f->filters[f->count]);
		snprintf(text, size, "(%s) and (%s)", common, expression);
		err = filter_compile(text, "filter", &f->filters[f->count], e);
	}
	free(text);
	if (!err)
		f->names[f->count++] = expression;
	return err;
}

int count_filters_open(struct count_filters *f, const struct options *o, struct error *e)
{
	int err = 0;

	memset(f, 0, sizeof(*f));
	if (!o->expression_count)
		return open_one(f, "", o->expression, e);
	for (size_t i = 0; i < o->expression_count && !err; i++)
		err = open_one(f, o->expression, o->expressions[i], e);
	return err;
}

void count_filters_close(struct count_filters *f)
{
	for (size_t i = 0; i < SKBT_EXPRESSIONS; i++)
		skb_filter_free(f->filters[i]);
	memset(f, 0, sizeof(*f));
}

static int inject_joined(const struct count_filters *f, const struct bpf_object *obj,
			 const char *stub, enum skb_filter_start start)
{
	const struct bpf_insn *body;
	struct bpf_insn *joined;
	uint32_t cnt;
	int err;

	if (f->count == 1) {
		body = skb_filter_body(f->filters[0], start, &cnt);
		return inject_body(obj, stub, 3, body, cnt);
	}
	err = skb_filter_join((const struct skb_filter *const *)f->filters, f->count, start,
			      &joined, &cnt);
	if (!err)
		err = inject_body(obj, stub, 3, joined, cnt);
	free(joined);
	return err;
}

static void describe(const struct count_filters *f, struct skbt_config *c,
		     struct skbt_count_config *cc)
{
	c->filter_one_body = 1;
	for (size_t i = 0; i < f->count; i++) {
		const struct skb_filter *filter = f->filters[i];

		c->have_filter |= !skb_filter_matches_all(filter);
		c->filter_one_body &= skb_filter_one_body(filter);
		if (skb_filter_need(filter) > c->filter_need)
			c->filter_need = skb_filter_need(filter);
		if (skb_filter_uses(filter) & SKB_FILTER_USES_VLAN)
			cc->tagged |= 1U << i;
		else
			cc->plain |= 1U << i;
	}
	cc->expressions = f->count;
	c->filter_vlan = cc->tagged != 0;
	c->filter_direct = c->direct && c->have_filter;
	/* A single one is not joined: its body's verdict is any number but 0. */
	if (f->count == 1) {
		cc->tagged = cc->tagged ? UINT32_MAX : 0;
		cc->plain = cc->plain ? UINT32_MAX : 0;
	}
	/* The kernel side counts without a look what matches all, if that is the only one. */
	if (f->count > 1)
		c->have_filter = 1;
}

int count_filters_inject(const struct count_filters *f, const struct bpf_object *obj,
			 struct skbt_config *c, struct skbt_count_config *cc)
{
	int err;

	inject_forget();
	describe(f, c, cc);
	if (!c->have_filter)
		return 0;
	err = inject_joined(f, obj, "filter_l2", SKB_FILTER_L2);
	if (!err && !c->filter_one_body)
		err = inject_joined(f, obj, "filter_l3", SKB_FILTER_L3);
	if (!err && c->filter_direct)
		err = inject_joined(f, obj, "filter_direct", SKB_FILTER_L2);
	return err;
}

int count_filters_dump(const struct count_filters *f, unsigned int level, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < f->count && !err; i++) {
		if (f->count > 1)
			fprintf(out, "%s:\n", f->names[i]);
		err = filter_dump(f->filters[i], level, out);
	}
	return err;
}

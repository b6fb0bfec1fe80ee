/* SPDX-License-Identifier: GPL-2.0-only */
#include "text_verdict.h"

#include <linux/rtnetlink.h>

#include <string.h>

#include "verdict_names.h"

/* What decided, where netfilter did not. */
static const char *decider(const struct skbt_verdict *v)
{
	return v->kind == SKBT_VERDICT_TC      ? "tc"
	       : v->kind == SKBT_VERDICT_XDP   ? "XDP"
	       : v->kind == SKBT_VERDICT_QDISC ? "qdisc"
					       : NULL;
}

static void put_result(struct linebuf *b, int64_t result)
{
	lb_text(b, "returned ");
	if (result < 0)
		lb_char(b, '-');
	lb_u64(b, result < 0 ? -(uint64_t)result : (uint64_t)result);
}

/* Names may hold anything; blanks are of no harm in the last column. */
static void put_name(struct linebuf *b, const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	for (size_t i = 0; i < len; i++)
		lb_char(b, name[i] >= ' ' && name[i] < 0x7f ? name[i] : '?');
}

/* nft: "inet filter forward"; iptables: "table filter". */
static void put_table(struct linebuf *b, const struct skbt_verdict *v)
{
	const char *family = verdict_family(v);

	if (v->chain[0] && family) {
		lb_text(b, family);
		lb_char(b, ' ');
	} else if (!v->chain[0]) {
		lb_text(b, "table ");
	}
	put_name(b, v->table, sizeof(v->table));
	if (v->chain[0]) {
		lb_char(b, ' ');
		put_name(b, v->chain, sizeof(v->chain));
	}
}

void put_verdict(struct linebuf *b, const struct skbt_verdict *v)
{
	const char *where = verdict_hook(v) ? verdict_hook(v) : decider(v), *name = verdict_name(v);

	if (where) {
		lb_text(b, where);
		lb_text(b, ": ");
	}
	if (name)
		lb_text(b, name);
	else
		put_result(b, v->result);
	if (v->table[0]) {
		lb_text(b, " by ");
		if (v->rule) {
			lb_text(b, "rule ");
			lb_u64(b, v->rule);
			lb_text(b, " of ");
		}
		put_table(b, v);
	}
}

bool is_new_route(const struct skbt_route *r, const struct skbt_route *last)
{
	return r->ifindex && !(last && memcmp(last, r, sizeof(*r)) == 0);
}

void put_route(struct linebuf *b, const struct skbt_route *r)
{
	const char *type = route_type_name(r->type);

	lb_text(b, "route ");
	if (type && strcmp(type, "unicast") != 0) {
		lb_text(b, type);
		lb_char(b, ' ');
	}
	if (r->gw_family) {
		lb_text(b, "via ");
		lb_address(b, r->gw_family, r->gateway);
		lb_char(b, ' ');
	}
	lb_text(b, "dev ");
	put_name(b, r->dev, sizeof(r->dev));
	if (r->table && r->table != RT_TABLE_MAIN && r->table != RT_TABLE_LOCAL) {
		lb_text(b, " table ");
		lb_u64(b, r->table);
	}
}

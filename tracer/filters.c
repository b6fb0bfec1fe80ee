/* SPDX-License-Identifier: GPL-2.0-only */
#include "filters.h"

#include <stdio.h>
#include <string.h>

#include "../bpf/config.h"
#include "../filters/skb_filter.h"
#include "inject.h"
#include "where.h"

/* One line that says what is wrong, and where the place is known, the expression with a caret. */
static int report(struct error *e, int err, const char *what, const char *expr, const char *msg,
		  const char *hint, int pos)
{
	char caret[256] = "";

	skb_filter_caret(expr, pos, caret, sizeof(caret));
	return error_set(e, EXIT_USAGE, err, "bad %s: %s%s%s%s%s", what, msg, *hint ? "; " : "",
			 hint, *caret ? "\n" : "", caret);
}

int filter_compile(const char *expr, const char *what, struct skb_filter **out, struct error *e)
{
	struct skb_filter_err why;
	int err = skb_filter_compile(expr, NULL, out, &why);

	return err ? report(e, err, what, expr, why.msg, why.hint, why.pos) : 0;
}

int filters_open(struct filters *f, const struct options *o, struct error *e)
{
	int err;

	memset(f, 0, sizeof(*f));
	err = filter_compile(o->expression, "filter", &f->packet, e);
	if (!err && o->inner)
		err = filter_compile(o->inner, "inner filter", &f->inner, e);
	return err;
}

int filters_open_where(struct filters *f, const struct options *o, const struct btf *vmlinux,
		       struct error *e)
{
	const struct where_err *warning;
	struct where_err why;
	int err;

	if (!o->where)
		return 0;
	err = where_compile(o->where, vmlinux, &f->where, &why);
	if (err)
		return report(e, err, "--where", o->where, why.msg, why.hint, why.pos);
	warning = where_warning(f->where);
	if (warning)
		fprintf(stderr, "skbtrace: --where: %s%s%s\n", warning->msg,
			*warning->hint ? "; " : "", warning->hint);
	return 0;
}

void filters_close(struct filters *f)
{
	skb_filter_free(f->packet);
	skb_filter_free(f->inner);
	where_free(f->where);
	memset(f, 0, sizeof(*f));
}

/* A body of more instructions is verified once a program, at the price of a map look-up a run. */
enum { BIG_BODY = 1024 };

/* If both bodies are the same, only that of l2: the kernel side then never calls the other. */
static int inject_bodies(const struct skb_filter *f, const struct bpf_object *obj, const char *l2,
			 const char *l3)
{
	const struct bpf_insn *insns;
	uint32_t cnt;

	if (!skb_filter_one_body(f))
		return inject_filter(obj, f, l2, l3);
	insns = skb_filter_body(f, SKB_FILTER_L2, &cnt);
	return inject_body(obj, l2, 3, insns, cnt);
}

/* Asked before anything else is done: what L2 and L3 starts have in common must be all there is. */
static int inject_in_place(const struct skb_filter *f, const struct bpf_object *obj,
			   struct skbt_config *c)
{
	const struct bpf_insn *insns;
	uint32_t cnt;
	bool more;

	insns = skb_filter_body(f, SKB_FILTER_IN_PLACE, &cnt);
	if (!insns || !c->filter_direct || !c->headers_adjoin || !c->filter_one_body)
		return 0;
	more = c->filter_vlan || skb_filter_uses(f) & SKB_FILTER_USES_LEN;
	c->filter_in_place = more ? SKBT_IN_PLACE_MORE : SKBT_IN_PLACE;
	return inject_body(obj, "filter_in_place", 3, insns, cnt);
}

/* The packet filter, and its L2 body once more for frames that are read where they lie. */
static int inject_packet(const struct skb_filter *f, const struct bpf_object *obj,
			 struct skbt_config *c)
{
	const struct bpf_insn *insns;
	uint32_t cnt;
	int err;

	insns = skb_filter_body(f, SKB_FILTER_L2, &cnt);
	c->have_filter = 1;
	c->filter_need = skb_filter_need(f);
	c->filter_vlan = skb_filter_uses(f) & SKB_FILTER_USES_VLAN;
	c->filter_one_body = skb_filter_one_body(f);
	c->filter_big = cnt > BIG_BODY;
	c->filter_direct = c->direct && !c->filter_big;
	err = inject_bodies(f, obj, "filter_l2", "filter_l3");
	if (!err && c->filter_direct)
		err = inject_body(obj, "filter_direct", 3, insns, cnt);
	return err ? err : inject_in_place(f, obj, c);
}

static int inject_inner(const struct skb_filter *f, const struct bpf_object *obj,
			struct skbt_config *c)
{
	uint32_t cnt;

	skb_filter_body(f, SKB_FILTER_L2, &cnt);
	c->have_inner = 1;
	c->inner_need = skb_filter_need(f);
	c->inner_one_body = skb_filter_one_body(f);
	c->inner_big = cnt > BIG_BODY;
	return inject_bodies(f, obj, "inner_l2", "inner_l3");
}

int filters_inject(const struct filters *f, const struct bpf_object *obj, struct skbt_config *c)
{
	const struct bpf_insn *insns;
	uint32_t cnt;
	int err = 0;

	inject_forget();
	if (f->packet && !skb_filter_matches_all(f->packet))
		err = inject_packet(f->packet, obj, c);
	/* One that matches all is spliced too: --inner '' means "any packet in a tunnel". */
	if (!err && f->inner)
		err = inject_inner(f->inner, obj, c);
	if (!err && f->where) {
		c->have_where = 1;
		insns = where_body(f->where, &cnt);
		err = inject_body(obj, "where", 1, insns, cnt);
	}
	return err;
}

static int dump_body(const struct skb_filter *f, enum skb_filter_start start, const char *title,
		     FILE *out)
{
	fprintf(out, "%s:\n", title);
	return skb_filter_dump_ebpf(f, start, out);
}

int filter_dump(const struct skb_filter *f, unsigned int level, FILE *out)
{
	int err = skb_filter_dump_classic(f, out);

	if (err || level < 2)
		return err;
	fprintf(out, "at most %u bytes of the frame are read\n", skb_filter_need(f));
	err = dump_body(f, SKB_FILTER_L2, "with Ethernet header", out);
	return err ? err : dump_body(f, SKB_FILTER_L3, "without Ethernet header", out);
}

int filters_dump(const struct filters *f, unsigned int level, FILE *out)
{
	int err = filter_dump(f->packet, level, out);

	if (err || !f->inner)
		return err;
	fputs("inner:\n", out);
	return filter_dump(f->inner, level, out);
}

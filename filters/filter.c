/* SPDX-License-Identifier: GPL-2.0-only */
/* struct skb_filter: one classic program and its eBPF bodies. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct body {
	struct bpf_insn *insns;
	uint32_t cnt;
};

struct skb_filter {
	struct skb_cbpf *classic;
	uint32_t classic_cnt;
	struct body bodies[SKB_FILTER_STARTS];
	uint32_t need;
	uint32_t uses;
};

/* Bodies differ in the bytes that no load may touch. need and uses are those of the L2 start. */
static int make_body(struct skb_filter *f, enum skb_filter_start start, uint32_t window,
		     struct skb_filter_err *err)
{
	struct body *body = &f->bodies[start];
	struct analysis a;
	int ret;

	ret = analyse(f->classic, f->classic_cnt, window, hole_of(start), &a, err);
	if (ret)
		return ret;
	ret = translate(f->classic, f->classic_cnt, window, start, &a, &body->insns, &body->cnt,
			err);
	if (start == SKB_FILTER_L2) {
		f->need = a.need;
		f->uses = a.uses;
	}
	analysis_free(&a);
	/* Callers do without this one. */
	return start == SKB_FILTER_IN_PLACE && ret != -ENOMEM ? 0 : ret;
}

static int window_size(const struct skb_filter_opts *opts, uint32_t *window,
		       struct skb_filter_err *err)
{
	*window = opts && opts->window_max ? opts->window_max : SKB_FILTER_WINDOW_MAX;
	if (*window < 14 || *window > SKB_FILTER_WINDOW_MAX)
		return fail(err, -EINVAL, -1, NULL, "window of %u bytes: must be 14 to %u", *window,
			    SKB_FILTER_WINDOW_MAX);
	return 0;
}

int filter_new(struct skb_cbpf *insns, uint32_t cnt, const struct skb_filter_opts *opts,
	       struct skb_filter **out, struct skb_filter_err *err)
{
	struct skb_filter *f = calloc(1, sizeof(*f));
	uint32_t window;
	int ret;

	*out = NULL;
	if (!f) {
		free(insns);
		return fail(err, -ENOMEM, -1, NULL, "out of memory");
	}
	f->classic = insns;
	f->classic_cnt = cnt;
	ret = window_size(opts, &window, err);
	if (!ret)
		ret = classic_check(insns, cnt, err);
	for (int start = 0; start < SKB_FILTER_STARTS && !ret; start++)
		ret = make_body(f, start, window, err);
	if (ret) {
		skb_filter_free(f);
		return ret;
	}
	*out = f;
	return 0;
}

int skb_filter_from_cbpf(const struct skb_cbpf *insns, uint32_t cnt,
			 const struct skb_filter_opts *opts, struct skb_filter **out,
			 struct skb_filter_err *err)
{
	struct skb_cbpf *copy = malloc(cnt ? cnt * sizeof(*copy) : 1);

	*out = NULL;
	if (!copy)
		return fail(err, -ENOMEM, -1, NULL, "out of memory");
	if (cnt)
		memcpy(copy, insns, cnt * sizeof(*copy));
	return filter_new(copy, cnt, opts, out, err);
}

void skb_filter_free(struct skb_filter *f)
{
	if (!f)
		return;
	free(f->classic);
	for (int start = 0; start < SKB_FILTER_STARTS; start++)
		free(f->bodies[start].insns);
	free(f);
}

const struct bpf_insn *skb_filter_body(const struct skb_filter *f, enum skb_filter_start start,
				       uint32_t *cnt)
{
	*cnt = f->bodies[start].cnt;
	return f->bodies[start].insns;
}

const struct skb_cbpf *skb_filter_classic(const struct skb_filter *f, uint32_t *cnt)
{
	*cnt = f->classic_cnt;
	return f->classic;
}

uint32_t skb_filter_need(const struct skb_filter *f)
{
	return f->need;
}

uint32_t skb_filter_uses(const struct skb_filter *f)
{
	return f->uses;
}

void filter_set_uses(struct skb_filter *f, uint32_t uses)
{
	f->uses |= uses;
}

bool skb_filter_one_body(const struct skb_filter *f)
{
	const struct body *l2 = &f->bodies[SKB_FILTER_L2], *l3 = &f->bodies[SKB_FILTER_L3];

	return l2->cnt == l3->cnt && !memcmp(l2->insns, l3->insns, l2->cnt * sizeof(*l2->insns));
}

bool skb_filter_matches_all(const struct skb_filter *f)
{
	return f->classic[0].code == (BPF_RET | BPF_K) && f->classic[0].k;
}

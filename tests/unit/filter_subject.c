/* SPDX-License-Identifier: GPL-2.0-only */
#include "filter_subject.h"

#include <stdarg.h>
#include <string.h>

#include "ebpf_form.h"
#include "filter_packets.h"

static bool __attribute__((format(printf, 2, 3))) wrong(struct subject *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->wrong, sizeof(s->wrong), fmt, ap);
	va_end(ap);
	return false;
}

bool subject_open(struct subject *s, const char *name, struct skb_filter *f)
{
	const char *form;

	s->name = name;
	s->f = f;
	s->classic = skb_filter_classic(f, &s->classic_cnt);
	s->l2 = skb_filter_body(f, SKB_FILTER_L2, &s->l2_cnt);
	s->l3 = skb_filter_body(f, SKB_FILTER_L3, &s->l3_cnt);
	s->in_place = skb_filter_body(f, SKB_FILTER_IN_PLACE, &s->in_place_cnt);
	form = ebpf_form(s->l2, s->l2_cnt, false);
	if (!form)
		form = ebpf_form(s->l3, s->l3_cnt, false);
	if (!form && s->in_place)
		form = ebpf_form(s->in_place, s->in_place_cnt, false);
	return form ? wrong(s, "%s", form) : true;
}

void subject_fill(struct subject *s, const uint8_t *data, uint32_t caplen)
{
	memset(s->window, 0xa5, sizeof(s->window));
	memcpy(s->window, data, caplen);
}

uint32_t subject_random(struct subject *s, struct rng *r)
{
	uint32_t cnt, caplen;
	const struct packet *p = packets_all(&cnt);

	p += rng_below(r, cnt);
	for (uint32_t i = 0; i < sizeof(s->window); i++)
		s->window[i] = (uint8_t)rng_next(r);
	if (rng_below(r, 2))
		return rng_below(r, 4) ? 256 : rng_below(r, 257);
	caplen = p->len < 256 ? p->len : 256;
	if (!rng_below(r, 3))
		caplen = rng_below(r, caplen + 1);
	memcpy(s->window, p->data, caplen);
	return caplen;
}

static bool disagree(struct subject *s, const char *what, uint32_t got, uint32_t expected,
		     uint32_t caplen, uint32_t wirelen)
{
	return wrong(s, "%s says 0x%x instead of 0x%x, caplen %u wirelen %u", what, got, expected,
		     caplen, wirelen);
}

static bool in_bounds(struct subject *s, const char *what, uint32_t caplen,
		      const struct ebpf_result *r)
{
	if (r->error)
		return wrong(s, "%s, instruction %u: %s, caplen %u", what, r->at, r->error, caplen);
	if (r->end > skb_filter_need(s->f) || r->end > caplen)
		return wrong(s, "%s reads byte %u of %u, need %u", what, r->end - 1, caplen,
			     skb_filter_need(s->f));
	return true;
}

static bool run_body(struct subject *s, const char *what, const struct bpf_insn *insns,
		     uint32_t cnt, uint32_t caplen, uint32_t wirelen, struct ebpf_result *r)
{
	ebpf_run(insns, cnt, s->window, sizeof(s->window), caplen, wirelen, r);
	return in_bounds(s, what, caplen, r);
}

static bool compare_in_place(struct subject *s, uint32_t caplen, uint32_t wirelen,
			     uint32_t expected)
{
	struct ebpf_result r;

	ebpf_run_in_place(s->in_place, s->in_place_cnt, s->window, sizeof(s->window), caplen,
			  wirelen, &r);
	if (!in_bounds(s, "the body in place", caplen, &r))
		return false;
	if (r.lowest < 14)
		return wrong(s, "the body in place reads byte %u", r.lowest);
	return r.verdict == expected ||
	       disagree(s, "the body in place", r.verdict, expected, caplen, wirelen);
}

bool subject_compare(struct subject *s, uint32_t caplen, uint32_t wirelen, bool with_libpcap,
		     uint32_t *verdict, uint32_t *verdict_l3)
{
	struct ebpf_result l2, l3;
	uint32_t expected;

	expected = skb_filter_run_classic(s->classic, s->classic_cnt, s->window, caplen, wirelen);
	if (!run_body(s, "the L2 body", s->l2, s->l2_cnt, caplen, wirelen, &l2) ||
	    !run_body(s, "the L3 body", s->l3, s->l3_cnt, caplen, wirelen, &l3))
		return false;
	if (l2.verdict != expected)
		return disagree(s, "the L2 body", l2.verdict, expected, caplen, wirelen);
	if (l3.lowest < SKB_FILTER_HOLE)
		return wrong(s, "the L3 body reads byte %u", l3.lowest);
	expected = l2.lowest < SKB_FILTER_HOLE ? 0 : l2.verdict;
	if (l3.verdict != expected)
		return disagree(s, "the L3 body", l3.verdict, expected, caplen, wirelen);
	if (s->in_place && !compare_in_place(s, caplen, wirelen, l3.verdict))
		return false;
	if (verdict)
		*verdict = l2.verdict;
	if (verdict_l3)
		*verdict_l3 = l3.verdict;
	if (!with_libpcap)
		return true;
	expected = libpcap_verdict(s->classic, s->window, wirelen, caplen);
	if (l2.verdict != expected && !(expected == 0 && may_wrap(s->classic, s->classic_cnt)))
		return disagree(s, "libpcap", expected, l2.verdict, caplen, wirelen);
	return true;
}

bool subject_compare_kernel(struct subject *s, const struct kernel_classic *k, uint32_t caplen)
{
	struct ebpf_result r;
	uint32_t expected;
	int64_t got = kernel_classic_run(k, s->window, caplen);

	if (got < KERNEL_CLASSIC_DROPPED)
		return wrong(s, "no answer from the kernel's classic filter: error %d", (int)-got);
	if (!run_body(s, "the L2 body", s->l2, s->l2_cnt, caplen, caplen, &r))
		return false;
	expected = r.verdict < caplen ? r.verdict : caplen;
	if (got == (r.verdict ? (int64_t)expected : KERNEL_CLASSIC_DROPPED))
		return true;
	if (kernel_classic_may_differ(s->classic, s->classic_cnt, s->window, caplen))
		return true;
	return wrong(s, "the kernel's classic filter says %d instead of 0x%x, caplen %u", (int)got,
		     r.verdict, caplen);
}

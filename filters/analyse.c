/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data flow over a classic program. Jumps only go forward, so one pass in program order sees every
 * predecessor of an instruction before the instruction itself.
 *
 * The value ranges serve one purpose: to know how many bytes of the frame a program can touch, and
 * to refuse, not to answer "no match", when a load always lies beyond the window.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define BIT(n) (1u << (n))

static const struct range anything = { 0, UINT32_MAX };

static struct range constant(uint32_t v)
{
	return (struct range){ v, v };
}

/* The range of (u32)(r + k); exact as long as all or none of the sums wrap. */
static struct range range_add(struct range r, struct range s)
{
	uint64_t lo = (uint64_t)r.lo + s.lo, hi = (uint64_t)r.hi + s.hi;

	if ((lo >> 32) != (hi >> 32))
		return anything;
	return (struct range){ (uint32_t)lo, (uint32_t)hi };
}

/* Likewise: as long as all or none of the differences borrow. */
static struct range range_sub(struct range r, struct range s)
{
	if ((r.lo < s.hi) != (r.hi < s.lo))
		return anything;
	return (struct range){ r.lo - s.hi, r.hi - s.lo };
}

static struct range range_scale(struct range r, uint64_t factor)
{
	if (r.hi * factor > UINT32_MAX)
		return anything;
	return (struct range){ r.lo * (uint32_t)factor, r.hi * (uint32_t)factor };
}

static uint32_t all_bits_below(uint32_t v)
{
	return v ? UINT32_MAX >> __builtin_clz(v) : 0;
}

static struct range range_alu(const struct skb_cbpf *insn, struct range a, struct range x)
{
	bool by_const = BPF_SRC(insn->code) == BPF_K;
	struct range v = by_const ? constant(insn->k) : x;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		return range_add(a, v);
	case BPF_SUB:
		return range_sub(a, v);
	case BPF_MUL:
		return v.lo == v.hi ? range_scale(a, v.lo) : anything;
	case BPF_LSH:
		return v.hi < 32 && v.lo == v.hi ? range_scale(a, 1ull << v.lo) : anything;
	case BPF_RSH:
		if (v.hi < 32 && v.lo == v.hi)
			return (struct range){ a.lo >> v.lo, a.hi >> v.lo };
		return (struct range){ 0, a.hi };
	case BPF_AND:
		return (struct range){ 0, a.hi < v.hi ? a.hi : v.hi };
	case BPF_OR:
	case BPF_XOR:
		return (struct range){ 0, all_bits_below(a.hi | v.hi) };
	case BPF_DIV:
		return (struct range){ 0, a.hi };
	case BPF_NEG:
		return range_sub(constant(0), a);
	case BPF_MOD:
		return (struct range){ 0, v.hi && v.hi - 1 < a.hi ? v.hi - 1 : a.hi };
	default:
		return anything;
	}
}

bool load_of(const struct skb_cbpf *insn, const struct flow *in, struct load *out)
{
	uint16_t class = BPF_CLASS(insn->code), mode = BPF_MODE(insn->code);

	if (class != BPF_LD && class != BPF_LDX)
		return false;
	if (mode != BPF_ABS && mode != BPF_IND && mode != BPF_MSH)
		return false;
	out->indirect = mode == BPF_IND;
	out->k = insn->k;
	out->size = BPF_SIZE(insn->code) == BPF_W ? 4 : BPF_SIZE(insn->code) == BPF_H ? 2 : 1;
	out->index = constant(insn->k);
	if (out->indirect)
		out->index = range_add(in->x, out->index);
	return true;
}

static uint32_t slots_read(const struct skb_cbpf *insn)
{
	uint16_t code = insn->code;
	uint32_t slots = 0;

	switch (BPF_CLASS(code)) {
	case BPF_LD:
	case BPF_LDX:
		if (BPF_MODE(code) == BPF_MEM)
			return BIT(insn->k);
		return BPF_MODE(code) == BPF_IND ? BIT(SLOT_X) : 0;
	case BPF_ST:
		return BIT(SLOT_A);
	case BPF_STX:
		return BIT(SLOT_X);
	case BPF_RET:
		return BPF_RVAL(code) == BPF_A ? BIT(SLOT_A) : 0;
	case BPF_MISC:
		return BPF_MISCOP(code) == BPF_TXA ? BIT(SLOT_X) : BIT(SLOT_A);
	case BPF_JMP:
		if (BPF_OP(code) == BPF_JA)
			return 0;
		break;
	}
	slots = BIT(SLOT_A);
	if (BPF_SRC(code) == BPF_X && BPF_OP(code) != BPF_NEG)
		slots |= BIT(SLOT_X);
	return slots;
}

/* LD, LDX: the value that arrives in A or X. */
static struct range range_loaded(const struct skb_cbpf *insn, const struct flow *in)
{
	switch (BPF_MODE(insn->code)) {
	case BPF_IMM:
		return constant(insn->k);
	case BPF_MEM:
		return in->m[insn->k];
	case BPF_MSH:
		return (struct range){ 0, 15 * 4 };
	case BPF_ABS:
	case BPF_IND:
		if (BPF_SIZE(insn->code) == BPF_W)
			return anything;
		return (struct range){ 0, BPF_SIZE(insn->code) == BPF_H ? 0xffff : 0xff };
	default:
		return anything;
	}
}

/* Turns the state before insn into the state after it. */
static void flow_through(struct flow *f, const struct skb_cbpf *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		f->a = range_loaded(insn, f);
		f->unset &= ~BIT(SLOT_A);
		break;
	case BPF_LDX:
		f->x = range_loaded(insn, f);
		f->unset &= ~BIT(SLOT_X);
		break;
	case BPF_ST:
		f->m[insn->k] = f->a;
		f->unset &= ~BIT(insn->k);
		break;
	case BPF_STX:
		f->m[insn->k] = f->x;
		f->unset &= ~BIT(insn->k);
		break;
	case BPF_ALU:
		f->a = range_alu(insn, f->a, f->x);
		break;
	case BPF_MISC:
		if (BPF_MISCOP(insn->code) == BPF_TAX) {
			f->x = f->a;
			f->unset &= ~BIT(SLOT_X);
		} else {
			f->a = f->x;
			f->unset &= ~BIT(SLOT_A);
		}
		break;
	}
}

static void range_join(struct range *to, const struct range *from)
{
	if (from->lo < to->lo)
		to->lo = from->lo;
	if (from->hi > to->hi)
		to->hi = from->hi;
}

static void flow_join(struct flow *to, const struct flow *from)
{
	if (!to->reached) {
		*to = *from;
		return;
	}
	if (from->caplen < to->caplen)
		to->caplen = from->caplen;
	to->unset |= from->unset;
	range_join(&to->a, &from->a);
	range_join(&to->x, &from->x);
	for (int i = 0; i < CBPF_MEMWORDS; i++)
		range_join(&to->m[i], &from->m[i]);
}

/*
 * One past the last byte within the window that the load can read. An indirect load whose index
 * wraps on some paths reads low bytes when it does, and nothing that exists when it does not.
 */
static uint32_t load_end(const struct load *l, const struct range *x, uint32_t window)
{
	uint64_t end = (uint64_t)l->index.hi + l->size;

	if (l->indirect && l->k > window && (uint64_t)x->hi + l->k > UINT32_MAX)
		end = (uint64_t)(uint32_t)(x->hi + l->k) + l->size;
	return end < window ? (uint32_t)end : window;
}

/* Where classic BPF keeps what is not in the packet: SKF_AD_OFF, and 64 places from there. */
static bool is_metadata(const struct load *l)
{
	return !l->indirect && l->k >= (uint32_t)SKF_AD_OFF && l->k < (uint32_t)SKF_AD_OFF + 64;
}

static int refuse_load(const struct load *l, uint32_t window, struct skb_filter_err *err)
{
	if (is_metadata(l))
		return fail(err, -EOPNOTSUPP, -1,
			    "'inbound', 'outbound' and 'ifindex' need tcpdump's socket; choose an "
			    "interface with -i, or look at the packet type printed",
			    "the expression asks for packet metadata that is not in the bytes");
	if (l->index.lo > INT32_MAX)
		return fail(err, -EOPNOTSUPP, -1, "offsets count from the start of the header",
			    "the expression reads a byte before the start of the frame");
	return fail(err, -EOPNOTSUPP, -1, "only headers and the first bytes of data can be tested",
		    "the expression reads byte %llu of the frame; the limit is byte %u",
		    (unsigned long long)l->index.lo + l->size - 1, window - 1);
}

/* On no path within the window. */
static bool beyond_window(const struct load *l, uint32_t window)
{
	return (uint64_t)l->index.lo + l->size > window;
}

static bool touches_mac(const struct load *l)
{
	return l->index.lo < SKB_FILTER_HOLE && l->k < SKB_FILTER_HOLE;
}

/* Notes what the load needs. Returns 1 if it can never succeed, so that nothing follows it. */
static int note_load(const struct load *l, struct flow *f, uint32_t window, uint32_t hole,
		     struct analysis *a, struct skb_filter_err *err)
{
	uint32_t end = load_end(l, &f->x, window);

	if (beyond_window(l, window))
		return refuse_load(l, window, err);
	if (end > a->need)
		a->need = end;
	if (touches_mac(l))
		a->uses |= SKB_FILTER_USES_MACADDR;
	if (l->indirect)
		a->uses |= SKB_FILTER_USES_INDIRECT;
	if (l->index.hi < hole)
		return 1;
	if (l->index.lo + l->size > f->caplen)
		f->caplen = l->index.lo + l->size;
	return 0;
}

static bool reads_len(uint16_t code)
{
	return (BPF_CLASS(code) == BPF_LD || BPF_CLASS(code) == BPF_LDX) &&
	       BPF_MODE(code) == BPF_LEN;
}

static void flow_out(struct flow *at, uint32_t i, const struct skb_cbpf *insn, const struct flow *f)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_RET:
		return;
	case BPF_JMP:
		if (BPF_OP(insn->code) == BPF_JA) {
			flow_join(&at[i + 1 + insn->k], f);
			return;
		}
		flow_join(&at[i + 1 + insn->jt], f);
		flow_join(&at[i + 1 + insn->jf], f);
		return;
	default:
		flow_join(&at[i + 1], f);
	}
}

static int analyse_one(const struct skb_cbpf *insns, uint32_t i, uint32_t window, uint32_t hole,
		       struct analysis *a, struct skb_filter_err *err)
{
	struct flow f = a->at[i];
	struct load load;
	int ret = 0;

	a->zero |= slots_read(&insns[i]) & f.unset;
	if (reads_len(insns[i].code))
		a->uses |= SKB_FILTER_USES_LEN;
	if (load_of(&insns[i], &f, &load)) {
		ret = note_load(&load, &f, window, hole, a, err);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	flow_through(&f, &insns[i]);
	flow_out(a->at, i, &insns[i], &f);
	return 0;
}

int analyse(const struct skb_cbpf *insns, uint32_t cnt, uint32_t window, uint32_t hole,
	    struct analysis *out, struct skb_filter_err *err)
{
	int ret = 0;

	memset(out, 0, sizeof(*out));
	out->at = calloc(cnt, sizeof(*out->at));
	if (!out->at)
		return fail(err, -ENOMEM, -1, NULL, "out of memory");
	out->at[0].reached = true;
	out->at[0].unset = BIT(SLOT_X + 1) - 1;
	for (uint32_t i = 0; i < cnt && !ret; i++) {
		if (out->at[i].reached)
			ret = analyse_one(insns, i, window, hole, out, err);
	}
	if (ret)
		analysis_free(out);
	return ret;
}

void analysis_free(struct analysis *a)
{
	free(a->at);
	a->at = NULL;
}

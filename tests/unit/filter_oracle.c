/* SPDX-License-Identifier: GPL-2.0-only */
#include "filter_oracle.h"

#define bpf_insn pcap_bpf_insn
#include <pcap/pcap.h>
#undef bpf_insn

#define WORDS 4 /* scratch words that random programs use */

uint32_t libpcap_verdict(const struct skb_cbpf *insns, const uint8_t *pkt, uint32_t wirelen,
			 uint32_t caplen)
{
	return bpf_filter((const struct pcap_bpf_insn *)insns, pkt, wirelen, caplen);
}

bool may_wrap(const struct skb_cbpf *insns, uint32_t cnt)
{
	for (uint32_t i = 0; i < cnt; i++) {
		if (BPF_CLASS(insns[i].code) == BPF_LD && BPF_MODE(insns[i].code) == BPF_IND)
			return true;
	}
	return false;
}

/* xorshift64* */
uint32_t rng_next(struct rng *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (uint32_t)(r->state * 0x2545f4914f6cdd1dull >> 32);
}

uint32_t rng_below(struct rng *r, uint32_t limit)
{
	return (uint32_t)((uint64_t)rng_next(r) * limit >> 32);
}

static uint32_t random_constant(struct rng *r)
{
	static const uint32_t values[] = {
		0,       1,          2,          4,          6,          14,         17,     31,
		32,      33,         0x45,       0xff,       0x800,      0x86dd,     0x1fff, 0xffff,
		0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffff0, 0xffffffff,
	};
	uint32_t pick = rng_below(r, sizeof(values) / sizeof(values[0]) + 6);

	if (pick < sizeof(values) / sizeof(values[0]))
		return values[pick];
	return pick & 1 ? rng_next(r) : rng_below(r, 256);
}

static uint32_t random_index(struct rng *r)
{
	switch (rng_below(r, 8)) {
	case 0:
		return -rng_below(r, 64);
	case 1:
		return rng_next(r);
	case 2:
		return rng_below(r, 256);
	default:
		return rng_below(r, 64);
	}
}

static struct skb_cbpf random_load(struct rng *r)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_B | BPF_ABS, BPF_LD | BPF_H | BPF_ABS,  BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_B | BPF_IND, BPF_LD | BPF_H | BPF_IND,  BPF_LD | BPF_W | BPF_IND,
		BPF_LD | BPF_LEN,         BPF_LDX | BPF_LEN,         BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM,        BPF_LDX | BPF_B | BPF_MSH, BPF_LD | BPF_MEM,
		BPF_LDX | BPF_MEM,        BPF_LD | BPF_B | BPF_ABS,  BPF_LDX | BPF_B | BPF_MSH,
	};
	struct skb_cbpf insn = { .code = codes[rng_below(r, sizeof(codes) / sizeof(codes[0]))] };

	switch (BPF_MODE(insn.code)) {
	case BPF_ABS:
	case BPF_MSH:
		insn.k = rng_below(r, 8) ? rng_below(r, 64) : rng_below(r, 253);
		break;
	case BPF_IND:
		insn.k = random_index(r);
		break;
	case BPF_MEM:
		insn.k = rng_below(r, WORDS);
		break;
	case BPF_IMM:
		insn.k = rng_below(r, 2) ? rng_below(r, 40) : random_constant(r);
		break;
	}
	return insn;
}

static struct skb_cbpf random_alu(struct rng *r)
{
	uint16_t op = (uint16_t)(rng_below(r, 11) << 4);
	bool by_x = rng_below(r, 2) && op != BPF_NEG;
	struct skb_cbpf insn = { .code = BPF_ALU | op | (by_x ? BPF_X : BPF_K) };

	if (by_x || op == BPF_NEG)
		return insn;
	insn.k = random_constant(r);
	if (op == BPF_LSH || op == BPF_RSH)
		insn.k &= 31;
	if ((op == BPF_DIV || op == BPF_MOD) && !insn.k)
		insn.k = 3;
	return insn;
}

/* left = instructions behind this one */
static struct skb_cbpf random_jump(struct rng *r, uint32_t left)
{
	uint16_t op = (uint16_t)(rng_below(r, 5) << 4), src = rng_below(r, 3) ? BPF_K : BPF_X;
	uint32_t reach = left < 12 ? left : 12;
	struct skb_cbpf insn = { .code = BPF_JMP | op };

	if (op == BPF_JA) {
		insn.k = rng_below(r, reach < 4 ? reach : 4);
		return insn;
	}
	insn.code |= src;
	insn.k = src == BPF_K ? random_constant(r) : 0;
	insn.jt = rng_below(r, 3) ? (uint8_t)rng_below(r, reach) : 0;
	insn.jf = rng_below(r, 3) ? (uint8_t)rng_below(r, reach) : 0;
	return insn;
}

static struct skb_cbpf random_insn(struct rng *r, uint32_t left)
{
	switch (rng_below(r, 16)) {
	case 0 ... 5:
		return random_load(r);
	case 6 ... 9:
		return random_alu(r);
	case 10 ... 11:
		return random_jump(r, left);
	case 12:
		return (struct skb_cbpf){ .code = BPF_MISC | BPF_TAX };
	case 13:
		return (struct skb_cbpf){ .code = BPF_MISC | BPF_TXA };
	default:
		return (struct skb_cbpf){ .code = rng_below(r, 2) ? BPF_ST : BPF_STX,
					  .k = rng_below(r, WORDS) };
	}
}

uint32_t random_cbpf(struct rng *r, struct skb_cbpf *out, bool initialised)
{
	uint32_t cnt = 0, total = 6 + rng_below(r, 40);

	for (uint32_t i = 0; initialised && i < WORDS; i++)
		out[cnt++] = (struct skb_cbpf){ .code = BPF_ST, .k = i };
	while (cnt < total)
		out[cnt] = random_insn(r, total + 3 - cnt), cnt++;
	out[cnt++] = (struct skb_cbpf){ .code = BPF_RET | BPF_A };
	out[cnt++] = (struct skb_cbpf){ .code = BPF_RET | BPF_K, .k = random_constant(r) };
	out[cnt++] = (struct skb_cbpf){ .code = BPF_MISC | BPF_TXA };
	out[cnt++] = (struct skb_cbpf){ .code = BPF_RET | BPF_A };
	return cnt;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Classic BPF: what a valid program is, and the reference interpreter. */
#include <errno.h>
#include <linux/filter.h>
#include <stdarg.h>

#include "internal.h"

int fail(struct skb_filter_err *err, int code, int pos, const char *hint, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
	err->pos = pos;
	return code;
}

static bool opcode_known(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_B | BPF_MSH:
	case BPF_LDX | BPF_IMM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_ALU | BPF_NEG:
	case BPF_JMP | BPF_JA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
		return true;
	}
	if (BPF_CLASS(code) == BPF_ALU)
		return !(code & 0xff00) && BPF_OP(code) <= BPF_XOR && BPF_OP(code) != BPF_NEG;
	if (BPF_CLASS(code) == BPF_JMP)
		return !(code & 0xff00) && BPF_OP(code) >= BPF_JEQ && BPF_OP(code) <= BPF_JSET;
	return false;
}

static bool uses_scratch(uint16_t code)
{
	return code == BPF_ST || code == BPF_STX || code == (BPF_LD | BPF_MEM) ||
	       code == (BPF_LDX | BPF_MEM);
}

/* Constant operands that have no meaning: libpcap refuses them in expressions too. */
static const char *bad_constant(const struct skb_cbpf *insn)
{
	switch (insn->code) {
	case BPF_ALU | BPF_DIV | BPF_K:
	case BPF_ALU | BPF_MOD | BPF_K:
		return insn->k ? NULL : "division by zero";
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return insn->k < 32 ? NULL : "shift by more than 31 bits";
	}
	return uses_scratch(insn->code) && insn->k >= CBPF_MEMWORDS ? "no such scratch word" : NULL;
}

static int check_jump(const struct skb_cbpf *insn, uint32_t left, struct skb_filter_err *err)
{
	if (insn->code == (BPF_JMP | BPF_JA)) {
		if ((int32_t)insn->k < 0)
			return fail(err, -EOPNOTSUPP, -1,
				    "test the header where it stands, for example 'ip6[6] = 6'",
				    "the expression needs a loop over headers, which cannot run in "
				    "the kernel");
		if (insn->k >= left)
			return fail(err, -EINVAL, -1, NULL, "a jump leaves the classic program");
	} else if (BPF_CLASS(insn->code) == BPF_JMP && (insn->jt >= left || insn->jf >= left)) {
		return fail(err, -EINVAL, -1, NULL, "a jump leaves the classic program");
	}
	return 0;
}

int classic_check(const struct skb_cbpf *insns, uint32_t cnt, struct skb_filter_err *err)
{
	const char *bad;
	int ret;

	if (!cnt)
		return fail(err, -EINVAL, -1, NULL, "the classic program is empty");
	if (cnt > SKB_FILTER_CBPF_MAX)
		return fail(err, -E2BIG, -1, "shorten the expression; use nets and port ranges",
			    "too complex: %u classic instructions, the limit is %u", cnt,
			    SKB_FILTER_CBPF_MAX);
	for (uint32_t i = 0; i < cnt; i++) {
		if (!opcode_known(insns[i].code))
			return fail(err, -EINVAL, -1, NULL, "unknown classic opcode 0x%x at %u",
				    insns[i].code, i);
		bad = bad_constant(&insns[i]);
		if (bad)
			return fail(err, -EINVAL, -1, NULL, "%s at instruction %u", bad, i);
		ret = check_jump(&insns[i], cnt - i - 1, err);
		if (ret)
			return ret;
	}
	if (BPF_CLASS(insns[cnt - 1].code) != BPF_RET)
		return fail(err, -EINVAL, -1, NULL, "the classic program does not end in ret");
	return 0;
}

struct machine {
	const uint8_t *pkt;
	uint32_t caplen;
	uint32_t wirelen;
	uint32_t a, x, mem[CBPF_MEMWORDS];
};

/* Reads size bytes in network order; false if they are not all within caplen. */
static bool packet_read(const struct machine *m, uint32_t index, uint32_t size, uint32_t *out)
{
	if (index > m->caplen || size > m->caplen - index)
		return false;
	*out = 0;
	for (uint32_t i = 0; i < size; i++)
		*out = *out << 8 | m->pkt[index + i];
	return true;
}

/* LD and LDX; false = the program ends here without a match. */
static bool run_load(struct machine *m, const struct skb_cbpf *insn)
{
	uint32_t *dst = BPF_CLASS(insn->code) == BPF_LD ? &m->a : &m->x;
	uint32_t size = BPF_SIZE(insn->code) == BPF_W ? 4 : BPF_SIZE(insn->code) == BPF_H ? 2 : 1;
	uint32_t byte;

	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		return packet_read(m, insn->k, size, dst);
	case BPF_IND:
		return packet_read(m, m->x + insn->k, size, dst);
	case BPF_MSH:
		if (!packet_read(m, insn->k, 1, &byte))
			return false;
		*dst = (byte & 0xf) * 4;
		return true;
	case BPF_LEN:
		*dst = m->wirelen;
		return true;
	case BPF_MEM:
		*dst = m->mem[insn->k];
		return true;
	default:
		*dst = insn->k;
		return true;
	}
}

static bool run_alu(struct machine *m, const struct skb_cbpf *insn)
{
	uint32_t v = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		m->a += v;
		break;
	case BPF_SUB:
		m->a -= v;
		break;
	case BPF_MUL:
		m->a *= v;
		break;
	case BPF_DIV:
		if (!v)
			return false;
		m->a /= v;
		break;
	case BPF_MOD:
		if (!v)
			return false;
		m->a %= v;
		break;
	case BPF_OR:
		m->a |= v;
		break;
	case BPF_AND:
		m->a &= v;
		break;
	case BPF_XOR:
		m->a ^= v;
		break;
	case BPF_LSH:
		m->a = v > 31 ? 0 : m->a << v;
		break;
	case BPF_RSH:
		m->a = v > 31 ? 0 : m->a >> v;
		break;
	case BPF_NEG:
		m->a = -m->a;
		break;
	}
	return true;
}

/* How many instructions to skip. */
static uint32_t run_jump(const struct machine *m, const struct skb_cbpf *insn)
{
	uint32_t v = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
	bool taken = false;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k;
	case BPF_JEQ:
		taken = m->a == v;
		break;
	case BPF_JGT:
		taken = m->a > v;
		break;
	case BPF_JGE:
		taken = m->a >= v;
		break;
	case BPF_JSET:
		taken = m->a & v;
		break;
	}
	return taken ? insn->jt : insn->jf;
}

uint32_t skb_filter_run_classic(const struct skb_cbpf *insns, uint32_t cnt, const uint8_t *pkt,
				uint32_t caplen, uint32_t wirelen)
{
	struct machine m = { .pkt = pkt, .caplen = caplen, .wirelen = wirelen };
	const struct skb_cbpf *insn;

	for (uint32_t pc = 0; pc < cnt; pc++) {
		insn = &insns[pc];
		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (!run_load(&m, insn))
				return 0;
			break;
		case BPF_ST:
			m.mem[insn->k] = m.a;
			break;
		case BPF_STX:
			m.mem[insn->k] = m.x;
			break;
		case BPF_ALU:
			if (!run_alu(&m, insn))
				return 0;
			break;
		case BPF_JMP:
			pc += run_jump(&m, insn);
			break;
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
		default:
			if (BPF_MISCOP(insn->code) == BPF_TXA)
				m.a = m.x;
			else
				m.x = m.a;
		}
	}
	return 0;
}

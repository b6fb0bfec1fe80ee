/* SPDX-License-Identifier: GPL-2.0-only */
#include "per_load.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>

#include "skb_filter.h"

#define PACKET  BPF_REG_6
#define A       BPF_REG_7
#define X       BPF_REG_8
#define WIRELEN BPF_REG_9

enum {
	BUFFER = -8,           /* stack slot that loads go through */
	SCRATCH = BUFFER - 64, /* the 16 scratch words */
	PROLOGUE = 4,
	INSNS_MAX = 16, /* for one classic instruction */
};

struct emitter {
	struct bpf_insn *insns;
	uint32_t cnt;
	uint32_t *start;  /* of each classic instruction, and of reject behind them */
	uint32_t *target; /* of each jump, as a classic index + 1; 0 = not a jump to patch */
	uint32_t reject;
};

static void emit(struct emitter *e, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 uint32_t imm)
{
	e->insns[e->cnt++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = (int32_t)imm
	};
}

static void emit_jump(struct emitter *e, uint8_t code, uint8_t dst, uint8_t src, uint32_t imm,
		      uint32_t target)
{
	e->target[e->cnt] = target + 1;
	emit(e, code, dst, src, 0, imm);
}

static uint32_t size_of(const struct skb_cbpf *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_W:
		return 4;
	case BPF_H:
		return 2;
	default:
		return 1;
	}
}

static void emit_packet_load(struct emitter *e, const struct skb_cbpf *insn, uint8_t dst)
{
	uint32_t size = size_of(insn);

	if (BPF_MODE(insn->code) == BPF_IND) {
		emit(e, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_3, X, 0, 0);
		emit(e, BPF_ALU | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, insn->k);
		emit(e, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_3, PACKET, 0, 0);
	} else {
		emit(e, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, PACKET, 0, 0);
		emit(e, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, insn->k);
	}
	emit(e, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0);
	emit(e, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, (uint32_t)BUFFER);
	emit(e, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, size);
	emit(e, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel);
	emit_jump(e, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, e->reject);
	emit(e, BPF_LDX | BPF_MEM | BPF_SIZE(insn->code), dst, BPF_REG_10, BUFFER, 0);
	if (size > 1)
		emit(e, BPF_ALU | BPF_END | BPF_TO_BE, dst, 0, 0, size * 8);
}

static int16_t scratch_off(uint32_t word)
{
	return (int16_t)(SCRATCH + 4 * (int)word);
}

static void emit_load(struct emitter *e, const struct skb_cbpf *insn)
{
	uint8_t dst = BPF_CLASS(insn->code) == BPF_LD ? A : X;

	switch (BPF_MODE(insn->code)) {
	case BPF_IMM:
		emit(e, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, insn->k);
		break;
	case BPF_LEN:
		emit(e, BPF_ALU | BPF_MOV | BPF_X, dst, WIRELEN, 0, 0);
		break;
	case BPF_MEM:
		emit(e, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_10, scratch_off(insn->k), 0);
		break;
	default:
		emit_packet_load(e, insn, dst);
		if (BPF_MODE(insn->code) != BPF_MSH)
			break;
		emit(e, BPF_ALU | BPF_AND | BPF_K, X, 0, 0, 0xf);
		emit(e, BPF_ALU | BPF_LSH | BPF_K, X, 0, 0, 2);
	}
}

static void emit_alu(struct emitter *e, const struct skb_cbpf *insn)
{
	uint8_t op = BPF_OP(insn->code), src = BPF_SRC(insn->code);

	if (src == BPF_X && (op == BPF_DIV || op == BPF_MOD))
		emit_jump(e, BPF_JMP | BPF_JEQ | BPF_K, X, 0, 0, e->reject);
	emit(e, BPF_ALU | op | (op == BPF_NEG ? 0 : src), A, src == BPF_X && op != BPF_NEG ? X : 0,
	     0, src == BPF_X || op == BPF_NEG ? 0 : insn->k);
}

static void emit_branch(struct emitter *e, const struct skb_cbpf *insn, uint32_t i)
{
	uint8_t op = BPF_OP(insn->code), src = BPF_SRC(insn->code);
	uint8_t reg = src == BPF_X ? X : 0;
	uint32_t imm = src == BPF_X ? 0 : insn->k;
	static const uint8_t inverse[] = {
		[BPF_JEQ >> 4] = BPF_JNE,
		[BPF_JGT >> 4] = BPF_JLE,
		[BPF_JGE >> 4] = BPF_JLT,
		[BPF_JSET >> 4] = 0,
	};

	if (op == BPF_JA) {
		emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, i + 1 + insn->k);
		return;
	}
	if (!insn->jt && inverse[op >> 4]) {
		emit_jump(e, BPF_JMP32 | inverse[op >> 4] | src, A, reg, imm, i + 1 + insn->jf);
		return;
	}
	emit_jump(e, BPF_JMP32 | op | src, A, reg, imm, i + 1 + insn->jt);
	if (insn->jf)
		emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, i + 1 + insn->jf);
}

static void emit_insn(struct emitter *e, const struct skb_cbpf *insn, uint32_t i)
{
	bool by_a = BPF_RVAL(insn->code) == BPF_A;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		emit_load(e, insn);
		break;
	case BPF_ST:
	case BPF_STX:
		emit(e, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10,
		     BPF_CLASS(insn->code) == BPF_ST ? A : X, scratch_off(insn->k), 0);
		break;
	case BPF_ALU:
		emit_alu(e, insn);
		break;
	case BPF_JMP:
		emit_branch(e, insn, i);
		break;
	case BPF_RET:
		emit(e, BPF_ALU | BPF_MOV | (by_a ? BPF_X : BPF_K), BPF_REG_0, by_a ? A : 0, 0,
		     by_a ? 0 : insn->k);
		emit(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
		break;
	default:
		if (BPF_MISCOP(insn->code) == BPF_TXA)
			emit(e, BPF_ALU | BPF_MOV | BPF_X, A, X, 0, 0);
		else
			emit(e, BPF_ALU | BPF_MOV | BPF_X, X, A, 0, 0);
	}
}

static void emit_all(struct emitter *e, const struct skb_cbpf *insns, uint32_t cnt)
{
	bool rejects = false;

	emit(e, BPF_ALU64 | BPF_MOV | BPF_X, PACKET, BPF_REG_1, 0, 0);
	emit(e, BPF_ALU | BPF_MOV | BPF_X, WIRELEN, BPF_REG_3, 0, 0);
	emit(e, BPF_ALU | BPF_MOV | BPF_K, A, 0, 0, 0);
	emit(e, BPF_ALU | BPF_MOV | BPF_K, X, 0, 0, 0);
	for (uint32_t i = 0; i < cnt; i++) {
		e->start[i] = e->cnt;
		emit_insn(e, &insns[i], i);
	}
	e->start[cnt] = e->cnt;
	for (uint32_t i = 0; i < e->cnt; i++) {
		if (!e->target[i])
			continue;
		e->insns[i].off = (int16_t)(e->start[e->target[i] - 1] - i - 1);
		rejects |= e->target[i] - 1 == cnt;
	}
	if (!rejects) /* the verifier refuses code that is never reached */
		return;
	emit(e, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
	emit(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int per_load_translate(const struct skb_cbpf *insns, uint32_t cnt, struct bpf_insn **out,
		       uint32_t *out_cnt)
{
	uint32_t max = PROLOGUE + cnt * INSNS_MAX + 2;
	struct emitter e = {
		.insns = calloc(max, sizeof(*e.insns)),
		.start = calloc(cnt + 1, sizeof(*e.start)),
		.target = calloc(max, sizeof(*e.target)),
		.reject = cnt,
	};
	int err = e.insns && e.start && e.target ? 0 : -ENOMEM;

	if (!err)
		emit_all(&e, insns, cnt);
	free(e.start);
	free(e.target);
	if (err) {
		free(e.insns);
		return err;
	}
	*out = e.insns;
	*out_cnt = e.cnt;
	return 0;
}

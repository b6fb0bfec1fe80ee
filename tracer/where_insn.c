/* SPDX-License-Identifier: GPL-2.0-only */
#include "where_insn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPILL_REGISTERS 2
#define SPILL_SLOTS     ((WHERE_STACK - WHERE_BUFFER_SIZE) / 8)

void emit_insn(struct where_emitter *e, uint8_t code, uint8_t dst, uint8_t src, int off,
	       int64_t imm)
{
	if (e->cnt == WHERE_INSN_MAX) {
		e->too_long = true;
		return;
	}
	e->label_of[e->cnt] = NO_LABEL;
	e->insns[e->cnt++] = (struct bpf_insn){ .code = code,
						.dst_reg = dst,
						.src_reg = src,
						.off = (int16_t)off,
						.imm = (int32_t)imm };
}

int emit_new_label(struct where_emitter *e)
{
	if (e->labels == WHERE_INSN_MAX) {
		e->too_long = true;
		return 0;
	}
	return e->labels++;
}

void emit_place_label(struct where_emitter *e, int label)
{
	e->label_at[label] = e->cnt;
}

void emit_to_label(struct where_emitter *e, uint8_t code, uint8_t dst, uint8_t src, int64_t imm,
		   int label)
{
	uint32_t at = e->cnt;

	emit_insn(e, code, dst, src, 0, imm);
	if (at < e->cnt)
		e->label_of[at] = label;
}

void emit_reg(struct where_emitter *e, uint8_t op, uint8_t dst, uint8_t src)
{
	emit_insn(e, BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}

void emit_imm(struct where_emitter *e, uint8_t op, uint8_t dst, int64_t imm)
{
	emit_insn(e, BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}

void emit_negate(struct where_emitter *e, uint8_t reg)
{
	emit_insn(e, BPF_ALU64 | BPF_NEG, reg, 0, 0, 0);
}

static int spill_offset(int depth)
{
	return -(WHERE_BUFFER_SIZE + 8 * (depth - SPILL_REGISTERS + 1));
}

void emit_push(struct where_emitter *e)
{
	int depth = e->depth++;

	if (depth < SPILL_REGISTERS)
		emit_reg(e, BPF_MOV, (uint8_t)(BPF_REG_8 + depth), BPF_REG_7);
	else if (depth < SPILL_REGISTERS + SPILL_SLOTS)
		emit_insn(e, BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_7, spill_offset(depth),
			  0);
	else
		e->too_deep = true;
}

void emit_pop(struct where_emitter *e, uint8_t reg)
{
	int depth = --e->depth;

	if (depth < SPILL_REGISTERS)
		emit_reg(e, BPF_MOV, reg, (uint8_t)(BPF_REG_8 + depth));
	else
		emit_insn(e, BPF_LDX | BPF_MEM | BPF_DW, reg, BPF_REG_10, spill_offset(depth), 0);
}

static void resolve_labels(struct where_emitter *e)
{
	for (uint32_t i = 0; i < e->cnt; i++) {
		if (e->label_of[i] != NO_LABEL)
			e->insns[i].off = (int16_t)(e->label_at[e->label_of[i]] - i - 1);
	}
}

int emit_finish(struct where_ctx *ctx, struct where_emitter *e, struct bpf_insn **insns,
		uint32_t *cnt)
{
	if (e->too_long) {
		where_hint(ctx, "the kernel's limits leave room for %d instructions: shorten it",
			   WHERE_INSN_MAX);
		return where_fail(ctx, -E2BIG, -1, "the condition is too long");
	}
	if (e->too_deep) {
		where_hint(ctx, "of a + (b + (c ...)) turn the sides round: ((... c) + b) + a");
		return where_fail(ctx, -E2BIG, -1, "more than %d operations wait for each other",
				  SPILL_REGISTERS + SPILL_SLOTS);
	}
	resolve_labels(e);
	*insns = calloc(e->cnt, sizeof(**insns));
	if (!*insns)
		return where_fail(ctx, -ENOMEM, -1, "out of memory");
	memcpy(*insns, e->insns, e->cnt * sizeof(**insns));
	*cnt = e->cnt;
	return 0;
}

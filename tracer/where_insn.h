/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: a body being written: instructions, labels, and places for operands that wait. */
#ifndef TRACER_WHERE_INSN_H
#define TRACER_WHERE_INSN_H

#include <linux/bpf.h>

#include "where_internal.h"

#define WHERE_BUFFER_SIZE 64 /* at the top of the stack: what is read from the kernel */
#define NO_LABEL          (-1)

struct where_emitter {
	struct bpf_insn insns[WHERE_INSN_MAX];
	int label_of[WHERE_INSN_MAX]; /* where a jump goes */
	uint32_t cnt;
	uint32_t label_at[WHERE_INSN_MAX];
	int labels;
	int no_match;
	int depth; /* left operands that wait */
	bool too_long, too_deep;
};

void emit_insn(struct where_emitter *e, uint8_t code, uint8_t dst, uint8_t src, int off,
	       int64_t imm);
void emit_reg(struct where_emitter *e, uint8_t op, uint8_t dst, uint8_t src); /* 64-bit ALU */
void emit_imm(struct where_emitter *e, uint8_t op, uint8_t dst, int64_t imm); /* 64-bit ALU */
void emit_negate(struct where_emitter *e, uint8_t reg);

/* Labels are placed once; jumps to them come before. */
int emit_new_label(struct where_emitter *e);
void emit_place_label(struct where_emitter *e, int label);
/* code has its class: BPF_JMP or BPF_JMP32. */
void emit_to_label(struct where_emitter *e, uint8_t code, uint8_t dst, uint8_t src, int64_t imm,
		   int label);

/* Puts R7 aside until the pop. Last in, first out. */
void emit_push(struct where_emitter *e);
void emit_pop(struct where_emitter *e, uint8_t reg);

/* Copies the finished body to *insns, which the caller frees. */
int emit_finish(struct where_ctx *ctx, struct where_emitter *e, struct bpf_insn **insns,
		uint32_t *cnt);

#endif

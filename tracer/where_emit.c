/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where: tree -> eBPF. R6 holds the skb, a value is computed in R7, and the left operand of an
 * operation waits in R8, R9 or on the stack while the right one is computed. Conditions become
 * jumps. All jumps go forward to labels, which get their offsets at the end.
 */
#include "where_insn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void emit_value(struct where_emitter *e, const struct where_node *n);
static void emit_jump(struct where_emitter *e, const struct where_node *n, bool jump_if, int label);

static bool fits_imm(const struct where_node *n)
{
	return n->kind == NODE_CONST && (int64_t)n->value == (int32_t)n->value;
}

static bool is_unsigned(const struct where_node *n)
{
	return n->type.kind == TYPE_U64 || n->type.kind == TYPE_POINTER;
}

static void emit_const(struct where_emitter *e, const struct where_node *n)
{
	if (fits_imm(n)) {
		emit_imm(e, BPF_MOV, BPF_REG_7, (int64_t)n->value);
		return;
	}
	emit_insn(e, BPF_LD | BPF_IMM | BPF_DW, BPF_REG_7, 0, 0, (int64_t)(n->value & UINT32_MAX));
	emit_insn(e, 0, 0, 0, 0, (int64_t)(n->value >> 32));
}

/* Left operand into R1, right one into R7. */
static void emit_sides(struct where_emitter *e, const struct where_node *n)
{
	emit_value(e, n->left);
	emit_push(e);
	emit_value(e, n->right);
	emit_pop(e, BPF_REG_1);
}

/*
 * Copies the first `bytes` bytes of a field to the stack at R10 + off and fills them up with zeroes
 * to `size` bytes, if that is more. off is a multiple of 8, so that what is loaded from there is
 * aligned. The way to the field needs the same buffer: nothing may be put there before it is gone.
 */
static void emit_copy(struct where_emitter *e, const struct where_node *n, uint32_t bytes,
		      uint32_t size, int off)
{
	uint8_t base = BPF_REG_6;

	if (n->base->kind != NODE_WORD) {
		emit_value(e, n->base);
		emit_to_label(e, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_7, 0, 0, e->no_match);
		base = BPF_REG_7;
	}
	for (uint32_t at = bytes / 4 * 4; at < size; at += 4)
		emit_insn(e, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, off + (int)at, 0);
	emit_reg(e, BPF_MOV, BPF_REG_3, base);
	if (n->bit_off / 8)
		emit_imm(e, BPF_ADD, BPF_REG_3, (int64_t)(n->bit_off / 8));
	emit_reg(e, BPF_MOV, BPF_REG_1, BPF_REG_10);
	emit_imm(e, BPF_ADD, BPF_REG_1, off);
	emit_imm(e, BPF_MOV, BPF_REG_2, bytes);
	emit_insn(e, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel);
	emit_to_label(e, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, e->no_match);
}

static uint8_t load_size(uint32_t bytes)
{
	switch (bytes) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	default:
		return BPF_DW;
	}
}

/* Cuts the field out of the `loaded` bits in R7 and extends it to 64 bits. */
static void emit_extend(struct where_emitter *e, const struct where_node *n, uint32_t loaded)
{
	uint32_t bits = n->type.bits, first = n->bit_off % 8, left, right = 64 - bits;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	left = 64 - bits - first;
#else
	left = 64 - loaded + first;
#endif
	if (bits == loaded && !n->type.is_signed)
		return;
	if (left)
		emit_imm(e, BPF_LSH, BPF_REG_7, left);
	if (right)
		emit_imm(e, n->type.is_signed ? BPF_ARSH : BPF_RSH, BPF_REG_7, right);
}

static void emit_field(struct where_emitter *e, const struct where_node *n)
{
	uint32_t bytes = (uint32_t)(n->bit_off % 8 + n->type.bits + 7) / 8;
	/* No byte behind the field is read: it may be the last one of a page. */
	uint32_t loaded = bytes & (bytes - 1) ? 8 : bytes;

	emit_copy(e, n, bytes, loaded < 8 ? 0 : 8, -8);
	emit_insn(e, BPF_LDX | BPF_MEM | load_size(loaded), BPF_REG_7, BPF_REG_10, -8, 0);
	emit_extend(e, n, loaded * 8);
}

/* a OP b for signed a and b, with the unsigned division that all kernels have: R7 = R1 OP R7. */
static void emit_signed_divide(struct where_emitter *e, uint8_t op)
{
	/* R2: has the sign of the result, which for a remainder is that of a */
	emit_reg(e, BPF_MOV, BPF_REG_2, BPF_REG_1);
	if (op == BPF_DIV)
		emit_reg(e, BPF_XOR, BPF_REG_2, BPF_REG_7);
	emit_insn(e, BPF_JMP | BPF_JSGE | BPF_K, BPF_REG_1, 0, 1, 0);
	emit_negate(e, BPF_REG_1);
	emit_insn(e, BPF_JMP | BPF_JSGE | BPF_K, BPF_REG_7, 0, 1, 0);
	emit_negate(e, BPF_REG_7);
	emit_reg(e, op, BPF_REG_1, BPF_REG_7);
	emit_insn(e, BPF_JMP | BPF_JSGE | BPF_K, BPF_REG_2, 0, 1, 0);
	emit_negate(e, BPF_REG_1);
	emit_reg(e, BPF_MOV, BPF_REG_7, BPF_REG_1);
}

static uint8_t alu_op(const struct where_node *n)
{
	static const uint8_t ops[] = {
		[OP_OR] = BPF_OR,   [OP_XOR] = BPF_XOR, [OP_AND] = BPF_AND,
		[OP_SHL] = BPF_LSH, [OP_ADD] = BPF_ADD, [OP_SUB] = BPF_SUB,
		[OP_MUL] = BPF_MUL, [OP_DIV] = BPF_DIV, [OP_MOD] = BPF_MOD,
	};

	if (n->op == OP_SHR)
		return is_unsigned(n->left) ? BPF_RSH : BPF_ARSH;
	return ops[n->op];
}

static void emit_arithmetic(struct where_emitter *e, const struct where_node *n)
{
	bool divides = n->op == OP_DIV || n->op == OP_MOD;
	uint8_t op = alu_op(n);

	if (fits_imm(n->right) && !divides) {
		emit_value(e, n->left);
		emit_imm(e, op, BPF_REG_7, (int64_t)n->right->value);
		return;
	}
	emit_sides(e, n);
	if (divides)
		emit_to_label(e, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_7, 0, 0, e->no_match);
	else if (n->op == OP_SHL || n->op == OP_SHR)
		emit_to_label(e, BPF_JMP | BPF_JGT | BPF_K, BPF_REG_7, 0, 63, e->no_match);
	if (divides && n->type.kind != TYPE_U64) {
		emit_signed_divide(e, op);
		return;
	}
	emit_reg(e, op, BPF_REG_1, BPF_REG_7);
	emit_reg(e, BPF_MOV, BPF_REG_7, BPF_REG_1);
}

/*
 * A condition as a number. Adding and subtracting the skb's address hides from the verifier which
 * of the two numbers it is: it would follow both through the rest of the body, and for a sum of
 * conditions try all combinations.
 */
static void emit_truth(struct where_emitter *e, const struct where_node *n)
{
	int no = emit_new_label(e), end = emit_new_label(e);

	emit_jump(e, n, false, no);
	emit_imm(e, BPF_MOV, BPF_REG_7, 1);
	emit_to_label(e, BPF_JMP | BPF_JA, 0, 0, 0, end);
	emit_place_label(e, no);
	emit_imm(e, BPF_MOV, BPF_REG_7, 0);
	emit_place_label(e, end);
	emit_reg(e, BPF_ADD, BPF_REG_7, BPF_REG_6);
	emit_reg(e, BPF_SUB, BPF_REG_7, BPF_REG_6);
}

static void emit_value(struct where_emitter *e, const struct where_node *n)
{
	switch (n->kind) {
	case NODE_CONST:
		emit_const(e, n);
		return;
	case NODE_WORD:
		emit_reg(e, BPF_MOV, BPF_REG_7, BPF_REG_6);
		return;
	case NODE_MEMBER:
	case NODE_INDEX:
		emit_field(e, n);
		return;
	case NODE_CALL:
		emit_value(e, n->left);
		emit_insn(e, BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_7, 0, 0, (int64_t)n->value);
		return;
	case NODE_UNARY:
		if (n->op == OP_NOT)
			break;
		emit_value(e, n->left);
		if (n->op == OP_INVERT)
			emit_imm(e, BPF_XOR, BPF_REG_7, -1);
		else
			emit_negate(e, BPF_REG_7);
		return;
	default:
		if (where_is_logical(n->op) || where_is_comparison(n->op))
			break;
		emit_arithmetic(e, n);
		return;
	}
	emit_truth(e, n);
}

static enum where_op inverse(enum where_op op)
{
	static const enum where_op ops[] = {
		[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE,
		[OP_GE] = OP_LT, [OP_GT] = OP_LE, [OP_LE] = OP_GT,
	};

	return ops[op];
}

static uint8_t jump_op(enum where_op op, bool is_unsigned)
{
	switch (op) {
	case OP_EQ:
		return BPF_JEQ;
	case OP_NE:
		return BPF_JNE;
	case OP_LT:
		return is_unsigned ? BPF_JLT : BPF_JSLT;
	case OP_LE:
		return is_unsigned ? BPF_JLE : BPF_JSLE;
	case OP_GT:
		return is_unsigned ? BPF_JGT : BPF_JSGT;
	default:
		return is_unsigned ? BPF_JGE : BPF_JSGE;
	}
}

static void jump_comparison(struct where_emitter *e, const struct where_node *n, bool jump_if,
			    int label)
{
	uint8_t op = jump_op(jump_if ? n->op : inverse(n->op),
			     is_unsigned(n->left) || is_unsigned(n->right));

	if (fits_imm(n->right)) {
		emit_value(e, n->left);
		emit_to_label(e, BPF_JMP | op | BPF_K, BPF_REG_7, 0, (int64_t)n->right->value,
			      label);
		return;
	}
	emit_sides(e, n);
	emit_to_label(e, BPF_JMP | op | BPF_X, BPF_REG_1, BPF_REG_7, 0, label);
}

/*
 * Compares 4 bytes at a time: an array equals a string if the characters and, where the array has
 * room for it, the NUL are the same.
 */
static void jump_string(struct where_emitter *e, const struct where_node *n, bool jump_if,
			int label)
{
	const struct where_node *string = n->left->kind == NODE_STRING ? n->left : n->right;
	const struct where_node *array = string == n->left ? n->right : n->left;
	uint32_t len = (uint32_t)strlen(string->text), count = array->type.count;
	uint32_t bytes = count && len == count ? len : len + 1, words = (bytes + 3) / 4;
	bool jump_if_equal = jump_if == (n->op == OP_EQ);
	int differs = jump_if_equal ? emit_new_label(e) : label;
	int32_t word;

	emit_copy(e, array, bytes, words * 4, -WHERE_BUFFER_SIZE);
	for (uint32_t i = 0; i < words; i++) {
		memcpy(&word, string->text + i * 4, 4);
		emit_insn(e, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_7, BPF_REG_10,
			  -WHERE_BUFFER_SIZE + (int)i * 4, 0);
		/* 32-bit: a 64-bit jump would extend the sign of the word. */
		emit_to_label(e, BPF_JMP32 | BPF_JNE | BPF_K, BPF_REG_7, 0, word, differs);
	}
	if (!jump_if_equal)
		return;
	emit_to_label(e, BPF_JMP | BPF_JA, 0, 0, 0, label);
	emit_place_label(e, differs);
}

static void jump_logical(struct where_emitter *e, const struct where_node *n, bool jump_if,
			 int label)
{
	int skip;

	/* The left side decides alone: false for &&, true for ||. */
	if (jump_if == (n->op == OP_OROR)) {
		emit_jump(e, n->left, jump_if, label);
		emit_jump(e, n->right, jump_if, label);
		return;
	}
	skip = emit_new_label(e);
	emit_jump(e, n->left, !jump_if, skip);
	emit_jump(e, n->right, jump_if, label);
	emit_place_label(e, skip);
}

/* Jumps to label if the condition is `jump_if`, else goes on. */
static void emit_jump(struct where_emitter *e, const struct where_node *n, bool jump_if, int label)
{
	if (n->kind == NODE_UNARY && n->op == OP_NOT) {
		emit_jump(e, n->left, !jump_if, label);
	} else if (n->kind == NODE_BINARY && where_is_logical(n->op)) {
		jump_logical(e, n, jump_if, label);
	} else if (n->kind == NODE_BINARY && where_is_comparison(n->op)) {
		if (n->left->kind == NODE_STRING || n->right->kind == NODE_STRING)
			jump_string(e, n, jump_if, label);
		else
			jump_comparison(e, n, jump_if, label);
	} else {
		emit_value(e, n);
		emit_to_label(e, BPF_JMP | (jump_if ? BPF_JNE : BPF_JEQ) | BPF_K, BPF_REG_7, 0, 0,
			      label);
	}
}

static void emit_body(struct where_emitter *e, const struct where_node *root)
{
	e->no_match = emit_new_label(e);
	emit_reg(e, BPF_MOV, BPF_REG_6, BPF_REG_1);
	emit_jump(e, root, false, e->no_match);
	emit_imm(e, BPF_MOV, BPF_REG_0, 1);
	emit_insn(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	emit_place_label(e, e->no_match);
	emit_imm(e, BPF_MOV, BPF_REG_0, 0);
	emit_insn(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int where_emit(struct where_ctx *ctx, const struct where_node *root, struct bpf_insn **insns,
	       uint32_t *cnt)
{
	struct where_emitter *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return where_fail(ctx, -ENOMEM, -1, "out of memory");
	emit_body(e, root);
	err = emit_finish(ctx, e, insns, cnt);
	free(e);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "ebpf_interp.h"

#include <string.h>

#include "ebpf_form.h"

#define STACK_SIZE 64
#define RUBBISH    0xdeadbeef00000000ull /* upper halves of the u32 arguments */

enum type {
	UNSET,
	NUMBER,
	WINDOW, /* value = offset */
	STACK,  /* value = offset from the frame pointer */
};

struct reg {
	enum type type;
	uint64_t v;
};

struct machine {
	struct reg r[11];
	const uint8_t *window;
	uint32_t window_size;
	uint8_t stack[STACK_SIZE];
	uint64_t stack_set; /* a bit per byte */
	uint8_t last;       /* register that the body may use, but for R10 */
	struct ebpf_result *result;
};

static bool error(struct machine *m, const char *text)
{
	m->result->error = text;
	return false;
}

static bool load_window(struct machine *m, int64_t at, uint32_t size, uint64_t *v)
{
	uint8_t byte;
	uint16_t half;
	uint32_t word;

	if (at < 0 || at + size > m->window_size)
		return error(m, "load outside the window");
	if (at < m->result->lowest)
		m->result->lowest = (uint32_t)at;
	if (at + size > m->result->end)
		m->result->end = (uint32_t)at + size;
	if (size == 1) {
		memcpy(&byte, m->window + at, 1);
		*v = byte;
	} else if (size == 2) {
		memcpy(&half, m->window + at, 2);
		*v = half;
	} else if (size == 4) {
		memcpy(&word, m->window + at, 4);
		*v = word;
	} else {
		return error(m, "8-byte load");
	}
	return true;
}

/* Scratch words only: 4 bytes, aligned. */
static bool stack_index(struct machine *m, int64_t off, uint32_t size, uint32_t *index)
{
	if (size != 4 || off % 4 || off < -STACK_SIZE || off > -4)
		return error(m, "bad stack access");
	*index = (uint32_t)(off + STACK_SIZE);
	return true;
}

static bool run_load(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *src = &m->r[insn->src_reg], *dst = &m->r[insn->dst_reg];
	uint32_t size = ebpf_access_size(insn->code), index, word;
	int64_t at = (int64_t)src->v + insn->off;
	uint64_t v;

	if (BPF_MODE(insn->code) != BPF_MEM)
		return error(m, "load mode");
	if (src->type == WINDOW) {
		if (!load_window(m, at, size, &v))
			return false;
	} else if (src->type == STACK) {
		if (!stack_index(m, at, size, &index))
			return false;
		if ((m->stack_set >> index & 0xf) != 0xf)
			return error(m, "stack read before it is written");
		memcpy(&word, m->stack + index, 4);
		v = word;
	} else {
		return error(m, "load through a number");
	}
	*dst = (struct reg){ NUMBER, v };
	return true;
}

static bool run_store(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	uint32_t index, word = (uint32_t)insn->imm;

	if (dst->type != STACK)
		return error(m, "store outside the stack");
	if (!stack_index(m, (int64_t)dst->v + insn->off, ebpf_access_size(insn->code), &index))
		return false;
	if (BPF_CLASS(insn->code) == BPF_STX) {
		if (src->type != NUMBER)
			return error(m, "store of something that is not a number");
		word = (uint32_t)src->v;
	}
	memcpy(m->stack + index, &word, 4);
	m->stack_set |= 0xfull << index;
	return true;
}

static bool alu32(struct machine *m, uint8_t op, uint32_t *a, uint32_t v)
{
	switch (op) {
	case BPF_ADD:
		*a += v;
		break;
	case BPF_SUB:
		*a -= v;
		break;
	case BPF_MUL:
		*a *= v;
		break;
	case BPF_DIV:
		if (!v)
			return error(m, "division by zero");
		*a /= v;
		break;
	case BPF_MOD:
		if (!v)
			return error(m, "modulo by zero");
		*a %= v;
		break;
	case BPF_OR:
		*a |= v;
		break;
	case BPF_AND:
		*a &= v;
		break;
	case BPF_XOR:
		*a ^= v;
		break;
	case BPF_LSH:
		*a <<= v & 31;
		break;
	case BPF_RSH:
		*a >>= v & 31;
		break;
	case BPF_NEG:
		*a = -*a;
		break;
	case BPF_MOV:
		*a = v;
		break;
	default:
		return error(m, "ALU operation");
	}
	return true;
}

static bool run_swap(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg];

	return (dst->type == NUMBER && ebpf_swap(insn, &dst->v)) || error(m, "byte swap");
}

static bool run_alu32(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	uint32_t a = (uint32_t)dst->v, v = by_reg ? (uint32_t)src->v : (uint32_t)insn->imm;

	if (BPF_OP(insn->code) == BPF_END)
		return run_swap(m, insn);
	if (BPF_OP(insn->code) == BPF_NEG && (by_reg || insn->imm))
		return error(m, "NEG with an operand");
	if (by_reg && src->type != NUMBER)
		return error(m, "32-bit operand is not a number");
	if (BPF_OP(insn->code) != BPF_MOV && dst->type != NUMBER)
		return error(m, "32-bit operation on something that is not a number");
	if (!alu32(m, BPF_OP(insn->code), &a, v))
		return false;
	*dst = (struct reg){ NUMBER, a };
	return true;
}

/* What the pointer arithmetic needs: MOV, ADD, AND of a number; and what takes a register apart:
 * RSH. */
static bool run_alu64(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	bool by_reg = BPF_SRC(insn->code) == BPF_X;

	if (by_reg && src->type == UNSET)
		return error(m, "operand is not set");
	if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_X)) {
		*dst = *src;
		return true;
	}
	if (BPF_OP(insn->code) == BPF_XOR && dst->type == NUMBER &&
	    (!by_reg || src->type == NUMBER)) {
		dst->v ^= by_reg ? src->v : (uint64_t)(int64_t)insn->imm;
		return true;
	}
	if (insn->code == (BPF_ALU64 | BPF_AND | BPF_K) && dst->type == NUMBER && insn->imm >= 0) {
		dst->v &= (uint32_t)insn->imm;
		return true;
	}
	if (insn->code == (BPF_ALU64 | BPF_RSH | BPF_K) && dst->type == NUMBER) {
		dst->v >>= insn->imm & 63;
		return true;
	}
	if (BPF_OP(insn->code) != BPF_ADD || dst->type == UNSET)
		return error(m, "64-bit operation");
	if (by_reg && src->type != NUMBER)
		return error(m, "adds a pointer");
	if (by_reg && dst->type == WINDOW && src->v > m->window_size)
		return error(m, "pointer leaves the window");
	dst->v += by_reg ? src->v : (uint64_t)(int64_t)insn->imm;
	return true;
}

static bool run_jump(struct machine *m, const struct bpf_insn *insn, uint32_t *pc)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	uint64_t a = dst->v, v = by_reg ? src->v : (uint64_t)(int64_t)insn->imm;

	if (BPF_OP(insn->code) > BPF_JSET && BPF_OP(insn->code) != BPF_JNE &&
	    BPF_OP(insn->code) != BPF_JLT && BPF_OP(insn->code) != BPF_JLE)
		return error(m, "jump operation");
	if (BPF_OP(insn->code) != BPF_JA &&
	    (dst->type != NUMBER || (by_reg && src->type != NUMBER)))
		return error(m, "compares something that is not a number");
	if (BPF_CLASS(insn->code) == BPF_JMP32) {
		a = (uint32_t)a;
		v = (uint32_t)v;
	}
	if (ebpf_taken(BPF_OP(insn->code), a, v))
		*pc += insn->off;
	return true;
}

static bool step(struct machine *m, const struct bpf_insn *insn, uint32_t *pc)
{
	if (insn->dst_reg > 10 || insn->src_reg > 10 ||
	    (insn->dst_reg > m->last && insn->dst_reg < 10))
		return error(m, "register");
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		return insn->dst_reg < 10 ? run_load(m, insn) : error(m, "writes R10");
	case BPF_ST:
	case BPF_STX:
		return BPF_MODE(insn->code) == BPF_MEM ? run_store(m, insn)
						       : error(m, "store mode");
	case BPF_ALU:
		return insn->dst_reg < 10 ? run_alu32(m, insn) : error(m, "writes R10");
	case BPF_ALU64:
		return insn->dst_reg < 10 ? run_alu64(m, insn) : error(m, "writes R10");
	case BPF_JMP:
	case BPF_JMP32:
		return run_jump(m, insn, pc);
	default:
		return error(m, "instruction class");
	}
}

static void run(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
		uint32_t window_size, uint64_t r2, uint64_t r3, uint8_t last,
		struct ebpf_result *result)
{
	struct machine m = {
		.window = window,
		.window_size = window_size,
		.result = result,
		.last = last,
		.r[1] = { WINDOW, 0 },
		.r[2] = { NUMBER, r2 },
		.r[3] = { NUMBER, r3 },
		.r[10] = { STACK, 0 },
	};
	uint32_t pc = 0;

	*result = (struct ebpf_result){ .lowest = UINT32_MAX };
	for (; pc < cnt && insns[pc].code != (BPF_JMP | BPF_EXIT); pc++) {
		result->at = pc;
		if (!step(&m, &insns[pc], &pc))
			return;
	}
	if (pc >= cnt)
		error(&m, "ran off the end");
	else if (m.r[0].type != NUMBER)
		error(&m, "R0 is not a number at EXIT");
	result->verdict = (uint32_t)m.r[0].v;
}

void ebpf_run(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
	      uint32_t window_size, uint32_t caplen, uint32_t wirelen, struct ebpf_result *result)
{
	run(insns, cnt, window, window_size, caplen | RUBBISH, wirelen | RUBBISH, 5, result);
}

void ebpf_run_joined(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
		     uint32_t window_size, uint32_t caplen, uint32_t wirelen,
		     struct ebpf_result *result)
{
	run(insns, cnt, window, window_size, caplen | RUBBISH, wirelen | RUBBISH, 9, result);
}

uint64_t ebpf_in_place_argument(const uint8_t *window, uint32_t wirelen)
{
	uint32_t word;

	memcpy(&word, window + 12, sizeof(word));
	return (uint64_t)word << 32 | wirelen;
}

void ebpf_run_in_place(const struct bpf_insn *insns, uint32_t cnt, const uint8_t *window,
		       uint32_t window_size, uint32_t caplen, uint32_t wirelen,
		       struct ebpf_result *result)
{
	run(insns, cnt, window, window_size, caplen, ebpf_in_place_argument(window, wirelen), 5,
	    result);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "where_interp.h"

#include <string.h>

#include "ebpf_form.h"

#define STACK_SIZE        256
#define PROBE_READ_KERNEL 113

enum type {
	UNSET,
	NUMBER,
	STACK, /* value = offset from the frame pointer */
};

struct reg {
	enum type type;
	uint64_t v;
};

struct machine {
	struct reg r[11];
	const struct where_memory *memory;
	uint8_t stack[STACK_SIZE];
	bool set[STACK_SIZE];
	struct where_result *result;
};

static bool error(struct machine *m, const char *text)
{
	m->result->error = text;
	return false;
}

/* The index of [R10 + off, + size) in the stack. */
static bool stack_index(struct machine *m, int64_t off, uint64_t size, uint32_t *index)
{
	if (off < -STACK_SIZE || off >= 0 || size > (uint64_t)-off)
		return error(m, "outside the stack");
	*index = (uint32_t)(STACK_SIZE + off);
	if ((uint64_t)-off > m->result->stack_depth)
		m->result->stack_depth = (uint32_t)-off;
	return true;
}

static bool run_load(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *src = &m->r[insn->src_reg];
	uint32_t size = ebpf_access_size(insn->code), index;
	int64_t off = (int64_t)src->v + insn->off;
	uint64_t v = 0;

	if (BPF_MODE(insn->code) != BPF_MEM || src->type != STACK)
		return error(m, "load that is not from the stack");
	if (!stack_index(m, off, size, &index))
		return false;
	if (off % size)
		return error(m, "misaligned load");
	for (uint32_t i = 0; i < size; i++) {
		if (!m->set[index + i])
			return error(m, "stack read before it is written");
	}
	/* All tests run on little endian machines. */
	memcpy(&v, m->stack + index, size);
	m->r[insn->dst_reg] = (struct reg){ NUMBER, v };
	return true;
}

static bool run_store(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	uint32_t size = ebpf_access_size(insn->code), index;
	int64_t off = (int64_t)dst->v + insn->off, v = insn->imm;

	if (BPF_MODE(insn->code) != BPF_MEM || dst->type != STACK)
		return error(m, "store outside the stack");
	if (!stack_index(m, off, size, &index))
		return false;
	if (off % size)
		return error(m, "misaligned store");
	if (BPF_CLASS(insn->code) == BPF_STX) {
		if (src->type != NUMBER)
			return error(m, "store of something that is not a number");
		v = (int64_t)src->v;
	}
	memcpy(m->stack + index, &v, size);
	memset(m->set + index, true, size);
	return true;
}

static bool alu(struct machine *m, uint8_t op, uint64_t *a, uint64_t v)
{
	bool shift = op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH;

	if (shift && v > 63)
		return error(m, "shift");
	if ((op == BPF_DIV || op == BPF_MOD) && !v)
		return error(m, "division by zero");
	switch (op) {
	case BPF_ADD:
		*a += v;
		return true;
	case BPF_SUB:
		*a -= v;
		return true;
	case BPF_MUL:
		*a *= v;
		return true;
	case BPF_DIV:
		*a /= v;
		return true;
	case BPF_MOD:
		*a %= v;
		return true;
	case BPF_OR:
		*a |= v;
		return true;
	case BPF_AND:
		*a &= v;
		return true;
	case BPF_XOR:
		*a ^= v;
		return true;
	case BPF_LSH:
		*a <<= v;
		return true;
	case BPF_RSH:
		*a >>= v;
		return true;
	case BPF_ARSH:
		*a = (uint64_t)((int64_t)*a >> v);
		return true;
	case BPF_NEG:
		*a = -*a;
		return true;
	default:
		return error(m, "ALU operation");
	}
}

static bool run_alu64(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	uint8_t op = BPF_OP(insn->code);
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	struct reg operand = by_reg ? *src : (struct reg){ NUMBER, (uint64_t)(int64_t)insn->imm };

	if (operand.type == UNSET || (op != BPF_MOV && dst->type == UNSET))
		return error(m, "operand is not set");
	if (op == BPF_MOV) {
		*dst = operand;
		return true;
	}
	if (operand.type != NUMBER || (dst->type != NUMBER && op != BPF_ADD))
		return error(m, "arithmetic on a pointer");
	return alu(m, op, &dst->v, operand.v);
}

static bool run_swap(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *dst = &m->r[insn->dst_reg];

	return (dst->type == NUMBER && ebpf_swap(insn, &dst->v)) || error(m, "byte swap");
}

static bool run_jump(struct machine *m, const struct bpf_insn *insn, uint32_t *pc)
{
	struct reg *dst = &m->r[insn->dst_reg], *src = &m->r[insn->src_reg];
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	uint64_t a = dst->v, v = by_reg ? src->v : (uint64_t)(int64_t)insn->imm;

	if (BPF_OP(insn->code) != BPF_JA &&
	    (dst->type != NUMBER || (by_reg && src->type != NUMBER)))
		return error(m, "compares something that is not a number");
	if (BPF_CLASS(insn->code) == BPF_JMP32) {
		if (BPF_OP(insn->code) != BPF_JEQ && BPF_OP(insn->code) != BPF_JNE)
			return error(m, "32-bit jump operation");
		a = (uint32_t)a;
		v = (uint32_t)v;
	}
	if (ebpf_taken(BPF_OP(insn->code), a, v))
		*pc += insn->off;
	return true;
}

static bool in_memory(const struct where_memory *memory, uint64_t at, uint64_t size)
{
	uint64_t off = at - memory->at;

	return off <= memory->size && size <= memory->size - off;
}

/* bpf_probe_read_kernel(): a read that fails still writes the whole destination. */
static bool run_call(struct machine *m, const struct bpf_insn *insn)
{
	struct reg *r = m->r;
	uint32_t index;

	if (insn->imm != PROBE_READ_KERNEL || insn->src_reg)
		return error(m, "call of another helper");
	if (r[1].type != STACK || r[2].type != NUMBER || r[3].type != NUMBER || !r[2].v)
		return error(m, "arguments of the helper");
	if (!stack_index(m, (int64_t)r[1].v, r[2].v, &index))
		return false;
	m->result->reads++;
	memset(m->stack + index, 0, r[2].v);
	memset(m->set + index, true, r[2].v);
	r[0] = (struct reg){ NUMBER, (uint64_t)-14 };
	if (in_memory(m->memory, r[3].v, r[2].v)) {
		memcpy(m->stack + index, m->memory->start + (r[3].v - m->memory->at), r[2].v);
		r[0].v = 0;
	}
	for (int i = 1; i <= 5; i++)
		r[i].type = UNSET;
	return true;
}

static bool step(struct machine *m, const struct bpf_insn *insn, uint32_t *pc)
{
	bool writes = BPF_CLASS(insn->code) != BPF_STX && BPF_CLASS(insn->code) != BPF_ST;

	if (insn->dst_reg > 10 || insn->src_reg > 10 || (writes && insn->dst_reg == 10))
		return error(m, "register");
	if (insn->code == EBPF_WIDE) {
		m->r[insn->dst_reg] =
			(struct reg){ NUMBER,
				      (uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm << 32 };
		++*pc;
		return true;
	}
	if (insn->code == (BPF_JMP | BPF_CALL))
		return run_call(m, insn);
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		return run_load(m, insn);
	case BPF_ST:
	case BPF_STX:
		return run_store(m, insn);
	case BPF_ALU:
		return run_swap(m, insn);
	case BPF_ALU64:
		return run_alu64(m, insn);
	case BPF_JMP:
	case BPF_JMP32:
		return run_jump(m, insn, pc);
	default:
		return error(m, "instruction class");
	}
}

void where_interp_run(const struct bpf_insn *insns, uint32_t cnt, uint64_t r1,
		      const struct where_memory *memory, struct where_result *result)
{
	struct machine m = {
		.memory = memory,
		.result = result,
		.r[1] = { NUMBER, r1 },
		.r[10] = { STACK, 0 },
	};
	uint32_t pc = 0;

	*result = (struct where_result){ 0 };
	for (; pc < cnt && insns[pc].code != (BPF_JMP | BPF_EXIT); pc++) {
		result->at = pc;
		if (!step(&m, &insns[pc], &pc))
			return;
	}
	if (pc >= cnt)
		error(&m, "ran off the end");
	else if (m.r[0].type != NUMBER || m.r[0].v > 1)
		error(&m, "R0 is not 0 or 1 at EXIT");
	result->r0 = m.r[0].v;
}

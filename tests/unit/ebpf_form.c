/* SPDX-License-Identifier: GPL-2.0-only */
#include "ebpf_form.h"

#include <arpa/inet.h>
#include <stdlib.h>

static bool is_jump(const struct bpf_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_EXIT && op != BPF_CALL;
}

static bool ends_path(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT) || insn->code == (BPF_JMP | BPF_JA);
}

/* Marks where instruction i can go. */
static const char *check_insn(const struct bpf_insn *insns, uint32_t cnt, uint32_t i, bool calls,
			      bool *reached)
{
	const struct bpf_insn *insn = &insns[i];
	uint32_t next = i + (insn->code == EBPF_WIDE ? 2 : 1);

	if (!reached[i])
		return "unreachable instruction";
	if (insn->code == (BPF_JMP | BPF_CALL) && !calls)
		return "call";
	if (is_jump(insn)) {
		if (insn->off < 0)
			return "backward jump";
		if (i + 1 + insn->off >= cnt)
			return "jump past the end";
		reached[i + 1 + insn->off] = true;
	}
	if (ends_path(insn))
		return NULL;
	if (next >= cnt)
		return "runs off the end";
	reached[next] = true;
	return NULL;
}

const char *ebpf_form(const struct bpf_insn *insns, uint32_t cnt, bool calls)
{
	bool *reached = calloc(cnt + 1, sizeof(*reached));
	const char *wrong = cnt ? NULL : "empty";

	if (!reached)
		return "no memory";
	reached[0] = true;
	for (uint32_t i = 0; i < cnt && !wrong; i++) {
		wrong = check_insn(insns, cnt, i, calls, reached);
		if (insns[i].code == EBPF_WIDE && reached[++i])
			wrong = "jump into an instruction";
	}
	free(reached);
	return wrong;
}

uint32_t ebpf_access_size(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

bool ebpf_taken(uint8_t op, uint64_t a, uint64_t v)
{
	switch (op) {
	case BPF_JEQ:
		return a == v;
	case BPF_JNE:
		return a != v;
	case BPF_JGT:
		return a > v;
	case BPF_JGE:
		return a >= v;
	case BPF_JLT:
		return a < v;
	case BPF_JLE:
		return a <= v;
	case BPF_JSET:
		return a & v;
	case BPF_JSGT:
		return (int64_t)a > (int64_t)v;
	case BPF_JSGE:
		return (int64_t)a >= (int64_t)v;
	case BPF_JSLT:
		return (int64_t)a < (int64_t)v;
	case BPF_JSLE:
		return (int64_t)a <= (int64_t)v;
	default:
		return true; /* BPF_JA */
	}
}

bool ebpf_swap(const struct bpf_insn *insn, uint64_t *v)
{
	if (insn->code != (BPF_ALU | BPF_END | BPF_TO_BE) || (insn->imm != 16 && insn->imm != 32))
		return false;
	*v = insn->imm == 16 ? htons((uint16_t)*v) : htonl((uint32_t)*v);
	return true;
}

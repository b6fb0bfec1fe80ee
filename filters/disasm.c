/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints a body in the form of the kernel's verifier log (kernel/bpf/disasm.c of Linux): only what
 * translate.c emits has a text, everything else would be a bug and shows as its bytes.
 */
#include <errno.h>
#include <linux/bpf.h>

#include "internal.h"

static const char *size_name(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return "u8";
	case BPF_H:
		return "u16";
	case BPF_W:
		return "u32";
	default:
		return "u64";
	}
}

static const char *alu_name(uint8_t code)
{
	static const char *const names[16] = {
		[BPF_ADD >> 4] = "+=",  [BPF_SUB >> 4] = "-=",  [BPF_MUL >> 4] = "*=",
		[BPF_DIV >> 4] = "/=",  [BPF_OR >> 4] = "|=",   [BPF_AND >> 4] = "&=",
		[BPF_LSH >> 4] = "<<=", [BPF_RSH >> 4] = ">>=", [BPF_MOD >> 4] = "%=",
		[BPF_XOR >> 4] = "^=",  [BPF_MOV >> 4] = "=",
	};

	return names[BPF_OP(code) >> 4];
}

static const char *jump_name(uint8_t code)
{
	static const char *const names[16] = {
		[BPF_JEQ >> 4] = "==", [BPF_JGT >> 4] = ">",  [BPF_JGE >> 4] = ">=",
		[BPF_JSET >> 4] = "&", [BPF_JNE >> 4] = "!=", [BPF_JLT >> 4] = "<",
		[BPF_JLE >> 4] = "<=",
	};

	return names[BPF_OP(code) >> 4];
}

/* 32-bit operations name the lower half of the register. */
static char half(uint8_t code)
{
	return BPF_CLASS(code) == BPF_ALU || BPF_CLASS(code) == BPF_JMP32 ? 'w' : 'r';
}

static int print_unknown(const struct bpf_insn *insn, FILE *out)
{
	return fprintf(out, "(%02x) dst %u src %u off %d imm 0x%x", insn->code, insn->dst_reg,
		       insn->src_reg, insn->off, (uint32_t)insn->imm);
}

static int print_alu(const struct bpf_insn *insn, FILE *out)
{
	char r = half(insn->code);

	if (BPF_OP(insn->code) == BPF_NEG)
		return fprintf(out, "%c%u = -%c%u", r, insn->dst_reg, r, insn->dst_reg);
	if (BPF_OP(insn->code) == BPF_END)
		return fprintf(out, "r%u = be%d r%u", insn->dst_reg, insn->imm, insn->dst_reg);
	if (!alu_name(insn->code))
		return print_unknown(insn, out);
	if (BPF_SRC(insn->code) == BPF_X)
		return fprintf(out, "%c%u %s %c%u", r, insn->dst_reg, alu_name(insn->code), r,
			       insn->src_reg);
	return fprintf(out, "%c%u %s 0x%x", r, insn->dst_reg, alu_name(insn->code),
		       (uint32_t)insn->imm);
}

static int print_jump(const struct bpf_insn *insn, FILE *out)
{
	char r = half(insn->code);

	if (BPF_OP(insn->code) == BPF_EXIT)
		return fprintf(out, "exit");
	if (BPF_OP(insn->code) == BPF_JA)
		return fprintf(out, "goto +%d", insn->off);
	if (!jump_name(insn->code))
		return print_unknown(insn, out);
	if (BPF_SRC(insn->code) == BPF_X)
		return fprintf(out, "if %c%u %s %c%u goto +%d", r, insn->dst_reg,
			       jump_name(insn->code), r, insn->src_reg, insn->off);
	return fprintf(out, "if %c%u %s 0x%x goto +%d", r, insn->dst_reg, jump_name(insn->code),
		       (uint32_t)insn->imm, insn->off);
}

static int print_insn(const struct bpf_insn *insn, FILE *out)
{
	const char *size = size_name(insn->code);

	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		return fprintf(out, "r%u = *(%s *)(r%u %+d)", insn->dst_reg, size, insn->src_reg,
			       insn->off);
	case BPF_STX:
		return fprintf(out, "*(%s *)(r%u %+d) = r%u", size, insn->dst_reg, insn->off,
			       insn->src_reg);
	case BPF_ST:
		return fprintf(out, "*(%s *)(r%u %+d) = %d", size, insn->dst_reg, insn->off,
			       insn->imm);
	case BPF_ALU:
	case BPF_ALU64:
		return print_alu(insn, out);
	case BPF_JMP:
	case BPF_JMP32:
		return print_jump(insn, out);
	default:
		return print_unknown(insn, out);
	}
}

int skb_filter_dump_ebpf(const struct skb_filter *f, enum skb_filter_start start, FILE *out)
{
	const struct bpf_insn *insns;
	uint32_t cnt;

	insns = skb_filter_body(f, start, &cnt);
	for (uint32_t i = 0; i < cnt; i++) {
		if (fprintf(out, "%4u: ", i) < 0 || print_insn(&insns[i], out) < 0 ||
		    fputc('\n', out) == EOF)
			return -errno;
	}
	return 0;
}

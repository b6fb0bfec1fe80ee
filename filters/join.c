/* SPDX-License-Identifier: GPL-2.0-only */
/* Several bodies as one, which says which of them match. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "skb_filter.h"

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV_REG(d, s)    INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define XOR_IMM(d, imm)  INSN(BPF_ALU64 | BPF_XOR | BPF_K, d, 0, 0, imm)
#define XOR_REG(d, s)    INSN(BPF_ALU64 | BPF_XOR | BPF_X, d, s, 0, 0)
#define SKIP_IF_0(r, by) INSN(BPF_JMP | BPF_JEQ | BPF_K, r, 0, by, 0)
#define JUMP(by)         INSN(BPF_JMP | BPF_JA, 0, 0, by, 0)
#define EXIT             INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

enum {
	HEAD = 5, /* instructions before the first body, */
	EACH = 7, /* around each body, */
	TAIL = 4, /* and behind the last */
	JUMP_MAX = INT16_MAX,
	NEVER_ALONE = 1 << 30, /* a bit that no expression has */
};

static bool is_exit(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT);
}

/* A body whose exits go on behind it. Returns where that is. */
static struct bpf_insn *put_body(struct bpf_insn *to, const struct bpf_insn *body, uint32_t cnt)
{
	for (uint32_t i = 0; i < cnt; i++)
		*to++ = is_exit(&body[i]) ? JUMP((int16_t)(cnt - 1 - i)) : body[i];
	return to;
}

/*
 * Bits are added to a register by XOR to a value that the verifier knows nothing of (caplen), and
 * taken out in the end: known bits would make it follow each combination of matches by itself. For
 * the same reason a body gets copies that are none to the verifier (XOR with 0): what one learns of
 * the lengths by comparing would be known to those behind it.
 */
static void put_all(struct bpf_insn *to, const struct skb_filter *const *filters, size_t count,
		    enum skb_filter_start start)
{
	*to++ = MOV_REG(BPF_REG_6, BPF_REG_1);
	*to++ = MOV_REG(BPF_REG_7, BPF_REG_2);
	*to++ = MOV_REG(BPF_REG_8, BPF_REG_3);
	*to++ = MOV_REG(BPF_REG_9, BPF_REG_2);
	*to++ = XOR_IMM(BPF_REG_9, NEVER_ALONE); /* no copy of R7 to the verifier any more */
	for (size_t i = 0; i < count; i++) {
		uint32_t cnt;
		const struct bpf_insn *body = skb_filter_body(filters[i], start, &cnt);

		*to++ = MOV_REG(BPF_REG_1, BPF_REG_6);
		*to++ = MOV_REG(BPF_REG_2, BPF_REG_7);
		*to++ = XOR_IMM(BPF_REG_2, 0);
		*to++ = MOV_REG(BPF_REG_3, BPF_REG_8);
		*to++ = XOR_IMM(BPF_REG_3, 0);
		to = put_body(to, body, cnt);
		*to++ = SKIP_IF_0(BPF_REG_0, 1);
		*to++ = XOR_IMM(BPF_REG_9, 1 << i);
	}
	*to++ = XOR_REG(BPF_REG_9, BPF_REG_7);
	*to++ = XOR_IMM(BPF_REG_9, NEVER_ALONE);
	*to++ = MOV_REG(BPF_REG_0, BPF_REG_9);
	*to++ = EXIT;
}

int skb_filter_join(const struct skb_filter *const *filters, size_t count,
		    enum skb_filter_start start, struct bpf_insn **out, uint32_t *cnt)
{
	uint32_t all = HEAD + TAIL, each;

	*out = NULL;
	if (count > SKB_FILTER_JOIN_MAX)
		return -E2BIG;
	for (size_t i = 0; i < count; i++) {
		if (!skb_filter_body(filters[i], start, &each))
			return -EINVAL;
		if (each > JUMP_MAX)
			return -E2BIG;
		all += EACH + each;
	}
	*out = calloc(all, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	put_all(*out, filters, count, start);
	*cnt = all;
	return 0;
}

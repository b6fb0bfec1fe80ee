/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which values can stay in network order. A load that is only compared with constants for equality,
 * or for common bits, need not be swapped if the constants are, and those are swapped once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* How A may come to an instruction: as a number, or as 2 or 4 bytes in network order. */
enum { AS_NUMBER = 1, AS_2_BYTES = 2, AS_4_BYTES = 4 };

/* Each turn gives up some values; what takes more is left as numbers altogether. */
#define TURNS_MAX 8

struct search {
	const struct skb_cbpf *insns;
	uint32_t cnt;
	const struct analysis *flow;
	uint8_t *number; /* A must be a number here, by what follows */
	uint8_t *forms;  /* of A, over all paths to here */
	uint8_t *forced; /* a comparison that different forms come to */
};

static bool compares_with_constant(const struct skb_cbpf *insn)
{
	return insn->code == (BPF_JMP | BPF_JEQ | BPF_K) ||
	       insn->code == (BPF_JMP | BPF_JSET | BPF_K);
}

/* The form that a load of the packet would leave A in; AS_NUMBER for all else that sets A. */
static uint8_t form_set(const struct skb_cbpf *insn)
{
	bool packet = BPF_MODE(insn->code) == BPF_ABS || BPF_MODE(insn->code) == BPF_IND;

	if (BPF_CLASS(insn->code) != BPF_LD || !packet || BPF_SIZE(insn->code) == BPF_B)
		return AS_NUMBER;
	return BPF_SIZE(insn->code) == BPF_H ? AS_2_BYTES : AS_4_BYTES;
}

static bool sets_a(const struct skb_cbpf *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD || insn->code == (BPF_MISC | BPF_TXA);
}

/* Reads A, other than to compare it. */
static bool wants_number(const struct skb_cbpf *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ST:
	case BPF_ALU:
		return true;
	case BPF_JMP:
		return BPF_OP(insn->code) != BPF_JA && !compares_with_constant(insn);
	case BPF_RET:
		return BPF_RVAL(insn->code) == BPF_A;
	default:
		return insn->code == (BPF_MISC | BPF_TAX);
	}
}

/* Where control goes from i; returns how many places. */
static int next_of(const struct search *s, uint32_t i, uint32_t next[2])
{
	const struct skb_cbpf *insn = &s->insns[i];

	if (BPF_CLASS(insn->code) == BPF_RET)
		return 0;
	next[0] = i + 1;
	if (BPF_CLASS(insn->code) != BPF_JMP)
		return 1;
	if (BPF_OP(insn->code) == BPF_JA) {
		next[0] += insn->k;
		return 1;
	}
	next[0] += insn->jt;
	next[1] = i + 1 + insn->jf;
	return 2;
}

static void find_numbers(struct search *s)
{
	uint32_t next[2];

	for (uint32_t i = s->cnt; i-- > 0;) {
		bool number = wants_number(&s->insns[i]) || s->forced[i];
		int ways = sets_a(&s->insns[i]) ? 0 : next_of(s, i, next);

		for (int way = 0; way < ways; way++)
			number |= s->number[next[way]];
		s->number[i] = number;
	}
}

static bool stays_as_bytes(const struct search *s, uint32_t i)
{
	return form_set(&s->insns[i]) != AS_NUMBER && !s->number[i + 1];
}

static void find_forms(struct search *s)
{
	uint32_t next[2];

	memset(s->forms, 0, s->cnt);
	s->forms[0] = AS_NUMBER;
	for (uint32_t i = 0; i < s->cnt; i++) {
		uint8_t form = s->forms[i];
		int ways = next_of(s, i, next);

		if (!s->flow->at[i].reached)
			continue;
		if (stays_as_bytes(s, i))
			form = form_set(&s->insns[i]);
		else if (sets_a(&s->insns[i]))
			form = AS_NUMBER;
		for (int way = 0; way < ways; way++)
			s->forms[next[way]] |= form;
	}
}

/* Comparisons that would need two constants. Returns whether there are new ones. */
static bool find_conflicts(struct search *s)
{
	bool found = false;

	for (uint32_t i = 0; i < s->cnt; i++) {
		bool several = s->forms[i] & (s->forms[i] - 1);

		if (!several || s->forced[i] || !compares_with_constant(&s->insns[i]))
			continue;
		s->forced[i] = true;
		found = true;
	}
	return found;
}

static void note_sizes(const struct search *s, uint8_t *sizes)
{
	for (uint32_t i = 0; i < s->cnt; i++) {
		uint8_t form = AS_NUMBER;

		if (stays_as_bytes(s, i))
			form = form_set(&s->insns[i]);
		else if (compares_with_constant(&s->insns[i]))
			form = s->forms[i];
		sizes[i] = form == AS_2_BYTES ? 2 : form == AS_4_BYTES ? 4 : 0;
	}
}

int network_order(const struct skb_cbpf *insns, uint32_t cnt, const struct analysis *a,
		  uint8_t **out)
{
	struct search s = { .insns = insns, .cnt = cnt, .flow = a };
	uint8_t *memory = calloc(4, cnt);
	bool conflicts = true;

	*out = memory;
	if (!memory)
		return -ENOMEM;
	s.number = memory + cnt;
	s.forms = s.number + cnt;
	s.forced = s.forms + cnt;
	for (int turn = 0; turn < TURNS_MAX && conflicts; turn++) {
		find_numbers(&s);
		find_forms(&s);
		conflicts = find_conflicts(&s);
	}
	if (!conflicts)
		note_sizes(&s, memory);
	return 0;
}

/* Of a 2-byte value nothing above can be set, so what a constant has there stays as it is. */
uint32_t in_network_order(uint32_t k, uint8_t size)
{
	if (size == 4)
		return htonl(k);
	return size == 2 ? (k & 0xffff0000) | htons((uint16_t)k) : k;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classic BPF to an eBPF body. Registers: A = R0, X = R4, window = R1, caplen = R2, wirelen = R3,
 * R5 is scratch; scratch word n lives at R10 - 4(n + 1).
 *
 * Every classic instruction becomes at least one eBPF instruction, and unreachable ones become
 * none: the verifier refuses dead code. Values that are only compared stay in network order
 * (order.c).
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>

#include "internal.h"

#define A       BPF_REG_0
#define WINDOW  BPF_REG_1
#define CAPLEN  BPF_REG_2
#define WIRELEN BPF_REG_3
#define X       BPF_REG_4
#define TMP     BPF_REG_5

/* Of SKB_FILTER_IN_PLACE: bytes that are in R3, and where memory begins. */
#define IN_REGISTER 16
#define IN_MEMORY   14

/* A jump offset is 16 bits: relay pending jumps before the oldest gets that long. */
#define RELAY_AFTER 29000

struct fixup {
	uint32_t at;     /* eBPF index of the jump */
	uint32_t target; /* classic index; the count of classic instructions stands for reject */
};

struct emitter {
	const struct skb_cbpf *cbpf;
	uint32_t cbpf_cnt;
	uint32_t window;
	uint32_t hole;
	bool in_place; /* SKB_FILTER_IN_PLACE */
	const struct analysis *flow;
	uint8_t *order; /* see network_order() */

	struct bpf_insn *insns;
	uint32_t cnt, cap;
	uint32_t *start; /* eBPF index of each classic instruction, and of reject */
	struct fixup *fixups;
	uint32_t fixup_cnt, fixup_cap;
	int err; /* sticky: -ENOMEM, -E2BIG for a jump out of reach, -EOPNOTSUPP as translate() */
};

static void *grow(struct emitter *e, void *array, uint32_t cnt, uint32_t *cap, size_t size)
{
	uint32_t new_cap = *cap ? *cap * 2 : 128;
	void *bigger;

	if (cnt < *cap)
		return array;
	bigger = realloc(array, new_cap * size);
	if (!bigger) {
		e->err = -ENOMEM;
		return array;
	}
	*cap = new_cap;
	return bigger;
}

static void emit(struct emitter *e, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 uint32_t imm)
{
	e->insns = grow(e, e->insns, e->cnt, &e->cap, sizeof(*e->insns));
	if (e->err)
		return;
	e->insns[e->cnt++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = (int32_t)imm
	};
}

/* Emits a jump whose offset is filled in when the target's place is known. */
static void emit_jump(struct emitter *e, uint8_t code, uint8_t dst, uint8_t src, uint32_t imm,
		      uint32_t target)
{
	e->fixups = grow(e, e->fixups, e->fixup_cnt, &e->fixup_cap, sizeof(*e->fixups));
	if (e->err)
		return;
	e->fixups[e->fixup_cnt++] = (struct fixup){ e->cnt, target };
	emit(e, code, dst, src, 0, imm);
}

static uint32_t reject(const struct emitter *e)
{
	return e->cbpf_cnt;
}

static void mov32(struct emitter *e, uint8_t dst, uint8_t src)
{
	emit(e, BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void mov32_imm(struct emitter *e, uint8_t dst, uint32_t imm)
{
	emit(e, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

static void emit_return(struct emitter *e, uint32_t verdict)
{
	mov32_imm(e, A, verdict);
	emit(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static int16_t scratch_off(uint32_t word)
{
	return (int16_t)(-4 * (int)(word + 1));
}

/*
 * The compare may leave no index at all: multiples of 4 above 0, plus 250, at most 252. The
 * verifier does not see that; it goes on with 254, or with bounds that it has forgotten, and
 * refuses the load that never happens (6.18). The mask changes nothing, but gives it bounds for
 * another compare.
 */
static void emit_bound_again(struct emitter *e, const struct load *l)
{
	emit(e, BPF_ALU64 | BPF_AND | BPF_K, TMP, 0, 0, SKB_FILTER_WINDOW_MAX - 1);
	emit_jump(e, BPF_JMP | BPF_JGT | BPF_K, TMP, 0, e->window - l->size, reject(e));
}

/*
 * Leaves R5 = index + size, where the load is then at R1 + R5 - size. The 64-bit compares are right
 * because 32-bit arithmetic clears the upper half, and they give the verifier its bound on every
 * kernel; 32-bit ones would need it to carry the bound over to 64 bits.
 */
static void emit_index(struct emitter *e, const struct load *l)
{
	mov32(e, TMP, X);
	if (l->k)
		emit(e, BPF_ALU | BPF_ADD | BPF_K, TMP, 0, 0, l->k);
	if (l->index.lo < e->hole)
		emit_jump(e, BPF_JMP | BPF_JLT | BPF_K, TMP, 0, e->hole, reject(e));
	emit_jump(e, BPF_JMP | BPF_JGT | BPF_K, TMP, 0, e->window - l->size, reject(e));
	if (l->index.hi > e->window - l->size)
		emit_bound_again(e, l);
	emit(e, BPF_ALU64 | BPF_ADD | BPF_K, TMP, 0, 0, l->size);
	emit_jump(e, BPF_JMP | BPF_JGT | BPF_X, TMP, CAPLEN, 0, reject(e));
}

static void emit_register_load(struct emitter *e, uint8_t dst, const struct load *l)
{
	emit(e, BPF_ALU64 | BPF_MOV | BPF_X, dst, WIRELEN, 0, 0);
	emit(e, BPF_ALU64 | BPF_RSH | BPF_K, dst, 0, 0, 32 + 8 * (l->k - SKB_FILTER_HOLE));
	if (l->k + l->size < IN_REGISTER)
		emit(e, BPF_ALU | BPF_AND | BPF_K, dst, 0, 0, (1u << 8 * l->size) - 1);
}

static void emit_packet_load(struct emitter *e, uint32_t i, const struct load *l)
{
	uint8_t size = BPF_SIZE(e->cbpf[i].code),
		dst = BPF_CLASS(e->cbpf[i].code) == BPF_LD ? A : X;
	bool in_register;

	if (l->index.hi < e->hole) {
		emit_return(e, 0);
		return;
	}
	in_register = e->in_place && !l->indirect && l->k + l->size <= IN_REGISTER;
	if (e->in_place && !in_register && l->index.lo < IN_MEMORY)
		e->err = e->err ? e->err : -EOPNOTSUPP;
	if (l->indirect) {
		emit_index(e, l);
		/* pointer += scalar: for the other order some verifiers lose the pointer */
		emit(e, BPF_ALU64 | BPF_MOV | BPF_X, A, WINDOW, 0, 0);
		emit(e, BPF_ALU64 | BPF_ADD | BPF_X, A, TMP, 0, 0);
		emit(e, BPF_LDX | BPF_MEM | size, dst, A, (int16_t)-l->size, 0);
	} else {
		if (l->k + l->size > e->flow->at[i].caplen)
			emit_jump(e, BPF_JMP | BPF_JLT | BPF_K, CAPLEN, 0, l->k + l->size,
				  reject(e));
		if (in_register)
			emit_register_load(e, dst, l);
		else
			emit(e, BPF_LDX | BPF_MEM | size, dst, WINDOW, (int16_t)l->k, 0);
	}
	if (l->size > 1 && !e->order[i])
		emit(e, BPF_ALU | BPF_END | BPF_TO_BE, dst, 0, 0, l->size * 8);
}

static void emit_load(struct emitter *e, uint32_t i)
{
	const struct skb_cbpf *insn = &e->cbpf[i];
	uint8_t dst = BPF_CLASS(insn->code) == BPF_LD ? A : X;
	struct load load;

	if (load_of(insn, &e->flow->at[i], &load)) {
		emit_packet_load(e, i, &load);
		/* Only X changes: libpcap keeps A alive across this instruction. */
		if (BPF_MODE(insn->code) == BPF_MSH && load.index.hi >= e->hole) {
			emit(e, BPF_ALU | BPF_AND | BPF_K, X, 0, 0, 0xf);
			emit(e, BPF_ALU | BPF_LSH | BPF_K, X, 0, 0, 2);
		}
	} else if (BPF_MODE(insn->code) == BPF_LEN) {
		mov32(e, dst, WIRELEN);
	} else if (BPF_MODE(insn->code) == BPF_MEM) {
		emit(e, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_10, scratch_off(insn->k), 0);
	} else {
		mov32_imm(e, dst, insn->k);
	}
}

/* Classic and eBPF share the codes of all operations. */
static void emit_alu(struct emitter *e, const struct skb_cbpf *insn)
{
	uint8_t op = BPF_OP(insn->code);

	if (op == BPF_NEG) {
		emit(e, BPF_ALU | BPF_NEG | BPF_K, A, 0, 0, 0);
		return;
	}
	if (BPF_SRC(insn->code) == BPF_K) {
		emit(e, BPF_ALU | op | BPF_K, A, 0, 0, insn->k);
		return;
	}
	if (op == BPF_DIV || op == BPF_MOD)
		emit_jump(e, BPF_JMP | BPF_JEQ | BPF_K, X, 0, 0, reject(e));
	if (op == BPF_LSH || op == BPF_RSH) {
		/* eBPF shifts by X & 31: make that harmless, 0 shifted is 0 */
		emit(e, BPF_JMP | BPF_JLE | BPF_K, X, 0, 1, 31);
		mov32_imm(e, A, 0);
	}
	emit(e, BPF_ALU | op | BPF_X, A, X, 0, 0);
}

static uint8_t inverse(uint8_t op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JGE:
		return BPF_JLT;
	default:
		return 0;
	}
}

static uint32_t next_reached(const struct emitter *e, uint32_t i)
{
	do {
		i++;
	} while (i < e->cbpf_cnt && !e->flow->at[i].reached);
	return i;
}

static void emit_branch(struct emitter *e, uint32_t i)
{
	const struct skb_cbpf *insn = &e->cbpf[i];
	uint8_t op = BPF_OP(insn->code), src = BPF_SRC(insn->code) == BPF_X ? X : 0;
	uint32_t imm = src ? 0 : in_network_order(insn->k, e->order[i]), next = next_reached(e, i);
	uint32_t if_true = i + 1 + insn->jt, if_false = i + 1 + insn->jf;

	if (op == BPF_JA) {
		emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, i + 1 + insn->k);
		return;
	}
	if (if_true == if_false) {
		emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, if_true);
		return;
	}
	if (if_true == next && inverse(op)) {
		emit_jump(e, BPF_JMP32 | inverse(op) | BPF_SRC(insn->code), A, src, imm, if_false);
		return;
	}
	emit_jump(e, BPF_JMP32 | op | BPF_SRC(insn->code), A, src, imm, if_true);
	if (if_false != next)
		emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, if_false);
}

static void emit_insn(struct emitter *e, uint32_t i)
{
	const struct skb_cbpf *insn = &e->cbpf[i];

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		emit_load(e, i);
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
		emit_branch(e, i);
		break;
	case BPF_RET:
		if (BPF_RVAL(insn->code) == BPF_A)
			emit(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
		else
			emit_return(e, insn->k);
		break;
	default:
		if (BPF_MISCOP(insn->code) == BPF_TXA)
			mov32(e, A, X);
		else
			mov32(e, X, A);
	}
}

/* The arguments come from C code that may leave rubbish in the upper halves (clang 14 does). */
static void emit_prologue(struct emitter *e)
{
	if (!e->in_place) {
		mov32(e, CAPLEN, CAPLEN);
		mov32(e, WIRELEN, WIRELEN);
	}
	if (e->flow->zero & (1u << SLOT_A))
		mov32_imm(e, A, 0);
	if (e->flow->zero & (1u << SLOT_X))
		mov32_imm(e, X, 0);
	for (uint32_t i = 0; i < CBPF_MEMWORDS; i++) {
		if (e->flow->zero & (1u << i))
			emit(e, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, scratch_off(i), 0);
	}
}

static void patch(struct emitter *e, const struct fixup *f, uint32_t to)
{
	int64_t off = (int64_t)to - f->at - 1;

	if (off > INT16_MAX)
		e->err = e->err ? e->err : -E2BIG;
	e->insns[f->at].off = (int16_t)off;
}

/*
 * Moves every pending jump that would go beyond this point to a `ja` placed here, which becomes
 * the pending jump instead; one for each target.
 */
static void emit_relays(struct emitter *e, uint32_t next)
{
	uint8_t last = e->insns[e->cnt - 1].code;
	uint32_t pending = e->fixup_cnt, around = 0, kept = 0, j;
	bool falls_through = last != (BPF_JMP | BPF_EXIT) && last != (BPF_JMP | BPF_JA);

	if (falls_through) {
		around = e->cnt;
		emit(e, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	}
	for (uint32_t i = 0; i < pending && !e->err; i++) {
		struct fixup f = e->fixups[i];

		if (f.target < next) {
			patch(e, &f, e->start[f.target]);
			continue;
		}
		for (j = pending; j < e->fixup_cnt && e->fixups[j].target != f.target; j++)
			;
		if (j == e->fixup_cnt)
			emit_jump(e, BPF_JMP | BPF_JA, 0, 0, 0, f.target);
		if (!e->err)
			patch(e, &f, e->fixups[j].at);
	}
	if (e->err)
		return;
	for (uint32_t i = pending; i < e->fixup_cnt; i++)
		e->fixups[kept++] = e->fixups[i];
	e->fixup_cnt = kept;
	if (falls_through)
		e->insns[around].off = (int16_t)(e->cnt - around - 1);
}

static void emit_all(struct emitter *e)
{
	bool rejects = false;

	emit_prologue(e);
	for (uint32_t i = 0; i < e->cbpf_cnt && !e->err; i++) {
		if (!e->flow->at[i].reached)
			continue;
		if (e->fixup_cnt && e->cnt - e->fixups[0].at > RELAY_AFTER)
			emit_relays(e, i);
		e->start[i] = e->cnt;
		emit_insn(e, i);
	}
	e->start[reject(e)] = e->cnt;
	for (uint32_t i = 0; i < e->fixup_cnt && !e->err; i++) {
		rejects |= e->fixups[i].target == reject(e);
		patch(e, &e->fixups[i], e->start[e->fixups[i].target]);
	}
	if (rejects)
		emit_return(e, 0);
}

int translate(const struct skb_cbpf *insns, uint32_t cnt, uint32_t window,
	      enum skb_filter_start start, const struct analysis *a, struct bpf_insn **out,
	      uint32_t *out_cnt, struct skb_filter_err *err)
{
	struct emitter e = { .cbpf = insns,
			     .cbpf_cnt = cnt,
			     .window = window,
			     .hole = hole_of(start),
			     .in_place = start == SKB_FILTER_IN_PLACE,
			     .flow = a };

	e.start = calloc(cnt + 1, sizeof(*e.start));
	e.err = e.start ? network_order(insns, cnt, a, &e.order) : -ENOMEM;
	if (!e.err)
		emit_all(&e);
	free(e.start);
	free(e.order);
	free(e.fixups);
	if (!e.err) {
		*out = e.insns;
		*out_cnt = e.cnt;
		return 0;
	}
	free(e.insns);
	if (e.err == -EOPNOTSUPP)
		return e.err;
	if (e.err == -ENOMEM)
		return fail(err, e.err, -1, NULL, "out of memory");
	return fail(err, e.err, -1, "shorten the expression; use nets and port ranges",
		    "too complex: the program has jumps that are too long");
}

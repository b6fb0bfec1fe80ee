/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiles a large expression in pieces. The optimiser of libpcap takes time cubic in the number of
 * terms, and the code without it is four times as long; so `A or B or C ...` is cut at its `and`s
 * and `or`s, some terms at a time are compiled and optimised, and the pieces are joined by jumps.
 *
 * The pieces keep their order, and `and` and `or` have equal precedence and are read from the left,
 * as in libpcap: after a piece that is true the next one joined by `and` decides, after one that is
 * false the next one joined by `or`.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Terms that are compiled together: 16 share their loads and take the optimiser 3 ms. */
#define PIECE_TERMS 16
#define NESTING_MAX 32

/* Targets of jumps that are not placed yet; later ones are those of pieces. */
enum { LABEL_TRUE, LABEL_FALSE, LABEL_FIRST };

struct jump {
	uint32_t at, label;
};

struct joiner {
	const char *expr;
	const struct word *w;
	struct skb_cbpf *insns;
	struct jump *jumps;
	uint32_t *labels; /* where each is placed */
	uint32_t cnt, jump_cnt, label_cnt;
	int depth;
	int err; /* -EOPNOTSUPP: compile the expression as a whole */
};

/* What stands between two joins of one level: words [first, end), joined to what is before it. */
struct operand {
	int first, end;
	int terms;
	bool by_and;   /* how it is joined; of the first one: how the second one is */
	bool inherits; /* begins with a value: it means what the term before it says */
	bool group;    /* "(...)", perhaps behind `not`s */
};

static bool is_and(const struct joiner *j, int i)
{
	return word_is(j->expr, &j->w[i], "and") || word_is(j->expr, &j->w[i], "&&");
}

static bool is_or(const struct joiner *j, int i)
{
	return word_is(j->expr, &j->w[i], "or") || word_is(j->expr, &j->w[i], "||");
}

static bool is_not(const struct joiner *j, int i)
{
	return word_is(j->expr, &j->w[i], "not") || word_is(j->expr, &j->w[i], "!");
}

static int skip_nots(const struct joiner *j, int i, int end)
{
	while (i < end && is_not(j, i))
		i++;
	return i;
}

/* The word after the bracket that word i opens; end if it is not closed. */
static int skip_group(const struct joiner *j, int i, int end)
{
	int depth = 0;

	for (; i < end; i++) {
		depth += (j->w[i].kind == WORD_OPEN) - (j->w[i].kind == WORD_CLOSE);
		if (!depth)
			return i + 1;
	}
	return end;
}

/*
 * Does the operand begin with a word that says what is asked? In `host A or B` the second does not:
 * it goes with the first.
 */
static bool begins_with_keyword(const struct joiner *j, const struct operand *o)
{
	int i = o->first;

	while (i < o->end && (is_not(j, i) || j->w[i].kind == WORD_OPEN))
		i++;
	return i < o->end && j->w[i].kind == WORD_KEYWORD;
}

static void next_operand(const struct joiner *j, int first, int end, struct operand *o)
{
	int i = skip_nots(j, first, end), depth = 0;

	*o = (struct operand){ .first = first, .terms = 1 };
	for (; i < end; i++) {
		bool join = is_and(j, i) || is_or(j, i);

		if (join && !depth)
			break;
		o->terms += join;
		depth += (j->w[i].kind == WORD_OPEN) - (j->w[i].kind == WORD_CLOSE);
	}
	o->end = i;
	o->inherits = !begins_with_keyword(j, o);
	i = skip_nots(j, first, o->end);
	o->group = i < o->end && j->w[i].kind == WORD_OPEN && skip_group(j, i, o->end) == o->end;
}

/* Cuts words [first, end) at their outermost joins. Returns the number of operands, or an error. */
static int cut(const struct joiner *j, int first, int end, struct operand **out)
{
	struct operand *ops = calloc(end - first + 1, sizeof(*ops));
	int n = 0;

	*out = ops;
	if (!ops)
		return -ENOMEM;
	for (int i = first; i < end; n++) {
		next_operand(j, i, end, &ops[n]);
		if (ops[n].first == ops[n].end || ops[n].end == end - 1)
			return -EOPNOTSUPP; /* a join with nothing before or behind it */
		if (n)
			ops[n].by_and = is_and(j, ops[n].first - 1);
		i = ops[n].end + 1;
	}
	if (n > 1)
		ops[0].by_and = ops[1].by_and;
	return n ? n : -EOPNOTSUPP;
}

/* Lets a piece be larger by the operands that go with it; returns the index behind the last. */
static int gather(struct joiner *j, const struct operand *ops, int n, int i)
{
	int terms = ops[i].terms, last = i + 1;

	for (; last < n; last++) {
		bool same = ops[last].by_and == ops[i].by_and;

		if (ops[last].inherits && !same)
			j->err = -EOPNOTSUPP;
		if (!same || (!ops[last].inherits && terms + ops[last].terms > PIECE_TERMS))
			break;
		terms += ops[last].terms;
	}
	return last;
}

static void jump_to(struct joiner *j, uint32_t at, uint32_t label)
{
	j->insns[at] = (struct skb_cbpf){ .code = BPF_JMP | BPF_JA };
	j->jumps[j->jump_cnt++] = (struct jump){ at, label };
}

static void *grown(struct joiner *j, void *array, uint32_t cnt, size_t size)
{
	void *bigger = realloc(array, (size_t)cnt * size);

	if (!bigger)
		j->err = -ENOMEM;
	return bigger ? bigger : array;
}

static uint32_t new_label(struct joiner *j)
{
	j->labels = grown(j, j->labels, j->label_cnt + 1, sizeof(*j->labels));
	return j->label_cnt++;
}

/* Its verdicts become jumps, but for those that are the verdict of the whole. */
static void append(struct joiner *j, const struct skb_cbpf *insns, uint32_t cnt, uint32_t if_true,
		   uint32_t if_false)
{
	j->insns = grown(j, j->insns, j->cnt + cnt, sizeof(*j->insns));
	if (j->err)
		return;
	j->jumps = grown(j, j->jumps, j->jump_cnt + cnt, sizeof(*j->jumps));
	for (uint32_t i = 0; i < cnt && !j->err; i++) {
		uint32_t label = insns[i].k ? if_true : if_false;

		j->insns[j->cnt + i] = insns[i];
		if (BPF_CLASS(insns[i].code) != BPF_RET)
			continue;
		if (BPF_RVAL(insns[i].code) == BPF_A)
			j->err = -EOPNOTSUPP;
		else if (label >= LABEL_FIRST)
			jump_to(j, j->cnt + i, label);
		else
			j->insns[j->cnt + i].k = label == LABEL_TRUE ? SKB_FILTER_SNAPLEN : 0;
	}
	j->cnt += cnt;
}

/* libpcap refuses what its optimiser finds to be always false; as one term of many it is right. */
static void compile_piece(struct joiner *j, int first, int end, int terms, uint32_t if_true,
			  uint32_t if_false)
{
	int from = j->w[first].pos, to = j->w[end - 1].pos + j->w[end - 1].len;
	char *text = strndup(j->expr + from, to - from), msg[256];
	struct skb_cbpf *insns = NULL;
	uint32_t cnt;
	int ret;

	if (!text) {
		j->err = -ENOMEM;
		return;
	}
	ret = libpcap_compile(text, terms <= OPTIMISE_TERMS, &insns, &cnt, msg, sizeof(msg));
	if (ret == -EINVAL && terms <= OPTIMISE_TERMS)
		ret = libpcap_compile(text, false, &insns, &cnt, msg, sizeof(msg));
	free(text);
	if (ret)
		j->err = ret == -ENOMEM ? ret : -EOPNOTSUPP;
	else
		append(j, insns, cnt, if_true, if_false);
	free(insns);
}

static void compile_chain(struct joiner *j, int first, int end, uint32_t if_true,
			  uint32_t if_false);

static void compile_operand(struct joiner *j, const struct operand *o, uint32_t if_true,
			    uint32_t if_false)
{
	int inside = skip_nots(j, o->first, o->end);

	if (!o->group || o->terms <= PIECE_TERMS) {
		compile_piece(j, o->first, o->end, o->terms, if_true, if_false);
		return;
	}
	if ((inside - o->first) & 1)
		compile_chain(j, inside + 1, o->end - 1, if_false, if_true);
	else
		compile_chain(j, inside + 1, o->end - 1, if_true, if_false);
}

/* The label of the next piece joined by `and` (or by `or`) behind this one, or `none`. */
static uint32_t next_joined(const struct operand *pieces, int n, int i, bool by_and,
			    uint32_t label_1, uint32_t none)
{
	while (++i < n) {
		if (pieces[i].by_and == by_and)
			return label_1 + i - 1;
	}
	return none;
}

static void compile_pieces(struct joiner *j, const struct operand *pieces, int n, uint32_t if_true,
			   uint32_t if_false)
{
	uint32_t label_1 = j->label_cnt;

	for (int i = 1; i < n && !j->err; i++)
		new_label(j);
	for (int i = 0; i < n && !j->err; i++) {
		if (i)
			j->labels[label_1 + i - 1] = j->cnt;
		compile_operand(j, &pieces[i], next_joined(pieces, n, i, true, label_1, if_true),
				next_joined(pieces, n, i, false, label_1, if_false));
	}
}

static void compile_chain(struct joiner *j, int first, int end, uint32_t if_true, uint32_t if_false)
{
	struct operand *ops = NULL;
	int n = j->depth++ < NESTING_MAX ? cut(j, first, end, &ops) : -EOPNOTSUPP, pieces = 0;

	if (n < 0)
		j->err = n;
	for (int i = 0; i < n && !j->err; pieces++) {
		int next = gather(j, ops, n, i);
		struct operand piece = ops[i];

		for (int k = i + 1; k < next; k++)
			piece.terms += ops[k].terms;
		piece.end = ops[next - 1].end;
		piece.group &= next == i + 1;
		ops[pieces] = piece;
		i = next;
	}
	if (!j->err)
		compile_pieces(j, ops, pieces, if_true, if_false);
	j->depth--;
	free(ops);
}

/* Fills in the jumps, and lets conditional ones go straight where a jump would only take them on.
 */
static void place_jumps(struct joiner *j)
{
	for (uint32_t i = 0; i < j->jump_cnt; i++)
		j->insns[j->jumps[i].at].k = j->labels[j->jumps[i].label] - j->jumps[i].at - 1;
	for (uint32_t i = j->cnt; i-- > 0;) {
		struct skb_cbpf *insn = &j->insns[i];
		uint8_t *sides[] = { &insn->jt, &insn->jf };

		if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA)
			continue;
		for (int side = 0; side < 2; side++) {
			uint32_t to = i + 1 + *sides[side];

			while (j->insns[to].code == (BPF_JMP | BPF_JA))
				to += 1 + j->insns[to].k;
			if (to - i - 1 <= UINT8_MAX)
				*sides[side] = to - i - 1;
		}
	}
}

/* Which instructions some path leads to; the jumps that others now pass over are not. */
static void find_reached(const struct joiner *j, uint32_t *reached)
{
	reached[0] = 1;
	for (uint32_t i = 0; i < j->cnt; i++) {
		const struct skb_cbpf *insn = &j->insns[i];

		if (!reached[i] || BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (insn->code == (BPF_JMP | BPF_JA)) {
			reached[i + 1 + insn->k] = 1;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			reached[i + 1 + insn->jt] = 1;
			reached[i + 1 + insn->jf] = 1;
		} else {
			reached[i + 1] = 1;
		}
	}
}

/* Leaves out what is not reached. Jumps only get shorter. */
static void compact(struct joiner *j)
{
	uint32_t *place = calloc(j->cnt, sizeof(*place)), cnt = 0;

	if (!place) {
		j->err = -ENOMEM;
		return;
	}
	find_reached(j, place);
	for (uint32_t i = 0; i < j->cnt; i++)
		place[i] = place[i] ? cnt++ : UINT32_MAX;
	for (uint32_t i = 0; i < j->cnt; i++) {
		struct skb_cbpf insn = j->insns[i];

		if (place[i] == UINT32_MAX)
			continue;
		if (insn.code == (BPF_JMP | BPF_JA)) {
			insn.k = place[i + 1 + insn.k] - place[i] - 1;
		} else if (BPF_CLASS(insn.code) == BPF_JMP) {
			insn.jt = place[i + 1 + insn.jt] - place[i] - 1;
			insn.jf = place[i + 1 + insn.jf] - place[i] - 1;
		}
		j->insns[place[i]] = insn;
	}
	j->cnt = cnt;
	free(place);
}

/* Behind these words, offsets are counted from somewhere else. */
static bool moves_offsets(const struct joiner *j, int cnt)
{
	static const char *const words[] = { "vlan", "mpls", "pppoes", "geneve" };

	for (int i = 0; i < cnt; i++) {
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			if (word_is(j->expr, &j->w[i], words[k]))
				return true;
		}
	}
	return false;
}

int terms_compile(const char *expr, const struct word *w, int cnt, struct skb_cbpf **out,
		  uint32_t *out_cnt)
{
	struct joiner j = { .expr = expr, .w = w, .label_cnt = LABEL_FIRST };

	if (moves_offsets(&j, cnt))
		return -EOPNOTSUPP;
	j.labels = calloc(LABEL_FIRST, sizeof(*j.labels));
	if (!j.labels)
		return -ENOMEM;
	compile_chain(&j, 0, cnt, LABEL_TRUE, LABEL_FALSE);
	if (!j.err)
		place_jumps(&j);
	if (!j.err)
		compact(&j);
	free(j.jumps);
	free(j.labels);
	if (j.err) {
		free(j.insns);
		return j.err;
	}
	*out = j.insns;
	*out_cnt = j.cnt;
	return 0;
}

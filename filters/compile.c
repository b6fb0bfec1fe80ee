/* SPDX-License-Identifier: GPL-2.0-only */
/* From the text of an expression to a filter, or to an error that a person can act on. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* libpcap recurses over the terms of an expression. */
#define EXPR_MAX (128 * 1024)

/* libpcap is quadratic even without its optimiser: 1,000 terms take 2 s, 3,000 take 18 s. */
#define TERMS_MAX 1024

static const struct {
	const char *part, *hint;
} hints[] = {
#define HINT(part, hint) { part, hint },
#include "hints.def"
#undef HINT
};

static const char *hint_for(const char *msg)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strstr(msg, hints[i].part))
			return hints[i].hint;
	}
	return NULL;
}

static bool is_join(const char *expr, const struct word *w)
{
	return word_is(expr, w, "and") || word_is(expr, w, "or") || word_is(expr, w, "&&") ||
	       word_is(expr, w, "||");
}

static int count_terms(const char *expr, const struct word *w, int cnt)
{
	int terms = 1;

	for (int i = 0; i < cnt; i++)
		terms += is_join(expr, &w[i]);
	return terms;
}

static int word_at(const struct word *w, int cnt, int pos)
{
	for (int i = 0; i < cnt; i++) {
		if (w[i].pos == pos)
			return i;
	}
	return -1;
}

static int explain_syntax(const char *expr, const struct word *w, int cnt,
			  struct skb_filter_err *err)
{
	int pos = locate(expr, w, cnt, GOAL_PARSES, 0), at = word_at(w, cnt, pos), depth = 0;
	const char *near = NULL;
	char hint[64] = "";

	if (pos < 0)
		return fail(err, -EINVAL, -1, NULL, "syntax error");
	if (at < 0) {
		for (int i = 0; i < cnt; i++)
			depth += (w[i].kind == WORD_OPEN) - (w[i].kind == WORD_CLOSE);
		return fail(err, -EINVAL, pos, depth > 0 ? "a ')' is missing" : NULL,
			    "syntax error: the expression ends too early");
	}
	if (w[at].kind == WORD_NAME)
		near = words_nearest(expr + pos, w[at].len);
	if (near)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", near);
	else if (w[at].kind == WORD_NUMBER || w[at].kind == WORD_ADDRESS)
		snprintf(hint, sizeof(hint), "say what it is: host, net, port ...");
	return fail(err, -EINVAL, pos, hint, "syntax error near '%.*s'",
		    w[at].len > 100 ? 100 : w[at].len, expr + pos);
}

static int explain(const char *expr, const struct word *w, int cnt, const char *msg,
		   struct skb_filter_err *err)
{
	int pos = -1;

	if (!err)
		return -EINVAL;
	if (!strncmp(msg, "can't parse filter expression: syntax error", 43))
		return explain_syntax(expr, w, cnt, err);
	if (!strstr(msg, "rejects all packets")) { /* a matter of the whole, not of one place */
		pos = locate_quoted(expr, msg);
		if (pos < 0)
			pos = locate(expr, w, cnt, GOAL_COMPILES, 0);
	}
	return fail(err, -EINVAL, pos, hint_for(msg), "%s", msg);
}

static bool says_vlan(const char *expr, const struct word *w, int cnt)
{
	for (int i = 0; i < cnt; i++) {
		if (word_is(expr, &w[i], "vlan"))
			return true;
	}
	return false;
}

/* In pieces if it is long and can be cut, else as a whole. Returns as libpcap_compile(). */
static int compile_classic(const char *expr, const struct word *w, int cnt, int terms,
			   struct skb_cbpf **out, uint32_t *out_cnt, char *msg, size_t msg_size)
{
	int ret = -EOPNOTSUPP;

	if (terms > PIECES_FROM_TERMS)
		ret = terms_compile(expr, w, cnt, out, out_cnt);
	if (ret == -EOPNOTSUPP)
		ret = libpcap_compile(expr, terms <= OPTIMISE_TERMS, out, out_cnt, msg, msg_size);
	return ret;
}

static int compile_words(const char *expr, const struct word *w, int cnt,
			 const struct skb_filter_opts *opts, struct skb_filter **out,
			 struct skb_filter_err *err)
{
	struct skb_cbpf *insns;
	int terms = count_terms(expr, w, cnt), ret;
	char msg[256] = "";
	uint32_t insn_cnt;

	if (terms > TERMS_MAX)
		return fail(err, -E2BIG, -1, "use nets and port ranges",
			    "too complex: %d terms, the limit is %d", terms, TERMS_MAX);
	ret = words_refuse_names(expr, w, cnt, err);
	if (ret)
		return ret;
	ret = compile_classic(expr, w, cnt, terms, &insns, &insn_cnt, msg, sizeof(msg));
	if (ret == -EINVAL)
		return explain(expr, w, cnt, msg, err);
	if (ret)
		return fail(err, ret, -1, NULL, "out of memory");
	ret = filter_new(insns, insn_cnt, opts, out, err);
	if (ret == -EOPNOTSUPP && err)
		err->pos = locate(expr, w, cnt, GOAL_WORKS, opts ? opts->window_max : 0);
	if (!ret && says_vlan(expr, w, cnt))
		filter_set_uses(*out, SKB_FILTER_USES_VLAN);
	return ret;
}

int skb_filter_compile(const char *expr, const struct skb_filter_opts *opts,
		       struct skb_filter **out, struct skb_filter_err *err)
{
	struct word *w;
	int cnt, ret;

	*out = NULL;
	if (!expr)
		expr = "";
	if (strlen(expr) > EXPR_MAX)
		return fail(err, -E2BIG, -1, "use nets and port ranges",
			    "too complex: an expression of more than %d bytes", EXPR_MAX);
	ret = words_split(expr, &w, &cnt);
	if (ret)
		return fail(err, ret, -1, NULL, "out of memory");
	ret = compile_words(expr, w, cnt, opts, out, err);
	free(w);
	return ret;
}

#define CARET_WIDTH 76

void skb_filter_caret(const char *expr, int pos, char *buf, size_t size)
{
	int len = expr ? (int)strlen(expr) : 0, from = 0, shown;
	char line[CARET_WIDTH + 1];

	if (size)
		buf[0] = '\0';
	if (!expr || pos < 0 || pos > len)
		return;
	if (pos > CARET_WIDTH - 16)
		from = pos - (CARET_WIDTH - 16);
	shown = len - from < CARET_WIDTH ? len - from : CARET_WIDTH;
	for (int i = 0; i < shown; i++)
		line[i] = iscntrl((unsigned char)expr[from + i]) ? ' ' : expr[from + i];
	snprintf(buf, size, "%.*s\n%*s^", shown, line, pos - from, "");
}

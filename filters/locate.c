/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the place of an error. libpcap says what is wrong and not where, so beginnings of the
 * expression are compiled until the shortest one is found that cannot be right any more. A
 * beginning is seldom a whole expression: it is tried with several endings.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

/* What may stand after a beginning, before and after the brackets that are still open. */
static const char *const middles[] = { "",    " 1",      " 1.2.3.4", " 1:2:3:4:5:6", " 1-2",
				       " ip", " host 1", " port 1",  " dst port 1",  "[0]" };
static const char *const tails[] = { "", " = 1", " 1 = 1" };

/* The search stops after this; libpcap takes long for expressions of many terms. */
#define BUDGET_MS 500

#define MIDDLE_CNT (sizeof(middles) / sizeof(middles[0]))
#define TAIL_CNT   (sizeof(tails) / sizeof(tails[0]))

struct search {
	const char *expr;
	const struct word *w;
	int cnt;
	enum goal goal;
	uint32_t window;
	int64_t deadline; /* of now_ms() */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* The closing brackets that the first n words lack, innermost first. Returns a malloc()ed string.
 */
static char *closers(const char *expr, const struct word *w, int n)
{
	char *stack = calloc(n + 1, 1), swap;
	int depth = 0;

	if (!stack)
		return NULL;
	for (int i = 0; i < n; i++) {
		char c = expr[w[i].pos];

		if (c == '(' || c == '[')
			stack[depth++] = c == '(' ? ')' : ']';
		else if ((c == ')' || c == ']') && depth)
			depth--;
	}
	stack[depth] = '\0';
	for (int i = 0; i < depth / 2; i++) {
		swap = stack[i];
		stack[i] = stack[depth - 1 - i];
		stack[depth - 1 - i] = swap;
	}
	return stack;
}

/* An ending may be a name where it is put: `host 1-2`. */
static bool has_names(const char *text)
{
	struct word *w;
	int cnt, ret = words_split(text, &w, &cnt);

	if (!ret)
		ret = words_refuse_names(text, w, cnt, NULL);
	free(w);
	return ret != 0;
}

/* Does the text get as far as the goal? */
static bool succeeds(const struct search *s, const char *text)
{
	struct skb_filter_opts opts = { .window_max = s->window };
	struct skb_filter *f = NULL;
	struct skb_cbpf *insns;
	char msg[256] = "";
	uint32_t cnt;
	int ret;

	if (has_names(text))
		return false;
	ret = libpcap_compile(text, false, &insns, &cnt, msg, sizeof(msg));
	if (ret)
		return s->goal == GOAL_PARSES && !strstr(msg, "syntax error");
	ret = s->goal == GOAL_WORKS ? filter_new(insns, cnt, &opts, &f, NULL) : 0;
	if (s->goal != GOAL_WORKS)
		free(insns);
	skb_filter_free(f);
	return !ret;
}

/* Do the first n words, with some ending, get as far as the goal? */
static bool some_ending_succeeds(const struct search *s, int n)
{
	int len = n ? s->w[n - 1].pos + s->w[n - 1].len : 0;
	char *close = closers(s->expr, s->w, n);
	size_t size = len + (close ? strlen(close) : 0) + 32;
	char *text = malloc(size);
	bool found = false;

	for (size_t i = 0; close && text && !found && i < MIDDLE_CNT * TAIL_CNT; i++) {
		snprintf(text, size, "%.*s%s%s%s", len, s->expr, middles[i / TAIL_CNT], close,
			 tails[i % TAIL_CNT]);
		found = now_ms() < s->deadline && succeeds(s, text);
	}
	free(text);
	free(close);
	return found;
}

int locate(const char *expr, const struct word *w, int cnt, enum goal goal, uint32_t window)
{
	struct search s = { .expr = expr,
			    .w = w,
			    .cnt = cnt,
			    .goal = goal,
			    .window = window,
			    .deadline = now_ms() + BUDGET_MS };
	int good = 0, bad = cnt + 1, mid; /* numbers of words */

	while (bad - good > 1) {
		mid = good + (bad - good) / 2;
		if (some_ending_succeeds(&s, mid))
			good = mid;
		else
			bad = mid;
	}
	if (now_ms() >= s.deadline)
		return -1;
	if (bad <= cnt)
		return w[bad - 1].pos;
	if (goal != GOAL_PARSES)
		return -1;
	return cnt ? w[cnt - 1].pos + w[cnt - 1].len : 0;
}

int locate_quoted(const char *expr, const char *msg)
{
	const char *open = strpbrk(msg, "'\""), *close = open ? strchr(open + 1, *open) : NULL;
	const char *found;
	char text[128];

	if (!close || close == open + 1 || close - open > (int)sizeof(text))
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)(close - open - 1), open + 1);
	found = strstr(expr, text);
	/* more than one: which one is meant is not known */
	return found && !strstr(found + 1, text) ? (int)(found - expr) : -1;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The words behind the options of top and count: [pcap expression] [interval [count]]. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../filters/skb_filter.h"
#include "option_table.h"

/* Whether the words are an expression, as no words are. */
static bool is_expression(char **words, int count)
{
	const struct expression_parts no_parts = { 0 };
	struct skb_filter *filter = NULL;
	struct skb_filter_err why;
	struct error ignored;
	char *text = NULL;
	bool ok;

	ok = !expression_join(&no_parts, words, count, &text, &ignored) &&
	     !skb_filter_compile(text, NULL, &filter, &why);
	skb_filter_free(filter);
	free(text);
	return ok;
}

/* Words of these bytes alone that stand last, at most two. */
static int last_words(char **words, int count, const char *bytes)
{
	int n = 0;

	while (n < 2 && n < count && *words[count - 1 - n] &&
	       strspn(words[count - 1 - n], bytes) == strlen(words[count - 1 - n]))
		n++;
	return n;
}

/*
 * How many of the last words are interval and count: as many as the words before them are an
 * expression without. What only looks like a number ("1.5", "-3") is such a one, to be refused,
 * where it is no part of an expression.
 */
static int interval_words(char **words, int count)
{
	int n = last_words(words, count, "0123456789");

	while (n > 0 && !is_expression(words, count - n))
		n--;
	if (n > 0 || is_expression(words, count))
		return n;
	n = last_words(words, count, "0123456789.+-");
	while (n > 0 && !is_expression(words, count - n))
		n--;
	return n;
}

static int bad_number(struct error *e, const char *what, const char *word)
{
	return error_set(e, EXIT_USAGE, -EINVAL, "the %s is a whole number from 1 on, not \"%s\"",
			 what, word);
}

static int given_twice(struct error *e, const char *what, const char *option, const char *word)
{
	return error_set(e, EXIT_USAGE, -EINVAL, "the %s is given twice, by %s and as \"%s\"", what,
			 option, word);
}

int take_interval_words(struct options *o, char **words, int *count, struct error *e)
{
	int n = interval_words(words, *count);
	char **numbers = words + *count - n;
	uint64_t seconds;

	if (n > 0 && o->interval)
		return given_twice(e, "interval", "--interval", numbers[0]);
	if (n > 0 && (parse_number(numbers[0], INTERVAL_MAX, &seconds) || !seconds))
		return bad_number(e, "interval in seconds", numbers[0]);
	if (n > 1 && o->intervals)
		return given_twice(e, "number of intervals", "-c/--count", numbers[1]);
	if (n > 1 && (parse_number(numbers[1], UINT64_MAX, &o->intervals) || !o->intervals))
		return bad_number(e, "number of intervals", numbers[1]);
	if (n > 0)
		o->interval = seconds;
	*count -= n;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cuts an expression into words as libpcap's scanner does, so that errors can point at one, and
 * keeps names away from the resolver: a filter must not wait for a name server.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char *const keywords[] = {
#define KEYWORD(word) word,
#include "keywords.def"
#undef KEYWORD
};

#define KEYWORD_CNT (sizeof(keywords) / sizeof(keywords[0]))

static const char hex_digits[] = "0123456789abcdefABCDEF";

bool word_is(const char *expr, const struct word *w, const char *text)
{
	return (int)strlen(text) == w->len && !memcmp(expr + w->pos, text, w->len);
}

static bool is_keyword(const char *expr, const struct word *w)
{
	for (size_t i = 0; i < KEYWORD_CNT; i++) {
		if (word_is(expr, w, keywords[i]))
			return true;
	}
	return false;
}

/* IPv6 and MAC addresses have two colons or more; `ip[6:2]` has one. */
static int colon_address(const char *s)
{
	int len = (int)strspn(s, "0123456789abcdefABCDEF:."), colons = 0;

	for (int i = 0; i < len; i++)
		colons += s[i] == ':';
	return colons > 1 ? len : 0;
}

/* A letter or digit, then letters, digits, '-', '_' and '.', but not '-' or '_' at the end. */
static int plain_word(const char *s)
{
	int len = 0, last = 0;

	if (!isalnum((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[len]) || (s[len] && strchr("-_.", s[len]))) {
		len++;
		if (s[len - 1] != '-' && s[len - 1] != '_')
			last = len;
	}
	return last;
}

static bool is_number(const char *s, int len)
{
	if (len > 1 && s[0] == '0' && (s[1] | 0x20) == 'x')
		return (int)strspn(s + 2, hex_digits) >= len - 2;
	return (int)strspn(s, "0123456789") >= len;
}

/* 2 to 4 numbers with dots. */
static bool is_ipv4(const char *s, int len)
{
	int parts = 0, part;

	for (int i = 0; i < len; i += part + 1, parts++) {
		for (part = 0; i + part < len && s[i + part] != '.'; part++)
			;
		if (!part || !is_number(s + i, part) || i + part + 1 == len)
			return false;
	}
	return parts >= 2 && parts <= 4;
}

/* 6 hex bytes with '-' or '.', 3 hex words with '.', or 12 hex digits. */
static bool is_mac(const char *s, int len)
{
	int parts = 1, longest = 0, run = 0;
	bool dashes = false;

	for (int i = 0; i < len; i++) {
		if (s[i] == '.' || s[i] == '-') {
			dashes |= s[i] == '-';
			parts++;
			run = 0;
		} else if (isxdigit((unsigned char)s[i])) {
			run++;
		} else {
			return false;
		}
		longest = run > longest ? run : longest;
	}
	if (parts == 1)
		return len == 12;
	return (parts == 6 && longest <= 2) || (parts == 3 && longest == 4 && !dashes);
}

static enum word_kind classify(const char *expr, const struct word *w)
{
	const char *s = expr + w->pos;

	if (is_keyword(expr, w))
		return WORD_KEYWORD;
	if (is_ipv4(s, w->len) || is_mac(s, w->len))
		return WORD_ADDRESS;
	return is_number(s, w->len) ? WORD_NUMBER : WORD_NAME;
}

static int operator_length(const char *s)
{
	static const char *const two[] = { "&&", "||", ">=", "<=", "!=", "==", "<<", ">>" };

	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
		if (!strncmp(s, two[i], 2))
			return 2;
	}
	return 1;
}

static struct word next_word(const char *expr, int pos)
{
	const char *s = expr + pos;
	struct word w = { .pos = pos, .kind = WORD_OTHER };
	int address = colon_address(s);

	w.len = plain_word(s);
	if (address > w.len) {
		w.len = address;
		w.kind = WORD_ADDRESS;
	} else if (w.len) {
		w.kind = classify(expr, &w);
	} else if (*s == '\\' && strcspn(s, " !()\n\t") > 1) {
		w.len = (int)strcspn(s, " !()\n\t");
		w.kind = WORD_NAME;
	} else {
		w.len = operator_length(s);
		w.kind = *s == '(' ? WORD_OPEN : *s == ')' ? WORD_CLOSE : WORD_OTHER;
	}
	return w;
}

int words_split(const char *expr, struct word **out, int *cnt)
{
	/* No word is shorter than a byte. */
	struct word *w = calloc(strlen(expr) + 1, sizeof(*w));
	int pos = 0;

	*out = w;
	*cnt = 0;
	if (!w)
		return -ENOMEM;
	for (;;) {
		pos += (int)strspn(expr + pos, " \t\r\n");
		if (!expr[pos])
			return 0;
		w[*cnt] = next_word(expr, pos);
		pos += w[*cnt].len;
		++*cnt;
	}
}

#define NEAR_MAX 32 /* longer words are not compared */

/* Edit distance; a swap of neighbours counts as one edit. */
static int distance(const char *a, int a_len, const char *b, int b_len)
{
	int d[NEAR_MAX + 1][NEAR_MAX + 1];

	for (int i = 0; i <= a_len; i++) {
		for (int j = 0; j <= b_len; j++) {
			int cost, best;

			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			cost = tolower((unsigned char)a[i - 1]) != b[j - 1];
			best = d[i - 1][j - 1] + cost;
			best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
			best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[a_len][b_len];
}

const char *words_nearest(const char *text, int len)
{
	int best = len > 4 ? 3 : 2, dist; /* exclusive */
	const char *found = NULL;

	if (len < 2 || len > NEAR_MAX)
		return NULL;
	for (size_t i = 0; i < KEYWORD_CNT; i++) {
		int keyword_len = (int)strlen(keywords[i]);

		if (keyword_len < 3 || keyword_len > NEAR_MAX)
			continue;
		dist = distance(text, len, keywords[i], keyword_len);
		if (dist < best) {
			best = dist;
			found = keywords[i];
		}
	}
	return found;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of words in tables: "ip_rcv ip_rcv_core". */
#ifndef TRACER_WORDS_H
#define TRACER_WORDS_H

#include <stdbool.h>
#include <string.h>

/* Is text[0..len) one of the words, which single spaces separate? */
static inline bool words_have(const char *words, const char *text, size_t len)
{
	while (*words) {
		size_t word = strcspn(words, " ");

		if (word == len && memcmp(words, text, len) == 0)
			return true;
		words += word + strspn(words + word, " ");
	}
	return false;
}

/* Likewise a function's name, without what compilers append: .isra.0, .constprop.0, .part.0. */
static inline bool words_have_function(const char *words, const char *func)
{
	return words_have(words, func, strcspn(func, "."));
}

#endif

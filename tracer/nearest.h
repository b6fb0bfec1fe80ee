/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean ...?": finds, among names offered one by one, the one most like a mistyped word. */
#ifndef TRACER_NEAREST_H
#define TRACER_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word; /* must outlive the search */
	char best[64];    /* a copy of the best name so far */
	size_t distance;  /* edits between word and best */
};

void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *name);

/* The best name, or NULL if none is near enough to be a likely typing error. */
const char *nearest_best(const struct nearest *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a packet was dropped, in words: knowledge is in explanations.def. */
#ifndef TRACER_EXPLAIN_H
#define TRACER_EXPLAIN_H

#include <stddef.h>

#include "event.h"

enum { EXPLAIN_TEXT = 384 }; /* bytes of the longest text with its values, and a zero byte */

/*
 * Looks first for the kernel's reason, then, where it gave none or NOT_SPECIFIED, for the function
 * that dropped; the second is marked inferred, unless ev->rule is known, which is no guess. Both
 * texts NULL: nothing is known.
 */
void explain_drop(const struct event *ev, struct explanation *out);

/* The cause or advice of ev->why with its values, into to[EXPLAIN_TEXT]; returns to, or NULL for
 * NULL.
 */
const char *explain_text(char *to, const struct event *ev, const char *text);

/* An entry of explanations.def, for the page docs/DROPS.md and for tests. */
struct explanation_entry {
	const char *reasons;   /* words, "-" among them: without a reason */
	const char *functions; /* words; "" = any */
	int pkt_type;          /* of the packet, or negative: any */
	uint64_t facts;        /* that must all hold: bits 1 << enum fact */
	bool routine;
	const char *cause, *advice; /* advice NULL: none */
};

extern const struct explanation_entry explanation_entries[];
extern const size_t explanation_entry_count;

/* The first entry that fits; reason "-" = none. NULL = none does. */
const struct explanation_entry *explain_find(const char *reason, const char *func, int pkt_type,
					     uint64_t facts);

#endif

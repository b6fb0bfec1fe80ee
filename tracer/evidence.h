/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be looked up about a drop when it is shown: routes, neighbours, sockets, rules, in the
 * packet's network namespace, read only. It tells what is now, and the drop was a moment ago.
 */
#ifndef TRACER_EVIDENCE_H
#define TRACER_EVIDENCE_H

#include "event.h"

enum {
	EVIDENCE_TEXT = 240,
	EVIDENCE_WORD = SKBT_CHAIN_LEN,
	EVIDENCE_VALUES = 8,
	EVIDENCE_ITEMS = 6, /* most that one drop has; what is beyond them is left out */
};

struct evidence_value {
	const char *name;         /* static */
	char text[EVIDENCE_WORD]; /* empty = it is the number */
	int64_t number;
};

struct evidence_item {
	enum evidence_kind kind;
	char text[EVIDENCE_TEXT]; /* may hold what others could set: names, rules */
	struct evidence_value values[EVIDENCE_VALUES];
	unsigned int value_count;
};

struct evidence_list {
	unsigned int count;
	struct evidence_item items[EVIDENCE_ITEMS];
};

/* "mac", "rp_filter", ...: the key in JSON. */
const char *evidence_name(enum evidence_kind kind);

/* What is worth looking up: bits 1 << enum evidence_kind. reason may be empty; func with a
 * compiler's suffix. */
unsigned int evidence_for(const char *reason, const char *func);

struct evidence;

/* NULL: no memory, or no thread. */
struct evidence *evidence_new(void);
void evidence_free(struct evidence *e);

/* The thread that looks things up. */
uint32_t evidence_thread(const struct evidence *e);

/* An event that is no drop: what a firewall decided is remembered for the drop of that packet. */
void evidence_note(struct evidence *e, const struct event *ev);

/* What a firewall decided about a drop whose why.evidence has EVIDENCE_RULE; NULL = not known.
 * Valid until the next evidence_note(). */
const struct skbt_verdict *evidence_verdict(const struct evidence *e, const struct event *drop);

/*
 * What there is for a drop's why.evidence; NULL = nothing, or no time for it (evidence.c has the
 * limits). Valid until the next call.
 */
const struct evidence_list *evidence_gather(struct evidence *e, const struct event *ev);

#endif

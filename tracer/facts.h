/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of a dropped packet: the table facts.def. */
#ifndef TRACER_FACTS_H
#define TRACER_FACTS_H

#include "event.h"

enum fact {
#define FACT(name, function, words) FACT_##name,
#include "facts.def"
#undef FACT
	FACTS,
};

/* Bits 1 << enum fact, from the record of a drop, its decoded packet and its struct skbt_drop. */
uint64_t facts_of(const struct event *ev);

/* What a fact says, in words. */
const char *fact_words(enum fact fact);

/* Numbers and names that a cause may tell; 0 or empty where they are not known. */
void facts_values(const struct event *ev, struct explain_values *values);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts and routes in words, for the text outputs. */
#ifndef TRACER_TEXT_VERDICT_H
#define TRACER_TEXT_VERDICT_H

#include <stdbool.h>

#include "linebuf.h"
#include "../bpf/skbtrace_abi.h"

/* "FORWARD: DROP by rule 4 of inet filter forward" */
void put_verdict(struct linebuf *b, const struct skbt_verdict *v);

/* Whether there is a route, and another than last (NULL: none). */
bool is_new_route(const struct skbt_route *r, const struct skbt_route *last);
/* "route via 10.0.0.1 dev r1" */
void put_route(struct linebuf *b, const struct skbt_route *r);

#endif

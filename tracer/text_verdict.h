/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts, states of connections and routes in words, for the text output. */
#ifndef TRACER_TEXT_VERDICT_H
#define TRACER_TEXT_VERDICT_H

#include "linebuf.h"
#include "../bpf/skbtrace_abi.h"

/* "FORWARD: DROP by rule 4 of inet filter forward; " */
void put_verdict(struct linebuf *b, const struct skbt_verdict *v);

/* ", ct NEW, route via 10.0.0.1 dev r1", as far as it is known and differs from last (NULL: none).
 */
void put_state(struct linebuf *b, const struct skbt_record *rec, const struct skbt_record *last);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a packet was dropped, in words: knowledge is in explanations.def. */
#ifndef TRACER_EXPLAIN_H
#define TRACER_EXPLAIN_H

#include "event.h"

/*
 * Looks first for the kernel's reason, then, where it gave none or NOT_SPECIFIED, for the function
 * that dropped; the second is marked inferred. Both texts NULL: nothing is known.
 */
void explain_drop(const struct event *ev, struct explanation *out);

#endif

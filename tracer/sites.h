/* SPDX-License-Identifier: GPL-2.0-only */
/* What sites of records mean: the functions that were asked for, by address. */
#ifndef TRACER_SITES_H
#define TRACER_SITES_H

#include "../kernel-compat/kernel_compat.h"
#include "verdicts.h"

struct sites;

/*
 * A copy of the plan's targets, because refused ones leave the plan, and of the functions of which
 * only returns are shown. NULL = no memory.
 */
struct sites *sites_new(const struct hook_plan *plan, const struct verdict_sites *v);
void sites_free(struct sites *s);

/*
 * The function at addr, or up to 16 bytes before: an instruction pointer is at its beginning, or 1
 * (breakpoint), 4 or 5 (ENDBR, ftrace call) behind. NULL = none.
 */
const char *sites_name(struct sites *s, uint64_t addr, uint64_t *function);

#endif

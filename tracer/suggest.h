/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACER_SUGGEST_H
#define TRACER_SUGGEST_H

#include "../kernel-compat/kernel_compat.h"
#include "options.h"

/*
 * The message for a choice of functions that chose none: what --func would match with --all, or the
 * names that are most like it. Fills *e, returns its error.
 */
int nothing_chosen(const struct ksyms *symbols, struct kernel_btf *kb, const struct options *o,
		   struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel side of `skbtrace count`: loaded and attached, read, detached. */
#ifndef TRACER_COUNT_PROBES_H
#define TRACER_COUNT_PROBES_H

#include "count_filters.h"
#include "count_table.h"
#include "machine.h"

struct count_probes;

/*
 * Loads and attaches; it counts when this returns. filters are not needed afterwards, m's types
 * are dropped. On failure *e says why.
 */
int count_probes_new(const struct options *o, bool by_device, struct machine *m,
		     const struct count_filters *filters, struct count_probes **out,
		     struct error *e);

/* What was counted since then. Returns 0 or a negative errno. */
int count_probes_read(struct count_probes *p, struct count_table *t);

/* Packets that the kernel did not hand to a program, as far as it counts them. */
uint64_t count_probes_missed(const struct count_probes *p);

/* "2 tracepoints and 1 function by kprobe.multi" */
const char *count_probes_places(const struct count_probes *p);

/* Detaches and frees. */
void count_probes_free(struct count_probes *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel side of skbtrace top: load, attach, take what was counted. */
#ifndef TRACER_TOP_PROBE_H
#define TRACER_TOP_PROBE_H

#include "machine.h"
#include "top_table.h"

struct skb_filter;
struct top_probe;

/* filter NULL = every socket. Returns 0 or a negative errno with *e set. */
int top_probe_new(const struct options *o, struct machine *m, const struct skb_filter *filter,
		  struct top_probe **out, struct error *e);
void top_probe_free(struct top_probe *p);

/* From now on it counts; or no more. */
void top_probe_start(struct top_probe *p);
void top_probe_stop(struct top_probe *p);

/* Adds to t what was counted since the last call, exactly once. Returns 0 or a negative errno. */
int top_probe_take(struct top_probe *p, struct top_table *t);

/* Sends and receives that were not seen: skipped by the kernel, or too many at once. */
uint64_t top_probe_missed(const struct top_probe *p);

/* Sends and receives whose bytes found no row: they are counted among the others. */
uint64_t top_probe_overflow(const struct top_probe *p);

/* "fexit" or "kprobe.multi" */
const char *top_probe_backend(const struct top_probe *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel side of skbtrace listen. */
#ifndef TRACER_LISTEN_PROBE_H
#define TRACER_LISTEN_PROBE_H

#include "../bpf/listen.h"
#include "machine.h"

struct listen_probe;

/* Attached, and at work: fn is called for each socket that listen_probe_read() finds noted; what it
 * returns, if negative, ends that. Returns 0 or a negative errno with *e set. */
int listen_probe_new(const struct options *o, struct machine *m,
		     int (*fn)(void *ctx, const struct skbt_listener *l), void *ctx,
		     struct listen_probe **out, struct error *e);
void listen_probe_free(struct listen_probe *p);

/* Waits at most ms milliseconds. 0, or a negative errno, or what fn returned. */
int listen_probe_wait(const struct listen_probe *p, int ms);
int listen_probe_read(struct listen_probe *p);

/* Sockets that were not noted, for lack of room or because the kernel skipped the probe. */
uint64_t listen_probe_lost(const struct listen_probe *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes records off the ring, makes events of them, hands them to the output. */
#ifndef TRACER_READER_H
#define TRACER_READER_H

#include <signal.h>

#include "machine.h"
#include "output.h"
#include "probes.h"

struct reader;

struct reader *reader_new(struct probes *p, const struct machine *m, const struct options *o,
			  struct output *out);
void reader_free(struct reader *r);

/*
 * Runs until *stop is set, the wanted number of events is out, or --duration is over. Returns 0, or
 * the negative errno of the output (-EPIPE: nobody reads any more).
 */
int reader_run(struct reader *r, const volatile sig_atomic_t *stop);

/* After probes_deactivate(): everything that was emitted, then the numbers of the whole run. */
int reader_drain(struct reader *r, struct run_counts *counts);

/* What --latency wants to know; NULL if nobody asked. As long as the reader lives. */
struct latency *reader_latency(struct reader *r);

/* The wall clock now, in nanoseconds, on the scale of the events. */
uint64_t reader_wall_now(const struct reader *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time of packets goes: for each pair of functions that they passed one after the other,
 * a histogram. Bounded: 512 pairs, what further ones take is one row, "other"; a histogram has
 * eight steps an octave, so percentiles are right to about 6 %.
 */
#ifndef TRACER_LATENCY_H
#define TRACER_LATENCY_H

#include <stdio.h>

#include "event.h"

enum {
	LATENCY_PAIRS = 512,
	LATENCY_END = SKBT_END, /* type of the end of a packet, which has no function */
};

struct latency;

/* One end of a hop. Names are compared by address: they live as long as the run. */
struct hop_end {
	const char *func; /* NULL = not known */
	uint8_t type;     /* enum skbt_record_type, or LATENCY_END */
};

struct hop {
	struct hop_end from, to;
	bool other; /* the rest: from and to mean nothing */
	uint64_t count, sum_ns, p50_ns, p99_ns, max_ns;
};

struct latency *latency_new(void);
void latency_free(struct latency *l);

void latency_add(struct latency *l, struct hop_end from, struct hop_end to, uint64_t ns);

/* The hop that ends at ev, if it has one. type: of ev's record, or LATENCY_END. */
void latency_event(struct latency *l, const struct event *ev, uint8_t type);

/* The rows, largest sum first, "other" last; valid until the next call of latency_add(). */
size_t latency_hops(struct latency *l, const struct hop **hops);

/* All time, in ns. */
uint64_t latency_sum(const struct latency *l);

/* "ip_forward", "ip_forward (drop)", "(end)", ...; in text of that size. */
enum { HOP_NAME = 160 };
const char *hop_end_name(const struct hop_end *end, char text[HOP_NAME]);

/* The table for people. */
void latency_report(FILE *f, struct latency *l);

#endif

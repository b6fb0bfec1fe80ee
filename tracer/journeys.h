/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of each packet from one event to the next: what it looked like, where it was,
 * when it began. Bounded: of the last 16,384 packet numbers that were given; older ones are
 * forgotten, and their next event has no previous one.
 */
#ifndef TRACER_JOURNEYS_H
#define TRACER_JOURNEYS_H

#include "event.h"

enum { JOURNEYS_MAX = 16384 };

struct journeys;

struct journeys *journeys_new(void);
void journeys_free(struct journeys *js);

/*
 * Compares ev with the packet's previous event (of a child's first one: with the parent's last) and
 * fills in what event.h says. rec->packet_id and rec->parent_id are numbers of packet_number().
 * ev->changes is valid until the next call.
 */
void journeys_event(struct journeys *js, struct event *ev);

/* The packet's end as an event without anything but a hop; false = the packet is not known. */
bool journeys_end(const struct journeys *js, uint64_t number, uint64_t ts, struct event *ev);

#endif

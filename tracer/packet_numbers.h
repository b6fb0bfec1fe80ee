/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets are numbered 1, 2, 3 in the order in which they are first seen. The kernel side's ids are
 * unique but dealt per CPU, with gaps. Bounded: 65,536 packets have a place, in sets of four; a new
 * one takes the place of the oldest in its set.
 */
#ifndef TRACER_PACKET_NUMBERS_H
#define TRACER_PACKET_NUMBERS_H

#include <stdint.h>

struct packet_numbers;

struct packet_numbers *packet_numbers_new(void);
void packet_numbers_free(struct packet_numbers *pn);

/* The number of the packet with this kernel-side id; 0 for id 0 (not tracked). */
uint64_t packet_number(struct packet_numbers *pn, uint64_t id);

/* The same, but 0 if it has none, or no longer. */
uint64_t packet_number_known(const struct packet_numbers *pn, uint64_t id);

/* How many numbers were given. */
uint64_t packet_numbers_given(const struct packet_numbers *pn);

#endif

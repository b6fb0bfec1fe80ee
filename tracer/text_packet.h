/* SPDX-License-Identifier: GPL-2.0-only */
/* The last column of the text output: what the packet is. */
#ifndef TRACER_TEXT_PACKET_H
#define TRACER_TEXT_PACKET_H

#include "event.h"
#include "linebuf.h"

/*
 * "10.0.0.1:4711 > 10.0.0.2:53 UDP ttl 64, 60 B", as far as it is known.
 * last, last_len: what the line above said; only what differs is put, "." if nothing does.
 * last NULL: everything is put.
 */
void put_packet(struct linebuf *b, const struct packet *p, uint32_t len, const struct packet *last,
		uint32_t last_len);

#endif

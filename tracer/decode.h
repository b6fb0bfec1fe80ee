/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACER_DECODE_H
#define TRACER_DECODE_H

#include "event.h"

/*
 * What the first bytes of a packet say. Reads nothing but rec, and of rec->bytes nothing beyond
 * rec->caplen; what is cut off or not known stays NULL, 0 or empty. Keeps no state. p->proto
 * points to static text.
 */
void packet_decode(const struct skbt_record *rec, struct packet *p);

/* The packet that was decoded last, with what it was decoded from. All 0: there is none. */
struct last_decoded {
	uint8_t start;
	uint16_t protocol, vlan_tci, vlan_proto, caplen;
	uint8_t bytes[SKBT_SNAP];
	uint64_t serial; /* of packet */
	struct packet packet;
};

/* Likewise; but what is as it was in the record before, as in most of a packet's, is not decoded
 * anew. Packets of one serial are equal. */
void packet_decode_next(struct last_decoded *last, const struct skbt_record *rec, struct packet *p);

/* "TCP", or "IP-253" for a protocol without a name. */
const char *transport_name(uint8_t protocol);

#endif

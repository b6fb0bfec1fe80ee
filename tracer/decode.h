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

#endif

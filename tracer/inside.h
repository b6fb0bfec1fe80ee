/* SPDX-License-Identifier: GPL-2.0-only */
/* What -x and --skb ask for: where it lies in a record. */
#ifndef TRACER_INSIDE_H
#define TRACER_INSIDE_H

#include "event.h"
#include "machine.h"
#include "options.h"

/* Bits of skbt_record.sections: whether there is anything for find_inside(). */
enum { INSIDE_SECTIONS = 1 << SKBT_SEC_DATA | 1 << SKBT_SEC_SKB | 1 << SKBT_SEC_SHINFO };

/* Fills in the sizes of those sections that the options ask for. */
void inside_sizes(uint32_t size[SKBT_SECTIONS], const struct options *o, const struct machine *m);

/*
 * Fills bytes, skb_image and shinfo_image of ev from ev->rec. size[] as for record_section().
 * Nothing is copied: they point into the record.
 */
void find_inside(struct event *ev, const uint32_t size[SKBT_SECTIONS], const struct options *o);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Places in the kernel as text: symbols, with source lines where they are known. */
#ifndef TRACER_FRAMES_H
#define TRACER_FRAMES_H

#include "event.h"
#include "linebuf.h"
#include "output.h"

enum { FRAMES_TEXT = 1024 };

/*
 * Frame i of the record's stack: "ip_rcv_core+0x297 (net/ipv4/ip_input.c:473)", with the functions
 * inlined there in front of it, "skb_share_check (include/linux/skbuff.h:2019) < ".
 */
void put_frame(struct linebuf *b, const struct output_env *env, const struct skbt_record *rec,
	       uint32_t i);

/* Where in the source it is. NULL = not known. */
const struct source_place *frame_source(const struct output_env *env, const struct skbt_record *rec,
					uint32_t i);

/* Of a drop: where it is in the source. NULL = not known. */
const struct source_place *drop_source(const struct output_env *env, const struct skbt_record *rec);

/* The same in words, as in a stack; NULL = not known. text is the result. */
const char *drop_source_text(char text[FRAMES_TEXT], const struct output_env *env,
			     const struct skbt_record *rec);

#endif

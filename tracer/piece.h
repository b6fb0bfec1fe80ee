/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A piece of a line that is mostly the same as on the line before: events of one packet follow each
 * other. It is kept with what it was made of, and put again while that is the same.
 */
#ifndef TRACER_PIECE_H
#define TRACER_PIECE_H

#include <stdbool.h>

#include "linebuf.h"

enum {
	PIECE_KEY = 144,  /* bytes of what a piece is made of */
	PIECE_TEXT = 512, /* longer ones are not kept */
};

struct piece {
	size_t key_len, len;
	uint64_t alike; /* of the event that it was last put for */
	uint8_t key[PIECE_KEY];
	char text[PIECE_TEXT];
};

static inline void piece_put(const struct piece *p, struct linebuf *b)
{
	if (p->len <= LB_SHORT)
		lb_short(b, p->text, p->len);
	else
		lb_bytes(b, p->text, p->len);
}

/* Appends the piece if it was last put for an event of that number (struct event, alike). */
static inline bool piece_alike(const struct piece *p, struct linebuf *b, uint64_t alike)
{
	if (!alike || p->alike != alike)
		return false;
	piece_put(p, b);
	return true;
}

/* Appends the piece if it was made of the same n bytes; false: it is for the caller to make. */
bool piece_again(struct piece *p, struct linebuf *b, uint64_t alike, const void *key, size_t n);

/* Keeps what was appended since the line was at bytes long; every byte of it took a column. */
void piece_keep(struct piece *p, const struct linebuf *b, size_t at, uint64_t alike,
		const void *key, size_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes as people and programs read them. */
#ifndef TRACER_HEXDUMP_H
#define TRACER_HEXDUMP_H

#include "linebuf.h"

/*
 * The layout of tcpdump -X: offset, 16 bytes in words of two, and the same as ASCII, with a dot for
 * what cannot be printed. between is put between two lines.
 */
void hexdump(struct linebuf *b, const uint8_t *bytes, size_t len, const char *between);

/* Two digits a byte and nothing else. */
void hex_string(struct linebuf *b, const uint8_t *bytes, size_t len);

#endif

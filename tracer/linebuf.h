/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line of output, put together in memory and written with one fwrite(): printf() would cost
 * more than all the rest of an event. A line longer than the buffer is written in pieces, never
 * cut.
 */
#ifndef TRACER_LINEBUF_H
#define TRACER_LINEBUF_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct ksyms;

enum { LINEBUF_SIZE = 16384 };

struct linebuf {
	FILE *out;
	int err; /* the first failed write of this line, a negative errno */
	size_t len;
	size_t column; /* bytes since lb_start_line() that take a place on the screen */
	char data[LINEBUF_SIZE];
};

void lb_init(struct linebuf *b, FILE *out);

/* Bytes without effect on the column: escape sequences. */
void lb_raw(struct linebuf *b, const char *text);

void lb_bytes(struct linebuf *b, const void *bytes, size_t n);
void lb_char(struct linebuf *b, char c);
void lb_text(struct linebuf *b, const char *text);
void lb_u64(struct linebuf *b, uint64_t n);
void lb_i64(struct linebuf *b, int64_t n);
void lb_hex(struct linebuf *b, uint64_t n); /* 0x... */

/* n with at least digits digits, zeros in front. */
void lb_digits(struct linebuf *b, uint64_t n, unsigned int digits);

/* Spaces up to column, at least one. */
void lb_pad_to(struct linebuf *b, size_t column);

/* family AF_INET or AF_INET6, addr in network byte order. */
void lb_address(struct linebuf *b, int family, const uint8_t *addr);

/* "symbol+0xoff", or the address where ks is NULL or does not know it. */
void lb_symbol(struct linebuf *b, const struct ksyms *ks, uint64_t addr);

/* Moves what was appended since the line was at bytes long to a new line, behind indent spaces.
 * Spaces before it go. Does nothing if that part is no longer in memory. */
void lb_break_at(struct linebuf *b, size_t at, size_t indent);

/* Ends the line: newline, write. Returns 0 or the negative errno of writing. */
int lb_end_line(struct linebuf *b);

#endif

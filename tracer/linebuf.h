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

/* Hands to out what the buffer holds. */
void lb_write_out(struct linebuf *b);

/* Where up to n bytes, not more than the buffer has, may be put before lb_put() is called. */
static inline char *lb_room(struct linebuf *b, size_t n)
{
	if (n > sizeof(b->data) - b->len)
		lb_write_out(b);
	return b->data + b->len;
}

/* n of these bytes are there. */
static inline void lb_put(struct linebuf *b, size_t n)
{
	b->len += n;
	b->column += n;
}

/* Bytes without effect on the column: escape sequences. */
void lb_raw(struct linebuf *b, const char *text);

/* More than the buffer has room for. */
void lb_many_bytes(struct linebuf *b, const void *bytes, size_t n);

/* Inline, because most of what is appended is a few bytes whose number the compiler knows. */
static inline void lb_bytes(struct linebuf *b, const void *bytes, size_t n)
{
	if (n > sizeof(b->data) - b->len) {
		lb_many_bytes(b, bytes, n);
		return;
	}
	memcpy(b->data + b->len, bytes, n);
	lb_put(b, n);
}

static inline void lb_char(struct linebuf *b, char c)
{
	*lb_room(b, 1) = c;
	lb_put(b, 1);
}

static inline void lb_text(struct linebuf *b, const char *text)
{
	lb_bytes(b, text, strlen(text));
}

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

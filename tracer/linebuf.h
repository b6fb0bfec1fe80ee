/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of output, put together in memory: printf() would cost more than all the rest of an event.
 * Those that lb_next_line() ends are written many at a time, with one fwrite(). A line longer than
 * the buffer is written in pieces, never cut.
 */
#ifndef TRACER_LINEBUF_H
#define TRACER_LINEBUF_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct ksyms;

enum {
	LINEBUF_SIZE = 65536,
	LB_SHORT = 64,        /* bytes that lb_short() takes */
	LINEBUF_KEPT = 49152, /* bytes of ended lines that may wait to be written */
};

struct linebuf {
	FILE *out;
	int err;     /* the first failed write that was not told yet, a negative errno */
	size_t len;  /* bytes in data */
	size_t zero; /* where the line would begin in data if each of its bytes took a column */
	char data[LINEBUF_SIZE];
};

void lb_init(struct linebuf *b, FILE *out);

/* Bytes of the line so far that take a place on the screen. */
static inline size_t lb_column(const struct linebuf *b)
{
	return b->len - b->zero;
}

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

/* n bytes at the beginning of LB_SHORT that can be read: a constant number takes no call. */
static inline void lb_short(struct linebuf *b, const char text[LB_SHORT], size_t n)
{
	memcpy(lb_room(b, LB_SHORT), text, LB_SHORT);
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

void lb_i64(struct linebuf *b, int64_t n);
void lb_hex(struct linebuf *b, uint64_t n); /* 0x... */

/* n with at least digits digits, zeros in front. */
void lb_digits(struct linebuf *b, uint64_t n, unsigned int digits);

static inline void lb_u64(struct linebuf *b, uint64_t n)
{
	if (n < 10)
		lb_char(b, '0' + n);
	else
		lb_digits(b, n, 1);
}

/* ".003141", the microseconds of a time in nanoseconds that are no whole second. */
void lb_microseconds(struct linebuf *b, uint64_t ns);

void lb_spaces(struct linebuf *b, size_t n);

/* Spaces up to column, at least one. */
static inline void lb_pad_to(struct linebuf *b, size_t column)
{
	enum { MOST = 32 };
	size_t at = lb_column(b), n = column > at ? column - at : 1;

	if (n > MOST) {
		lb_spaces(b, n);
		return;
	}
	/* All of it, whatever n is: a constant number of bytes takes no call. */
	memset(lb_room(b, MOST), ' ', MOST);
	lb_put(b, n);
}

/* family AF_INET or AF_INET6, addr in network byte order. */
void lb_address(struct linebuf *b, int family, const uint8_t *addr);

/* "symbol+0xoff", or the address where ks is NULL or does not know it. */
void lb_symbol(struct linebuf *b, const struct ksyms *ks, uint64_t addr);

/* Moves what was appended since the line was at bytes long to a new line, behind indent spaces.
 * Spaces before it go. Does nothing if that part is no longer in memory. */
void lb_break_at(struct linebuf *b, size_t at, size_t indent);

/* Ends the line; it is written now or later, by lb_flush() at the latest. Returns 0 or the negative
 * errno of writing. */
int lb_next_line(struct linebuf *b);

/* Hands all to out. Returns 0 or the negative errno of writing. */
int lb_flush(struct linebuf *b);

/* Both. */
int lb_end_line(struct linebuf *b);

#endif

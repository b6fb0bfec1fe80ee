/* SPDX-License-Identifier: GPL-2.0-only */
#include "hexdump.h"

#include "digits.h"

enum {
	PER_LINE = 16,
	OFFSET_DIGITS = 4,
	DIGITS_WIDTH = 40, /* of a full line: eight words, each with a blank before it */
};

static void put_byte(struct linebuf *b, uint8_t byte)
{
	lb_put(b, put_hex(lb_room(b, HEX_MAX), byte, 2));
}

static void put_digits(struct linebuf *b, const uint8_t *bytes, size_t n)
{
	size_t begin = lb_column(b);

	for (size_t i = 0; i < n; i++) {
		if (i % 2 == 0)
			lb_char(b, ' ');
		put_byte(b, bytes[i]);
	}
	lb_pad_to(b, begin + DIGITS_WIDTH + 2);
}

static void put_line(struct linebuf *b, const uint8_t *bytes, size_t offset, size_t n)
{
	lb_text(b, "0x");
	lb_put(b, put_hex(lb_room(b, HEX_MAX), offset, OFFSET_DIGITS));
	lb_text(b, ": ");
	put_digits(b, bytes + offset, n);
	for (size_t i = offset; i < offset + n; i++)
		lb_char(b, bytes[i] > ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
}

void hexdump(struct linebuf *b, const uint8_t *bytes, size_t len, const char *between)
{
	for (size_t offset = 0; offset < len; offset += PER_LINE) {
		if (offset)
			lb_raw(b, between);
		put_line(b, bytes, offset, len - offset < PER_LINE ? len - offset : PER_LINE);
	}
}

void hex_string(struct linebuf *b, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put_byte(b, bytes[i]);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "linebuf.h"

#include <errno.h>

#include "digits.h"
#include "../kernel-compat/kernel_compat.h"

void lb_init(struct linebuf *b, FILE *out)
{
	b->out = out;
	b->err = 0;
	b->len = 0;
	b->zero = 0;
}

void lb_write_out(struct linebuf *b)
{
	errno = 0;
	if (b->len && fwrite(b->data, 1, b->len, b->out) != b->len && !b->err)
		b->err = errno ? -errno : -EIO;
	b->zero -= b->len; /* may be before the buffer, so to say */
	b->len = 0;
}

void lb_many_bytes(struct linebuf *b, const void *bytes, size_t n)
{
	const char *from = bytes;

	while (n) {
		size_t room = sizeof(b->data) - b->len, part = n < room ? n : room;

		memcpy(b->data + b->len, from, part);
		lb_put(b, part);
		from += part;
		n -= part;
		if (n)
			lb_write_out(b);
	}
}

void lb_raw(struct linebuf *b, const char *text)
{
	size_t column = lb_column(b);

	lb_text(b, text);
	b->zero = b->len - column;
}

void lb_digits(struct linebuf *b, uint64_t n, unsigned int digits)
{
	lb_put(b, put_decimal(lb_room(b, DECIMAL_MAX), n, digits));
}

void lb_microseconds(struct linebuf *b, uint64_t ns)
{
	char *to = lb_room(b, 1 + 6);

	*to = '.';
	put_six_digits(to + 1, ns / 1000 % 1000000);
	lb_put(b, 1 + 6);
}

void lb_i64(struct linebuf *b, int64_t n)
{
	if (n < 0)
		lb_char(b, '-');
	lb_u64(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void lb_hex(struct linebuf *b, uint64_t n)
{
	lb_bytes(b, "0x", 2);
	lb_put(b, put_hex(lb_room(b, HEX_MAX), n, 1));
}

void lb_spaces(struct linebuf *b, size_t n)
{
	for (; n; n--)
		lb_char(b, ' ');
}

void lb_address(struct linebuf *b, int family, const uint8_t *addr)
{
	lb_put(b, put_ip_address(lb_room(b, ADDRESS_MAX), family, addr));
}

void lb_symbol(struct linebuf *b, const struct ksyms *ks, uint64_t addr)
{
	uint64_t offset = 0;
	const struct ksym *sym = ks ? ksyms_at(ks, addr, &offset) : NULL;

	if (!sym) {
		lb_hex(b, addr);
		return;
	}
	lb_text(b, sym->name);
	lb_char(b, '+');
	lb_hex(b, offset);
}

void lb_break_at(struct linebuf *b, size_t at, size_t indent)
{
	size_t moved = b->len - at, end = at;

	if (at > b->len || b->len + indent + 1 > sizeof(b->data))
		return;
	while (end > 0 && b->data[end - 1] == ' ')
		end--;
	memmove(b->data + end + 1 + indent, b->data + at, moved);
	b->data[end] = '\n';
	memset(b->data + end + 1, ' ', indent);
	b->len = end + 1 + indent + moved;
	b->zero = end + 1;
}

static int take_error(struct linebuf *b)
{
	int err = b->err;

	b->err = 0;
	return err;
}

int lb_next_line(struct linebuf *b)
{
	lb_char(b, '\n');
	if (b->len > LINEBUF_KEPT)
		lb_write_out(b);
	b->zero = b->len;
	return take_error(b);
}

int lb_flush(struct linebuf *b)
{
	lb_write_out(b);
	return take_error(b);
}

int lb_end_line(struct linebuf *b)
{
	int err = lb_next_line(b);

	return err ? err : lb_flush(b);
}

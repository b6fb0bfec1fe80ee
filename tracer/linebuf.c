/* SPDX-License-Identifier: GPL-2.0-only */
#include "linebuf.h"

#include <arpa/inet.h>
#include <errno.h>

#include "../kernel-compat/kernel_compat.h"

void lb_init(struct linebuf *b, FILE *out)
{
	b->out = out;
	b->err = 0;
	b->len = 0;
	b->column = 0;
}

static void write_out(struct linebuf *b)
{
	errno = 0;
	if (b->len && fwrite(b->data, 1, b->len, b->out) != b->len && !b->err)
		b->err = errno ? -errno : -EIO;
	b->len = 0;
}

static void append(struct linebuf *b, const char *bytes, size_t n)
{
	while (n > sizeof(b->data) - b->len) {
		size_t part = sizeof(b->data) - b->len;

		memcpy(b->data + b->len, bytes, part);
		b->len += part;
		bytes += part;
		n -= part;
		write_out(b);
	}
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
}

void lb_raw(struct linebuf *b, const char *text)
{
	append(b, text, strlen(text));
}

void lb_bytes(struct linebuf *b, const void *bytes, size_t n)
{
	append(b, bytes, n);
	b->column += n;
}

void lb_char(struct linebuf *b, char c)
{
	lb_bytes(b, &c, 1);
}

void lb_text(struct linebuf *b, const char *text)
{
	lb_bytes(b, text, strlen(text));
}

void lb_digits(struct linebuf *b, uint64_t n, unsigned int digits)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = '0' + n % 10;
		n /= 10;
	} while (n);
	while (sizeof(text) - at < digits && at > 0)
		text[--at] = '0';
	lb_bytes(b, text + at, sizeof(text) - at);
}

void lb_u64(struct linebuf *b, uint64_t n)
{
	lb_digits(b, n, 1);
}

void lb_i64(struct linebuf *b, int64_t n)
{
	if (n < 0)
		lb_char(b, '-');
	lb_u64(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void lb_hex(struct linebuf *b, uint64_t n)
{
	char text[16];
	size_t at = sizeof(text);

	do {
		text[--at] = "0123456789abcdef"[n & 15];
		n >>= 4;
	} while (n);
	lb_bytes(b, "0x", 2);
	lb_bytes(b, text + at, sizeof(text) - at);
}

void lb_pad_to(struct linebuf *b, size_t column)
{
	static const char spaces[] = "                                ";

	do {
		size_t n = column > b->column ? column - b->column : 1;

		lb_bytes(b, spaces, n < sizeof(spaces) - 1 ? n : sizeof(spaces) - 1);
	} while (b->column < column);
}

void lb_address(struct linebuf *b, int family, const uint8_t *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET6) {
		inet_ntop(AF_INET6, addr, text, sizeof(text));
		lb_text(b, text);
		return;
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			lb_char(b, '.');
		lb_u64(b, addr[i]);
	}
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
	b->column = indent + moved;
}

int lb_end_line(struct linebuf *b)
{
	int err;

	append(b, "\n", 1);
	write_out(b);
	err = b->err;
	b->err = 0;
	b->column = 0;
	return err;
}

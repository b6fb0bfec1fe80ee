/* SPDX-License-Identifier: GPL-2.0-only */
#include "struct_dump.h"

#include <endian.h>

#include "digits.h"

/* As 64-bit little-endian machines lay out bit fields. */
static uint64_t value_of(const struct kernel_member *m, const uint8_t *bytes)
{
	unsigned int shift = m->bit % 8;
	uint64_t value = 0;

	memcpy(&value, bytes + m->bit / 8, (shift + m->bits + 7) / 8);
	value = le64toh(value) >> shift;
	return m->bits < 64 ? value & ((1ULL << m->bits) - 1) : value;
}

static bool is_zero(const struct kernel_member *m, const uint8_t *bytes)
{
	if (m->format != MEMBER_BYTES)
		return !value_of(m, bytes);
	for (uint32_t i = 0; i < m->bits / 8; i++)
		if (bytes[m->bit / 8 + i])
			return false;
	return true;
}

/* In groups of four: a line of 96 digits cannot be read. Groups of zeros at the end are an
 * ellipsis. */
static void put_bytes(struct linebuf *b, const uint8_t *bytes, size_t n)
{
	size_t end = n;

	while (end && !bytes[end - 1])
		end--;
	end = (end + 3) & ~(size_t)3;
	for (size_t i = 0; i < n && i < end; i++) {
		if (i && i % 4 == 0)
			lb_char(b, ' ');
		lb_put(b, put_hex(lb_room(b, HEX_MAX), bytes[i], 2));
	}
	if (end < n)
		lb_text(b, " ...");
}

static void put_signed(struct linebuf *b, uint64_t value, uint32_t bits)
{
	if (bits < 64 && value >> (bits - 1))
		value |= ~0ULL << bits;
	lb_i64(b, (int64_t)value);
}

static void put_network(struct linebuf *b, uint64_t value, uint32_t bits)
{
	lb_text(b, "0x");
	lb_put(b, put_hex(lb_room(b, HEX_MAX), be64toh(htole64(value)) >> (64 - bits), bits / 4));
}

/* Addresses are kept in integers too, with flags in their low bits: those of the kernel are high.
 */
static void put_unsigned(struct linebuf *b, uint64_t value)
{
	if (value >> 48 == 0xffff)
		lb_hex(b, value);
	else
		lb_u64(b, value);
}

static void put_function(struct linebuf *b, uint64_t value, const struct ksyms *symbols)
{
	uint64_t offset;
	const struct ksym *sym = symbols ? ksyms_at(symbols, value, &offset) : NULL;

	if (sym && !offset)
		lb_text(b, sym->name);
	else
		lb_symbol(b, symbols, value);
}

static void put_value(struct linebuf *b, const struct kernel_member *m, const uint8_t *bytes,
		      const struct ksyms *symbols)
{
	uint64_t value = m->format == MEMBER_BYTES ? 0 : value_of(m, bytes);

	switch ((enum member_format)m->format) {
	case MEMBER_UNSIGNED:
		put_unsigned(b, value);
		break;
	case MEMBER_SIGNED:
		put_signed(b, value, m->bits);
		break;
	case MEMBER_NETWORK:
		put_network(b, value, m->bits);
		break;
	case MEMBER_POINTER:
		lb_hex(b, value);
		break;
	case MEMBER_FUNCTION:
		put_function(b, value, symbols);
		break;
	case MEMBER_BYTES:
		put_bytes(b, bytes + m->bit / 8, m->bits / 8);
		break;
	}
}

/* How many elements of frags hold something; behind them lies what other packets left. */
static uint64_t fragments_used(const struct kernel_layout *l, const uint8_t *bytes)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->names + l->members[i].name, "nr_frags") == 0)
			return value_of(&l->members[i], bytes);
	return UINT64_MAX;
}

void struct_dump(struct linebuf *b, const struct kernel_layout *l, const uint8_t *bytes,
		 const struct ksyms *symbols, const char *between)
{
	uint64_t used = fragments_used(l, bytes);
	bool first = true;

	for (size_t i = 0; i < l->count; i++) {
		const struct kernel_member *m = &l->members[i];
		const char *name = l->names + m->name;

		if (is_zero(m, bytes) || (m->element >= used && !strncmp(name, "frags[", 6)))
			continue;
		if (!first)
			lb_raw(b, between);
		first = false;
		if (m->alternative)
			lb_text(b, "| ");
		lb_text(b, name);
		lb_text(b, " = ");
		put_value(b, m, bytes, symbols);
	}
}

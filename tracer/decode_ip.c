/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/socket.h>

#include "decode_impl.h"

/* RFC 791 section 3.1 */
void decode_ipv4(struct bytes b, struct packet *p)
{
	enum { FRAGMENT = 6, TTL = 8, PROTOCOL = 9, SRC = 12, DST = 16, LENGTH = 20 };
	enum { DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000, OFFSET_MASK = 0x1fff };
	uint16_t fragment = get_u16(b, FRAGMENT);
	unsigned int offset = (fragment & OFFSET_MASK) * 8;
	size_t header = (get_u8(b, 0) & 15) * 4;

	if (b.len < LENGTH || get_u8(b, 0) >> 4 != 4 || header < LENGTH)
		return;
	p->family = AF_INET;
	get_copy(b, SRC, p->src, 4);
	get_copy(b, DST, p->dst, 4);
	if (offset == 0)
		decode_transport(get_u8(b, PROTOCOL), skip(b, header), p);
	else
		p->proto = transport_name(get_u8(b, PROTOCOL));
	if (fragment & (MORE_FRAGMENTS | OFFSET_MASK))
		add_detail(p, "frag %u%s", offset, fragment & MORE_FRAGMENTS ? "+" : "");
	add_detail(p, fragment & DONT_FRAGMENT ? "ttl %u DF" : "ttl %u", get_u8(b, TTL));
}

struct extensions {
	uint8_t next;          /* what follows the last of them */
	struct bytes rest;     /* its bytes */
	bool cut;              /* they end before the chain does */
	bool fragmented, more; /* a fragment header, and its M flag */
	unsigned int offset;   /* of the fragment, bytes */
};

static bool is_extension(uint8_t next)
{
	enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, OPTIONS = 60 };

	return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT ||
	       next == AUTHENTICATION || next == OPTIONS;
}

/* RFC 8200 section 4; AH: RFC 4302 section 2.2, whose length counts words of four bytes. */
static void walk_extensions(struct extensions *x)
{
	enum { FRAGMENT = 44, AUTHENTICATION = 51 };

	while (is_extension(x->next) && x->offset == 0) {
		uint8_t type = x->next;
		size_t length = (get_u8(x->rest, 1) + 1) * 8;

		if (x->rest.len < 8) {
			x->cut = true;
			return;
		}
		if (type == FRAGMENT) {
			length = 8;
			x->fragmented = true;
			x->offset = get_u16(x->rest, 2) & ~7U;
			x->more = get_u16(x->rest, 2) & 1;
		} else if (type == AUTHENTICATION) {
			length = (get_u8(x->rest, 1) + 2) * 4;
		}
		x->next = get_u8(x->rest, 0);
		x->rest = skip(x->rest, length);
	}
}

/* RFC 8200 section 3 */
void decode_ipv6(struct bytes b, struct packet *p)
{
	enum { NEXT = 6, HOP_LIMIT = 7, SRC = 8, DST = 24, LENGTH = 40 };
	struct extensions x = { .next = get_u8(b, NEXT), .rest = skip(b, LENGTH) };

	if (b.len < LENGTH || get_u8(b, 0) >> 4 != 6)
		return;
	p->family = AF_INET6;
	get_copy(b, SRC, p->src, 16);
	get_copy(b, DST, p->dst, 16);
	walk_extensions(&x);
	if (x.offset)
		p->proto = transport_name(x.next);
	else if (!x.cut)
		decode_transport(x.next, x.rest, p);
	if (x.fragmented)
		add_detail(p, "frag %u%s", x.offset, x.more ? "+" : "");
	add_detail(p, "hlim %u", get_u8(b, HOP_LIMIT));
}

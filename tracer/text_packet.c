/* SPDX-License-Identifier: GPL-2.0-only */
#include "text_packet.h"

#include <sys/socket.h>

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_flow(const struct packet *a, const struct packet *b)
{
	return same_text(a->proto, b->proto) && a->family == b->family &&
	       a->has_ports == b->has_ports && memcmp(a->src, b->src, sizeof(a->src)) == 0 &&
	       memcmp(a->dst, b->dst, sizeof(a->dst)) == 0 &&
	       (!a->has_ports || (a->sport == b->sport && a->dport == b->dport));
}

static void put_end_point(struct linebuf *b, const struct packet *p, const uint8_t *addr,
			  uint16_t port)
{
	bool brackets = p->has_ports && p->family == AF_INET6;

	if (brackets)
		lb_char(b, '[');
	lb_address(b, p->family, addr);
	if (brackets)
		lb_char(b, ']');
	if (p->has_ports) {
		lb_char(b, ':');
		lb_u64(b, port);
	}
}

/* Addresses and protocol, as far as they are known; returns whether anything is. */
static bool put_flow(struct linebuf *b, const struct packet *p)
{
	if (p->family) {
		put_end_point(b, p, p->src, p->sport);
		lb_text(b, " > ");
		put_end_point(b, p, p->dst, p->dport);
	}
	if (p->family && p->proto)
		lb_char(b, ' ');
	if (p->proto)
		lb_text(b, p->proto);
	return p->family || p->proto;
}

void put_packet(struct linebuf *b, const struct packet *p, uint32_t len, const struct packet *last,
		uint32_t last_len)
{
	bool any = false;

	if (!last || !same_flow(p, last))
		any = put_flow(b, p);
	if (p->detail[0] && (!last || strcmp(p->detail, last->detail) != 0)) {
		if (any)
			lb_char(b, ' ');
		lb_text(b, p->detail);
		any = true;
	}
	if (!any && (!last || len == last_len))
		lb_char(b, last ? '.' : '-');
	if (!last || len != last_len) {
		lb_text(b, any || !last ? ", " : "");
		lb_u64(b, len);
		lb_text(b, " B");
	}
}

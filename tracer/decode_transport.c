/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "decode_impl.h"

static void decode_ports(struct bytes b, struct packet *p)
{
	if (b.len < 4)
		return;
	p->has_ports = true;
	p->sport = get_u16(b, 0);
	p->dport = get_u16(b, 2);
}

/* RFC 9293 section 3.1; flags written as tcpdump does. */
static void decode_tcp(struct bytes b, struct packet *p)
{
	enum { SEQ = 4, ACK = 8, FLAGS = 13, ACK_FLAG = 0x10 };
	static const char letters[] = "FSRP.UEW"; /* bit 0 first */
	uint8_t flags = get_u8(b, FLAGS);
	char text[sizeof(letters)];
	int n = 0;

	decode_ports(b, p);
	if (b.len <= FLAGS)
		return;
	for (int bit = 0; bit < 8; bit++) {
		if (flags & 1 << bit)
			text[n++] = letters[bit];
	}
	text[n] = '\0';
	if (flags & ACK_FLAG)
		add_detail(p, "[%s] seq %u ack %u", text, get_u32(b, SEQ), get_u32(b, ACK));
	else
		add_detail(p, "[%s] seq %u", n ? text : "none", get_u32(b, SEQ));
}

/* ICMP and ICMPv6 share the form of echo messages: identifier at 4, sequence number at 6. */
static void add_echo(struct bytes b, struct packet *p, const char *what)
{
	if (b.len >= 8)
		add_detail(p, "echo %s id %u seq %u", what, get_u16(b, 4), get_u16(b, 6));
	else
		add_detail(p, "echo %s", what);
}

static void add_named_code(struct packet *p, const char *what, const char *const *names,
			   size_t count, uint8_t code)
{
	if (code < count && names[code])
		add_detail(p, "%s: %s", what, names[code]);
	else
		add_detail(p, "%s: code %u", what, code);
}

/* RFC 792 "Destination Unreachable", RFC 1191 section 4 for the MTU, RFC 1812 section 5.2.7.1. */
static void add_unreachable(struct bytes b, struct packet *p)
{
	enum { FRAGMENTATION_NEEDED = 4 };
	static const char *const names[] = {
		[0] = "net",          [1] = "host",           [2] = "protocol",
		[3] = "port",         [5] = "source route",   [6] = "net unknown",
		[7] = "host unknown", [9] = "net prohibited", [10] = "host prohibited",
		[13] = "prohibited",
	};

	if (get_u8(b, 1) == FRAGMENTATION_NEEDED && b.len >= 8)
		add_detail(p, "frag needed mtu %u", get_u16(b, 6));
	else
		add_named_code(p, "unreachable", names, sizeof(names) / sizeof(names[0]),
			       get_u8(b, 1));
}

static void add_redirect(struct bytes b, struct packet *p)
{
	uint8_t gateway[4] = { 0 };
	char text[INET_ADDRSTRLEN];

	get_copy(b, 4, gateway, sizeof(gateway));
	add_detail(p, "redirect to %s", inet_ntop(AF_INET, gateway, text, sizeof(text)));
}

/* RFC 792 */
static void decode_icmp(struct bytes b, struct packet *p)
{
	uint8_t type = get_u8(b, 0), code = get_u8(b, 1);

	if (b.len < 2)
		return;
	if (type == 0)
		add_echo(b, p, "reply");
	else if (type == 8)
		add_echo(b, p, "request");
	else if (type == 3)
		add_unreachable(b, p);
	else if (type == 5)
		add_redirect(b, p);
	else if (type == 11)
		add_detail(p, code == 1 ? "time exceeded: reassembly" : "time exceeded");
	else if (type == 12)
		add_detail(p, "parameter problem");
	else
		add_detail(p, "type %u code %u", type, code);
}

/* RFC 4861 sections 4.3 and 4.4: the target address is at 8. */
static void add_neighbour(struct bytes b, struct packet *p, const char *fmt_what)
{
	uint8_t target[16];
	char text[INET6_ADDRSTRLEN];

	if (b.len < 24) {
		add_detail(p, "%s", fmt_what);
		return;
	}
	get_copy(b, 8, target, sizeof(target));
	add_detail(p, "%s %s", fmt_what, inet_ntop(AF_INET6, target, text, sizeof(text)));
}

static const char *icmp6_name(uint8_t type)
{
	switch (type) {
	case 3:
		return "time exceeded";
	case 4:
		return "parameter problem";
	case 130:
		return "multicast listener query";
	case 131:
	case 143:
		return "multicast listener report";
	case 132:
		return "multicast listener done";
	case 133:
		return "router solicitation";
	case 134:
		return "router advertisement";
	case 137:
		return "redirect";
	default:
		return NULL;
	}
}

/* RFC 4443 section 3, RFC 4861 section 4, RFC 2710 and 3810 for multicast listeners. */
static void decode_icmp6(struct bytes b, struct packet *p)
{
	static const char *const unreachable[] = { "no route", "prohibited", "scope",   "address",
						   "port",     "policy",     "rejected" };
	uint8_t type = get_u8(b, 0), code = get_u8(b, 1);

	if (b.len < 2)
		return;
	if (type == 128)
		add_echo(b, p, "request");
	else if (type == 129)
		add_echo(b, p, "reply");
	else if (type == 1)
		add_named_code(p, "unreachable", unreachable,
			       sizeof(unreachable) / sizeof(unreachable[0]), code);
	else if (type == 2 && b.len >= 8)
		add_detail(p, "too big mtu %u", get_u32(b, 4));
	else if (type == 135)
		add_neighbour(b, p, "neighbour solicitation");
	else if (type == 136)
		add_neighbour(b, p, "neighbour advertisement");
	else if (icmp6_name(type))
		add_detail(p, "%s", icmp6_name(type));
	else
		add_detail(p, "type %u code %u", type, code);
}

/* RFC 4303 section 2 */
static void decode_esp(struct bytes b, struct packet *p)
{
	if (b.len >= 4)
		add_detail(p, "spi 0x%08x", get_u32(b, 0));
}

/* Protocol numbers of IANA; decode NULL: only the name is known. */
static const struct transport {
	const char *name;
	void (*decode)(struct bytes b, struct packet *p);
} transports[256] = {
	[IPPROTO_ICMP] = { "ICMP", decode_icmp },
	[IPPROTO_IGMP] = { "IGMP", NULL },
	[IPPROTO_IPIP] = { "IPIP", NULL },
	[IPPROTO_TCP] = { "TCP", decode_tcp },
	[IPPROTO_UDP] = { "UDP", decode_ports },
	[IPPROTO_DCCP] = { "DCCP", decode_ports },
	[IPPROTO_IPV6] = { "IPV6", NULL },
	[IPPROTO_RSVP] = { "RSVP", NULL },
	[IPPROTO_GRE] = { "GRE", NULL },
	[IPPROTO_ESP] = { "ESP", decode_esp },
	[IPPROTO_AH] = { "AH", NULL },
	[IPPROTO_ICMPV6] = { "ICMP6", decode_icmp6 },
	[88] = { "EIGRP", NULL },
	[89] = { "OSPF", NULL },
	[IPPROTO_PIM] = { "PIM", NULL },
	[IPPROTO_COMP] = { "IPCOMP", NULL },
	[112] = { "VRRP", NULL },
	[115] = { "L2TP", NULL },
	[IPPROTO_SCTP] = { "SCTP", decode_ports },
	[IPPROTO_UDPLITE] = { "UDPLITE", decode_ports },
	[IPPROTO_MPLS] = { "MPLS", NULL },
};

const char *transport_name(uint8_t protocol)
{
	static char others[256][8]; /* "IP-253", made when first met */

	if (transports[protocol].name)
		return transports[protocol].name;
	if (!others[protocol][0])
		snprintf(others[protocol], sizeof(others[protocol]), "IP-%u", protocol);
	return others[protocol];
}

void decode_transport(uint8_t protocol, struct bytes b, struct packet *p)
{
	p->proto = transport_name(protocol);
	if (transports[protocol].decode)
		transports[protocol].decode(b, p);
}

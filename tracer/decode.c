/* SPDX-License-Identifier: GPL-2.0-only */
#include "decode.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdarg.h>
#include <string.h>

#include "decode_impl.h"
#include "digits.h"

enum {
	ETHERTYPE_AT = 12,
	ETHERTYPE_MIN = 0x600, /* below: length of an IEEE 802.3 frame */
	VLAN_TAGS_MAX = 3,
	VLAN_VID_MASK = 0xfff,
};

static const struct {
	uint16_t type;
	const char *name;
} ethertypes[] = {
	{ ETH_P_ARP, "ARP" },       { ETH_P_RARP, "RARP" },     { ETH_P_LLDP, "LLDP" },
	{ ETH_P_PAE, "EAPOL" },     { ETH_P_SLOW, "LACP" },     { ETH_P_MPLS_UC, "MPLS" },
	{ ETH_P_1588, "PTP" },      { ETH_P_MACSEC, "MACSEC" }, { ETH_P_PPP_DISC, "PPPOE" },
	{ ETH_P_LOOPBACK, "LOOP" }, { ETH_P_PPP_SES, "PPPOE" },
};

void get_copy(struct bytes b, size_t offset, void *to, size_t n)
{
	if (offset <= b.len && n <= b.len - offset)
		memcpy(to, b.at + offset, n);
}

static char *put_text(char *to, const char *end, const char *text, size_t n)
{
	n = n < (size_t)(end - to) ? n : (size_t)(end - to);
	memcpy(to, text, n);
	return to + n;
}

void add_detail(struct packet *p, const char *fmt, ...)
{
	char *to = p->detail + strlen(p->detail), *end = p->detail + sizeof(p->detail) - 1;
	char number[DECIMAL_MAX];
	const char *string;
	va_list args;

	va_start(args, fmt);
	if (to > p->detail && to < end)
		*to++ = ' ';
	while (*fmt && to < end) {
		if (*fmt != '%') {
			*to++ = *fmt++;
		} else if (fmt[1] == 's') {
			string = va_arg(args, const char *);
			to = put_text(to, end, string, strlen(string));
			fmt += 2;
		} else if (fmt[1] == 'u') {
			to = put_text(to, end, number,
				      put_decimal(number, va_arg(args, unsigned int), 1));
			fmt += 2;
		} else { /* %0Nx */
			to = put_text(to, end, number,
				      put_hex(number, va_arg(args, unsigned int), fmt[2] - '0'));
			fmt += 4;
		}
	}
	va_end(args);
	*to = '\0';
}

/* RFC 826, for IPv4 over Ethernet: hardware 1, protocol 0x0800, lengths 6 and 4. */
void decode_arp(struct bytes b, struct packet *p)
{
	enum { OPERATION = 6, SENDER_MAC = 8, SENDER = 14, TARGET = 24, LENGTH = 28 };
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];
	uint16_t operation = get_u16(b, OPERATION);

	if (b.len < LENGTH || get_u32(b, 0) != 0x00010800 || get_u16(b, 4) != 0x0604)
		return;
	p->family = AF_INET;
	get_copy(b, SENDER, p->src, 4);
	get_copy(b, TARGET, p->dst, 4);
	inet_ntop(AF_INET, p->src, src, sizeof(src));
	inet_ntop(AF_INET, p->dst, dst, sizeof(dst));
	if (operation == 1)
		add_detail(p, "who-has %s tell %s", dst, src);
	else if (operation == 2)
		add_detail(p, "%s is-at %02x:%02x:%02x:%02x:%02x:%02x", src, get_u8(b, SENDER_MAC),
			   get_u8(b, SENDER_MAC + 1), get_u8(b, SENDER_MAC + 2),
			   get_u8(b, SENDER_MAC + 3), get_u8(b, SENDER_MAC + 4),
			   get_u8(b, SENDER_MAC + 5));
	else
		add_detail(p, "operation %u", operation);
}

static const char *ethertype_name(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++) {
		if (ethertypes[i].type == type)
			return ethertypes[i].name;
	}
	return NULL;
}

static bool is_vlan(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD || type == ETH_P_QINQ1;
}

static void decode_ethertype(uint16_t type, struct bytes b, struct packet *p)
{
	p->proto = ethertype_name(type);
	if (type == ETH_P_IP)
		decode_ipv4(b, p);
	else if (type == ETH_P_IPV6)
		decode_ipv6(b, p);
	else if (type == ETH_P_ARP)
		decode_arp(b, p);
	else if (!p->proto)
		add_detail(p, "ethertype 0x%04x", type);
}

/* IEEE 802.3 with LLC (IEEE 802.2): only spanning tree, service access point 0x42, has a name. */
static void decode_llc(struct bytes b, struct packet *p)
{
	p->proto = get_u16(b, 0) == 0x4242 ? "STP" : "LLC";
}

/* IEEE 802.3 clause 3, IEEE 802.1Q clause 9: the EtherType or tag is at 12 of b. */
static void decode_frame(struct bytes b, bool has_mac_header, struct packet *p)
{
	uint16_t vlans[VLAN_TAGS_MAX];
	uint16_t type;
	int tags = 0;

	b = skip(b, ETHERTYPE_AT);
	type = get_u16(b, 0);
	while (is_vlan(type) && b.len >= 6 && tags < VLAN_TAGS_MAX) {
		vlans[tags++] = get_u16(b, 2) & VLAN_VID_MASK;
		b = skip(b, 4);
		type = get_u16(b, 0);
	}
	if (b.len < 2)
		return;
	if (has_mac_header && type < ETHERTYPE_MIN)
		decode_llc(skip(b, 2), p);
	else
		decode_ethertype(type, skip(b, 2), p);
	for (int i = 0; i < tags; i++)
		add_detail(p, "vlan %u", vlans[i]);
}

static void decode_protocol_only(uint16_t type, struct packet *p)
{
	if (type == 0)
		return;
	p->proto = ethertype_name(type);
	if (!p->proto && type == ETH_P_IP)
		add_detail(p, "IPv4, headers not set");
	else if (!p->proto && type == ETH_P_IPV6)
		add_detail(p, "IPv6, headers not set");
	else if (!p->proto)
		add_detail(p, "ethertype 0x%04x", type);
}

void packet_decode(const struct skbt_record *rec, struct packet *p)
{
	struct bytes b = { rec->bytes, rec->caplen < SKBT_SNAP ? rec->caplen : SKBT_SNAP };

	memset(p, 0, sizeof(*p)); /* what is between its members, too: packets are compared */
	if (rec->start == SKBT_NO_HEADER)
		decode_protocol_only(ntohs(rec->protocol), p);
	else
		decode_frame(b, rec->start == SKBT_L2, p);
	if (rec->vlan_proto)
		add_detail(p, "vlan %u", rec->vlan_tci & VLAN_VID_MASK);
}

void packet_decode_next(struct last_decoded *last, const struct skbt_record *rec, struct packet *p)
{
	size_t len = rec->caplen < SKBT_SNAP ? rec->caplen : SKBT_SNAP;

	if (!last->serial || last->start != rec->start || last->protocol != rec->protocol ||
	    last->vlan_proto != rec->vlan_proto || last->vlan_tci != rec->vlan_tci ||
	    last->caplen != len || memcmp(last->bytes, rec->bytes, len) != 0) {
		packet_decode(rec, p);
		p->serial = last->serial;
		if (!last->serial || memcmp(p, &last->packet, sizeof(*p)) != 0)
			p->serial = ++last->serial;
		last->packet = *p;
		last->start = rec->start;
		last->protocol = rec->protocol;
		last->vlan_proto = rec->vlan_proto;
		last->vlan_tci = rec->vlan_tci;
		last->caplen = len;
		memcpy(last->bytes, rec->bytes, len);
		return;
	}
	memcpy(p, &last->packet, sizeof(*p));
}

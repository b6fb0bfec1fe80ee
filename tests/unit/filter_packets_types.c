/* SPDX-License-Identifier: GPL-2.0-only */
/* A frame for each type, flag and layer that an expression can name. */
#include "packet_builder.h"

#include <string.h>

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

/* IANA "ICMP Type Numbers", those with a name in pcap-filter(7). */
static void build_icmp_types(void)
{
	static const uint8_t types[] = { 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };
	struct packet *p;

	for (size_t i = 0; i < CNT(types); i++) {
		p = ether("icmp type", 0x0800);
		ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
		u8(p, types[i]);
		u8(p, types[i] == 3 ? 4 : 0);
		zeros(p, 6);
		if (types[i] == 3) /* quotes the packet that caused it */
			ip4(p, (struct ip4){ B4, A4, 6, 0, 0, 0 });
	}
}

/* IANA "ICMPv6 Type Numbers": 1-4, and 128 on. */
static void build_icmp6_types(void)
{
	struct packet *p;

	for (int type = 1; type <= 153; type++) {
		if (type == 5)
			type = 128;
		if (type == 128 || type == 135 || type == 150)
			continue;
		p = ether("icmp6 type", 0x86dd);
		ip6(p, 58, B6, A6);
		u8(p, (uint8_t)type);
		u8(p, type & 1);
		zeros(p, 6);
	}
	p = ether("router advertisement to all nodes", 0x86dd);
	memcpy(p->data, "\x33\x33\x00\x00\x00\x01", 6);
	ip6(p, 58, B6, "ff02::1");
	p->data[21] = 255; /* hop limit */
	u32(p, 0x86000000);
	zeros(p, 12);
}

static void build_tcp_flags(void)
{
	static const uint8_t flags[] = { 0x00, 0x01, 0x14, 0x29, 0x30, 0x40, 0x80, 0xc2, 0x11 };
	struct packet *p;

	for (size_t i = 0; i < CNT(flags); i++) {
		p = ether("tcp flags", 0x0800);
		ip4(p, (struct ip4){ A4, i & 1 ? B4 : "10.1.2.3", 6, 0, 0x4000, 0 });
		p->data[15] = i & 1 ? 0xb8 : 0x03; /* expedited; congestion experienced */
		tcp(p, 50000, 21, flags[i], 0);
		p->data[53] = flags[i] & 0x20; /* urgent pointer */
	}
	p = ether("http response", 0x0800);
	ip4(p, (struct ip4){ B4, A4, 6, 0, 0, 0 });
	tcp(p, 80, 40000, 0x18, 0);
	text(p, "HTTP/1.1 200 OK\r\n\r\n");
	p = ether("http response, port swapped", 0x0800);
	ip4(p, (struct ip4){ A4, "172.16.3.4", 6, 0, 0, 0 });
	tcp(p, 80, 80, 0x19, 0);
	p = ether("long tcp, total length says so", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	memcpy(p->data + 16, "\x02\x58", 2);
	tcp(p, 65535, 0, 0x10, 0);
	zeros(p, 200);
	p = ether("tcp, the length that its header says", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 60000, 23, 0x10, 0);
	zeros(p, 80);
	p = ether("tcp without data", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	memcpy(p->data + 16, "\x00\x28", 2);
	tcp(p, 60000, 25, 0x10, 0);
}

/* IP protocols that only need a number, for IPv4 and IPv6. */
static void build_ip_protocols(void)
{
	static const uint8_t protocols[] = { 4, 9, 41, 50, 51, 88, 89, 103, 112 };
	static const uint8_t next[] = { 43, 50, 51, 59, 132 };
	struct packet *p;

	for (size_t i = 0; i < CNT(protocols); i++) {
		p = ether("ip protocol", 0x0800);
		ip4(p, (struct ip4){ "172.16.0.1", "10.1.2.3", protocols[i], 0, 0, 0 });
		u32(p, 0x21010101); /* VRRP version 2, for one */
		zeros(p, 16);
	}
	for (size_t i = 0; i < CNT(next); i++) {
		p = ether("ip6 next header", 0x86dd);
		ip6(p, next[i], A6, "2001:db8::2");
		u32(p, 0x00500050);
		zeros(p, 12);
	}
}

static void build_ip_details(void)
{
	struct packet *p = ether("loopback", 0x0800);

	ip4(p, (struct ip4){ "127.0.0.1", "127.0.0.1", 6, 0, 0, 0 });
	tcp(p, 43210, 22, 0x10, 0);
	p = ether("loopback6", 0x86dd);
	ip6(p, 17, "::1", "::1");
	udp(p, 68, 67);
	p = ether("from nowhere, duplicate address detection", 0x86dd);
	ip6(p, 58, "::", "ff02::1:ff00:2");
	u32(p, 0x87000000);
	zeros(p, 20);
	p = ether("mapped address", 0x86dd);
	ip6(p, 6, "::ffff:10.9.9.9", "2001:db8:1::5");
	tcp(p, 22, 43210, 0x10, 0);
	p->data[21] = 12;
	p = ether("unicast to a multicast group", 0x0800);
	ip4(p, (struct ip4){ "10.1.0.8", "239.1.2.3", 17, 0, 0, 9 });
	udp(p, 7005, 4789);
	zeros(p, 12);
	p = ether("ttl equals protocol", 0x0800);
	ip4(p, (struct ip4){ "10.1.0.1", "8.8.8.8", 17, 0, 0, 17 });
	udp(p, 68, 67);
	zeros(p, 9);
	p = ether("ports that swap", 0x0800);
	ip4(p, (struct ip4){ B4, "10.9.7.9", 17, 0, 0, 0 });
	udp(p, 443, 443);
	p->data[46] = 0x80;
	zeros(p, 42);
	p = ether("hop by hop, then udp", 0x86dd);
	ip6(p, 43, "2001:db8::12", B6);
	u32(p, 0x11000000);
	u32(p, 0);
	udp(p, 53, 53);
	p = ether("sctp6", 0x86dd);
	ip6(p, 132, A6, B6);
	u16(p, 5000);
	u16(p, 443);
	zeros(p, 8);
	p = ether("two sctp ports 80", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 132, 0, 0, 0 });
	u16(p, 80);
	u16(p, 80);
	u32(p, 7);
	zeros(p, 8);
	p = ether("echo reply6", 0x86dd);
	ip6(p, 58, A6, "fe80::3");
	echo(p, 129, 9);
	p = ether("ethernet padding", 0x0800);
	ip4(p, (struct ip4){ "10.1.0.3", "10.2.0.3", 17, 0, 0, 0 });
	memcpy(p->data + 16, "\x00\x20", 2);
	udp(p, 3, 1);
	zeros(p, 17);
}

/* The long ones: what is near the end of the window. */
static void build_long(void)
{
	struct packet *p = ether("long udp of ones", 0x0800);

	ip4(p, (struct ip4){ A4, "8.8.4.4", 17, 0, 0, 0 });
	udp(p, 9, 53);
	memset(p->data + 42, 0xff, 300);
	p->len = 342;
	p = ether("text to its end", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 40000, 80, 0x18, 0);
	text(p, "GET /a HTTP/1.0\r\n\r\n");
	p = ether("from itself to itself", 0x0800);
	memcpy(p->data + 6, p->data, 6);
	ip4(p, (struct ip4){ A4, A4, 1, 0, 0, 0 });
	echo(p, 8, 1);
}

static void tag(struct packet *p, uint16_t tci, uint16_t type)
{
	u16(p, tci);
	u16(p, type);
}

static void arp(struct packet *p, uint16_t op, const char *sender, const char *target)
{
	bytes(p, "\x00\x01\x08\x00\x06\x04", 6);
	u16(p, op);
	bytes(p, "\x52\x54\x00\x65\x43\x21", 6);
	address(p, sender);
	bytes(p, "\x52\x54\x00\x12\x34\x56", 6);
	address(p, target);
}

static void build_vlan(void)
{
	struct packet *p = ether("vlan 100 in vlan 200, reversed", 0x8100);

	tag(p, 100, 0x8100);
	tag(p, 200, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	udp(p, 53, 53);
	p = ether("vlan 300 in another, ip", 0x88a8);
	tag(p, 7, 0x8100);
	tag(p, 300, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
	echo(p, 8, 3);
	p = ether("three tags", 0x88a8);
	tag(p, 1, 0x8100);
	tag(p, 2, 0x8100);
	tag(p, 3, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
	p = ether("vlan, arp with addresses", 0x8100);
	tag(p, 4095, 0x0806);
	arp(p, 2, A4, B4);
	p = ether("priority tag, ping", 0x8100);
	tag(p, 0xe000, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
	echo(p, 8, 3);
	p = ether("vlan, ip6", 0x8100);
	tag(p, 5, 0x86dd);
	ip6(p, 6, A6, B6);
	tcp(p, 443, 50000, 0x10, 0);
	p = ether("vlan, mpls", 0x8100);
	tag(p, 11, 0x8847);
	u32(p, 100 << 12 | 0x100 | 64);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	udp(p, 9, 9);
	p = ether("vlan, pppoe session", 0x8100);
	tag(p, 11, 0x8864);
	bytes(p, "\x11\x00\x00\x07\x00\x3c\x00\x21", 8);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	p = ether("vlan, pppoe discovery", 0x8100);
	tag(p, 11, 0x8863);
	zeros(p, 20);
}

static void build_labels_and_sessions(void)
{
	struct packet *p = ether("mpls 100000, 1024", 0x8847);

	u32(p, 100000u << 12 | 64);
	u32(p, 1024 << 12 | 0x100 | 64);
	ip4(p, (struct ip4){ "192.9.200.1", B4, 17, 0, 0, 0 });
	udp(p, 9, 9);
	p = ether("mpls 16, 17, 18", 0x8847);
	u32(p, 16 << 12 | 64);
	u32(p, 17 << 12 | 64);
	u32(p, 18 << 12 | 0x100 | 64);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 9, 9, 0x10, 0);
	p = ether("highest label, ip6", 0x8847);
	u32(p, 0xfffff100 | 64);
	ip6(p, 17, A6, B6);
	udp(p, 9, 9);
	p = ether("pppoe session 0x27, udp", 0x8864);
	bytes(p, "\x11\x00\x00\x27\x00\x3c\x00\x21", 8);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	udp(p, 53, 53);
	p = ether("highest pppoe session, ip6", 0x8864);
	bytes(p, "\x11\x00\xff\xff\x00\x3c\x00\x57", 8);
	ip6(p, 6, A6, B6);
	tcp(p, 80, 8080, 0x10, 0);
	p = ether("pppoe discovery, broadcast", 0x8863);
	memset(p->data, 0xff, 6);
	u32(p, 0x11090000);
	zeros(p, 20);
}

/* The outer headers of Geneve, with one option of 4 bytes. */
static struct packet *geneve(const char *name, uint16_t protocol, uint32_t vni)
{
	struct packet *p = ether(name, 0x0800);

	ip4(p, (struct ip4){ B4, A4, 17, 0, 0, 0 });
	udp(p, 50000, 6081);
	u16(p, 0x0100);
	u16(p, protocol);
	u32(p, vni << 8);
	zeros(p, 4);
	return p;
}

static const char inner_ether[] = "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02";

static void build_geneve(void)
{
	struct packet *p = geneve("geneve 11, bare ip", 0x0800, 11);

	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
	echo(p, 8, 3);
	p = geneve("geneve, arp", 0x6558, 0xffffff);
	bytes(p, inner_ether, 12);
	u16(p, 0x0806);
	arp(p, 1, A4, B4);
	p = geneve("geneve, ip6", 0x6558, 1);
	bytes(p, inner_ether, 12);
	u16(p, 0x86dd);
	ip6(p, 17, A6, B6);
	udp(p, 53, 53);
	p = geneve("geneve, vlan 100", 0x6558, 2);
	bytes(p, inner_ether, 12);
	u16(p, 0x8100);
	tag(p, 100, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
}

static void build_ether_types(void)
{
	static const uint16_t types[] = { 0x6001, 0x6002, 0x6004, 0x6007, 0x809b,
					  0x80f3, 0x8137, 0x888e, 0x88f7, 0x9000 };
	struct packet *p;

	for (size_t i = 0; i < CNT(types); i++) {
		p = ether("ethertype", types[i]);
		for (int b = 0; b < 46; b++)
			u8(p, (uint8_t)(b * 37));
	}
	p = ether("decnet 1.2 to 1.3", 0x6003);
	bytes(p, "\x10\x00\x02\x03\x04\x02\x04\x00", 8); /* short header, little endian */
	zeros(p, 20);
	p = ether("arp reply", 0x0806);
	arp(p, 2, "128.3.0.1", A4);
	p = ether("gratuitous arp", 0x0806);
	memset(p->data, 0xff, 6);
	arp(p, 1, A4, A4);
	p = ether("rarp request", 0x8035);
	arp(p, 3, A4, "10.9.9.10");
}

/* IEEE 802.2: control field after two service access points. */
static void build_llc(void)
{
	static const char *const controls[] = { "\x00\x02", "\x01\x02", "\x05\x02", "\x09\x02",
						"\x03",     "\x73",     "\x53",     "\x7f",
						"\xf3",     "\xbf",     "\x97" };
	struct packet *p;

	for (size_t i = 0; i < CNT(controls); i++) {
		p = ether("llc", 30);
		bytes(p, "\xaa\xab", 2);
		bytes(p, controls[i], i < 4 ? 2 : 1);
		zeros(p, 28);
	}
	p = ether("netbeui", 30);
	bytes(p, "\xf0\xf0\x03", 3);
	zeros(p, 27);
	p = ether("netware", 30);
	bytes(p, "\xff\xff\x00\x1e", 4);
	zeros(p, 26);
	p = ether("lldp of its own length", 1500);
	zeros(p, 46);
}

/* ISO 9577 and ISO 10589: network layer id, then for IS-IS the type of PDU in the fifth byte. */
static void build_iso(void)
{
	static const uint8_t isis_types[] = { 15, 16, 17, 18, 20, 24, 25, 26, 27 };
	struct packet *p;

	for (size_t i = 0; i < CNT(isis_types); i++) {
		p = ether("is-is", 40);
		bytes(p, "\xfe\xfe\x03\x83\x1b\x01\x06", 7);
		u8(p, isis_types[i]);
		zeros(p, 30);
	}
	p = ether("clnp", 40);
	bytes(p, "\xfe\xfe\x03\x81", 4);
	zeros(p, 30);
	p = ether("es-is", 40);
	bytes(p, "\xfe\xfe\x03\x82", 4);
	zeros(p, 30);
}

void build_types(void)
{
	build_icmp_types();
	build_icmp6_types();
	build_tcp_flags();
	build_ip_protocols();
	build_ip_details();
	build_long();
	build_vlan();
	build_labels_and_sessions();
	build_geneve();
	build_ether_types();
	build_llc();
	build_iso();
}

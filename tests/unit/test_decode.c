/* SPDX-License-Identifier: GPL-2.0-only */
/* First: cmocka has a macro skip(). */
#include "../../tracer/decode_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct skbt_record rec;
static struct packet p;

/* hex: bytes in hexadecimal, blanks for the reader. */
static void decode(uint8_t start, const char *hex)
{
	unsigned int byte;
	int used;

	memset(&rec, 0, sizeof(rec));
	rec.start = start;
	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		assert_true(rec.caplen < SKBT_SNAP);
		rec.bytes[rec.caplen++] = byte;
		hex += used;
	}
	packet_decode(&rec, &p);
}

static void assert_packet(const char *proto, const char *src, const char *dst, const char *detail)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (proto)
		assert_string_equal(p.proto, proto);
	else
		assert_null(p.proto);
	assert_string_equal(p.detail, detail);
	if (!src) {
		assert_int_equal(p.family, 0);
		return;
	}
	inet_ntop(p.family, p.src, text, sizeof(text));
	assert_string_equal(text, src);
	inet_ntop(p.family, p.dst, text, sizeof(text));
	assert_string_equal(text, dst);
}

static void assert_ports(uint16_t sport, uint16_t dport)
{
	assert_true(p.has_ports);
	assert_int_equal(p.sport, sport);
	assert_int_equal(p.dport, dport);
}

#define MACS     "021122334455 02aabbccddee "
#define IPV4     MACS "0800 "
#define IPV6     MACS "86dd "
#define A4_TO_B4 "0a000001 0a000002 " /* 10.0.0.1 > 10.0.0.2 */
#define A6_TO_B6                                                                                   \
	"20010db8 00000000 00000000 00000001 "                                                     \
	"20010db8 00000000 00000000 00000002 "

static void tcp_shows_flags_and_numbers_like_tcpdump(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV4 "4500003c 00014000 40060000 " A4_TO_B4
			     "c001 01bb 00000001 00000000 a002 faf0 0000 0000");
	assert_packet("TCP", "10.0.0.1", "10.0.0.2", "[S] seq 1 ttl 64 DF");
	assert_ports(49153, 443);
	decode(SKBT_L2, IPV4 "45000028 00010000 01060000 " A4_TO_B4
			     "01bb c001 ffffffff 00000002 5012 faf0 0000 0000");
	assert_packet("TCP", "10.0.0.1", "10.0.0.2", "[S.] seq 4294967295 ack 2 ttl 1");
	decode(SKBT_L2, IPV4 "45000028 00010000 01060000 " A4_TO_B4
			     "01bb c001 00000009 00000002 5018 faf0 0000 0000");
	assert_packet("TCP", "10.0.0.1", "10.0.0.2", "[P.] seq 9 ack 2 ttl 1");
	decode(SKBT_L2, IPV4 "45000028 00010000 01060000 " A4_TO_B4
			     "01bb c001 00000009 00000000 5000 faf0 0000 0000");
	assert_packet("TCP", "10.0.0.1", "10.0.0.2", "[none] seq 9 ttl 1");
}

static void ip_options_are_skipped(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV4 "46000024 00000000 40110000 " A4_TO_B4 "01010101 0035 1234 000c 0000");
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "ttl 64");
	assert_ports(53, 0x1234);
}

static void other_ip_protocols_have_names_or_numbers(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV4 "45000014 00000000 40840000 " A4_TO_B4 "0b59 0b5a 00000000 00000000");
	assert_packet("SCTP", "10.0.0.1", "10.0.0.2", "ttl 64");
	assert_ports(2905, 2906);
	decode(SKBT_L2, IPV4 "45000014 00000000 40320000 " A4_TO_B4 "00abcdef 00000001");
	assert_packet("ESP", "10.0.0.1", "10.0.0.2", "spi 0x00abcdef ttl 64");
	decode(SKBT_L2, IPV4 "45000014 00000000 402f0000 " A4_TO_B4);
	assert_packet("GRE", "10.0.0.1", "10.0.0.2", "ttl 64");
	decode(SKBT_L2, IPV4 "45000014 00000000 40fd0000 " A4_TO_B4);
	assert_packet("IP-253", "10.0.0.1", "10.0.0.2", "ttl 64");
	assert_false(p.has_ports);
}

static void fragments_say_their_offset_and_only_the_first_has_ports(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV4 "450005dc 00072000 40110000 " A4_TO_B4 "1234 0035 0bb8 0000");
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "frag 0+ ttl 64");
	assert_ports(0x1234, 53);
	decode(SKBT_L2, IPV4 "450005dc 000720b9 40110000 " A4_TO_B4 "1234 0035 0bb8 0000");
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "frag 1480+ ttl 64");
	assert_false(p.has_ports);
	decode(SKBT_L2, IPV4 "450005dc 000700b9 40110000 " A4_TO_B4 "1234 0035 0bb8 0000");
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "frag 1480 ttl 64");
}

static void icmp_messages_are_told_apart(void **state)
{
	static const struct {
		const char *bytes, *detail;
	} cases[] = {
		{ "0800 0000 0007 0001", "echo request id 7 seq 1 ttl 64" },
		{ "0000 0000 0007 0002", "echo reply id 7 seq 2 ttl 64" },
		{ "0303 0000 0000 0000", "unreachable: port ttl 64" },
		{ "030d 0000 0000 0000", "unreachable: prohibited ttl 64" },
		{ "0363 0000 0000 0000", "unreachable: code 99 ttl 64" },
		{ "0304 0000 0000 0500", "frag needed mtu 1280 ttl 64" },
		{ "0b00 0000 0000 0000", "time exceeded ttl 64" },
		{ "0b01 0000 0000 0000", "time exceeded: reassembly ttl 64" },
		{ "0501 0000 0a000009", "redirect to 10.0.0.9 ttl 64" },
		{ "0d00 0000 0000 0000", "type 13 code 0 ttl 64" },
		{ "0800", "echo request ttl 64" },
		{ "08", "ttl 64" },
	};
	char hex[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(hex, sizeof(hex), IPV4 "4500001c 00000000 40010000 " A4_TO_B4 "%s",
			 cases[i].bytes);
		decode(SKBT_L2, hex);
		assert_packet("ICMP", "10.0.0.1", "10.0.0.2", cases[i].detail);
		assert_false(p.has_ports);
	}
}

static void icmp6_messages_are_told_apart(void **state)
{
	static const struct {
		const char *bytes, *detail;
	} cases[] = {
		{ "8000 0000 0007 0001", "echo request id 7 seq 1 hlim 255" },
		{ "8100 0000 0007 0001", "echo reply id 7 seq 1 hlim 255" },
		{ "0104 0000 00000000", "unreachable: port hlim 255" },
		{ "0200 0000 00000500", "too big mtu 1280 hlim 255" },
		{ "0300 0000 00000000", "time exceeded hlim 255" },
		{ "8700 0000 00000000 fe800000 00000000 00000000 00000009",
		  "neighbour solicitation fe80::9 hlim 255" },
		{ "8800 0000 00000000 fe800000 00000000 00000000 00000009",
		  "neighbour advertisement fe80::9 hlim 255" },
		{ "8800 0000", "neighbour advertisement hlim 255" },
		{ "8600 0000", "router advertisement hlim 255" },
		{ "c800 0000", "type 200 code 0 hlim 255" },
	};
	char hex[320];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(hex, sizeof(hex), IPV6 "60000000 0020 3a ff " A6_TO_B6 "%s",
			 cases[i].bytes);
		decode(SKBT_L2, hex);
		assert_packet("ICMP6", "2001:db8::1", "2001:db8::2", cases[i].detail);
	}
}

static void ipv6_extension_headers_are_walked(void **state)
{
	(void)state;
	/* hop-by-hop, destination options of 16 bytes, UDP */
	decode(SKBT_L2, IPV6 "60000000 0020 00 40 " A6_TO_B6
			     "3c00 000000000000 1101 0000000000000000000000000000 1234 0035");
	assert_packet("UDP", "2001:db8::1", "2001:db8::2", "hlim 64");
	assert_ports(0x1234, 53);
	/* AH counts its length in words of four bytes */
	decode(SKBT_L2, IPV6 "60000000 0020 33 40 " A6_TO_B6
			     "1104 0000 00000001 00000001 000000000000000000000000 1234 0035");
	assert_packet("UDP", "2001:db8::1", "2001:db8::2", "hlim 64");
	assert_ports(0x1234, 53);
}

static void ipv6_fragments_are_like_ipv4_ones(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV6 "60000000 0020 2c 40 " A6_TO_B6 "1100 0001 00000007 1234 0035");
	assert_packet("UDP", "2001:db8::1", "2001:db8::2", "frag 0+ hlim 64");
	assert_ports(0x1234, 53);
	decode(SKBT_L2, IPV6 "60000000 0020 2c 40 " A6_TO_B6 "1100 05a8 00000007 1234 0035");
	assert_packet("UDP", "2001:db8::1", "2001:db8::2", "frag 1448 hlim 64");
	assert_false(p.has_ports);
}

static void a_cut_chain_of_extensions_leaves_the_protocol_open(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV6 "60000000 0020 00 40 " A6_TO_B6 "0600 0000");
	assert_packet(NULL, "2001:db8::1", "2001:db8::2", "hlim 64");
}

static void arp_says_who_asks_for_whom(void **state)
{
	(void)state;
	decode(SKBT_L2,
	       MACS "0806 0001 0800 06 04 0001 020000000002 0a000002 000000000000 0a000001");
	assert_packet("ARP", "10.0.0.2", "10.0.0.1", "who-has 10.0.0.1 tell 10.0.0.2");
	decode(SKBT_L2,
	       MACS "0806 0001 0800 06 04 0002 02000000ab01 0a000001 020000000002 0a000002");
	assert_packet("ARP", "10.0.0.1", "10.0.0.2", "10.0.0.1 is-at 02:00:00:00:ab:01");
	decode(SKBT_L2, MACS "0806 0001 0800 06 04 0002 02000000ab01");
	assert_packet("ARP", NULL, NULL, "");
}

static void vlan_tags_are_shown_wherever_they_are(void **state)
{
	(void)state;
	decode(SKBT_L2, MACS "8100 2005 0800 45000014 00000000 40110000 " A4_TO_B4);
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "ttl 64 vlan 5");
	decode(SKBT_L2, MACS "88a8 0064 8100 0005 0800 45000014 00000000 40110000 " A4_TO_B4);
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "ttl 64 vlan 100 vlan 5");
	decode(SKBT_L2, IPV4 "45000014 00000000 40110000 " A4_TO_B4);
	rec.vlan_proto = htons(0x8100);
	rec.vlan_tci = 0x6007;
	packet_decode(&rec, &p);
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "ttl 64 vlan 7");
}

static void other_ethertypes_have_names_or_numbers(void **state)
{
	(void)state;
	decode(SKBT_L2, MACS "88cc 0207");
	assert_packet("LLDP", NULL, NULL, "");
	decode(SKBT_L2, MACS "1234 0000");
	assert_packet(NULL, NULL, NULL, "ethertype 0x1234");
	decode(SKBT_L2, MACS "0026 4242 03 0000");
	assert_packet("STP", NULL, NULL, "");
}

static void without_a_mac_header_the_protocol_stands_in_its_place(void **state)
{
	(void)state;
	decode(SKBT_L3,
	       "000000000000000000000000 0800 45000014 00000000 40110000 " A4_TO_B4 "0035 1234");
	assert_packet("UDP", "10.0.0.1", "10.0.0.2", "ttl 64");
	assert_ports(53, 0x1234);
}

static void without_any_header_only_the_protocol_is_known(void **state)
{
	(void)state;
	decode(SKBT_NO_HEADER, IPV4 "45000014 00000000 40110000 " A4_TO_B4);
	assert_packet(NULL, NULL, NULL, "");
	rec.protocol = htons(0x0800);
	packet_decode(&rec, &p);
	assert_packet(NULL, NULL, NULL, "IPv4, headers not set");
	rec.protocol = htons(0x0806);
	packet_decode(&rec, &p);
	assert_packet("ARP", NULL, NULL, "");
}

static void a_header_that_is_not_what_it_claims_is_not_decoded(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV4 "65000014 00000000 40110000 " A4_TO_B4);
	assert_packet(NULL, NULL, NULL, "");
	decode(SKBT_L2, IPV4 "44000014 00000000 40110000 " A4_TO_B4);
	assert_packet(NULL, NULL, NULL, "");
	decode(SKBT_L2, IPV6 "40000000 0020 11 40 " A6_TO_B6);
	assert_packet(NULL, NULL, NULL, "");
}

/* A copy on the heap of exactly caplen bytes would not do: the bytes are inside the record. So the
 * record itself is cut, and the sanitizers and valgrind watch its end. */
static void decode_cut(const struct skbt_record *whole, size_t caplen)
{
	size_t size = offsetof(struct skbt_record, bytes) + caplen;
	struct skbt_record *cut = malloc(size);

	assert_non_null(cut);
	memcpy(cut, whole, size);
	cut->caplen = caplen;
	packet_decode(cut, &p);
	assert_true(memchr(p.detail, '\0', sizeof(p.detail)) != NULL);
	free(cut);
}

static void every_truncation_is_survived(void **state)
{
	static const char *const whole[] = {
		IPV4 "4500003c 00014000 40060000 " A4_TO_B4
		     "c001 01bb 00000001 00000000 a002 faf0 0000 0000",
		IPV4 "4500001c 00000000 40010000 " A4_TO_B4 "0304 0000 0000 0500",
		IPV6 "60000000 0020 00 40 " A6_TO_B6
		     "3c00 000000000000 1101 0000000000000000000000000000 1234 0035",
		IPV6 "60000000 0020 3a ff " A6_TO_B6
		     "8700 0000 00000000 fe800000 00000000 00000000 00000009",
		MACS "0806 0001 0800 06 04 0001 020000000002 0a000002 000000000000 0a000001",
		MACS "88a8 0064 8100 0005 0800 45000014 00000000 40110000 " A4_TO_B4,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct skbt_record full;

		decode(SKBT_L2, whole[i]);
		full = rec;
		for (size_t caplen = 0; caplen <= full.caplen; caplen++)
			decode_cut(&full, caplen);
	}
}

static void random_bytes_are_survived(void **state)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x0026 };
	struct skbt_record random;

	(void)state;
	srand(1);
	for (int round = 0; round < 200000; round++) {
		uint16_t type = htons(types[rand() % 5]);

		memset(&random, 0, sizeof(random));
		for (size_t i = 0; i < SKBT_SNAP; i++)
			random.bytes[i] =
				rand() % 4 ? rand() : "\x00\x2c\x33\x3c\x01\x3a"[rand() % 6];
		memcpy(random.bytes + 12, &type, 2);
		random.bytes[14] = type == htons(0x86dd) ? 0x60 : 0x40 | (rand() & 15);
		random.start = rand() % 3;
		random.protocol = rand();
		random.vlan_proto = rand() % 2;
		random.vlan_tci = rand();
		decode_cut(&random, rand() % (SKBT_SNAP + 1));
	}
}

static void a_false_caplen_does_not_lead_beyond_the_record(void **state)
{
	(void)state;
	decode(SKBT_L2, IPV6 "60000000 0020 00 40 " A6_TO_B6);
	rec.caplen = 65535; /* what follows reads as hop-by-hop headers without end */
	packet_decode(&rec, &p);
	assert_packet(NULL, "2001:db8::1", "2001:db8::2", "hlim 64");
}

/* Against vsnprintf(), from every place where what is there already may end. */
static void details_are_cut_where_their_room_ends(void **state)
{
	char whole[512];

	(void)state;
	for (size_t before = 0; before < sizeof(p.detail); before++) {
		memset(&p, 0, sizeof(p));
		memset(p.detail, 'x', before);
		snprintf(whole, sizeof(whole), "%s%sand %s, %u 0x%08x:%02x.", p.detail,
			 before ? " " : "", "text", UINT32_MAX, 0xabcdU, 0U);
		add_detail(&p, "and %s, %u 0x%08x:%02x.", "text", UINT32_MAX, 0xabcdU, 0U);
		whole[sizeof(p.detail) - 1] = '\0';
		assert_string_equal(p.detail, whole);
		assert_null(p.proto);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_shows_flags_and_numbers_like_tcpdump),
		cmocka_unit_test(ip_options_are_skipped),
		cmocka_unit_test(other_ip_protocols_have_names_or_numbers),
		cmocka_unit_test(fragments_say_their_offset_and_only_the_first_has_ports),
		cmocka_unit_test(icmp_messages_are_told_apart),
		cmocka_unit_test(icmp6_messages_are_told_apart),
		cmocka_unit_test(ipv6_extension_headers_are_walked),
		cmocka_unit_test(ipv6_fragments_are_like_ipv4_ones),
		cmocka_unit_test(a_cut_chain_of_extensions_leaves_the_protocol_open),
		cmocka_unit_test(arp_says_who_asks_for_whom),
		cmocka_unit_test(vlan_tags_are_shown_wherever_they_are),
		cmocka_unit_test(other_ethertypes_have_names_or_numbers),
		cmocka_unit_test(without_a_mac_header_the_protocol_stands_in_its_place),
		cmocka_unit_test(without_any_header_only_the_protocol_is_known),
		cmocka_unit_test(a_header_that_is_not_what_it_claims_is_not_decoded),
		cmocka_unit_test(every_truncation_is_survived),
		cmocka_unit_test(random_bytes_are_survived),
		cmocka_unit_test(a_false_caplen_does_not_lead_beyond_the_record),
		cmocka_unit_test(details_are_cut_where_their_room_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

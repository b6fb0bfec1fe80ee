/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"

static struct skbt_record rec;
static struct skbt_drop drop;
static struct event ev;

#define HAS(name) ((facts_of(&ev) >> FACT_##name) & 1)

/* A drop of a packet given in hexadecimal, from its IP header on, in front of which comes an
 * Ethernet header to 02:00:00:00:00:02. */
static void dropped(const char *ip)
{
	static const uint8_t ethernet[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0 };
	size_t len = 0;

	rec = (struct skbt_record){ .type = SKBT_DROP, .start = SKBT_L2 };
	drop = (struct skbt_drop){ 0 };
	memcpy(rec.bytes, ethernet, sizeof(ethernet));
	for (; *ip; ip += ip[0] == ' ' ? 1 : 2) {
		unsigned int byte;

		if (*ip == ' ')
			continue;
		assert_int_equal(sscanf(ip, "%2x", &byte), 1);
		rec.bytes[14 + len++] = (uint8_t)byte;
	}
	if (rec.bytes[14] >> 4 == 6)
		memcpy(rec.bytes + 12, "\x86\xdd", 2);
	rec.caplen = 14 + len;
	rec.wirelen = 14 + len;
	rec.len = len;
	ev = (struct event){ .rec = &rec, .drop = &drop };
}

/* 10.0.0.1:1 > 10.0.0.2:2, both checksums right. */
#define UDP4 "4500 001d 0000 4000 4011 26ce 0a00 0001 0a00 0002  0001 0002 0009 8ad6 61"

static void a_sound_packet_has_no_faults(void **state)
{
	(void)state;
	dropped(UDP4);
	assert_false(HAS(BAD_HEADER));
	assert_false(HAS(BAD_HEADER_CSUM));
	assert_false(HAS(BAD_CSUM));
	assert_false(HAS(TRUNCATED));
	assert_false(HAS(TTL_OUT));
	assert_true(HAS(DONT_FRAGMENT));
	assert_false(HAS(IS_TCP));
	assert_false(HAS(SRC_GROUP));
}

static void faults_of_headers_are_found(void **state)
{
	(void)state;
	dropped(UDP4);
	rec.bytes[14 + 8] = 1;
	assert_true(HAS(TTL_OUT));
	assert_true(HAS(BAD_HEADER_CSUM));
	dropped(UDP4);
	rec.bytes[14] = 0x43;
	assert_true(HAS(BAD_HEADER));
	dropped(UDP4);
	rec.bytes[14 + 3] = 200;
	assert_true(HAS(TRUNCATED));
	dropped(UDP4);
	rec.bytes[14 + 26] ^= 1;
	assert_true(HAS(BAD_CSUM));
	assert_false(HAS(BAD_HEADER_CSUM));
}

/* Nobody can tell from a part of the packet, before the device wrote it, or without one. */
static void a_checksum_is_judged_only_where_it_can_be(void **state)
{
	(void)state;
	dropped(UDP4);
	rec.bytes[14 + 26] ^= 1;
	rec.ip_summed = 3; /* CHECKSUM_PARTIAL */
	assert_false(HAS(BAD_CSUM));
	rec.ip_summed = 0;
	rec.caplen--;
	assert_false(HAS(BAD_CSUM));
	dropped(UDP4);
	memset(rec.bytes + 14 + 26, 0, 2);
	assert_false(HAS(BAD_CSUM));
}

static void what_is_not_known_is_not_true(void **state)
{
	(void)state;
	dropped(UDP4);
	ev.drop = NULL;
	assert_false(HAS(FORWARDING_OFF));
	assert_false(HAS(DEV_DOWN));
	assert_false(HAS(TOO_BIG));
	assert_false(HAS(NO_ROUTE));
	assert_false(HAS(NO_DEVICE));
	assert_false(HAS(NO_REASONS));
	rec = (struct skbt_record){ .type = SKBT_DROP };
	assert_int_equal(facts_of(&ev), 0);
}

static void the_device_and_its_settings_tell(void **state)
{
	(void)state;
	dropped(UDP4);
	assert_true(HAS(NO_DEVICE));
	drop.known = SKBT_KNOWN_DEVICE | SKBT_KNOWN_IPV4;
	memcpy(drop.dev_addr, "\x02\0\0\0\0\x02", 6);
	assert_false(HAS(NO_DEVICE));
	assert_true(HAS(MAC_IS_OURS));
	assert_true(HAS(DEV_DOWN));
	assert_true(HAS(FORWARDING_OFF));
	drop.dev_addr[5] = 3;
	drop.dev_flags = 1;
	drop.forwarding4 = 1;
	drop.rp_filter = 2;
	assert_false(HAS(MAC_IS_OURS));
	assert_false(HAS(DEV_DOWN));
	assert_false(HAS(FORWARDING_OFF));
	assert_true(HAS(RP_FILTER));
	assert_true(HAS(RP_LOOSE));
	drop.rp_filter = 1;
	assert_true(HAS(RP_FILTER));
	assert_false(HAS(RP_LOOSE));
}

static void the_route_tells(void **state)
{
	(void)state;
	dropped(UDP4);
	drop.known = SKBT_KNOWN_ROUTE;
	drop.route_mtu = 28;
	assert_true(HAS(TOO_BIG));
	rec.gso_size = 10; /* is cut before */
	assert_false(HAS(TOO_BIG));
	drop.route_error = -EINVAL;
	assert_true(HAS(ROUTE_BLACKHOLE));
	drop.route_error = -EACCES;
	assert_true(HAS(ROUTE_PROHIBITS));
	drop.route_error = -EHOSTUNREACH;
	assert_true(HAS(ROUTE_UNREACHABLE));
	assert_false(HAS(NO_ROUTE));
	drop.route_error = -ENETUNREACH;
	assert_true(HAS(NO_ROUTE));
	assert_false(HAS(ROUTE_UNREACHABLE));
}

static void the_ethertype_and_the_kernel_tell(void **state)
{
	(void)state;
	dropped(UDP4);
	assert_true(HAS(KNOWN_ETHERTYPE));
	memcpy(rec.bytes + 12, "\x08\x06", 2);
	assert_true(HAS(KNOWN_ETHERTYPE));
	memcpy(rec.bytes + 12, "\x88\xb5", 2);
	assert_false(HAS(KNOWN_ETHERTYPE));
	assert_true(HAS(NO_REASONS));
	/* As 5.17 does, for a few. */
	ev.has_reason = true;
	assert_true(HAS(NO_REASONS));
	ev.most_reasons = true;
	assert_false(HAS(NO_REASONS));
}

static void addresses_tell(void **state)
{
	(void)state;
	dropped(UDP4);
	rec.bytes[14 + 12] = 224;
	rec.bytes[14 + 16] = 127;
	assert_true(HAS(SRC_GROUP));
	assert_true(HAS(DST_LOOPBACK));
	dropped(UDP4);
	assert_false(HAS(GROUP_TRAFFIC));
	rec.pkt_type = PACKET_BROADCAST;
	assert_true(HAS(GROUP_TRAFFIC));
	/* Without its route it may be to the broadcast address of a network. */
	assert_false(HAS(IN_GROUP_FRAME));
	drop.known = SKBT_KNOWN_ROUTE;
	rec.route.type = RTN_BROADCAST;
	assert_false(HAS(IN_GROUP_FRAME));
	rec.route.type = RTN_LOCAL;
	assert_true(HAS(IN_GROUP_FRAME));
	rec.bytes[14 + 16] = 239;
	assert_false(HAS(IN_GROUP_FRAME));
	assert_true(HAS(DST_MULTICAST));
}

static void the_socket_tells(void **state)
{
	(void)state;
	dropped(UDP4);
	drop.sk_state = 10; /* TCP_LISTEN */
	assert_false(HAS(SOCKET_LISTENS));
	drop.known = SKBT_KNOWN_SOCKET;
	assert_true(HAS(SOCKET_LISTENS));
	assert_false(HAS(SOCKET_WAITS));
	drop.sk_state = 6; /* TCP_TIME_WAIT */
	assert_true(HAS(SOCKET_WAITS));
	assert_false(HAS(SOCKET_LISTENS));
	drop.sk_rcvbuf = 2304;
	assert_false(HAS(BUFFER_FULL));
	drop.sk_rmem = 2300;
	assert_true(HAS(BUFFER_FULL));
	assert_false(HAS(NO_PACKET));
	rec = (struct skbt_record){ .type = SKBT_DROP };
	drop.sk_family = 1; /* AF_UNIX */
	assert_true(HAS(NO_PACKET));
}

static void tcp_flags_tell(void **state)
{
	(void)state;
	dropped("4500 0028 0000 4000 4006 0000 0a00 0001 0a00 0002"
		"0001 0002 0000 0000 0000 0000 5002 ffff 0000 0000");
	assert_true(HAS(IS_TCP));
	assert_true(HAS(SYN));
	assert_true(HAS(TCP_NO_DATA));
	rec.bytes[14 + 33] = 0x18;
	rec.bytes[14 + 3] = 0x2a;
	assert_false(HAS(SYN));
	assert_false(HAS(FIN));
	assert_false(HAS(TCP_NO_DATA));
	rec.bytes[14 + 33] = 0x11;
	assert_true(HAS(FIN));
	rec.bytes[14 + 33] = 0x15; /* with RST */
	assert_false(HAS(FIN));
}

static void a_firewall_that_decided_is_nft_if_it_has_chains(void **state)
{
	struct skbt_verdict rule = { .table = "filter" };

	(void)state;
	dropped(UDP4);
	assert_false(HAS(RULE_OF_NFT));
	assert_false(HAS(RULE_OF_IPTABLES));
	ev.rule = &rule;
	assert_true(HAS(RULE_OF_IPTABLES));
	assert_false(HAS(RULE_OF_NFT));
	strcpy(rule.chain, "input");
	assert_true(HAS(RULE_OF_NFT));
	assert_false(HAS(RULE_OF_IPTABLES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_packet_has_no_faults),
		cmocka_unit_test(faults_of_headers_are_found),
		cmocka_unit_test(a_checksum_is_judged_only_where_it_can_be),
		cmocka_unit_test(what_is_not_known_is_not_true),
		cmocka_unit_test(the_device_and_its_settings_tell),
		cmocka_unit_test(the_route_tells),
		cmocka_unit_test(the_ethertype_and_the_kernel_tell),
		cmocka_unit_test(addresses_tell),
		cmocka_unit_test(the_socket_tells),
		cmocka_unit_test(tcp_flags_tell),
		cmocka_unit_test(a_firewall_that_decided_is_nft_if_it_has_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event says about what changed, for every kind of change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "changes.h"
#include "fabricate.h"

static struct skbt_record rec;
static struct event ev;
static struct packet_state before, after;
static struct changes changes;

/* UDP 10.77.8.1:1000 > 10.77.8.131:53, 84 bytes on c0. */
static int setup(void **state)
{
	(void)state;
	ev = fabricate_path();
	rec = fabricated.rec;
	ev.rec = &rec;
	rec.wirelen = 98;
	ev.packet.proto = "UDP";
	ev.packet.has_ports = true;
	ev.packet.sport = 1000;
	ev.packet.dport = 53;
	packet_state_of(&ev, NULL, &before);
	return 0;
}

static void next(void)
{
	packet_state_of(&ev, &before, &after);
	changes_between(&before, &after, &changes);
}

static void assert_change(unsigned int i, const char *what, const char *from, const char *to)
{
	const struct change *c = &changes.list[i];

	assert_true(i < changes.count);
	assert_string_equal(c->what, what);
	assert_int_equal(c->from_known, from != NULL);
	assert_int_equal(c->to_known, to != NULL);
	assert_string_equal(c->from, from ? from : "");
	assert_string_equal(c->to, to ? to : "");
}

static void assert_one(const char *what, const char *from, const char *to)
{
	next();
	assert_int_equal(changes.count, 1);
	assert_change(0, what, from, to);
}

static void nothing_changed_is_no_change(void **state)
{
	(void)state;
	next();
	assert_int_equal(changes.count, 0);
	rec.ts += 1000;
	rec.cpu = 7;
	rec.pid = 1;
	strcpy(ev.packet.detail, "ttl 63");
	next();
	assert_int_equal(changes.count, 0);
}

static void nat_changes_addresses_and_ports(void **state)
{
	(void)state;
	ev.packet.src[0] = 192;
	assert_one("src", "10.77.8.1", "192.77.8.1");
	ev.packet.sport = 1024;
	ev.packet.dst[3] = 9;
	ev.packet.dport = 5353;
	next();
	assert_int_equal(changes.count, 4);
	assert_change(0, "src", "10.77.8.1", "192.77.8.1");
	assert_change(1, "sport", "1000", "1024");
	assert_change(2, "dst", "10.77.8.131", "10.77.8.9");
	assert_change(3, "dport", "53", "5353");
}

static void ipv6_addresses_are_written_as_such(void **state)
{
	(void)state;
	ev.packet.family = AF_INET6;
	memcpy(ev.packet.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	packet_state_of(&ev, NULL, &before);
	ev.packet.src[15] = 2;
	assert_one("src", "2001:db8::1", "2001:db8::2");
}

/* The longest that there is: nothing may be cut or written over. */
static void the_longest_flow_fits(void **state)
{
	(void)state;
	ev.packet.family = AF_INET6;
	memset(ev.packet.src, 0xab, 16);
	memset(ev.packet.dst, 0xcd, 16);
	packet_state_of(&ev, NULL, &before);
	ev.packet.dport = 51820;
	ev.packet.src[15] = 1;
	rec.wirelen += 60;
	next();
	assert_int_equal(changes.count, 1);
	assert_string_equal(changes.list[0].to,
			    "abab:abab:abab:abab:abab:abab:abab:ab01 > "
			    "cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd WIREGUARD");
}

static void headers_that_are_missing_for_a_while_are_no_change(void **state)
{
	struct packet_state between;

	(void)state;
	ev.packet = (struct packet){ .proto = NULL };
	rec.start = SKBT_NO_HEADER;
	rec.ifname[0] = '\0';
	rec.netns = 0;
	rec.wirelen = 0;
	next();
	assert_int_equal(changes.count, 0);
	between = after;
	setup(NULL);
	before = between;
	next();
	assert_int_equal(changes.count, 0);
	ev.packet.src[0] = 192;
	assert_one("src", "10.77.8.1", "192.77.8.1");
}

static void the_first_headers_are_no_change(void **state)
{
	struct packet known = ev.packet;

	(void)state;
	ev.packet = (struct packet){ .proto = NULL };
	packet_state_of(&ev, NULL, &before);
	ev.packet = known;
	next();
	assert_int_equal(changes.count, 0);
}

static void a_fragment_without_ports_changes_no_port(void **state)
{
	(void)state;
	ev.packet.has_ports = false;
	ev.packet.sport = ev.packet.dport = 0;
	next();
	assert_int_equal(changes.count, 0);
	before = after;
	ev.packet.has_ports = true;
	ev.packet.sport = 1024;
	ev.packet.dport = 53;
	assert_one("sport", "1000", "1024");
}

static void place_mark_and_length(void **state)
{
	(void)state;
	rec.netns++;
	rec.mark = 0x10;
	rec.len = 98;
	strcpy(rec.ifname, "r0");
	next();
	assert_int_equal(changes.count, 4);
	assert_change(0, "netns", "4026532201", "4026532202");
	assert_change(1, "iface", "c0", "r0");
	assert_change(2, "mark", "0x0", "0x10");
	assert_change(3, "len", "84", "98");
	assert_true(changes.list[0].has_column && !changes.list[2].has_column);
}

static void the_first_device_comes_from_none(void **state)
{
	(void)state;
	memset(before.ifname, 0, sizeof(before.ifname));
	assert_one("iface", NULL, "c0");
	memset(rec.ifname, 'x', sizeof(rec.ifname)); /* no zero byte */
	next();
	assert_change(0, "iface", NULL, "xxxxxxxxxxxxxxxx");
}

static void vlan_tags_come_go_and_change(void **state)
{
	(void)state;
	rec.vlan_proto = 0x0081;
	rec.vlan_tci = 0x2005;
	assert_one("vlan", NULL, "5");
	before = after;
	rec.vlan_tci = 0;
	assert_one("vlan", "5", "0");
	before = after;
	rec.vlan_proto = 0;
	assert_one("vlan", "0", NULL);
}

/* The tag is beside the frame or in it: the same VLAN. */
static void a_tag_that_moves_into_the_frame_is_no_change(void **state)
{
	(void)state;
	rec.vlan_proto = 0x0081;
	rec.vlan_tci = 5;
	packet_state_of(&ev, NULL, &before);
	rec.vlan_proto = 0;
	rec.start = SKBT_L2;
	rec.caplen = 60;
	memcpy(rec.bytes + 12, "\x81\x00\x00\x05", 4);
	next();
	assert_int_equal(changes.count, 0);
}

static void checksum_and_connection_tracking_have_names(void **state)
{
	(void)state;
	rec.ip_summed = 3;
	rec.ct_info = 3;
	next();
	assert_int_equal(changes.count, 2);
	assert_change(0, "csum", "NONE", "PARTIAL");
	assert_change(1, "ct", NULL, "NEW");
	before = after;
	rec.ct_info = 0;
	assert_one("ct", "NEW", NULL);
	rec.ct_info = 200;
	assert_one("ct", "NEW", NULL);
}

static void wrap_in(const char *proto, uint16_t dport, uint32_t more)
{
	ev.packet.proto = proto;
	ev.packet.src[0] = ev.packet.dst[0] = 192;
	ev.packet.has_ports = dport != 0;
	ev.packet.sport = dport ? 40000 : 0;
	ev.packet.dport = dport;
	rec.wirelen += more;
	rec.len += more;
}

static void a_tunnel_is_told_from_nat(void **state)
{
	static const struct {
		const char *proto;
		uint16_t dport;
		uint32_t more;
		const char *name;
	} kinds[] = {
		{ "UDP", 4789, 50, "VXLAN" },  { "UDP", 8472, 50, "VXLAN" },
		{ "UDP", 6081, 50, "GENEVE" }, { "GRE", 0, 24, "GRE" },
		{ "IPIP", 0, 20, "IPIP" },     { "IPV6", 0, 20, "SIT" },
		{ "ESP", 0, 36, "ESP" },
	};
	char outer[64];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct packet_state bare;

		setup(state);
		bare = before;
		wrap_in(kinds[i].proto, kinds[i].dport, kinds[i].more);
		snprintf(outer, sizeof(outer), "192.77.8.1 > 192.77.8.131 %s", kinds[i].name);
		next();
		assert_int_equal(changes.count, 2);
		assert_change(0, "encapsulated", "10.77.8.1 > 10.77.8.131 UDP", outer);
		assert_string_equal(changes.list[1].what, "len");
		changes_between(&after, &bare, &changes);
		assert_int_equal(changes.count, 2);
		assert_change(0, "decapsulated", outer, "10.77.8.1 > 10.77.8.131 UDP");
	}
}

static void nat_of_a_tunnels_packet_is_nat(void **state)
{
	(void)state;
	wrap_in("GRE", 0, 24);
	packet_state_of(&ev, NULL, &before);
	ev.packet.src[0] = 172;
	assert_one("src", "192.77.8.1", "172.77.8.1");
}

/* NAT64: 20 bytes more, but no tunnel. */
static void another_family_is_no_tunnel(void **state)
{
	(void)state;
	ev.packet.family = AF_INET6;
	rec.wirelen += 20;
	next();
	assert_int_equal(changes.count, 2);
	assert_change(0, "src", "10.77.8.1", "a4d:801::");
}

#define changes_test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		changes_test(nothing_changed_is_no_change),
		changes_test(nat_changes_addresses_and_ports),
		changes_test(ipv6_addresses_are_written_as_such),
		changes_test(the_longest_flow_fits),
		changes_test(headers_that_are_missing_for_a_while_are_no_change),
		changes_test(the_first_headers_are_no_change),
		changes_test(a_fragment_without_ports_changes_no_port),
		changes_test(place_mark_and_length),
		changes_test(the_first_device_comes_from_none),
		changes_test(vlan_tags_come_go_and_change),
		changes_test(a_tag_that_moves_into_the_frame_is_no_change),
		changes_test(checksum_and_connection_tracking_have_names),
		changes_test(a_tunnel_is_told_from_nat),
		changes_test(nat_of_a_tunnels_packet_is_nat),
		changes_test(another_family_is_no_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

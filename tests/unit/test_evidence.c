/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence of this machine's own loopback, and how it is shown. Rules: test_evidence_rule.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tracer/evidence.h"
#include "../../tracer/netns_names.h"
#include "fabricate.h"

static struct evidence *e;
static struct options o;

static int setup(void **state)
{
	(void)state;
	e = evidence_new();
	return e ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	evidence_free(e);
	return 0;
}

/* A packet to 127.0.0.1 that was dropped on lo, in this process's namespace. */
static struct event drop_on_lo(unsigned int kinds)
{
	struct event ev = fabricate_drop();
	struct skbt_record *rec = &fabricated.rec;

	assert_int_equal(netns_inode_of("/proc/self/ns/net", &rec->netns), 0);
	rec->ifindex = 1;
	strcpy(rec->ifname, "lo");
	memset(&rec->route, 0, sizeof(rec->route));
	memcpy(ev.packet.src, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	memcpy(ev.packet.dst, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	ev.why.evidence = kinds;
	return ev;
}

static const struct evidence_item *only_item(const struct evidence_list *list)
{
	assert_non_null(list);
	assert_int_equal(list->count, 1);
	return &list->items[0];
}

static void a_drop_that_asks_for_nothing_has_none(void **state)
{
	struct event ev = drop_on_lo(0);

	(void)state;
	assert_null(evidence_gather(e, &ev));
}

static void a_namespace_that_is_gone_has_none(void **state)
{
	struct event ev = drop_on_lo(1U << EVIDENCE_LINK);

	(void)state;
	fabricated.rec.netns = 1;
	assert_null(evidence_gather(e, &ev));
	/* Nor has one that was never known. */
	fabricated.rec.netns = 0;
	assert_null(evidence_gather(e, &ev));
}

static void a_link_is_named_with_its_state(void **state)
{
	struct event ev = drop_on_lo(1U << EVIDENCE_LINK);
	const struct evidence_item *item = only_item(evidence_gather(e, &ev));

	(void)state;
	assert_int_equal(item->kind, EVIDENCE_LINK);
	assert_true(strncmp(item->text, "lo (device) is ", 15) == 0);
	assert_string_equal(item->values[0].name, "dev");
	assert_string_equal(item->values[0].text, "lo");
}

static void a_mac_address_is_held_against_the_interfaces(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x99 };
	struct event ev = drop_on_lo(1U << EVIDENCE_MAC);

	(void)state;
	/* Without an Ethernet header there is none to compare. */
	fabricated.rec.start = SKBT_L3;
	assert_null(evidence_gather(e, &ev));
	fabricated.rec.start = SKBT_L2;
	fabricated.rec.caplen = 34;
	memcpy(fabricated.rec.bytes, mac, sizeof(mac));
	assert_string_equal(only_item(evidence_gather(e, &ev))->text,
			    "frame to 02:00:00:00:00:99, lo has 00:00:00:00:00:00");
}

static void an_mtu_is_that_of_the_interface(void **state)
{
	struct event ev = drop_on_lo(1U << EVIDENCE_MTU);
	const struct evidence_item *item = only_item(evidence_gather(e, &ev));
	FILE *f = fopen("/sys/class/net/lo/mtu", "r");
	long long mtu = -1;

	(void)state;
	assert_true(f && fscanf(f, "%lld", &mtu) == 1);
	fclose(f);
	assert_string_equal(item->values[1].name, "mtu");
	assert_int_equal(item->values[1].number, mtu);
	assert_int_equal(item->values[2].number, 84);
}

static void a_route_is_looked_up(void **state)
{
	struct event ev = drop_on_lo(1U << EVIDENCE_ROUTE);

	(void)state;
	fabricated.rec.pkt_type = 4; /* PACKET_OUTGOING: made here */
	assert_string_equal(only_item(evidence_gather(e, &ev))->text,
			    "route to 127.0.0.1: local dev lo");
}

static void forwarding_is_what_the_sysctl_says(void **state)
{
	struct event ev = drop_on_lo(1U << EVIDENCE_FORWARDING);
	const struct evidence_item *item = only_item(evidence_gather(e, &ev));
	FILE *f = fopen("/proc/sys/net/ipv4/conf/lo/forwarding", "r");
	int on = -1;

	(void)state;
	assert_true(f && fscanf(f, "%d", &on) == 1);
	fclose(f);
	assert_int_equal(item->values[0].number, on);
}

static void kinds_come_in_the_order_of_the_table(void **state)
{
	struct event ev =
		drop_on_lo(1U << EVIDENCE_LINK | 1U << EVIDENCE_ROUTE | 1U << EVIDENCE_MTU);
	const struct evidence_list *list = evidence_gather(e, &ev);

	(void)state;
	assert_non_null(list);
	assert_int_equal(list->count, 3);
	assert_int_equal(list->items[0].kind, EVIDENCE_ROUTE);
	assert_int_equal(list->items[1].kind, EVIDENCE_MTU);
	assert_int_equal(list->items[2].kind, EVIDENCE_LINK);
}

static void a_drop_asks_by_its_reason_or_else_by_its_place(void **state)
{
	(void)state;
	assert_int_equal(evidence_for("PKT_TOO_BIG", "ip_forward"), 1U << EVIDENCE_MTU);
	assert_int_equal(evidence_for("", "neigh_invalidate"), 1U << EVIDENCE_NEIGH);
	assert_true(evidence_for("", "ip_rcv_finish_core.constprop.0") & 1U << EVIDENCE_RPFILTER);
	/* Another reason at that place needs no MAC address. */
	assert_int_equal(evidence_for("IP_CSUM", "ip_rcv_core"), 0);
	assert_int_equal(evidence_for("", "tcp_v4"), 0);
}

static struct evidence_list made_up(void)
{
	return (struct evidence_list){
		.count = 2,
		.items = { { .kind = EVIDENCE_MTU,
			     .text = "packet of 1428 B, MTU of r1 1280 B",
			     .values = { { "dev", "r1", 0 }, { "mtu", "", 1280 } },
			     .value_count = 2 },
			   { .kind = EVIDENCE_LINK, .text = "r1 is up" } },
	};
}

static void json_has_a_key_for_each_kind(void **state)
{
	struct evidence_list list = made_up();
	struct event ev = fabricate_drop();
	struct capture c = { 0 };

	(void)state;
	ev.evidence = &list;
	capture_begin(&c, "json", &o);
	assert_int_equal(output_event(c.output, &ev), 0);
	assert_non_null(
		strstr(capture_text(&c),
		       ",\"evidence\":{\"mtu\":{\"text\":\"packet of 1428 B, MTU of r1 1280 "
		       "B\",\"dev\":\"r1\",\"mtu\":1280},\"link\":{\"text\":\"r1 is "
		       "up\"}}}\n"));
	capture_end(&c);
}

static void text_has_a_line_for_each_kind(void **state)
{
	struct evidence_list list = made_up();
	struct event ev = fabricate_drop();
	struct capture c = { 0 };

	(void)state;
	ev.evidence = &list;
	capture_begin(&c, "text", &o);
	assert_int_equal(output_event(c.output, &ev), 0);
	assert_non_null(strstr(capture_text(&c),
			       "\n              evidence packet of 1428 B, MTU of r1 1280 B\n"
			       "                      r1 is up\n"));
	capture_end(&c);
}

int main(void)
{
#define lookup_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		lookup_test(a_drop_that_asks_for_nothing_has_none),
		lookup_test(a_namespace_that_is_gone_has_none),
		lookup_test(a_link_is_named_with_its_state),
		lookup_test(a_mac_address_is_held_against_the_interfaces),
		lookup_test(an_mtu_is_that_of_the_interface),
		lookup_test(a_route_is_looked_up),
		lookup_test(forwarding_is_what_the_sysctl_says),
		lookup_test(kinds_come_in_the_order_of_the_table),
		cmocka_unit_test(a_drop_asks_by_its_reason_or_else_by_its_place),
		cmocka_unit_test(json_has_a_key_for_each_kind),
		cmocka_unit_test(text_has_a_line_for_each_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

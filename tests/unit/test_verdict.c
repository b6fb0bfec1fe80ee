/* SPDX-License-Identifier: GPL-2.0-only */
/* What functions returned: the names, and how outputs show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include "../../tracer/verdict_names.h"
#include "fabricate.h"

static struct options o;

static const char *name(enum skbt_verdict_kind kind, int64_t result)
{
	struct skbt_verdict v = { .kind = kind, .result = result };

	return verdict_name(&v);
}

static void verdicts_have_the_kernels_names(void **state)
{
	(void)state;
	assert_string_equal(name(SKBT_VERDICT_NF, NF_DROP), "DROP");
	assert_string_equal(name(SKBT_VERDICT_NF, NF_ACCEPT), "ACCEPT");
	assert_string_equal(name(SKBT_VERDICT_NF, NF_STOLEN), "STOLEN");
	assert_string_equal(name(SKBT_VERDICT_NF, NF_QUEUE), "QUEUE");
	assert_string_equal(name(SKBT_VERDICT_NF, NF_REPEAT), "REPEAT");
	assert_null(name(SKBT_VERDICT_NF, 6));
	assert_string_equal(name(SKBT_VERDICT_TC, TC_ACT_UNSPEC), "UNSPEC");
	assert_string_equal(name(SKBT_VERDICT_TC, TC_ACT_OK), "OK");
	assert_string_equal(name(SKBT_VERDICT_TC, TC_ACT_SHOT), "SHOT");
	assert_string_equal(name(SKBT_VERDICT_TC, TC_ACT_REDIRECT), "REDIRECT");
	assert_string_equal(name(SKBT_VERDICT_TC, TC_ACT_TRAP), "TRAP");
	assert_null(name(SKBT_VERDICT_TC, TC_ACT_UNSPEC - 1));
	assert_string_equal(name(SKBT_VERDICT_XDP, XDP_ABORTED), "ABORTED");
	assert_string_equal(name(SKBT_VERDICT_XDP, XDP_REDIRECT), "REDIRECT");
	assert_null(name(SKBT_VERDICT_XDP, 5));
	assert_string_equal(name(SKBT_VERDICT_QDISC, 0), "SUCCESS");
	assert_string_equal(name(SKBT_VERDICT_QDISC, 2), "CN");
	assert_null(name(SKBT_VERDICT_QDISC, -100));
	assert_string_equal(name(SKBT_VERDICT_HOOK, 1), "ACCEPT");
	assert_string_equal(name(SKBT_VERDICT_HOOK, 0), "STOLEN");
	assert_string_equal(name(SKBT_VERDICT_HOOK, -1), "DROP");
	assert_null(name(SKBT_RESULT_ONLY, 1));
}

/* Numbers of queues and errors lie above the verdict. */
static void what_lies_above_a_verdict_does_not_change_it(void **state)
{
	(void)state;
	assert_string_equal(name(SKBT_VERDICT_NF, NF_QUEUE | 7 << 16), "QUEUE");
	assert_string_equal(name(SKBT_VERDICT_NF, NF_DROP | 13 << 16), "DROP");
	/* But a stolen packet with an error was freed by the hook. */
	assert_string_equal(name(SKBT_VERDICT_NF, NF_STOLEN | 1 << 16), "DROP");
	assert_string_equal(name(SKBT_VERDICT_QDISC, 1 | 0x10000), "DROP");
}

static const char *hook(uint8_t family, uint8_t number)
{
	struct skbt_verdict v = { .family = family, .hook = number, .has_hook = 1 };

	return verdict_hook(&v);
}

static void hooks_are_named_by_their_family(void **state)
{
	struct skbt_verdict none = { .family = NFPROTO_IPV4 };

	(void)state;
	assert_string_equal(hook(NFPROTO_IPV4, NF_INET_PRE_ROUTING), "PREROUTING");
	assert_string_equal(hook(NFPROTO_IPV6, NF_INET_LOCAL_OUT), "OUTPUT");
	assert_string_equal(hook(NFPROTO_INET, NF_INET_POST_ROUTING), "POSTROUTING");
	assert_string_equal(hook(NFPROTO_INET, NF_INET_INGRESS), "INGRESS");
	assert_string_equal(hook(NFPROTO_ARP, NF_ARP_OUT), "OUTPUT");
	assert_string_equal(hook(NFPROTO_ARP, NF_ARP_FORWARD), "FORWARD");
	assert_string_equal(hook(NFPROTO_BRIDGE, NF_BR_LOCAL_IN), "INPUT");
	assert_string_equal(hook(NFPROTO_BRIDGE, NF_BR_BROUTING), "BROUTING");
	assert_string_equal(hook(NFPROTO_NETDEV, NF_NETDEV_INGRESS), "INGRESS");
	assert_null(hook(NFPROTO_NETDEV, 2));
	assert_null(hook(0, 0));
	assert_null(verdict_hook(&none));
}

static void states_and_routes_have_names(void **state)
{
	(void)state;
	assert_null(ct_state_name(0));
	assert_string_equal(ct_state_name(IP_CT_ESTABLISHED + 1), "ESTABLISHED");
	assert_string_equal(ct_state_name(IP_CT_RELATED + 1), "RELATED");
	assert_string_equal(ct_state_name(IP_CT_NEW + 1), "NEW");
	assert_string_equal(ct_state_name(IP_CT_ESTABLISHED_REPLY + 1), "ESTABLISHED_REPLY");
	assert_string_equal(ct_state_name(IP_CT_RELATED_REPLY + 1), "RELATED_REPLY");
	assert_string_equal(ct_state_name(8), "UNTRACKED"); /* IP_CT_UNTRACKED is 7, not in uapi */
	assert_null(ct_state_name(200));
	assert_string_equal(route_type_name(RTN_UNICAST), "unicast");
	assert_string_equal(route_type_name(RTN_PROHIBIT), "prohibit");
	assert_null(route_type_name(RTN_UNSPEC));
}

static void what_a_bridge_decides_is_told_by_what_it_calls(void **state)
{
	(void)state;
	assert_string_equal(bridge_decision("br_flood"), "bridge: to all ports");
	assert_string_equal(bridge_decision("br_pass_frame_up"), "bridge: up to this host");
	assert_null(bridge_decision("br_handle_frame"));
	assert_null(bridge_decision("ip_rcv"));
	assert_null(bridge_decision(NULL));
}

/* An output's line for a return of a function with this verdict. */
static char *line(const char *output, const struct skbt_verdict *v)
{
	struct capture c = { 0 };
	struct event ev = fabricate_path();
	struct skbt_record *rec = &fabricated.rec;
	char *text;

	rec->type = SKBT_RETURN;
	rec->ct_info = IP_CT_NEW + 1;
	rec->route = (struct skbt_route){
		.ifindex = 3,
		.family = AF_INET,
		.gw_family = AF_INET,
		.type = RTN_UNICAST,
		.gateway = { 10, 77, 8, 254 },
		.dev = "r1",
	};
	ev.verdict = v;
	capture_begin(&c, output, &o);
	assert_int_equal(output_event(c.output, &ev), 0);
	text = strdup(capture_text(&c));
	capture_end(&c);
	return text;
}

static void shows(const char *output, const struct skbt_verdict *v, const char *wanted)
{
	char *text = line(output, v);

	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in: %s", wanted, text);
	free(text);
}

static const struct skbt_verdict by_nft = {
	.kind = SKBT_VERDICT_NF,
	.result = NF_DROP,
	.family = NFPROTO_INET,
	.hook = NF_INET_FORWARD,
	.has_hook = 1,
	.rule = 4,
	.table = "filter",
	.chain = "forward",
};

static void text_says_who_decided_what(void **state)
{
	struct skbt_verdict v = by_nft;

	(void)state;
	shows("text", &v, " ip_output() ");
	shows("text", &v, " FORWARD: DROP by rule 4 of inet filter forward; 10.77.8.1 > ");
	shows("text", &v, " B, route via 10.77.8.254 dev r1\n");
	v.rule = 0;
	shows("text", &v, " FORWARD: DROP by inet filter forward; ");
	v.family = NFPROTO_IPV4;
	v.chain[0] = '\0';
	shows("text", &v, " FORWARD: DROP by table filter; ");
	v.table[0] = '\0';
	v.kind = SKBT_VERDICT_HOOK;
	v.result = 1;
	shows("text", &v, " FORWARD: ACCEPT; ");
	v = (struct skbt_verdict){ .kind = SKBT_VERDICT_TC, .result = TC_ACT_SHOT };
	shows("text", &v, " tc: SHOT; ");
	v = (struct skbt_verdict){ .kind = SKBT_VERDICT_QDISC, .result = -100 };
	shows("text", &v, " qdisc: returned -100; ");
}

static void names_in_text_are_printable(void **state)
{
	struct skbt_verdict v = by_nft;

	(void)state;
	memset(v.table, '\033', sizeof(v.table));
	shows("text", &v,
	      "inet ???????????????????????????????????????????????????????????????? forward; ");
}

static void json_has_the_verdict_in_parts(void **state)
{
	struct skbt_verdict v = by_nft;

	(void)state;
	shows("json", &v,
	      "\"returned\":true,\"result\":0,\"verdict\":\"DROP\",\"hook\":\"FORWARD\","
	      "\"family\":\"inet\",\"table\":\"filter\",\"chain\":\"forward\",\"rule\":4,"
	      "\"decision\":null,\"ct_state\":\"NEW\",\"route\":{\"dev\":\"r1\",\"gateway\":\"10."
	      "77.8.254\","
	      "\"type\":\"unicast\",\"table\":null}");
	shows("json", &v, "\"type\":\"path\"");
	/* A built-in chain of iptables is called as its hook. */
	v.chain[0] = '\0';
	v.rule = 0;
	shows("json", &v, "\"table\":\"filter\",\"chain\":\"FORWARD\",\"rule\":null,");
	v = (struct skbt_verdict){ .kind = SKBT_VERDICT_TC, .result = TC_ACT_UNSPEC };
	shows("json", &v,
	      "\"returned\":true,\"result\":-1,\"verdict\":\"UNSPEC\",\"hook\":null,"
	      "\"family\":null,\"table\":null,\"chain\":null,\"rule\":null,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_have_the_kernels_names),
		cmocka_unit_test(what_lies_above_a_verdict_does_not_change_it),
		cmocka_unit_test(hooks_are_named_by_their_family),
		cmocka_unit_test(states_and_routes_have_names),
		cmocka_unit_test(what_a_bridge_decides_is_told_by_what_it_calls),
		cmocka_unit_test(text_says_who_decided_what),
		cmocka_unit_test(names_in_text_are_printable),
		cmocka_unit_test(json_has_the_verdict_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

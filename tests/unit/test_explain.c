/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "../../tracer/explain.h"

static struct explanation why;

static void explain(const char *reason, const char *func, uint8_t pkt_type)
{
	struct skbt_record rec = { .type = SKBT_DROP, .pkt_type = pkt_type };
	struct event ev = { .rec = &rec, .func = func, .reason = reason };

	explain_drop(&ev, &why);
}

static void assert_cause(const char *words)
{
	assert_non_null(why.cause);
	if (!strstr(why.cause, words))
		fail_msg("\"%s\" is not in \"%s\"", words, why.cause);
}

/* The places and reasons that were measured on 6.18. */
static const struct {
	const char *func, *reason, *cause;
} reference[] = {
	{ "ip_rcv_core", "OTHERHOST", "destination MAC address is not this interface's" },
	{ "nf_hook_slow", "NETFILTER_DROP", "firewall rule" },
	{ "nft_do_chain", "NETFILTER_DROP", "firewall rule" },
	{ "__udp4_lib_rcv", "NO_SOCKET", "no socket is open on UDP port" },
	{ "tcp_v4_rcv", "NO_SOCKET", "no socket here is open" },
	{ "ip_forward", "IP_INHDR", "TTL (hop limit) is used up" },
	{ "ip_forward", "PKT_TOO_BIG", "larger than the MTU" },
	{ "ip_error", "IP_INNOROUTES", "no route to its destination" },
	{ "neigh_invalidate", "NEIGH_FAILED", "next hop did not answer" },
	{ "udp_queue_rcv_one_skb", "SOCKET_RCVBUFF", "receive buffer of the socket is full" },
	{ "__netif_receive_skb_core", "TC_INGRESS", "tc filter or BPF program on the way in" },
	{ "__dev_queue_xmit", "QDISC_DROP", "(qdisc) is over its limit" },
	{ "br_handle_frame", "BRIDGE_INGRESS_STP_STATE", "not forwarding (spanning tree)" },
};

static void the_kernels_reason_explains_the_reference_drops(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reference) / sizeof(reference[0]); i++) {
		explain(reference[i].reason, reference[i].func, PACKET_HOST);
		assert_cause(reference[i].cause);
		assert_false(why.inferred);
	}
}

/* On 5.10 the same places give no reason. */
static void without_a_reason_the_place_explains_and_is_marked_inferred(void **state)
{
	static const struct {
		const char *func, *cause;
	} cases[] = {
		{ "nf_hook_slow", "firewall rule" },
		{ "__udp4_lib_rcv", "no UDP socket is open" },
		{ "tcp_v4_rcv", "no TCP connection or listener" },
		{ "ip_forward", "TTL used up" },
		{ "ip_error", "no route to it" },
		{ "neigh_invalidate", "next hop did not answer" },
		{ "udp_queue_rcv_one_skb", "receive buffer full" },
		{ "__netif_receive_skb_core", "tc filter on the way in" },
		{ "kfree_skb_list", "(qdisc) is over its limit" },
		{ "br_handle_frame", "port is not forwarding" },
		{ "ip6_mc_input", "IPv6 multicast group" },
		{ "icmp_rcv", "when it has been handled" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		explain(NULL, cases[i].func, PACKET_HOST);
		assert_cause(cases[i].cause);
		assert_true(why.inferred);
		explain("NOT_SPECIFIED", cases[i].func, PACKET_HOST);
		assert_cause(cases[i].cause);
		assert_true(why.inferred);
	}
}

/* Before there were reasons: by which way to the end of the function it came, the packet tells. */
static void without_reasons_the_packet_tells_tc_from_other_ways_to_lose_it(void **state)
{
	struct skbt_record rec = { .type = SKBT_DROP, .start = SKBT_L2, .caplen = 34 };
	struct skbt_drop drop = { .known = SKBT_KNOWN_DEVICE, .dev_flags = 1 };
	struct event ev = { .rec = &rec, .drop = &drop, .func = "__netif_receive_skb_core" };

	(void)state;
	memcpy(rec.bytes + 12, "\x08\x00\x45", 3);
	explain_drop(&ev, &why);
	assert_cause("a tc filter or BPF program on the way in dropped it");
	rec.bytes[12] = 0x88;
	explain_drop(&ev, &why);
	assert_cause("nothing on this host handles its EtherType");
	ev.func = "__dev_queue_xmit";
	explain_drop(&ev, &why);
	assert_cause("a tc filter or BPF program on the way out dropped it");
	ev.func = "kfree_skb_list";
	explain_drop(&ev, &why);
	assert_cause("(qdisc) is over its limit");
	assert_false(why.routine);
	drop.known = 0;
	explain_drop(&ev, &why);
	assert_cause("it was a fragment");
	assert_true(why.routine);
	ev.has_reason = ev.most_reasons = true;
	ev.func = "__netif_receive_skb_core";
	rec.bytes[12] = 0x08;
	explain_drop(&ev, &why);
	assert_cause("nothing on this host handles its EtherType, or");
}

static void the_packet_type_tells_other_hosts_from_bad_headers(void **state)
{
	(void)state;
	explain(NULL, "ip_rcv_core", PACKET_OTHERHOST);
	assert_cause("destination MAC address");
	explain(NULL, "ip_rcv_core", PACKET_HOST);
	assert_cause("header or length is not valid");
}

static void the_same_reason_can_mean_something_else_elsewhere(void **state)
{
	(void)state;
	explain("IP_INHDR", "ip6_forward", PACKET_HOST);
	assert_cause("used up");
	explain("IP_INHDR", "ip_rcv_core", PACKET_HOST);
	assert_cause("header is not valid");
	explain("NO_SOCKET", "ping_rcv", PACKET_HOST);
	assert_cause("ping socket");
	assert_null(why.advice);
}

static void suffixes_of_compilers_do_not_matter(void **state)
{
	(void)state;
	explain(NULL, "__netif_receive_skb_core.constprop.0", PACKET_HOST);
	assert_cause("EtherType");
	explain("IP_INHDR", "ip_forward.isra.0", PACKET_HOST);
	assert_cause("used up");
}

static void nothing_is_said_about_what_is_not_known(void **state)
{
	static const char *const reasons[] = { "SOMETHING_NEW", "IP", "", "OTHERHOST IP_INHDR" };

	(void)state;
	explain(NULL, NULL, PACKET_HOST);
	assert_null(why.cause);
	explain(NULL, "some_driver_xmit", PACKET_HOST);
	assert_null(why.cause);
	assert_null(why.advice);
	assert_false(why.inferred);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		explain(reasons[i], "some_driver_xmit", PACKET_HOST);
		assert_null(why.cause);
	}
	/* A reason that we do not know is still the kernel's word: the place does not overrule it.
	 */
	explain("SOMETHING_NEW", "nf_hook_slow", PACKET_HOST);
	assert_null(why.cause);
}

static void assert_sentence(const char *text)
{
	size_t len = strlen(text);

	if (len < 20 || len > 220 || text[len - 1] == '.' || strstr(text, "  ") || text[0] == ' ' ||
	    strpbrk(text, "\n\t"))
		fail_msg("not one plain sentence: \"%s\"", text);
}

/* With values or without: nothing in braces is left. */
static void assert_filled_in(const char *text)
{
	struct skbt_record rec = { .type = SKBT_DROP };
	struct event ev = { .rec = &rec };
	char filled[EXPLAIN_TEXT];

	explain_text(filled, &ev, text);
	if (strpbrk(filled, "{}"))
		fail_msg("an unknown placeholder in \"%s\"", text);
	assert_true(strlen(filled) < EXPLAIN_TEXT - 1);
}

static void entries_are_sentences_about_something(void **state)
{
	(void)state;
	for (size_t i = 0; i < explanation_entry_count; i++) {
		const struct explanation_entry *e = &explanation_entries[i];

		assert_true(e->reasons[0] || e->functions[0]);
		assert_sentence(e->cause);
		assert_filled_in(e->cause);
		if (e->advice) {
			assert_sentence(e->advice);
			assert_filled_in(e->advice);
		}
		assert_null(strstr(e->reasons, "SKB_DROP_REASON"));
	}
}

/* The next word of *list, into word[64]; false: there is none. */
static bool next_word(const char **list, char *word)
{
	size_t len = strcspn(*list, " ");

	assert_true(len < 64);
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len + strspn(*list + len, " ");
	return len;
}

/* Whether the entry is the one that explains a drop with a reason, function and facts of its own.
 */
static bool can_fire(const struct explanation_entry *e)
{
	const char *reasons = e->reasons, *functions;
	char reason[64], function[64];

	while (next_word(&reasons, reason)) {
		functions = *e->functions ? e->functions : "some_function";
		while (next_word(&functions, function))
			if (explain_find(reason, function, e->pkt_type, e->facts) == e)
				return true;
	}
	return false;
}

static void every_entry_can_fire(void **state)
{
	(void)state;
	for (size_t i = 0; i < explanation_entry_count; i++)
		if (!can_fire(&explanation_entries[i]))
			fail_msg("hidden by earlier ones: %s in %s: %s",
				 explanation_entries[i].reasons, explanation_entries[i].functions,
				 explanation_entries[i].cause);
}

static void every_reason_of_the_test_kernels_has_a_cause(void **state)
{
	static const char *const reasons[] = {
#include "fixtures/drop_reasons.inc"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		/* These are not about a cause: then the place tells. */
		if (strcmp(reasons[i], "NOT_SPECIFIED") == 0)
			continue;
		if (!explain_find(reasons[i], "some_function", PACKET_HOST, 0))
			fail_msg("nothing is said about %s", reasons[i]);
	}
}

static void values_are_told(void **state)
{
	struct skbt_record rec = { .type = SKBT_DROP };
	struct event ev = { .rec = &rec, .packet = { .family = AF_INET, .src = { 10, 0, 0, 1 } } };
	char text[EXPLAIN_TEXT];

	(void)state;
	ev.why.values = (struct explain_values){ .len = 1428, .mtu = 1280, .out = "r1" };
	assert_string_equal(explain_text(text, &ev, "{len} bytes by {out} from {src}: {mtu}"),
			    "1428 bytes by r1 from 10.0.0.1: 1280");
	assert_string_equal(explain_text(text, &ev, "{nothing} {len"), "{nothing} {len");
	assert_string_equal(explain_text(text, &ev, "on {iface} {port}"),
			    "on its interface its port");
	assert_null(explain_text(text, &ev, NULL));
}

/* The drop of a packet about which this rule or table has decided. */
static const char *firewall_cause(const struct skbt_verdict *rule)
{
	static char text[EXPLAIN_TEXT];
	struct skbt_record rec = { .type = SKBT_DROP };
	struct event ev = {
		.rec = &rec, .func = "nf_hook_slow", .reason = "NETFILTER_DROP", .rule = rule
	};

	explain_drop(&ev, &ev.why);
	return explain_text(text, &ev, ev.why.cause);
}

static void the_rule_that_decided_is_the_cause(void **state)
{
	struct skbt_verdict v = {
		.kind = SKBT_VERDICT_NF, .family = 1, .rule = 12, .table = "t", .chain = "in;pt"
	};

	(void)state;
	assert_string_equal(firewall_cause(&v), "the firewall said DROP: rule 12 of inet t in?pt");
	v.rule = 0;
	assert_string_equal(
		firewall_cause(&v),
		"the firewall said DROP: the policy of inet t in?pt, or a rule that is not known");
	v = (struct skbt_verdict){ .kind = SKBT_VERDICT_NF, .table = "filter" };
	assert_string_equal(firewall_cause(&v),
			    "the firewall said DROP: a rule or the policy of table filter");
	v.family = 2;
	v.hook = 1;
	v.has_hook = 1;
	assert_string_equal(
		firewall_cause(&v),
		"the firewall said DROP: a rule or the policy of INPUT of table filter");
	assert_string_equal(firewall_cause(NULL),
			    "a netfilter hook said DROP: a firewall rule, or connection tracking");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_reason_explains_the_reference_drops),
		cmocka_unit_test(without_a_reason_the_place_explains_and_is_marked_inferred),
		cmocka_unit_test(without_reasons_the_packet_tells_tc_from_other_ways_to_lose_it),
		cmocka_unit_test(the_packet_type_tells_other_hosts_from_bad_headers),
		cmocka_unit_test(the_same_reason_can_mean_something_else_elsewhere),
		cmocka_unit_test(suffixes_of_compilers_do_not_matter),
		cmocka_unit_test(nothing_is_said_about_what_is_not_known),
		cmocka_unit_test(entries_are_sentences_about_something),
		cmocka_unit_test(every_entry_can_fire),
		cmocka_unit_test(every_reason_of_the_test_kernels_has_a_cause),
		cmocka_unit_test(values_are_told),
		cmocka_unit_test(the_rule_that_decided_is_the_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

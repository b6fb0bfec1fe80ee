/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/if_packet.h>
#include <string.h>

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
	{ "__udp4_lib_rcv", "NO_SOCKET", "no socket here is open" },
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

#define REASON(reasons, functions, cause, advice)    { reasons, functions, cause, advice },
#define FUNCTION(functions, pkt_type, cause, advice) { "", functions, cause, advice },
#define ANYWHERE                                     ""
#define ANY                                          (-1)
static const struct {
	const char *reasons, *functions, *cause, *advice;
} entries[] = {
#include "../../tracer/explanations.def"
};

static void assert_sentence(const char *text)
{
	size_t len = strlen(text);

	if (len < 20 || len > 160 || text[len - 1] == '.' || strstr(text, "  ") || text[0] == ' ' ||
	    strpbrk(text, "\n\t"))
		fail_msg("not one plain sentence: \"%s\"", text);
}

static void entries_are_sentences_about_something(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		assert_true(entries[i].reasons[0] || entries[i].functions[0]);
		assert_sentence(entries[i].cause);
		if (entries[i].advice)
			assert_sentence(entries[i].advice);
		assert_null(strstr(entries[i].reasons, "SKB_DROP_REASON"));
	}
}

static void no_entry_is_hidden_by_an_earlier_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (!entries[i].reasons[0] || entries[i].functions[0])
			continue;
		for (size_t j = i + 1; j < sizeof(entries) / sizeof(entries[0]); j++) {
			if (strcmp(entries[i].reasons, entries[j].reasons) == 0)
				fail_msg("%s stands twice", entries[i].reasons);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_reason_explains_the_reference_drops),
		cmocka_unit_test(without_a_reason_the_place_explains_and_is_marked_inferred),
		cmocka_unit_test(the_packet_type_tells_other_hosts_from_bad_headers),
		cmocka_unit_test(the_same_reason_can_mean_something_else_elsewhere),
		cmocka_unit_test(suffixes_of_compilers_do_not_matter),
		cmocka_unit_test(nothing_is_said_about_what_is_not_known),
		cmocka_unit_test(entries_are_sentences_about_something),
		cmocka_unit_test(no_entry_is_hidden_by_an_earlier_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

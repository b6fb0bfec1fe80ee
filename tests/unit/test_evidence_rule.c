/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rule it was, from what nft and iptables-save print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../../tracer/evidence_impl.h"

static const char nft[] = "table inet t {\n"
			  "\tchain input { # handle 1\n"
			  "\t\ttype filter hook input priority filter; policy accept;\n"
			  "\t\tudp dport 8080 drop comment \"no 8080\" # handle 12\n"
			  "\t\ttcp dport 81 drop # handle 2\n"
			  "\t}\n}\n";

static const char *nft_of(uint64_t handle)
{
	static char copy[sizeof(nft)];

	memcpy(copy, nft, sizeof(nft));
	return nft_rule(copy, handle);
}

static void a_rule_of_nft_is_found_by_its_handle(void **state)
{
	(void)state;
	assert_string_equal(nft_of(12), "udp dport 8080 drop comment \"no 8080\"");
	assert_string_equal(nft_of(2), "tcp dport 81 drop");
	assert_null(nft_of(3));
}

static bool takes(const char *name)
{
	char member[16] = "";

	memcpy(member, name, strlen(name));
	return nft_takes_name(member, sizeof(member));
}

static void names_that_are_commands_are_not_given_to_nft(void **state)
{
	(void)state;
	assert_true(takes("filter_I-1/a.b"));
	assert_true(takes("_x"));
	assert_false(takes(""));
	assert_false(takes("x;flush ruleset"));
	assert_false(takes("x\nflush"));
	assert_false(takes("x y"));
	assert_false(takes("-f"));
	assert_false(takes("{"));
	assert_false(takes("a\\b"));
	/* Cut, or it may be. */
	assert_false(takes("fifteen_letters"));
	assert_true(takes("fourteenletter"));
}

static char rule[EVIDENCE_TEXT];
static uint8_t protocol = IPPROTO_UDP;

/* What the chain INPUT with these rules does to UDP from 10.77.1.1:5353 to 10.77.1.2:4242 on s0. */
static enum fit ask(const char *rules)
{
	struct question q = {
		.family = AF_INET,
		.protocol = IPPROTO_UDP,
		.ip_protocol = protocol,
		.src = { 10, 77, 1, 1 },
		.dst = { 10, 77, 1, 2 },
		.sport = 5353,
		.dport = 4242,
		.ifname = "s0",
	};
	char listing[1024];

	rule[0] = '\0';
	snprintf(listing, sizeof(listing), "*filter\n:INPUT ACCEPT [0:0]\n%sCOMMIT\n", rules);
	return iptables_rule(&q, "INPUT", listing, rule, sizeof(rule));
}

static void the_first_rule_that_drops_it_is_named(void **state)
{
	(void)state;
	assert_int_equal(ask("-A FORWARD -p udp -j DROP\n"
			     "-A INPUT -p tcp -j DROP\n"
			     "-A INPUT -p udp -m udp --dport 4242 -j DROP\n"
			     "-A INPUT -j DROP\n"),
			 FITS);
	assert_string_equal(rule, "-A INPUT -p udp -m udp --dport 4242 -j DROP");
}

static void conditions_are_held_against_the_packet(void **state)
{
	(void)state;
	assert_int_equal(ask("-A INPUT -p udp -m udp --dport 4241 -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -p udp -m udp --dport 4000:5000 -j DROP\n"), FITS);
	assert_int_equal(ask("-A INPUT -p udp -m udp --sport 5353 -j REJECT --reject-with x\n"),
			 FITS);
	assert_int_equal(ask("-A INPUT -s 10.77.1.0/24 -j DROP\n"), FITS);
	assert_int_equal(ask("-A INPUT -s 10.77.1.128/25 -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -d 10.77.1.2/32 -i s+ -j DROP\n"), FITS);
	assert_int_equal(ask("-A INPUT -i s1 -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -j LOG\n"), NO_FIT);
}

static void what_is_not_understood_is_told_as_perhaps(void **state)
{
	(void)state;
	assert_int_equal(ask("-A INPUT -m limit --limit 1/sec -j DROP\n"), MAY_FIT);
	assert_string_equal(rule, "-A INPUT -m limit --limit 1/sec -j DROP");
	assert_int_equal(ask("-A INPUT ! -s 10.0.0.0/8 -j DROP\n"), MAY_FIT);
	/* A rule that surely does is better. */
	assert_int_equal(ask("-A INPUT -m mark --mark 1 -j DROP\n-A INPUT -p udp -j DROP\n"), FITS);
	assert_string_equal(rule, "-A INPUT -p udp -j DROP");
}

static void what_other_rules_may_have_decided_is_told_as_perhaps(void **state)
{
	(void)state;
	/* The chain of a user may have dropped it. */
	assert_int_equal(ask(":f2b-sshd - [0:0]\n-A INPUT -j f2b-sshd\n-A INPUT -j DROP\n"),
			 MAY_FIT);
	assert_string_equal(rule, "-A INPUT -j DROP");
	assert_int_equal(ask(":x - [0:0]\n-A INPUT -p udp -g x\n-A INPUT -j DROP\n"), MAY_FIT);
	assert_int_equal(ask(":x - [0:0]\n-A INPUT -p tcp -j x\n-A INPUT -j DROP\n"), FITS);
	assert_int_equal(ask(":x - [0:0]\n-A INPUT -j xyz\n-A INPUT -j DROP\n"), FITS);
	/* It was dropped nevertheless. */
	assert_int_equal(ask("-A INPUT -p udp -m udp --dport 4242 -j ACCEPT\n-A INPUT -j DROP\n"),
			 MAY_FIT);
	assert_int_equal(
		ask(":INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -j RETURN\n-A INPUT -j DROP\n"),
		MAY_FIT);
	assert_int_equal(ask("-A INPUT -m mark --mark 1 -j ACCEPT\n-A INPUT -j DROP\n"), FITS);
}

static void protocols_without_ports_have_names_too(void **state)
{
	(void)state;
	assert_int_equal(ask("-A INPUT -p icmp -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -p igmp -j DROP\n"), NO_FIT);
	protocol = IPPROTO_ICMP;
	assert_int_equal(ask("-A INPUT -p udp -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -p icmp -j DROP\n"), FITS);
	protocol = 0;
	assert_int_equal(ask("-A INPUT -p icmp -j DROP\n"), NO_FIT);
	assert_int_equal(ask("-A INPUT -p igmp -j DROP\n"), MAY_FIT);
	protocol = IPPROTO_UDP;
}

static void a_policy_stands_for_what_no_rule_explains(void **state)
{
	(void)state;
	assert_int_equal(ask(":INPUT DROP [0:0]\n-A INPUT -p tcp -j DROP\n"), MAY_FIT);
	assert_string_equal(rule, "policy of INPUT DROP, or a rule above it");
	assert_int_equal(ask(":INPUT DROP [0:0]\n-A INPUT -p udp -j DROP\n"), FITS);
	assert_string_equal(rule, "-A INPUT -p udp -j DROP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_of_nft_is_found_by_its_handle),
		cmocka_unit_test(names_that_are_commands_are_not_given_to_nft),
		cmocka_unit_test(the_first_rule_that_drops_it_is_named),
		cmocka_unit_test(conditions_are_held_against_the_packet),
		cmocka_unit_test(what_is_not_understood_is_told_as_perhaps),
		cmocka_unit_test(what_other_rules_may_have_decided_is_told_as_perhaps),
		cmocka_unit_test(protocols_without_ports_have_names_too),
		cmocka_unit_test(a_policy_stands_for_what_no_rule_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

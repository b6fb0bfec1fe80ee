/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Large expressions are compiled in pieces (filters/terms.c): what comes out must say on every
 * frame what libpcap says of the whole.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h" /* before cmocka.h, which has a macro of a name in it */

#include <cmocka.h>

#include "filter_oracle.h"
#include "filter_packets.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static int cut(const char *expr, struct skb_cbpf **insns, uint32_t *cnt)
{
	struct word *w;
	int words, ret;

	assert_int_equal(words_split(expr, &w, &words), 0);
	ret = terms_compile(expr, w, words, insns, cnt);
	free(w);
	return ret;
}

/* Nothing that no path leads to: the verifier refuses it, and `-d` would show it. */
static void assert_all_reached(const struct skb_cbpf *insns, uint32_t cnt)
{
	struct analysis a;

	assert_int_equal(analyse(insns, cnt, SKB_FILTER_WINDOW_MAX, 0, &a, NULL), 0);
	for (uint32_t i = 0; i < cnt; i++)
		assert_true(a.at[i].reached);
	analysis_free(&a);
}

/* On whole frames only: which byte is read first is the optimiser's affair. */
static void compare_with_libpcap(const char *expr, const struct skb_cbpf *insns, uint32_t cnt)
{
	struct skb_cbpf *whole;
	uint32_t whole_cnt, packets;
	const struct packet *p = packets_all(&packets);
	char msg[256] = "";

	if (libpcap_compile(expr, false, &whole, &whole_cnt, msg, sizeof(msg)))
		fail_msg("libpcap: %s: %s", msg, expr);
	for (uint32_t i = 0; i < packets; i++) {
		uint32_t ours = skb_filter_run_classic(insns, cnt, p[i].data, p[i].len, p[i].len);
		uint32_t theirs = libpcap_verdict(whole, p[i].data, p[i].len, p[i].len);

		if (ours != theirs)
			fail_msg("%s: %u in pieces, %u as a whole: %s", p[i].name, ours, theirs,
				 expr);
	}
	free(whole);
}

/* What a term can be; the second column may follow a term of its row and is nothing without it. */
static const struct {
	const char *term, *inherits;
} terms[] = {
	{ "host 10.9.9.9", "10.1.1.1" },
	{ "src host 10.9.9.9", "10.9.9.1" },
	{ "port 443", "53" },
	{ "dst port 443", "80" },
	{ "net 10.9.0.0/16", "172.16.0.0/12" },
	{ "tcp", NULL },
	{ "udp", NULL },
	{ "icmp", NULL },
	{ "ip6", NULL },
	{ "arp", NULL },
	{ "ip", NULL },
	{ "tcp[13] & 2 != 0", NULL },
	{ "(ip[8] + 1) * 2 > 100", NULL },
	{ "ip[(2 + 6)] < 64", NULL },
	{ "greater 100", NULL },
	{ "len <= 60", NULL },
	{ "ip proto \\udp", NULL },
	{ "ether proto 0x0800", NULL },
	{ "portrange 1-100", NULL },
	{ "ip and arp", NULL }, /* never: libpcap's optimiser says so and refuses */
	{ "ip or not ip", NULL },
};

static void random_term(struct rng *r, FILE *out, bool mixed)
{
	int pick = (int)rng_below(r, CNT(terms));

	fprintf(out, "%s%s", rng_below(r, 5) ? "" : "not ", terms[pick].term);
	/* Among joins of one kind: where they are mixed, what begins with a value keeps all whole.
	 */
	if (terms[pick].inherits && !mixed && !rng_below(r, 4))
		fprintf(out, " or %s", terms[pick].inherits);
}

static void random_chain(struct rng *r, FILE *out, int depth, int cnt)
{
	static const char *const joins[] = { " or ", " and ", " || ", " && " };
	bool mixed = rng_below(r, 2);

	for (int i = 0; i < cnt; i++) {
		if (i)
			fputs(joins[mixed ? rng_below(r, CNT(joins)) : 0], out);
		if (depth && !rng_below(r, 4)) {
			fputs(rng_below(r, 3) ? "(" : "not not ! (", out);
			random_chain(r, out, depth - 1, 1 + (int)rng_below(r, depth == 2 ? 20 : 4));
			fputc(')', out);
		} else {
			random_term(r, out, mixed);
		}
	}
}

static void random_expressions_agree(void **state)
{
	struct rng r = { 20261125 };
	int in_pieces = 0, wanted = 200;

	(void)state;
	for (int i = 0; i < wanted; i++) {
		struct skb_cbpf *insns;
		size_t size;
		char *expr = NULL;
		FILE *out = open_memstream(&expr, &size);
		uint32_t cnt;
		int ret;

		random_chain(&r, out, 2, 2 + (int)rng_below(&r, 20));
		fclose(out);
		ret = cut(expr, &insns, &cnt);
		if (!ret) {
			in_pieces++;
			assert_int_equal(classic_check(insns, cnt, NULL), 0);
			assert_all_reached(insns, cnt);
			compare_with_libpcap(expr, insns, cnt);
			free(insns);
		} else {
			assert_int_equal(ret, -EOPNOTSUPP);
		}
		free(expr);
	}
	assert_true(in_pieces > wanted / 2); /* or little was tested */
}

static void reads_joins_from_the_left(void **state)
{
	static const char *const exprs[] = {
		"tcp or udp and port 53",
		"tcp and port 443 or udp and port 53 or arp",
		"not tcp and not udp or arp",
		"not (tcp or udp) or (icmp and (host 10.9.9.9 or host 10.1.1.1))",
		"host 10.9.9.9 or 10.1.1.1 or 10.2.2.2 and tcp",
		"tcp and (host 10.9.9.9 or 10.1.1.1)",
	};

	(void)state;
	for (size_t i = 0; i < CNT(exprs); i++) {
		struct skb_cbpf *insns;
		uint32_t cnt;

		assert_int_equal(cut(exprs[i], &insns, &cnt), 0);
		compare_with_libpcap(exprs[i], insns, cnt);
		free(insns);
	}
}

/* Not cut: a value would lose what it means, offsets move, or it is no expression. */
static void leaves_alone_what_cannot_be_cut(void **state)
{
	static const char *const exprs[] = {
		"tcp and host 10.9.9.9 or 10.1.1.1",
		"vlan 5 or tcp",
		"tcp or pppoes and udp",
		"tcp or",
		"or tcp",
		"tcp or ()",
		"tcp and and udp",
	};

	(void)state;
	for (size_t i = 0; i < CNT(exprs); i++) {
		struct skb_cbpf *insns = NULL;
		uint32_t cnt;

		if (cut(exprs[i], &insns, &cnt) != -EOPNOTSUPP)
			fail_msg("cut: %s", exprs[i]);
	}
}

/* As long as it takes to be cut, through the front door. */
static void long_expressions_are_cut(void **state)
{
	size_t size;
	char *expr = NULL;
	FILE *out = open_memstream(&expr, &size);
	struct skb_filter *f;
	uint32_t cnt;

	(void)state;
	for (int i = 0; i < 256; i++)
		fprintf(out, "%s(host 10.1.%d.1 and port %d)", i ? " or " : "", i, 1000 + i);
	fclose(out);
	assert_int_equal(skb_filter_compile(expr, NULL, &f, NULL), 0);
	assert_true(skb_filter_one_body(f));
	skb_filter_body(f, SKB_FILTER_L2, &cnt);
	assert_true(cnt < 256 * 50); /* without the optimiser it is 170 a term */
	skb_filter_free(f);
	free(expr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_joins_from_the_left),
		cmocka_unit_test(leaves_alone_what_cannot_be_cut),
		cmocka_unit_test(long_expressions_are_cut),
		cmocka_unit_test(random_expressions_agree),
	};

	return cmocka_run_group_tests_name("filter_terms", tests, NULL, NULL);
}

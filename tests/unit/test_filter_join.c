/* SPDX-License-Identifier: GPL-2.0-only */
/* Several filters as one body: each bit is what that filter says alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ebpf_form.h"
#include "ebpf_interp.h"
#include "filter_packets.h"
#include "skb_filter.h"

enum { WINDOW = 512 };

static struct skb_filter *filters[SKB_FILTER_JOIN_MAX + 1];

static void compile(size_t at, const char *expr)
{
	struct skb_filter_err err;

	if (skb_filter_compile(expr, NULL, &filters[at], &err))
		fail_msg("%s: %s", expr, err.msg);
}

static void release(size_t count)
{
	for (size_t i = 0; i < count; i++)
		skb_filter_free(filters[i]);
}

static int join(size_t count, enum skb_filter_start start, struct bpf_insn **out, uint32_t *cnt)
{
	return skb_filter_join((const struct skb_filter *const *)filters, count, start, out, cnt);
}

static uint32_t verdict(const struct bpf_insn *body, uint32_t cnt, const struct packet *p)
{
	uint8_t window[WINDOW] = { 0 };
	struct ebpf_result result;

	memcpy(window, p->data, p->len);
	ebpf_run_joined(body, cnt, window, sizeof(window), p->len, p->len, &result);
	if (result.error)
		fail_msg("%s: %s at %u", p->name, result.error, result.at);
	return result.verdict;
}

static void assert_each_says_the_same(size_t count, enum skb_filter_start start)
{
	uint32_t packets, cnt, alone_cnt;
	const struct packet *p = packets_all(&packets);
	struct bpf_insn *joined;

	assert_int_equal(join(count, start, &joined, &cnt), 0);
	assert_null(ebpf_form(joined, cnt, false));
	for (uint32_t i = 0; i < packets; i++) {
		uint32_t bits = 0;

		for (size_t f = 0; f < count; f++) {
			const struct bpf_insn *alone =
				skb_filter_body(filters[f], start, &alone_cnt);

			if (verdict(alone, alone_cnt, &p[i]))
				bits |= 1U << f;
		}
		if (verdict(joined, cnt, &p[i]) != bits)
			fail_msg("%s: %x, not %x", p[i].name, verdict(joined, cnt, &p[i]), bits);
	}
	free(joined);
}

static void two_are_told_apart(void **state)
{
	(void)state;
	compile(0, "udp");
	compile(1, "tcp or ip6");
	assert_each_says_the_same(2, SKB_FILTER_L2);
	release(2);
}

static void sixteen_of_the_corpus_at_a_time(void **state)
{
	uint32_t count;
	char **corpus = corpus_expressions(&count);

	(void)state;
	for (uint32_t from = 0; from + SKB_FILTER_JOIN_MAX <= count; from += SKB_FILTER_JOIN_MAX) {
		for (size_t i = 0; i < SKB_FILTER_JOIN_MAX; i++)
			compile(i, corpus[from + i]);
		assert_each_says_the_same(SKB_FILTER_JOIN_MAX, SKB_FILTER_L2);
		assert_each_says_the_same(SKB_FILTER_JOIN_MAX, SKB_FILTER_L3);
		release(SKB_FILTER_JOIN_MAX);
	}
}

static void what_matches_all_has_its_bit(void **state)
{
	(void)state;
	compile(0, "");
	compile(1, "arp");
	compile(2, "");
	assert_each_says_the_same(3, SKB_FILTER_L2);
	release(3);
}

static void seventeen_are_too_many(void **state)
{
	struct bpf_insn *joined;
	uint32_t cnt;

	(void)state;
	for (size_t i = 0; i <= SKB_FILTER_JOIN_MAX; i++)
		compile(i, "udp");
	assert_int_equal(join(SKB_FILTER_JOIN_MAX + 1, SKB_FILTER_L2, &joined, &cnt), -E2BIG);
	assert_null(joined);
	release(SKB_FILTER_JOIN_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_are_told_apart),
		cmocka_unit_test(sixteen_of_the_corpus_at_a_time),
		cmocka_unit_test(what_matches_all_has_its_bit),
		cmocka_unit_test(seventeen_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

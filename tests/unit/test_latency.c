/* SPDX-License-Identifier: GPL-2.0-only */
/* The histograms of --latency against a plain computation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "latency.h"

static struct latency *l;
static const struct hop *hops;
static char names[2000];

static int setup(void **state)
{
	(void)state;
	l = latency_new();
	return !l;
}

static int teardown(void **state)
{
	(void)state;
	latency_free(l);
	return 0;
}

static void add(const char *from, const char *to, uint64_t ns)
{
	latency_add(l, (struct hop_end){ from, SKBT_PATH }, (struct hop_end){ to, SKBT_PATH }, ns);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void assert_near(uint64_t got, uint64_t wanted)
{
	uint64_t off = got > wanted ? got - wanted : wanted - got;

	if (off * 16 > wanted) /* half a step of an eighth */
		fail_msg("%llu is not near %llu", (unsigned long long)got,
			 (unsigned long long)wanted);
}

/* Values of every size from 1 ns to an hour. */
static void percentiles_are_those_of_the_sorted_values(void **state)
{
	enum { ROUNDS = 40, VALUES_MAX = 3000 };
	static uint64_t values[VALUES_MAX];

	(void)state;
	srandom(1);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = 1 + random() % VALUES_MAX;
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++) {
			values[i] = ((uint64_t)random() << 31 | random()) >> (20 + random() % 42);
			sum += values[i];
			add("a", "b", values[i]);
		}
		qsort(values, n, sizeof(values[0]), by_size);
		assert_int_equal(latency_hops(l, &hops), 1);
		assert_int_equal(hops[0].count, n);
		assert_int_equal(hops[0].sum_ns, sum);
		assert_int_equal(latency_sum(l), sum);
		assert_int_equal(hops[0].max_ns, values[n - 1]);
		assert_near(hops[0].p50_ns, values[(n * 50 + 99) / 100 - 1]);
		assert_near(hops[0].p99_ns, values[(n * 99 + 99) / 100 - 1]);
		teardown(NULL);
		setup(NULL);
	}
}

static void what_is_longer_than_an_hour_is_kept_within_bounds(void **state)
{
	(void)state;
	add("a", "b", UINT64_MAX / 4);
	assert_int_equal(latency_hops(l, &hops), 1);
	assert_int_equal(hops[0].max_ns, UINT64_MAX / 4);
	assert_true(hops[0].p50_ns > 3600 * 1000000000ULL);
}

static void the_largest_share_comes_first(void **state)
{
	char text[HOP_NAME];

	(void)state;
	for (int i = 0; i < 10; i++)
		add("often", "short", 10);
	add("once", "long", 1000);
	latency_add(l, (struct hop_end){ "ip_rcv", SKBT_PATH },
		    (struct hop_end){ "ip_rcv", SKBT_DROP }, 500);
	latency_add(l, (struct hop_end){ NULL, SKBT_RETURN }, (struct hop_end){ NULL, LATENCY_END },
		    400);
	assert_int_equal(latency_hops(l, &hops), 4);
	assert_string_equal(hop_end_name(&hops[0].from, text), "once");
	assert_string_equal(hop_end_name(&hops[1].to, text), "ip_rcv (drop)");
	assert_string_equal(hop_end_name(&hops[2].from, text), "? (return)");
	assert_string_equal(hop_end_name(&hops[2].to, text), "(end)");
	assert_int_equal(hops[3].count, 10);
}

static void further_pairs_are_added_up(void **state)
{
	uint64_t count = 0, sum = 0;
	size_t n;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		add(&names[i], &names[i + 1], 10 + i);
		add(&names[i], &names[i + 1], 10 + i);
	}
	n = latency_hops(l, &hops);
	assert_int_equal(n, LATENCY_PAIRS + 1);
	assert_true(hops[n - 1].other);
	for (size_t i = 0; i < n; i++) {
		count += hops[i].count;
		sum += hops[i].sum_ns;
	}
	assert_int_equal(count, 2000);
	assert_int_equal(sum, latency_sum(l));
	assert_int_equal(hops[n - 1].count, 2 * (1000 - LATENCY_PAIRS));
	assert_int_equal(hops[n - 1].max_ns, 1009);
}

static const char *report(void)
{
	static char text[8192];
	FILE *f = fmemopen(text, sizeof(text), "w");

	latency_report(f, l);
	fclose(f);
	return text;
}

static void the_table_is_for_people(void **state)
{
	const char *text;

	(void)state;
	assert_string_equal(report(), "no time to tell of: no packet had two events\n");
	add("sch_direct_xmit", "dev_hard_start_xmit", 200000000);
	add("ip_rcv", "ip_forward", 1500);
	assert_string_equal(
		report(), " SHARE     COUNT       P50       P99       MAX  FROM -> TO\n"
			  "100.0%         1   200.0ms   200.0ms   200.0ms  sch_direct_xmit -> "
			  "dev_hard_start_xmit\n"
			  "  0.0%         1     1.5us     1.5us     1.5us  ip_rcv -> ip_forward\n");
	for (int i = 0; i < 30; i++)
		add(&names[i], "b", 1000);
	text = report();
	assert_non_null(
		strstr(text, "        12         -         -     1.0us  other (12 more)\n"));
}

#define latency_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		latency_test(percentiles_are_those_of_the_sorted_values),
		latency_test(what_is_longer_than_an_hour_is_kept_within_bounds),
		latency_test(the_largest_share_comes_first),
		latency_test(further_pairs_are_added_up),
		latency_test(the_table_is_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

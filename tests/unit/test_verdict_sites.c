/* SPDX-License-Identifier: GPL-2.0-only */
/* Which functions' returns are probed, and where their arguments are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../tracer/verdicts.h"
#include "kernel_fixture.h"

static const char symbols[] = "ffffffff81001000 T nf_hook_slow\n"
			      "ffffffff81002000 T __dev_queue_xmit\n"
			      "ffffffff81003000 T ip_rcv\n"
			      "ffffffffc0001000 T ipt_do_table\t[ip_tables]\n"
			      "ffffffffc0002000 T ebt_do_table\t[ebtables]\n";
static const char better[] = "ffffffff81004000 t dev_qdisc_enqueue\n";

static struct kernel_fixture f;
static struct verdict_sites v;
static struct aid_target *aids;
static size_t aid_count;

static int setup(void **state)
{
	(void)state;
	fixture_open(&f);
	aids = NULL;
	aid_count = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(aids);
	fixture_close(&f);
	return 0;
}

static void find(const char *text, struct hook_target *targets, size_t count)
{
	struct hook_plan plan = { .targets = targets, .target_count = count };

	assert_int_equal(fixture_symbols(&f, text), 0);
	assert_int_equal(verdicts_find(&plan, f.ks, f.kb, &v, &aids, &aid_count), 0);
}

static void only_hooks_with_a_result_are_probed(void **state)
{
	struct hook_target targets[] = {
		{ .symbol = "nf_hook_slow", .addr = 0xffffffff81001000 },
		{ .symbol = "ip_rcv", .addr = 0xffffffff81003000 },
	};

	(void)state;
	find(symbols, targets, 2);
	assert_int_equal(v.count, 1);
	assert_true(verdict_site_at(&v, 0xffffffff81001000));
	assert_false(verdict_site_at(&v, 0xffffffff81003000));
	assert_int_equal(v.sites[0].kind, SKBT_VERDICT_HOOK);
	assert_int_equal(v.sites[0].state_arg, 2);
	assert_int_equal(v.sites[0].object_arg, 0);
	assert_int_equal(aid_count, 1);
	assert_true(aids[0].aid->on_return);
	assert_string_equal(aids[0].aid->program, "returned");
	assert_int_equal(aids[0].addr, 0xffffffff81001000);
	assert_false(v.nft.known);
}

/* (skb, state, table) before 5.16, (table, skb, state) since. */
static void the_place_of_the_skb_tells_those_of_state_and_table(void **state)
{
	struct hook_target target = { .symbol = "ipt_do_table", .addr = 0xffffffffc0001000 };

	(void)state;
	find(symbols, &target, 1);
	assert_int_equal(v.sites[0].state_arg, 2);
	assert_int_equal(v.sites[0].object_arg, 3);
	target.skb.index = 1;
	find(symbols, &target, 1);
	assert_int_equal(v.sites[0].state_arg, 3);
	assert_int_equal(v.sites[0].object_arg, 1);
	assert_int_equal(v.sites[0].name_at, 0); /* nothing knows xt_table here */
}

static void before_btf_of_modules_the_source_is_believed(void **state)
{
	struct hook_target target = { .symbol = "ebt_do_table", .addr = 0xffffffffc0002000 };

	(void)state;
	find(symbols, &target, 1);
	assert_int_equal(v.sites[0].name_at, 16);
}

static void a_function_gives_way_to_one_that_does_it_better(void **state)
{
	struct hook_target target = { .symbol = "__dev_queue_xmit", .addr = 0xffffffff81002000 };
	char text[sizeof(symbols) + sizeof(better)];

	(void)state;
	find(symbols, &target, 1);
	assert_int_equal(v.count, 1);
	assert_true(v.sites[0].not_0);
	strcpy(text, symbols);
	strcat(text, better);
	find(text, &target, 1);
	assert_int_equal(v.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_hooks_with_a_result_are_probed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_place_of_the_skb_tells_those_of_state_and_table,
						setup, teardown),
		cmocka_unit_test_setup_teardown(before_btf_of_modules_the_source_is_believed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_function_gives_way_to_one_that_does_it_better,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook table, and what a plan makes of it on a small kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compat_internal.h"
#include "kernel_fixture.h"

/*
 * ip_local_deliver twice; ip_forward only as .isra; ip_rcv_core also as .part; napi_gro_receive for
 * gro_receive_skb; ip_output takes no skb; ip_rcv_finish is not in BTF; the bridge has no BTF;
 * ipt_do_table is in a module that has nothing to do with it.
 */
static const char kallsyms[] = "ffffffff81000000 T _text\n"
			       "ffffffff81000100 T ip_rcv\n"
			       "ffffffff81000180 t ip_rcv_core.part.0\n"
			       "ffffffff81000200 t ip_rcv_core\n"
			       "ffffffff81000300 T ip_local_deliver\n"
			       "ffffffff81000400 t ip_local_deliver\n"
			       "ffffffff81000500 t ip_forward.isra.0\n"
			       "ffffffff81000600 T ip_output\n"
			       "ffffffff81000700 t ip_rcv_finish\n"
			       "ffffffff81000800 t ip_finish_output\n"
			       "ffffffff81000900 t __netif_receive_skb_core.constprop.0\n"
			       "ffffffff81000980 t __netif_receive_skb_core.constprop.0.cold\n"
			       "ffffffff81000a00 T napi_gro_receive\n"
			       "ffffffffc0700200 t br_handle_frame\t[bridge]\n"
			       "ffffffffc0700100 t br_pass_frame_up\t[bridge]\n"
			       "ffffffffc0700300 t br_netif_receive_skb.isra.0\t[bridge]\n"
			       "ffffffffc0600000 t nf_conntrack_in\t[nf_conntrack]\n"
			       "ffffffffc0500000 t ipt_do_table\t[stranger]\n";

static struct kernel_fixture f;
static struct hook_plan *plan;

static int setup(void **state)
{
	(void)state;
	plan = NULL;
	fixture_kernel(&f, kallsyms);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hook_plan_free(plan);
	fixture_close(&f);
	return 0;
}

static void make_plan(const struct hook_choice *choice)
{
	hook_plan_free(plan);
	assert_int_equal(hook_plan_new(f.ks, f.kb, choice, &plan), 0);
}

static const struct hook_target *target(const char *name)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (strcmp(plan->targets[i].hook->name, name) == 0)
			return &plan->targets[i];
	return NULL;
}

static void expect_target(const char *name, const char *symbol, const char *module, int index,
			  bool indirect, bool assumed)
{
	const struct hook_target *t = target(name);
	size_t count;

	if (!t)
		fail_msg("%s is not in the plan", name);
	assert_string_equal(t->symbol, symbol);
	assert_string_equal(t->module ? t->module : "", module);
	assert_int_equal(t->addr, ksyms_named(f.ks, symbol, &count)->addr);
	assert_int_equal(t->skb.index, index);
	assert_int_equal(t->skb.indirect, indirect);
	assert_int_equal(t->assumed, assumed);
}

static void expect_skip(const char *name, const char *why)
{
	for (size_t i = 0; i < plan->skip_count; i++)
		if (strcmp(plan->skips[i].hook->name, name) == 0) {
			assert_string_equal(plan->skips[i].why, why);
			return;
		}
	fail_msg("%s is not skipped", name);
}

static void present_hooks_are_targets(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	assert_int_equal(plan->target_count, 8);
	expect_target("ip_rcv", "ip_rcv", "", 0, false, false);
	expect_target("ip_rcv_core", "ip_rcv_core", "", 0, false, false);
	expect_target("ip_finish_output", "ip_finish_output", "", 2, false, false);
	expect_target("nf_conntrack_in", "nf_conntrack_in", "nf_conntrack", 3, false, false);
}

static void other_names_and_variants_are_found(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	expect_target("gro_receive_skb", "napi_gro_receive", "", 1, false, false);
	expect_target("__netif_receive_skb_core", "__netif_receive_skb_core.constprop.0", "", 0,
		      true, false);
}

static void modules_without_btf_use_the_table(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	expect_target("br_handle_frame", "br_handle_frame", "bridge", 0, true, true);
	expect_target("br_pass_frame_up", "br_pass_frame_up", "bridge", 0, false, true);
	expect_skip("br_netif_receive_skb", "no BTF for its module");
}

static void skips_say_why(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	assert_int_equal(plan->target_count + plan->skip_count, hook_table_len);
	expect_skip("ip_local_deliver", "several functions of this name");
	expect_skip("ip_forward", "compiled into a variant with other arguments");
	expect_skip("ip_output", "takes no skb here");
	expect_skip("ip_rcv_finish", "BTF does not describe it");
	expect_skip("udp_rcv", "not on this kernel");
	expect_skip("br_forward", "not on this kernel");
	expect_skip("ipt_do_table", "not on this kernel, or its module is not loaded");
}

static void targets_are_in_order_of_address(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	for (size_t i = 1; i < plan->target_count; i++)
		assert_true(plan->targets[i - 1].addr < plan->targets[i].addr);
}

static void groups_and_route_are_a_union(void **state)
{
	(void)state;
	make_plan(&(struct hook_choice){ .groups = 1u << HOOK_NETFILTER });
	assert_int_equal(plan->target_count, 1);
	assert_non_null(target("nf_conntrack_in"));
	make_plan(&(struct hook_choice){ .route = true });
	assert_int_equal(plan->target_count, 7);
	assert_null(target("nf_conntrack_in"));
	make_plan(&(struct hook_choice){ .route = true, .groups = 1u << HOOK_NETFILTER });
	assert_int_equal(plan->target_count, 8);
}

static void chosen_by_regex(const char *func, const char *exclude)
{
	struct hook_choice choice = { 0 };
	regex_t in, out;

	if (func) {
		assert_int_equal(regcomp(&in, func, REG_EXTENDED), 0);
		choice.func = &in;
	}
	if (exclude) {
		assert_int_equal(regcomp(&out, exclude, REG_EXTENDED), 0);
		choice.exclude = &out;
	}
	make_plan(&choice);
	if (func)
		regfree(&in);
	if (exclude)
		regfree(&out);
}

static void regexes_match_whole_names(void **state)
{
	(void)state;
	chosen_by_regex("ip_rcv", NULL);
	assert_int_equal(plan->target_count, 1);
	assert_int_equal(plan->skip_count, 0);
	assert_non_null(target("ip_rcv"));
	chosen_by_regex("ip_rcv|ip_rcv_c.*", NULL);
	assert_int_equal(plan->target_count, 2);
	chosen_by_regex("rcv", NULL);
	assert_int_equal(plan->target_count + plan->skip_count, 0);
	chosen_by_regex("napi_gro_receive", NULL);
	assert_non_null(target("gro_receive_skb"));
	chosen_by_regex(NULL, "ip_.*");
	assert_int_equal(plan->target_count, 5);
	chosen_by_regex("ip_.*", "ip_rcv");
	assert_int_equal(plan->target_count, 2);
	chosen_by_regex(NULL, "napi_gro_receive");
	assert_null(target("gro_receive_skb"));
}

static void refused_targets_become_skips(void **state)
{
	size_t before;

	(void)state;
	make_plan(&(struct hook_choice){ 0 });
	before = plan->skip_count;
	assert_string_equal(plan->targets[1].hook->name, "ip_rcv_core");
	assert_int_equal(hook_plan_skip(plan, 1, "refused"), 0);
	assert_int_equal(plan->target_count, 7);
	assert_int_equal(plan->skip_count, before + 1);
	expect_skip("ip_rcv_core", "refused");
	assert_null(target("ip_rcv_core"));
	assert_non_null(target("ip_rcv"));
	assert_string_equal(plan->targets[1].hook->name, "ip_finish_output");
	assert_int_equal(hook_plan_skip(plan, 7, "refused"), -EINVAL);
}

static void check_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			fail_msg("%s is not a function's name", name);
}

/* Every name, first or other, stands in the table once. */
static void table_names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < hook_table_len; i++) {
		const char *name = hook_table[i].name, *others = hook_table[i].others;

		check_name(name, strlen(name));
		check_name(others, strcspn(others, " "));
		for (size_t j = 0; j < hook_table_len; j++)
			if (i != j && (!strcmp(name, hook_table[j].name) ||
				       !strcmp(name, hook_table[j].others)))
				fail_msg("%s stands in the table twice", name);
	}
}

static void table_lines_are_complete(void **state)
{
	size_t in_group[HOOK_GROUPS] = { 0 };

	(void)state;
	for (size_t i = 0; i < hook_table_len; i++) {
		const struct hook *hook = &hook_table[i];

		if (strlen(hook->note) < 8 || strlen(hook->note) > 80)
			fail_msg("%s: a note has 8 to 80 characters", hook->name);
		if (*hook->proto && !*hook->module)
			fail_msg("%s: vmlinux always has BTF, so no position", hook->name);
		in_group[hook->group]++;
	}
	for (int g = 0; g < HOOK_GROUPS; g++) {
		assert_true(in_group[g] > 0);
		assert_int_equal(hook_group_by_name(hook_group_name(g)), g);
	}
	assert_int_equal(hook_group_by_name("ipx"), -ENOENT);
	assert_null(hook_group_name(HOOK_GROUPS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(present_hooks_are_targets, setup, teardown),
		cmocka_unit_test_setup_teardown(other_names_and_variants_are_found, setup,
						teardown),
		cmocka_unit_test_setup_teardown(modules_without_btf_use_the_table, setup, teardown),
		cmocka_unit_test_setup_teardown(skips_say_why, setup, teardown),
		cmocka_unit_test_setup_teardown(targets_are_in_order_of_address, setup, teardown),
		cmocka_unit_test_setup_teardown(groups_and_route_are_a_union, setup, teardown),
		cmocka_unit_test_setup_teardown(regexes_match_whole_names, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_targets_become_skips, setup, teardown),
		cmocka_unit_test(table_names_are_unique),
		cmocka_unit_test(table_lines_are_complete),
	};

	return cmocka_run_group_tests_name("hook plan", tests, NULL, NULL);
}

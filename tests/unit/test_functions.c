/* SPDX-License-Identifier: GPL-2.0-only */
/* Every function with an skb on a small kernel, and what the kernel's lists say about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compat_internal.h"
#include "kernel_fixture.h"

/*
 * ip_rcv also as a copy whose first argument is where it was; ip_finish_output also as a copy that
 * lost its place; ip_local_deliver twice; ip_forward only as .isra; another module with an ip_rcv;
 * the bridge without BTF; two names for takes_const.
 */
static const char kallsyms[] = "ffffffff81000000 T _text\n"
			       "ffffffff81000100 T ip_rcv\n"
			       "ffffffff81000180 t ip_rcv.constprop.0\n"
			       "ffffffff81000190 t ip_rcv_core.part.0\n"
			       "ffffffff81000200 t ip_rcv_core\n"
			       "ffffffff81000300 T ip_local_deliver\n"
			       "ffffffff81000400 t ip_local_deliver\n"
			       "ffffffff81000500 t ip_forward.isra.0\n"
			       "ffffffff81000600 T ip_output\n"
			       "ffffffff81000800 t ip_finish_output\n"
			       "ffffffff81000880 t ip_finish_output.constprop.0\n"
			       "ffffffff81000900 t __netif_receive_skb_core.constprop.0\n"
			       "ffffffff81000980 t __netif_receive_skb_core.constprop.0.cold\n"
			       "ffffffff81000b00 t takes_big_struct\n"
			       "ffffffff81000b80 t takes_const\n"
			       "ffffffff81000b80 t takes_small_struct\n"
			       "ffffffff81000c00 T netlink_rcv_skb\n"
			       "ffffffff81000c80 t answers_a_request\n"
			       "ffffffffc0500000 t agrees\t[openvswitch]\n"
			       "ffffffffc0500100 t agrees\t[openvswitch]\n"
			       "ffffffffc0500200 t differs\t[openvswitch]\n"
			       "ffffffffc0500300 t sixth\t[openvswitch]\n"
			       "ffffffffc0500400 t ip_rcv\t[openvswitch]\n"
			       "ffffffffc0600000 t nf_conntrack_in\t[nf_conntrack]\n"
			       "ffffffffc0700200 t br_handle_frame\t[bridge]\n"
			       "ffffffffc0700300 t br_not_in_the_table\t[bridge]\n"
			       "ffffffffc0800000 t bpf_prog_1\t[bpf]\n";

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

static void make_plan(struct hook_choice choice)
{
	choice.all = true;
	hook_plan_free(plan);
	assert_int_equal(hook_plan_new(f.ks, f.kb, &choice, &plan), 0);
}

/* The kernel's list of traceable functions is this text. */
static void make_plan_with_list(const char *text)
{
	char path[96];
	struct traceable *list;

	fixture_write(&f, "list", text, strlen(text));
	snprintf(path, sizeof(path), "%s/list", f.dir);
	list = traceable_start(path);
	assert_non_null(list);
	make_plan((struct hook_choice){ .traceable = list });
	traceable_free(list);
}

static const struct hook_target *target_at(uint64_t addr)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].addr == addr)
			return &plan->targets[i];
	return NULL;
}

static void expect_target(uint64_t addr, const char *name, const char *module, int index,
			  bool indirect)
{
	const struct hook_target *t = target_at(addr);

	if (!t)
		fail_msg("%s is not in the plan", name);
	assert_string_equal(t->name, name);
	assert_string_equal(t->symbol, name);
	assert_string_equal(t->module ? t->module : "", module);
	assert_int_equal(t->skb.index, index);
	assert_int_equal(t->skb.indirect, indirect);
	assert_null(t->hook ? t->hook->others : NULL);
}

static void expect_skip(const char *name, const char *why)
{
	for (size_t i = 0; i < plan->skip_count; i++)
		if (strcmp(plan->skips[i].name, name) == 0) {
			assert_string_equal(plan->skips[i].why, why);
			return;
		}
	fail_msg("%s is not skipped", name);
}

static void every_function_with_an_skb_is_found(void **state)
{
	(void)state;
	make_plan((struct hook_choice){ 0 });
	expect_target(0xffffffff81000100, "ip_rcv", "", 0, false);
	expect_target(0xffffffff81000200, "ip_rcv_core", "", 0, false);
	expect_target(0xffffffff81000800, "ip_finish_output", "", 2, false);
	expect_target(0xffffffffc0500300, "sixth", "openvswitch", 5, false);
	expect_target(0xffffffffc0600000, "nf_conntrack_in", "nf_conntrack", 3, false);
	assert_null(target_at(0xffffffff81000600)); /* no skb */
	assert_null(target_at(0xffffffffc0500400)); /* not the module's by BTF */
	assert_int_equal(plan->target_count, 13);
	for (size_t i = 1; i < plan->target_count; i++)
		assert_true(plan->targets[i - 1].addr < plan->targets[i].addr);
}

static void one_name_may_have_several_addresses(void **state)
{
	(void)state;
	make_plan((struct hook_choice){ 0 });
	expect_target(0xffffffff81000300, "ip_local_deliver", "", 0, false);
	expect_target(0xffffffff81000400, "ip_local_deliver", "", 0, false);
	expect_target(0xffffffffc0500000, "agrees", "openvswitch", 1, false);
	expect_target(0xffffffffc0500100, "agrees", "openvswitch", 1, false);
	expect_skip("differs",
		    "several functions of this name, with their skb at different places");
	expect_target(0xffffffff81000b80, "takes_const", "", 1, false);
}

static void copies_made_by_the_compiler(void **state)
{
	(void)state;
	make_plan((struct hook_choice){ 0 });
	expect_target(0xffffffff81000180, "ip_rcv.constprop.0", "", 0, false);
	expect_target(0xffffffff81000900, "__netif_receive_skb_core.constprop.0", "", 0, true);
	expect_skip("ip_forward.isra.0", "compiled into a variant with other arguments");
	assert_null(target_at(0xffffffff81000880));
	assert_null(target_at(0xffffffff81000190));
	assert_null(target_at(0xffffffff81000980));
	assert_int_equal(plan->skip_count, 5);
}

static void some_are_left_out(void **state)
{
	(void)state;
	make_plan((struct hook_choice){ 0 });
	expect_skip("netlink_rcv_skb", "its skb is a netlink message");
	expect_skip("answers_a_request", "its skb is a netlink message");
	expect_skip("takes_big_struct", "its skb is not in a register");
}

static void of_modules_without_btf_the_table_is_known(void **state)
{
	const struct hook_target *t;

	(void)state;
	make_plan((struct hook_choice){ 0 });
	t = target_at(0xffffffffc0700200);
	assert_non_null(t);
	assert_true(t->assumed && t->skb.indirect);
	assert_int_equal(plan->blind_modules, 1);
	assert_null(target_at(0xffffffffc0700300));
}

static void modules_are_chosen(void **state)
{
	const char *core[] = { "vmlinux" }, *two[] = { "nf_conntrack,bridge" };
	const char *separate[] = { "openvswitch", "bridge" };

	(void)state;
	make_plan((struct hook_choice){ .modules = core, .module_count = 1 });
	for (size_t i = 0; i < plan->target_count; i++)
		assert_null(plan->targets[i].module);
	assert_int_equal(plan->target_count, 8);
	make_plan((struct hook_choice){ .modules = two, .module_count = 1 });
	assert_int_equal(plan->target_count, 2);
	expect_target(0xffffffffc0600000, "nf_conntrack_in", "nf_conntrack", 3, false);
	make_plan((struct hook_choice){ .modules = separate, .module_count = 2 });
	assert_int_equal(plan->target_count, 4);
	assert_int_equal(plan->skip_count, 1);
}

static void regexes_match_names_without_suffix(void **state)
{
	regex_t func, exclude;

	(void)state;
	assert_int_equal(regcomp(&func, "ip_rcv|ip_fo.*|agrees", REG_EXTENDED), 0);
	assert_int_equal(regcomp(&exclude, "agr..s", REG_EXTENDED), 0);
	make_plan((struct hook_choice){ .func = &func });
	assert_int_equal(plan->target_count, 4);
	expect_skip("ip_forward.isra.0", "compiled into a variant with other arguments");
	make_plan((struct hook_choice){ .func = &func, .exclude = &exclude });
	assert_int_equal(plan->target_count, 2);
	regfree(&func);
	regfree(&exclude);
}

static void the_kernels_list_decides(void **state)
{
	static const char list[] = "ip_rcv\n"
				   "ip_rcv.constprop.0\n"
				   "ip_local_deliver\n"
				   "__ftrace_invalid_address___12\n"
				   "agrees [openvswitch]\n"
				   "agrees [openvswitch]\n"
				   "sixth\n"
				   "nf_conntrack_in [nf_conntrack]\n"
				   "ip_rcv_core [openvswitch]\n";

	(void)state;
	make_plan_with_list(list);
	assert_int_equal(plan->target_count, 5);
	expect_target(0xffffffff81000100, "ip_rcv", "", 0, false);
	expect_target(0xffffffffc0500100, "agrees", "openvswitch", 1, false);
	expect_target(0xffffffffc0600000, "nf_conntrack_in", "nf_conntrack", 3, false);
	expect_skip("sixth", "the kernel lets no probe be put there");
	expect_skip("ip_rcv_core", "the kernel lets no probe be put there");
	expect_skip("ip_local_deliver",
		    "several functions of this name, of which some take no probe");
	make_plan_with_list("");
	assert_int_equal(plan->target_count, 13);
}

static void a_list_that_is_not_there_decides_nothing(void **state)
{
	struct traceable *list = traceable_start("/nonexistent");

	(void)state;
	assert_non_null(list);
	assert_int_equal(traceable_wait(list), -ENOENT);
	make_plan((struct hook_choice){ .traceable = list });
	assert_int_equal(plan->target_count, 13);
	traceable_free(list);
}

static void the_blacklist_is_about_addresses(void **state)
{
	static const char list[] = "0xffffffff81000300-0xffffffff81000310\tip_local_deliver\n"
				   "0xffffffff80000000-0xffffffff81000100\tbefore\n";
	char path[96];

	(void)state;
	make_plan((struct hook_choice){ 0 });
	fixture_write(&f, "blacklist", list, strlen(list));
	snprintf(path, sizeof(path), "%s/blacklist", f.dir);
	assert_int_equal(hook_plan_blacklist(plan, path), 0);
	assert_true(target_at(0xffffffff81000300)->no_kprobe);
	assert_false(target_at(0xffffffff81000400)->no_kprobe);
	assert_false(target_at(0xffffffff81000100)->no_kprobe);
	assert_int_equal(hook_plan_blacklist(plan, "/nonexistent"), -ENOENT);
}

static void the_table_of_those_left_out(void **state)
{
	static const char *const out[] = { "nla_put",
					   "__nla_put",
					   "rtnetlink_rcv",
					   "audit_receive",
					   "unix_stream_read_actor",
					   "__bpf_trace_kfree_skb",
					   "crypto_aead_report",
					   "kfree_skbmem",
					   "tcf_action_dump_old" };
	static const char *const in[] = {
		"__kfree_skb", "skb_release_data", "ip_rcv",
		"skb_dump",    "netif_rx",         "devlink_trap_report",
		"nla",         "tcp_v4_fill_cb",   "ovs_dp_process_packet",
		"unix"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		if (!left_out_name(out[i], strlen(out[i])))
			fail_msg("%s is not left out", out[i]);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		if (left_out_name(in[i], strlen(in[i])))
			fail_msg("%s is left out", in[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_function_with_an_skb_is_found),
		TEST(one_name_may_have_several_addresses),
		TEST(copies_made_by_the_compiler),
		TEST(some_are_left_out),
		TEST(of_modules_without_btf_the_table_is_known),
		TEST(modules_are_chosen),
		TEST(regexes_match_names_without_suffix),
		TEST(the_kernels_list_decides),
		TEST(a_list_that_is_not_there_decides_nothing),
		TEST(the_blacklist_is_about_addresses),
		cmocka_unit_test(the_table_of_those_left_out),
	};

	return cmocka_run_group_tests_name("functions", tests, NULL, NULL);
}

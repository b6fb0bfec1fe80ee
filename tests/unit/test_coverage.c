/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command probes prints, and what is said when no function is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "kernel_fixture.h"
#include "suggest.h"

static const struct kernel_features with_multi = { .has_kprobe_pmu = true,
						   .has_kprobe_multi = true };
static const struct kernel_features without_multi = { .has_kprobe_pmu = true };

static struct hook_target targets[] = {
	{ .name = "ip_rcv", .symbol = "ip_rcv", .skb = { .index = 0 } },
	{ .name = "veth_xmit",
	  .symbol = "veth_xmit",
	  .module = "veth",
	  .skb = { .index = 1, .indirect = true } },
	{ .name = "ip_output", .symbol = "ip_output", .skb = { .index = 2 }, .no_kprobe = true },
};
static struct hook_skip skips[] = {
	{ .name = "nla_put", .has_skb = true, .why = "a message" },
	{ .name = "ip_forward.isra.0", .why = "a variant" },
	{ .name = "nla_append", .has_skb = true, .why = "a message" },
};
static const struct hook_plan plan = {
	.targets = targets, .target_count = 3, .skips = skips, .skip_count = 3
};

/* The text of coverage_print(); valid until the next call. */
static const char *printed(struct coverage *c)
{
	static char *text;
	size_t size;
	FILE *out;

	free(text);
	out = open_memstream(&text, &size);
	lb_init(&c->line, out);
	assert_int_equal(coverage_print(c, &plan), 0);
	fclose(out);
	return text;
}

static void a_line_for_each_function_and_totals(void **state)
{
	struct coverage c = { .features = &with_multi,
			      .kernel = "6.18",
			      .backend = "kprobe.multi",
			      .tried = true,
			      .have_list = true };

	(void)state;
	assert_string_equal(
		printed(&c),
		"ip_rcv                                  vmlinux         1 *   "
		"kprobe.multi,kprobe\n"
		"veth_xmit                               veth            2 **  "
		"kprobe.multi,kprobe\n"
		"ip_output                               vmlinux         3 *   kprobe.multi\n"
		"nla_put                                 vmlinux         1 *   - a message\n"
		"ip_forward.isra.0                       vmlinux         -     - a variant\n"
		"nla_append                              vmlinux         1 *   - a message\n"
		"\n"
		"3 of 6 functions can be traced on Linux 6.18\n"
		"     3  kprobe.multi: attached and detached again\n"
		"     2  kprobe: by the kernel's lists, not tried\n"
		"     2  left out: a message\n"
		"     1  left out: a variant\n");
}

static void what_was_not_tried_is_said(void **state)
{
	struct coverage c = { .features = &without_multi, .kernel = "5.10", .backend = "kprobe" };
	const char *text = printed(&c);

	(void)state;
	assert_non_null(strstr(text, "\n     2  kprobe: by the kernel's lists, not tried\n"));
	assert_non_null(strstr(text, "0  functions checked against available_filter_functions"));
}

static void json_has_the_same(void **state)
{
	struct coverage c = { .features = &without_multi,
			      .kernel = "5.10",
			      .backend = "kprobe",
			      .tried = true,
			      .have_list = true,
			      .json = true };
	const char *text = printed(&c);

	(void)state;
	assert_non_null(strstr(
		text, "{\"schema\":1,\"type\":\"probe\",\"func\":\"veth_xmit\",\"module\":\"veth\","
		      "\"arg\":1,\"indirect\":true,\"attached\":true,\"backends\":[\"kprobe\"],"
		      "\"why\":null}\n"));
	assert_non_null(strstr(
		text,
		"\"func\":\"ip_forward.isra.0\",\"module\":\"vmlinux\",\"arg\":null,"
		"\"indirect\":null,\"attached\":false,\"backends\":[],\"why\":\"a variant\"}\n"));
	assert_non_null(strstr(
		text,
		"\"backend\":\"kprobe\",\"tried\":true,\"functions\":6,\"traceable\":3,"
		"\"skipped\":3,\"by_backend\":{\"kprobe\":3},"
		"\"by_reason\":{\"a message\":2,\"a variant\":1},\"modules_without_types\":0}\n"));
}

static struct kernel_fixture f;

static const char *nothing(struct options o)
{
	static struct error e;

	assert_true(nothing_chosen(f.ks, f.kb, &o, &e) < 0);
	assert_int_equal(e.code, EXIT_KERNEL);
	return e.text;
}

static void the_nearest_names_are_told(void **state)
{
	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_symbols(&f, "ffffffff81000100 T ip_rcv\n"
					     "ffffffff81000080 t ip_rcv_core\n"
					     "ffffffff81000300 t takes_const\n"),
			 0);
	assert_string_equal(nothing((struct options){ .func = "ip_rvc" }),
			    "--func \"ip_rvc\" matches no function of the hook table; it has to "
			    "match a whole name, and there are ip_rcv");
	assert_string_equal(nothing((struct options){ .func = "rcv", .all = true }),
			    "--func \"rcv\" matches no function; it has to match a whole name, and "
			    "there are ip_rcv, ip_rcv_core");
	assert_string_equal(nothing((struct options){ .func = "takes.*" }),
			    "--func \"takes.*\" matches no function of the hook table, but others "
			    "(takes_const): add --all");
	assert_string_equal(nothing((struct options){ .func = "xyz", .all = true }),
			    "--func \"xyz\" matches no function; it has to match a whole name");
	assert_string_equal(nothing((struct options){ .exclude = ".*" }),
			    "no function is chosen: --exclude matches them all");
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_for_each_function_and_totals),
		cmocka_unit_test(what_was_not_tried_is_said),
		cmocka_unit_test(json_has_the_same),
		cmocka_unit_test(the_nearest_names_are_told),
	};

	return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}

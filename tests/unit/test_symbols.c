/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"
#include "kernel_fixture.h"

/* Not in order, as modules are; ip_rcv three times; per-CPU and data symbols; labels. */
static const char kallsyms[] = "000000000001fb40 A __preempt_count\n"
			       "ffffffff81000000 T _text\n"
			       "ffffffff81000100 t __pfx_ip_rcv\n"
			       "ffffffff81000110 T ip_rcv\n"
			       "ffffffff81000200 t ip_rcv.cold\n"
			       "ffffffff81000300 W weak_one\n"
			       "ffffffff81000300 t weak_one_alias\n"
			       "ffffffff81000400 d some_data\n"
			       "ffffffff82b29940 D __per_cpu_offset\n"
			       "ffffffffc0700000 t br_flood\t[bridge]\n"
			       "ffffffffc0700080 t ip_rcv\t[bridge]\n"
			       "ffffffffc0500000 t vxlan_rcv\t[vxlan]\n"
			       "ffffffffc0500040 t ip_rcv\t[vxlan]\n";

static struct kernel_fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_symbols(&f, kallsyms), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

static void expect_at(uint64_t addr, const char *name, const char *module, uint64_t offset)
{
	uint64_t got = ~0ull;
	const struct ksym *sym = ksyms_at(f.ks, addr, &got);

	assert_non_null(sym);
	assert_string_equal(sym->name, name);
	if (module)
		assert_string_equal(sym->module, module);
	else
		assert_null(sym->module);
	assert_int_equal(got, offset);
}

static void addresses_find_the_symbol_below(void **state)
{
	(void)state;
	expect_at(0xffffffff81000000, "_text", NULL, 0);
	expect_at(0xffffffff8100010f, "_text", NULL, 0x10f);
	expect_at(0xffffffff81000110, "ip_rcv", NULL, 0);
	expect_at(0xffffffff810001ff, "ip_rcv", NULL, 0xef);
	expect_at(0xffffffff81000208, "ip_rcv.cold", NULL, 8);
	expect_at(0xffffffff81000304, "weak_one", NULL, 4);
	assert_null(ksyms_at(f.ks, 0xffffffff80ffffff, NULL));
}

static void modules_are_sorted_in(void **state)
{
	(void)state;
	expect_at(0xffffffffc0500010, "vxlan_rcv", "vxlan", 0x10);
	expect_at(0xffffffffc0700010, "br_flood", "bridge", 0x10);
	expect_at(0xffffffffc0700090, "ip_rcv", "bridge", 0x10);
}

static void gaps_belong_to_nobody(void **state)
{
	(void)state;
	/* Between vmlinux and the modules, between two modules, above all. */
	assert_null(ksyms_at(f.ks, 0xffffffffa0000000, NULL));
	assert_null(ksyms_at(f.ks, 0xffffffffc0600000, NULL));
	assert_null(ksyms_at(f.ks, 0xfffffffff0000000, NULL));
	expect_at(0xffffffffc0700080 + 0x3ffff, "ip_rcv", "bridge", 0x3ffff);
	assert_null(ksyms_at(f.ks, 0xffffffffc0700080 + 0x40000, NULL));
}

static void names_are_counted(void **state)
{
	const struct ksym *sym;
	size_t count;

	(void)state;
	sym = ksyms_named(f.ks, "ip_rcv", &count);
	assert_int_equal(count, 3);
	assert_int_equal(sym->addr, 0xffffffff81000110);
	sym = ksyms_named(f.ks, "ip_rcv.cold", &count);
	assert_int_equal(count, 1);
	assert_int_equal(sym->addr, 0xffffffff81000200);
	assert_null(ksyms_named(f.ks, "ip_rc", &count));
	assert_int_equal(count, 0);
	assert_null(ksyms_named(f.ks, "__pfx_ip_rcv", NULL));
}

static void wanted_data_has_names_only(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(ksyms_named(f.ks, "__per_cpu_offset", &count)->addr, 0xffffffff82b29940);
	assert_int_equal(count, 1);
	assert_int_equal(ksyms_named(f.ks, "__preempt_count", NULL)->addr, 0x1fb40);
	assert_null(ksyms_named(f.ks, "some_data", NULL));
	assert_null(ksyms_at(f.ks, 0xffffffff82b29940, NULL));
	assert_null(ksyms_at(f.ks, 0x1fb40, NULL));
}

static void variants_have_the_same_base(void **state)
{
	size_t cursor = 0, found = 0;
	const struct ksym *sym;

	(void)state;
	while ((sym = ksyms_variant(f.ks, "ip_rcv", &cursor))) {
		assert_true(!strcmp(sym->name, "ip_rcv") || !strcmp(sym->name, "ip_rcv.cold"));
		found++;
	}
	assert_int_equal(found, 4);
}

static void modules_are_known(void **state)
{
	(void)state;
	assert_true(ksyms_has_module(f.ks, "bridge"));
	assert_false(ksyms_has_module(f.ks, "openvswitch"));
}

static void hidden_addresses_are_told(void **state)
{
	(void)state;
	assert_int_equal(fixture_symbols(&f, "0000000000000000 T _text\n"
					     "0000000000000000 t br_flood\t[bridge]\n"),
			 -EPERM);
}

static void bad_files_are_refused(void **state)
{
	static const char *const bad[] = {
		"hello\n",
		"ffffffff81000000\n",
		"ffffffff81000000 T\n",
		"fffffffff81000000 T too_long\n",
		"ffffffff81000000 T _text\nffffffff8100",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(fixture_symbols(&f, bad[i]), -EINVAL);
	assert_int_equal(fixture_symbols(&f, ""), -ENODATA);
	assert_int_equal(fixture_symbols(&f, "ffffffff82000000 D only_data\n"), -ENODATA);
	assert_int_equal(ksyms_open("/nonexistent/kallsyms", &f.ks), -ENOENT);
	assert_null(f.ks);
}

/* Many more than the first room, and more bytes than the read buffer and a chunk of names. */
static void large_files_are_whole(void **state)
{
	enum { COUNT = 50000 };
	char *text = malloc(COUNT * 64), *p = text;
	char name[48];
	size_t count;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < COUNT; i++)
		p += sprintf(p, "%016lx t some_function_number_%d%s\n",
			     0xffffffff81000000 + i * 16ul, i, i < COUNT / 2 ? "" : "\t[module]");
	assert_int_equal(fixture_symbols(&f, text), 0);
	free(text);
	for (int i = 0; i < COUNT; i++) {
		size_t cursor = 0;

		snprintf(name, sizeof(name), "some_function_number_%d", i);
		expect_at(0xffffffff81000000 + i * 16ul + 3, name, i < COUNT / 2 ? NULL : "module",
			  3);
		assert_non_null(ksyms_named(f.ks, name, &count));
		assert_int_equal(count, 1);
		assert_non_null(ksyms_variant(f.ks, name, &cursor));
		assert_null(ksyms_variant(f.ks, name, &cursor));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(addresses_find_the_symbol_below, setup, teardown),
		cmocka_unit_test_setup_teardown(modules_are_sorted_in, setup, teardown),
		cmocka_unit_test_setup_teardown(gaps_belong_to_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(wanted_data_has_names_only, setup, teardown),
		cmocka_unit_test_setup_teardown(variants_have_the_same_base, setup, teardown),
		cmocka_unit_test_setup_teardown(modules_are_known, setup, teardown),
		cmocka_unit_test_setup_teardown(hidden_addresses_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_files_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(large_files_are_whole, setup, teardown),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* A struct of the fixture kernel, listed from its BTF and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../tracer/struct_dump.h"
#include "kernel_fixture.h"

/* struct dumped of fixtures/kernel_btf.c, as bytes. */
struct image {
	uint64_t next, dev_scratch;
	char cb[6];
	uint8_t bits, nr_frags;
	uint8_t protocol[2];
	int16_t delta;
	uint32_t reason;
	int32_t users;
	uint32_t pad;
	uint64_t destructor, refdst;
	uint32_t frags[6];
};

static struct kernel_fixture f;
static struct kernel_layout *layout;
static struct linebuf b;

static int setup(void **state)
{
	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_symbols(&f, "ffffffff81001000 T sock_wfree\n"
					     "ffffffff81002000 T ip_rcv\n"),
			 0);
	assert_int_equal(kernel_layout_new(f.kb, "dumped", &layout), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kernel_layout_free(layout);
	fixture_close(&f);
	return 0;
}

static void expect(const struct image *image, const char *wanted)
{
	char *text;
	size_t size;

	assert_int_equal(layout->size, sizeof(*image));
	lb_init(&b, open_memstream(&text, &size));
	struct_dump(&b, layout, (const uint8_t *)image, f.ks, "\n");
	assert_int_equal(lb_end_line(&b), 0);
	fclose(b.out);
	assert_string_equal(text, wanted);
	free(text);
}

static void zeros_are_left_out(void **state)
{
	const struct image image = { 0 };

	(void)state;
	expect(&image, "\n");
}

static void every_kind_of_member_is_shown(void **state)
{
	const struct image image = {
		.next = 0xffff888003a1c200,
		.dev_scratch = -2,
		.cb = "\1\2\3\4\5\xff",
		.bits = 0x05 << 1,
		.nr_frags = 2,
		.protocol = { 0x08, 0x06 },
		.delta = -7,
		.reason = 9,
		.users = 1,
		.destructor = 0xffffffff81001000,
		.refdst = 0xffff888003a1c201,
		.frags = { 1000, 0, 40, 80, 77, 77 },
	};

	(void)state;
	expect(&image, "next = 0xffff888003a1c200\n"
		       "dev_scratch = -2\n"
		       "| list.first = 0xffff888003a1c200\n"
		       "cb = 01020304 05ff\n"
		       "fclone = 1\n"
		       "cloned = 1\n"
		       "nr_frags = 2\n"
		       "protocol = 0x0806\n"
		       "delta = -7\n"
		       "reason = 9\n"
		       "users.counter = 1\n"
		       "destructor = sock_wfree\n"
		       "refdst = 0xffff888003a1c201\n"
		       "frags[0].len = 1000\n"
		       "frags[1].len = 40\n"
		       "frags[1].offset = 80\n");
}

static void neighbours_of_a_bit_field_are_not_in_it(void **state)
{
	const struct image image = { .bits = 0xf1 | 2 << 1, .refdst = 5 };

	(void)state;
	expect(&image, "fclone = 2\nrefdst = 5\n");
}

static void bytes_end_with_the_last_that_is_not_0(void **state)
{
	const struct image short_one = { .cb = { 0, 7 } }, long_one = { .cb = { 0, 7, 0, 0, 1 } };

	(void)state;
	expect(&short_one, "cb = 00070000 ...\n");
	expect(&long_one, "cb = 00070000 0100\n");
}

static void a_function_that_is_not_known_is_an_address(void **state)
{
	const struct image image = { .destructor = 0x1234 };
	const struct image inside = { .destructor = 0xffffffff81001004 };

	(void)state;
	expect(&image, "destructor = 0x1234\n");
	expect(&inside, "destructor = sock_wfree+0x4\n");
}

static void a_struct_that_is_not_there_is_told(void **state)
{
	struct kernel_layout *none;

	(void)state;
	assert_int_equal(kernel_layout_new(f.kb, "nowhere", &none), -ENOENT);
	assert_null(none);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(zeros_are_left_out),
		TEST(every_kind_of_member_is_shown),
		TEST(neighbours_of_a_bit_field_are_not_in_it),
		TEST(bytes_end_with_the_last_that_is_not_0),
		TEST(a_function_that_is_not_known_is_an_address),
		TEST(a_struct_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "packet_numbers.h"

static struct packet_numbers *pn;

static int setup(void **state)
{
	(void)state;
	pn = packet_numbers_new();
	return !pn;
}

static int teardown(void **state)
{
	(void)state;
	packet_numbers_free(pn);
	return 0;
}

static void numbers_follow_the_order_of_first_sight(void **state)
{
	(void)state;
	assert_int_equal(packet_number(pn, 42), 1);
	assert_int_equal(packet_number(pn, 7), 2);
	assert_int_equal(packet_number(pn, 42), 1);
	assert_int_equal(packet_number(pn, 1000001), 3);
	assert_int_equal(packet_numbers_given(pn), 3);
}

static void an_untracked_packet_has_no_number(void **state)
{
	(void)state;
	assert_int_equal(packet_number(pn, 0), 0);
	assert_int_equal(packet_numbers_given(pn), 0);
}

static void asking_for_a_number_gives_none(void **state)
{
	(void)state;
	packet_number(pn, 42);
	assert_int_equal(packet_number_known(pn, 42), 1);
	assert_int_equal(packet_number_known(pn, 7), 0);
	assert_int_equal(packet_number_known(pn, 0), 0);
	assert_int_equal(packet_numbers_given(pn), 1);
}

/* 64 CPUs with four slots each deal ids in steps of 256. */
static void a_thousand_packets_at_once_keep_their_numbers(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		packet_number(pn, i * 256 + 1);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(packet_number(pn, i * 256 + 1), i + 1);
	assert_int_equal(packet_numbers_given(pn), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers_follow_the_order_of_first_sight, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_untracked_packet_has_no_number, setup, teardown),
		cmocka_unit_test_setup_teardown(asking_for_a_number_gives_none, setup, teardown),
		cmocka_unit_test_setup_teardown(a_thousand_packets_at_once_keep_their_numbers,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

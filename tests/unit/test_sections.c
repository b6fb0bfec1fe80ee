/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the sections of a record begin: behind those that the record has, and only those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tracer/event.h"

static union {
	struct skbt_record rec;
	uint8_t space[SKBT_RECORD_MAX];
} fabricated;

static const uint32_t size[SKBT_SECTIONS] = { 384, 96, 128, 232, 320 };

static void a_section_begins_behind_those_before_it(void **state)
{
	struct skbt_record *rec = &fabricated.rec;

	(void)state;
	rec->sections = 1 << SKBT_SEC_STACK | 1 << SKBT_SEC_DATA | 1 << SKBT_SEC_SHINFO;
	assert_ptr_equal(record_section(rec, size, SKBT_SEC_STACK), rec + 1);
	assert_ptr_equal(record_section(rec, size, SKBT_SEC_DATA),
			 fabricated.space + sizeof(*rec) + 384);
	assert_ptr_equal(record_section(rec, size, SKBT_SEC_SHINFO),
			 fabricated.space + sizeof(*rec) + 384 + 128);
}

static void a_section_that_is_not_there_has_no_place(void **state)
{
	struct skbt_record *rec = &fabricated.rec;

	(void)state;
	rec->sections = 1 << SKBT_SEC_DATA;
	assert_null(record_section(rec, size, SKBT_SEC_STACK));
	assert_null(record_section(rec, size, SKBT_SEC_SKB));
	assert_ptr_equal(record_section(rec, size, SKBT_SEC_DATA), rec + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_begins_behind_those_before_it),
		cmocka_unit_test(a_section_that_is_not_there_has_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of skbtrace top: intervals, sums, order, and more rows than there is room for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../tracer/top_table.h"

static void add(struct top_table *t, uint64_t id, uint64_t rx, uint64_t tx, const char *comm)
{
	struct skbt_top_key key = { .id = id };
	struct skbt_top_row row = { .rx = rx, .tx = tx, .pid = (uint32_t)id };

	memcpy(row.comm, comm, strlen(comm));
	assert_int_equal(top_table_add(t, &key, &row), 0);
}

static void an_interval_is_its_own_and_sums_go_on(void **state)
{
	struct top_table *t = top_table_new(100);
	const struct top_row *const *rows;
	size_t count;

	(void)state;
	top_table_begin(t);
	add(t, 1, 10, 20, "one");
	add(t, 2, 5, 0, "two");
	rows = top_table_sort(t, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0]->pid, 1);
	top_table_begin(t);
	add(t, 2, 7, 1, "other name");
	rows = top_table_sort(t, &count);
	assert_int_equal(count, 1); /* one without traffic is no row of this interval */
	assert_int_equal(rows[0]->rx, 7);
	assert_int_equal(rows[0]->tx, 1);
	assert_int_equal(rows[0]->rx_sum, 12);
	assert_int_equal(rows[0]->tx_sum, 1);
	assert_string_equal(rows[0]->comm, "other name");
	assert_int_equal(top_table_total(t)->rx, 7);
	assert_int_equal(top_table_total(t)->rx_sum, 22);
	assert_int_equal(top_table_total(t)->tx_sum, 21);
	assert_int_equal(top_table_rows(t), 2);
	top_table_free(t);
}

static void most_bytes_come_first(void **state)
{
	struct top_table *t = top_table_new(100);
	const struct top_row *const *rows;
	size_t count;

	(void)state;
	top_table_begin(t);
	for (uint64_t id = 1; id <= 50; id++)
		add(t, id, id * 7 % 50, 100, "");
	rows = top_table_sort(t, &count);
	assert_int_equal(count, 50);
	for (size_t i = 1; i < count; i++)
		assert_true(rows[i - 1]->rx + rows[i - 1]->tx >= rows[i]->rx + rows[i]->tx);
	top_table_free(t);
}

static void those_idle_for_longest_become_others(void **state)
{
	struct top_table *t = top_table_new(8);
	const struct top_row *const *rows;
	uint64_t sum = 0;
	size_t count;

	(void)state;
	top_table_begin(t);
	for (uint64_t id = 1; id <= 6; id++)
		add(t, id, 1, 0, "old");
	top_table_begin(t);
	for (uint64_t id = 11; id <= 14; id++)
		add(t, id, 1000, 0, "new");
	rows = top_table_sort(t, &count);
	assert_int_equal(count, 4); /* none of the new ones */
	for (size_t i = 0; i < count; i++)
		assert_true(rows[i]->pid >= 11);
	assert_int_equal(top_table_others(t)->rx, 0);
	assert_in_range(top_table_others(t)->rx_sum, 1, 6);
	/* Nothing is lost, and one that comes again is a row again. */
	top_table_begin(t);
	for (uint64_t id = 1; id <= 100; id++)
		add(t, id, 3, 2, "many");
	rows = top_table_sort(t, &count);
	for (size_t i = 0; i < count; i++)
		sum += rows[i]->rx;
	assert_int_equal(sum + top_table_others(t)->rx, 300);
	assert_int_equal(top_table_total(t)->rx_sum, 6 + 4000 + 300);
	top_table_free(t);
}

static void bytes_without_a_row_are_others_and_total(void **state)
{
	struct top_table *t = top_table_new(8);

	(void)state;
	top_table_begin(t);
	top_table_add_others(t, 5, 6);
	assert_int_equal(top_table_others(t)->rx, 5);
	assert_int_equal(top_table_total(t)->tx_sum, 6);
	top_table_begin(t);
	assert_int_equal(top_table_others(t)->rx, 0);
	assert_int_equal(top_table_others(t)->rx_sum, 5);
	top_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interval_is_its_own_and_sums_go_on),
		cmocka_unit_test(most_bytes_come_first),
		cmocka_unit_test(those_idle_for_longest_become_others),
		cmocka_unit_test(bytes_without_a_row_are_others_and_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that differ only in when and where they were get one number; any other difference ends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alike.h"
#include "fabricate.h"

static struct alike *a;

static int setup(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	a = alike_new();
	if (!a)
		return -1;
	fabricated.rec.caplen = 60;
	ev.cmdline = "ping 10.77.8.131";
	ev.owner_cmdline = "owner";
	ev.owner_cgroup = "/user.slice";
	ev.owner_container = "0123456789ab";
	alike_keep(a, &fabricated.rec, &ev);
	assert_int_equal(ev.alike, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	alike_free(a);
	return 0;
}

static void another_time_function_and_cpu_are_alike(void **state)
{
	struct skbt_record *rec = &fabricated.rec;
	struct event ev = { .rec = rec };

	(void)state;
	rec->ts += 1000;
	rec->prev_ts += 900;
	rec->site = 0xffffffff81001000;
	rec->cpu = 0;
	assert_true(alike_again(a, rec, &ev));
	assert_int_equal(ev.alike, 1);
	assert_string_equal(ev.netns_name, "client");
	assert_string_equal(ev.cmdline, "ping 10.77.8.131");
	assert_string_equal(ev.owner_cmdline, "owner");
	assert_string_equal(ev.owner_cgroup, "/user.slice");
	assert_string_equal(ev.owner_container, "0123456789ab");
	assert_string_equal(ev.packet.detail, "echo request id 7 seq 1 ttl 64 DF");
	assert_null(ev.func);
}

/* Of the record, in bytes: what may differ. */
static bool is_of_the_moment(size_t at)
{
#define WITHIN(member)                                                                             \
	(at >= offsetof(struct skbt_record, member) &&                                             \
	 at < offsetof(struct skbt_record, member) + sizeof(((struct skbt_record *)0)->member))
	return WITHIN(cpu) || WITHIN(ts) || WITHIN(prev_ts) || WITHIN(site);
#undef WITHIN
}

static void every_other_byte_of_a_record_counts(void **state)
{
	const size_t valid = offsetof(struct skbt_record, bytes) + 60;
	struct event ev = { .rec = &fabricated.rec };

	(void)state;
	for (size_t at = 0; at < sizeof(struct skbt_record); at++) {
		bool alike = is_of_the_moment(at) || at >= valid;

		fabricated.space[at] ^= 0x10;
		if (alike_again(a, &fabricated.rec, &ev) != alike)
			fail_msg("byte %zu of a record: alike is not %d", at, alike);
		fabricated.space[at] ^= 0x10;
	}
}

/* It may name the packet that it was copied from. */
static void the_first_event_of_a_packet_is_like_none(void **state)
{
	struct skbt_record *rec = &fabricated.rec;
	struct event ev = { .rec = rec };

	(void)state;
	rec->prev_ts = 0;
	assert_false(alike_again(a, rec, &ev));
	alike_keep(a, rec, &ev);
	assert_int_equal(ev.alike, 2);
	rec->prev_ts = rec->ts;
	assert_false(alike_again(a, rec, &ev));
}

static void what_is_forgotten_is_like_none(void **state)
{
	struct event ev = { .rec = &fabricated.rec };

	(void)state;
	alike_forget(a);
	assert_false(alike_again(a, &fabricated.rec, &ev));
	assert_int_equal(ev.alike, 0);
	alike_keep(a, &fabricated.rec, &ev);
	assert_int_equal(ev.alike, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_time_function_and_cpu_are_alike, setup,
						teardown),
		cmocka_unit_test_setup_teardown(every_other_byte_of_a_record_counts, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_first_event_of_a_packet_is_like_none, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_like_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

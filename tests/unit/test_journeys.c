/* SPDX-License-Identifier: GPL-2.0-only */
/* What is remembered of packets from event to event, and for how many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "changes.h"
#include "fabricate.h"
#include "journeys.h"

static struct journeys *js;

static int setup(void **state)
{
	(void)state;
	js = journeys_new();
	return !js;
}

static int teardown(void **state)
{
	(void)state;
	journeys_free(js);
	return 0;
}

static struct event pass(uint64_t number, uint64_t parent, uint64_t ts, const char *func)
{
	static uint64_t last[4 * JOURNEYS_MAX];
	struct event ev = fabricate_path();

	ev.func = func;
	fabricated.rec.packet_id = number;
	fabricated.rec.parent_id = parent;
	fabricated.rec.ts = ts;
	fabricated.rec.prev_ts = last[number];
	last[number] = ts;
	journeys_event(js, &ev);
	return ev;
}

static void times_count_from_the_first_event(void **state)
{
	struct event ev = pass(1, 0, 1000, "a");

	(void)state;
	assert_true(ev.has_total);
	assert_int_equal(ev.total_ns, 0);
	assert_null(ev.changes);
	assert_false(ev.has_hop);
	pass(2, 0, 1100, "a");
	ev = pass(1, 0, 1500, "b");
	assert_int_equal(ev.total_ns, 500);
	assert_non_null(ev.changes);
	assert_int_equal(ev.changes->count, 0);
	assert_true(ev.has_hop);
	assert_string_equal(ev.hop_func, "a");
	assert_int_equal(ev.hop_ns, 500);
	ev = pass(1, 0, 1600, "c");
	assert_int_equal(ev.total_ns, 600);
	assert_int_equal(ev.hop_ns, 100);
}

static void a_child_goes_on_from_its_parent(void **state)
{
	struct event ev;

	(void)state;
	pass(11, 0, 1000, "a");
	pass(11, 0, 1200, "b");
	ev = pass(12, 11, 1300, "c");
	assert_int_equal(ev.total_ns, 300);
	assert_int_equal(ev.hop_ns, 100);
	assert_string_equal(ev.hop_func, "b");
	assert_non_null(ev.changes);
	ev = pass(13, 12, 1350, "d"); /* a grandchild, in the time of the root */
	assert_int_equal(ev.total_ns, 350);
	ev = pass(12, 11, 1400, "e"); /* from then on from its own */
	assert_string_equal(ev.hop_func, "c");
	ev = pass(14, 99, 2000, "a"); /* its parent was never seen */
	assert_int_equal(ev.total_ns, 0);
	assert_null(ev.changes);
}

static void the_end_is_a_hop_too(void **state)
{
	struct event ev = { 0 };

	(void)state;
	pass(21, 0, 1000, "a");
	assert_true(journeys_end(js, 21, 1700, &ev));
	assert_string_equal(ev.hop_func, "a");
	assert_int_equal(ev.hop_ns, 700);
	assert_false(journeys_end(js, 22, 1700, &ev));
	assert_false(journeys_end(js, 0, 1700, &ev));
}

static void two_cpus_may_swap_places(void **state)
{
	struct event ev;

	(void)state;
	pass(31, 0, 1000, "a");
	pass(31, 0, 1500, "c");
	ev = pass(31, 0, 1400, "b");
	assert_int_equal(ev.hop_ns, 0);
	assert_int_equal(ev.total_ns, 400);
	ev = pass(31, 0, 1600, "d"); /* from the newest so far */
	assert_int_equal(ev.hop_ns, 100);
}

static void the_oldest_packets_are_forgotten(void **state)
{
	struct event ev;

	(void)state;
	for (uint64_t n = 40; n < 40 + JOURNEYS_MAX; n++)
		pass(n, 0, 1000 + n, "a");
	ev = pass(40, 0, 2000, "b");
	assert_true(ev.has_hop);
	pass(40 + JOURNEYS_MAX, 0, 90000, "a");
	ev = pass(40, 0, 90001, "c"); /* forgotten: neither from nor since when */
	assert_false(ev.has_hop);
	assert_false(ev.has_total);
	assert_null(ev.changes);
	ev = pass(40 + JOURNEYS_MAX, 0, 90002, "b"); /* which did not throw out the newer one */
	assert_true(ev.has_hop);
	ev = pass(41, 0, 90003, "b");
	assert_true(ev.has_hop);
}

static void without_a_number_nothing_is_known(void **state)
{
	struct event ev;

	(void)state;
	pass(0, 0, 1000, "a");
	ev = pass(0, 0, 1100, "b");
	assert_false(ev.has_total);
	assert_false(ev.has_hop);
	assert_null(ev.changes);
}

/* Its first event was lost: there was one before, but nobody knows when. */
static void what_began_before_has_no_time(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.packet_id = 5;
	journeys_event(js, &ev);
	assert_false(ev.has_total);
	assert_null(ev.changes);
}

/* The function returned when the packet was elsewhere, or nowhere. */
static void a_return_that_shows_the_past_changes_nothing(void **state)
{
	struct skbt_verdict v = { .kind = SKBT_VERDICT_HOOK, .as_called = 1 };
	struct event ev = fabricate_path();

	(void)state;
	pass(20, 0, 1000, "a");
	fabricated.rec.packet_id = 20;
	fabricated.rec.ts = 1200;
	fabricated.rec.len = 1;
	ev.verdict = &v;
	journeys_event(js, &ev);
	assert_null(ev.changes);
	assert_int_equal(ev.total_ns, 200);
	ev = pass(20, 0, 1500, "b");
	assert_int_equal(ev.changes->count, 0);
	assert_string_equal(ev.hop_func, "a");
}

static unsigned int changes_of(uint64_t alike, uint32_t mark)
{
	struct event ev = fabricate_path();

	fabricated.rec.packet_id = 61;
	fabricated.rec.mark = mark;
	ev.alike = alike;
	journeys_event(js, &ev);
	return ev.changes ? ev.changes->count : 99;
}

static void what_is_like_the_event_before_has_not_changed(void **state)
{
	(void)state;
	assert_int_equal(changes_of(1, 1), 99);
	assert_int_equal(changes_of(2, 2), 1);
	assert_int_equal(changes_of(2, 2), 0);
	assert_int_equal(changes_of(0, 2), 0);
	assert_int_equal(changes_of(0, 3), 1);
	assert_int_equal(changes_of(3, 3), 0);
	assert_int_equal(changes_of(4, 2), 1);
}

#define journeys_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		journeys_test(times_count_from_the_first_event),
		journeys_test(a_child_goes_on_from_its_parent),
		journeys_test(the_end_is_a_hop_too),
		journeys_test(two_cpus_may_swap_places),
		journeys_test(the_oldest_packets_are_forgotten),
		journeys_test(what_began_before_has_no_time),
		journeys_test(without_a_number_nothing_is_known),
		journeys_test(a_return_that_shows_the_past_changes_nothing),
		journeys_test(what_is_like_the_event_before_has_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

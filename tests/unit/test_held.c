/* SPDX-License-Identifier: GPL-2.0-only */
/* The store of events that wait for the end of their packet: families, order, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "fabricate.h"
#include "held.h"

static struct held *h;
static char went[4096];  /* "1:ENDED 2,3:EXIT " */
static char order[4096]; /* timestamps of the last family, as asked for */
static bool by_member;
static size_t deepest;
static int answer;

static int note(void *ctx, struct held_family *family, enum held_why why, uint64_t now)
{
	static const char *const names[] = { "ENDED", "QUIET", "FULL", "EXIT" };
	struct held_event **list = held_in_order(family, by_member);
	size_t len = strlen(went);

	(void)ctx;
	(void)now;
	if (len > sizeof(went) - 1024)
		len = 0;
	for (struct held_member *m = family->members; m; m = m->next)
		deepest = m->depth > deepest ? m->depth : deepest;
	for (struct held_member *m = family->members; m; m = m->next)
		len += snprintf(went + len, sizeof(went) - len, "%s%d",
				m == family->members ? "" : ",", (int)m->number);
	snprintf(went + len, sizeof(went) - len, ":%s ", names[why]);
	order[0] = '\0';
	for (struct held_event **e = list; *e; e++)
		snprintf(order + strlen(order), sizeof(order) - strlen(order), "%d@%d ",
			 (int)(*e)->rec.packet_id, (int)(*e)->rec.ts);
	free(list);
	return answer;
}

static void start(size_t events, size_t bytes)
{
	const struct held_limits limits = {
		.events = events, .bytes = bytes, .quiet_ns = 1000, .grace_ns = 100
	};

	held_free(h);
	h = held_new(&limits, note, NULL);
	went[0] = '\0';
	by_member = false;
	deepest = 0;
	answer = 0;
}

static int setup(void **state)
{
	(void)state;
	start(100, 1 << 20);
	return !h;
}

static int teardown(void **state)
{
	(void)state;
	held_free(h);
	h = NULL;
	return 0;
}

static int add(uint64_t number, uint64_t parent, uint64_t ts)
{
	fabricate_path();
	fabricated.rec.packet_id = number;
	fabricated.rec.parent_id = parent;
	fabricated.rec.ts = ts;
	return held_add(h, &fabricated.rec, sizeof(fabricated.rec), "client");
}

static void end_of(uint64_t number, uint64_t ts)
{
	const struct skbt_end end = { .type = SKBT_END, .packet_id = number, .ts = ts };

	held_end(h, &end);
}

static void a_packet_goes_when_it_has_ended(void **state)
{
	(void)state;
	add(1, 0, 10);
	add(2, 0, 20);
	add(1, 0, 30);
	assert_int_equal(held_tick(h, 500), 0);
	assert_string_equal(went, "");
	end_of(1, 40);
	end_of(1, 41);     /* told twice */
	end_of(9, 41);     /* of nobody */
	held_tick(h, 139); /* another CPU may hand in something late */
	assert_string_equal(went, "");
	held_tick(h, 140);
	assert_string_equal(went, "1:ENDED ");
	assert_string_equal(order, "1@10 1@30 ");
	held_tick(h, 141);
	held_flush(h, 141);
	assert_string_equal(went, "1:ENDED 2:EXIT ");
}

static void a_family_goes_when_all_of_it_has_ended(void **state)
{
	(void)state;
	add(1, 0, 10);
	add(2, 1, 20);
	end_of(1, 30);
	add(3, 2, 40);
	end_of(2, 50);
	held_tick(h, 900);
	assert_string_equal(went, "");
	end_of(3, 950);
	held_tick(h, 2000);
	assert_string_equal(went, "1,2,3:ENDED ");
}

static void a_child_that_comes_in_the_grace_time_belongs_to_it(void **state)
{
	(void)state;
	add(1, 0, 10);
	end_of(1, 20);
	held_tick(h, 60);
	add(2, 1, 70);
	held_tick(h, 300);
	assert_string_equal(went, "");
	end_of(2, 310);
	held_tick(h, 500);
	assert_string_equal(went, "1,2:ENDED ");
}

static void what_comes_later_is_a_family_of_its_own(void **state)
{
	(void)state;
	add(1, 0, 10);
	end_of(1, 20);
	held_tick(h, 200);
	add(2, 1, 210);
	add(1, 0, 220);
	held_flush(h, 230);
	assert_string_equal(went, "1:ENDED 2:EXIT 1:EXIT ");
}

static void events_of_two_cpus_are_put_in_order(void **state)
{
	(void)state;
	add(1, 0, 10);
	add(1, 0, 30);
	add(2, 1, 25);
	add(1, 0, 20);
	add(2, 1, 24);
	held_flush(h, 100);
	assert_string_equal(order, "1@10 1@20 2@24 2@25 1@30 ");
	add(1, 0, 10);
	add(1, 0, 30);
	add(2, 1, 25);
	add(1, 0, 20);
	add(2, 1, 24);
	by_member = true;
	held_flush(h, 100);
	assert_string_equal(order, "1@10 1@20 1@30 2@24 2@25 ");
}

static void a_quiet_packet_goes_as_it_stands(void **state)
{
	(void)state;
	add(1, 0, 10);
	add(2, 0, 500);
	add(1, 0, 600);
	held_tick(h, 1500);
	assert_string_equal(went, "2:QUIET ");
	held_tick(h, 1600);
	assert_string_equal(went, "2:QUIET 1:QUIET ");
}

/* While records are still waiting, the clock says nothing about them. */
static void without_a_clock_the_newest_event_tells_the_time(void **state)
{
	(void)state;
	add(1, 0, 10);
	held_tick(h, 0);
	add(2, 0, 1009);
	held_tick(h, 0);
	assert_string_equal(went, "");
	add(3, 0, 1010);
	held_tick(h, 0);
	assert_string_equal(went, "1:QUIET ");
}

static void when_events_are_many_the_oldest_goes(void **state)
{
	(void)state;
	start(3, 1 << 20);
	add(1, 0, 10);
	add(2, 0, 20);
	add(1, 0, 30);
	add(3, 0, 40);
	assert_string_equal(went, "2:FULL ");
	end_of(3, 41);
	add(1, 0, 50); /* one that has ended is gone before one that lives */
	assert_string_equal(went, "2:FULL 3:ENDED ");
	add(1, 0, 60); /* even if it is alone */
	assert_string_equal(went, "2:FULL 3:ENDED 1:FULL ");
}

static void when_memory_is_full_the_oldest_goes(void **state)
{
	(void)state;
	start(1000, 3000);
	for (int i = 1; i <= 50; i++)
		assert_int_equal(add(i, 0, i), 0);
	assert_memory_equal(went, "1:FULL 2:FULL 3:FULL ", 21);
	assert_non_null(strstr(went, "44:FULL "));
	assert_null(strstr(went, "50:"));
	held_flush(h, 100);
	assert_non_null(strstr(went, "50:EXIT "));
}

static void everything_is_given_back(void **state)
{
	(void)state;
	start(100000, 100 * 700);
	add(5000, 0, 900); /* would have to go if there were no room */
	for (int round = 0; round < 1000; round++) {
		add(round + 1, 0, round);
		end_of(round + 1, round);
		held_tick(h, round + 200);
	}
	held_flush(h, 1300);
	assert_non_null(strstr(went, "5000:EXIT "));
}

/* A loop that copies forever must not make a tree of any depth. */
static void the_tree_has_a_depth(void **state)
{
	(void)state;
	for (int i = 1; i <= 90; i++)
		add(i, i - 1, i);
	held_flush(h, 100);
	assert_non_null(strstr(went, ",89,90:EXIT"));
	assert_int_equal(deepest, HELD_DEPTH);
}

static size_t kept;

static int measure(void *ctx, struct held_family *family, enum held_why why, uint64_t now)
{
	(void)ctx;
	(void)why;
	(void)now;
	assert_true(memcmp(family->events->rec.stack, fabricated.rec.stack,
			   8 * family->events->rec.stack_len) == 0);
	assert_string_equal(family->events->netns_name, "client");
	kept = family->events->size;
	return 0;
}

static void of_a_stack_the_valid_frames_are_kept(void **state)
{
	const struct held_limits limits = { .events = 9, .bytes = 99999 };
	struct held *m = held_new(&limits, measure, NULL);
	size_t all = sizeof(fabricated.rec) + 8 * SKBT_STACK_DEPTH;

	(void)state;
	fabricate_drop();
	fabricated.rec.sections = 1 << SKBT_SEC_STACK;
	held_add(m, &fabricated.rec, all, "client");
	held_flush(m, 0);
	assert_int_equal(kept, sizeof(fabricated.rec) + 3 * 8);
	fabricated.rec.sections |= 1 << SKBT_SEC_DATA;
	held_add(m, &fabricated.rec, all + 64, "client");
	held_flush(m, 0);
	assert_int_equal(kept, all + 64);
	held_free(m);
}

static void what_the_output_says_is_handed_on(void **state)
{
	(void)state;
	answer = -EPIPE;
	add(1, 0, 10);
	add(2, 0, 10);
	assert_int_equal(held_flush(h, 20), -EPIPE);
	assert_string_equal(went, "1:EXIT ");
	assert_int_equal(held_tick(h, 5000), -EPIPE);
}

#define held_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(a_packet_goes_when_it_has_ended),
		held_test(a_family_goes_when_all_of_it_has_ended),
		held_test(a_child_that_comes_in_the_grace_time_belongs_to_it),
		held_test(what_comes_later_is_a_family_of_its_own),
		held_test(events_of_two_cpus_are_put_in_order),
		held_test(a_quiet_packet_goes_as_it_stands),
		held_test(without_a_clock_the_newest_event_tells_the_time),
		held_test(when_events_are_many_the_oldest_goes),
		held_test(when_memory_is_full_the_oldest_goes),
		held_test(everything_is_given_back),
		held_test(the_tree_has_a_depth),
		held_test(of_a_stack_the_valid_frames_are_kept),
		held_test(what_the_output_says_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the text output says on the side: the summary, and losses while they happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fabricate.h"

static struct capture c;
static struct options o;

static int setup(void **state)
{
	(void)state;
	o = (struct options){ .buffer_size = 8 * 1024 * 1024 };
	capture_begin(&c, "text", &o);
	capture_messages(&c);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	capture_end(&c);
	return 0;
}

static void the_summary_counts_in_words(void **state)
{
	struct run_counts counts = { .packets = 1, .events = 23, .drops = 1 };

	(void)state;
	assert_int_equal(output_summary(c.output, &counts, &(struct run_info){ 0 }, 0), 0);
	assert_string_equal(capture_messages(&c), "1 packet, 23 events, 1 drop, 0 lost\n");
	assert_string_equal(capture_text(&c), "");
}

static void every_kind_of_loss_says_what_helps(void **state)
{
	struct run_counts counts = {
		.counter = { [SKBT_LOST_RING] = 5, [SKBT_LOST_NESTED] = 2, [SKBT_UNTRACKED] = 1 },
		.missed = 4,
		.drops = 2,
	};

	(void)state;
	output_summary(c.output, &counts, &(struct run_info){ 0 }, 0);
	assert_string_equal(capture_messages(&c), "0 packets, 0 events, 2 drops, 7 lost\n"
						  "  lost 5: the buffer was full; use a larger "
						  "buffer (--buffer 16M) or a narrower "
						  "filter\n"
						  "  lost 2: probes interrupted each other too "
						  "deeply on one CPU; choose fewer functions "
						  "(--hooks, --func)\n"
						  "  missed 4: the kernel skipped these hits, as "
						  "one probe ran inside another; choose fewer "
						  "functions (--hooks, --func)\n"
						  "  1 event without a packet number: too many "
						  "packets at once; use a narrower filter\n");
}

static void what_was_left_out_on_purpose_is_no_loss(void **state)
{
	struct run_counts counts = {
		.counter = { [SKBT_NOT_SAMPLED] = 30, [SKBT_UNTRACKED] = 2 },
		.packets = 2,
		.events = 14,
	};

	(void)state;
	o.sample = 4;
	output_summary(c.output, &counts, &(struct run_info){ 0 }, 0);
	o.sample = 0;
	assert_string_equal(capture_messages(&c), "2 packets, 14 events, 0 drops, 0 lost\n"
						  "  not shown 30: events of packets that "
						  "--sample or --rate did not choose\n"
						  "  2 of them because there were too many "
						  "packets at once to remember the choice; use "
						  "a narrower filter\n");
}

static void loss_is_reported_while_it_happens(void **state)
{
	struct run_counts counts = { .counter = { [SKBT_LOST_RING] = 5, [SKBT_LOST_NESTED] = 2 } };

	(void)state;
	assert_int_equal(output_lost(c.output, &counts, 0), 0);
	assert_string_equal(capture_messages(&c),
			    "lost 7 events so far: 5 buffer full, 2 nested\n");
	assert_string_equal(capture_text(&c), "");
}

static void frees_that_lose_nothing_are_told_apart(void **state)
{
	struct run_counts counts = { .drops = 1, .events = 1, .routine = 3 };

	(void)state;
	output_summary(c.output, &counts, &(struct run_info){ 0 }, 0);
	assert_string_equal(capture_messages(&c), "0 packets, 1 event, 1 drop, 0 lost\n"
						  "  not shown 3: freed as drops while nothing was "
						  "lost; -v shows them\n");
}

/* On a terminal both streams are one. */
static void events_stand_above_it(void **state)
{
	struct output_env env = { .options = &o };
	struct run_counts counts = { .events = 1 };
	struct event ev = fabricate_path();
	struct output *output;
	char *text = NULL, *line, *summary;
	size_t size;

	(void)state;
	env.out = env.err = open_memstream(&text, &size);
	output = output_new("text", &env);
	assert_int_equal(output_begin(output), 0);
	assert_int_equal(output_event(output, &ev), 0);
	assert_int_equal(output_summary(output, &counts, &(struct run_info){ 0 }, 0), 0);
	fclose(env.out);
	line = strstr(text, "ip_output");
	summary = strstr(text, "1 event,");
	assert_non_null(line);
	assert_non_null(summary);
	assert_true(line < summary);
	output_free(output);
	free(text);
}

#define text_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		text_test(the_summary_counts_in_words),
		text_test(events_stand_above_it),
		text_test(every_kind_of_loss_says_what_helps),
		text_test(what_was_left_out_on_purpose_is_no_loss),
		text_test(loss_is_reported_while_it_happens),
		text_test(frees_that_lose_nothing_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a line of the text output takes over from lines before it is as if it were made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fabricate.h"

static struct options o;

/* One of some events, in all of which a line's pieces differ. */
static struct event one_of(unsigned int which)
{
	struct event ev = fabricate_path();
	struct skbt_record *rec = &fabricated.rec;

	rec->cpu = which & 1 ? 123456789 : 1; /* pushes what stands behind it */
	ev.packet.serial = 1 + (which >> 1 & 1);
	if (which & 2)
		strcpy(ev.packet.detail, "echo reply id 7 seq 1 ttl 64");
	if (which & 4)
		strcpy(rec->ifname, "eth0.100");
	if (which & 8)
		ev.netns_name = "a-name-that-pushes-the-function";
	if (which & 16)
		rec->route = (struct skbt_route){
			.ifindex = 2, .family = AF_INET, .type = 1, .dev = "r1"
		};
	if (which & 32)
		rec->len = 1500;
	if (which & 64)
		ev.func = "a_function_whose_name_pushes";
	if (which & 128)
		rec->pkt_type = 0;
	if (which & 256)
		ev.func = "a_function_with_a_name_that_is_too_long_to_be_kept_as_it_was_put";
	return ev;
}

/* As alike.c numbers them, all but the CPU. */
static uint64_t number_of(unsigned int which)
{
	static unsigned int last;
	static uint64_t number;

	if (!number || which >> 1 != last >> 1)
		number++;
	last = which;
	return number;
}

static void lines_are_the_same_whether_pieces_are_made_anew_or_not(void **state)
{
	struct capture c = { 0 };
	unsigned int which = 0;

	(void)state;
	srand(1);
	capture_begin(&c, "text", &o);
	for (int i = 0; i < 2000; i++) {
		struct capture fresh = { 0 };
		struct event ev;

		/* Mostly one thing changes, often none. */
		which ^= rand() % 2 ? 1 << rand() % 9 : 0;
		ev = one_of(which);
		capture_begin(&fresh, "text", &o);
		assert_int_equal(output_event(fresh.output, &ev), 0);
		assert_int_equal(output_flush(fresh.output), 0);
		ev.alike = number_of(which);
		assert_int_equal(output_event(c.output, &ev), 0);
		assert_string_equal(capture_text(&c), fresh.out);
		capture_end(&fresh);
	}
	capture_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_whether_pieces_are_made_anew_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

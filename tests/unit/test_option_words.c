/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands and their options; where an expression ends and interval and count begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "parse_options.h"

/* text, interval and count: what `top` with these words means. */
#define assert_top(text_, interval_, intervals_, ...)                                              \
	do {                                                                                       \
		if (parse("top", ##__VA_ARGS__))                                                   \
			fail_msg("%s", e.text);                                                    \
		assert_int_equal(o.command, COMMAND_TOP);                                          \
		assert_string_equal(o.expression, text_);                                          \
		assert_int_equal(o.interval, interval_);                                           \
		assert_int_equal(o.intervals, intervals_);                                         \
	} while (0)

#define assert_refused(text_, ...)                                                                 \
	do {                                                                                       \
		assert_true(parse(__VA_ARGS__) < 0);                                               \
		assert_int_equal(e.code, EXIT_USAGE);                                              \
		assert_string_equal(e.text, text_);                                                \
	} while (0)

static void the_last_numbers_are_interval_and_count(void **state)
{
	(void)state;
	assert_top("", 1, 0);
	assert_top("", 5, 0, "5");
	assert_top("", 5, 2, "5", "2");
	assert_top("tcp", 5, 2, "tcp", "5", "2");
	assert_top("tcp", 5, 0, "--interval", "5", "tcp");
	assert_top("tcp", 1, 7, "tcp", "-c", "7");
	assert_top("tcp", 5, 7, "tcp", "5", "-c", "7");
}

static void a_number_that_the_expression_needs_is_its_own(void **state)
{
	(void)state;
	assert_top("port 80", 1, 0, "port", "80");
	assert_top("port 80", 5, 0, "port", "80", "5");
	assert_top("port 80", 5, 2, "port", "80", "5", "2");
	assert_top("port 80 or 443", 1, 0, "port", "80", "or", "443");
	assert_top("port 80 or 443", 3, 0, "port", "80", "or", "443", "3");
	assert_top("ip proto 6", 1, 0, "ip", "proto", "6");
	assert_top("len > 100", 5, 0, "len", ">", "100", "5");
	assert_top("net 10.0", 1, 0, "net", "10.0");
	assert_top("host 10.0.0.1", 9, 0, "host", "10.0.0.1", "9");
}

static void a_quoted_number_belongs_to_the_expression(void **state)
{
	(void)state;
	assert_top("vlan", 5, 0, "vlan", "5");
	assert_top("vlan 5", 1, 0, "vlan 5");
	assert_top("vlan 5", 2, 0, "vlan 5", "2");
}

static void both_are_positive_whole_numbers(void **state)
{
	(void)state;
	assert_refused("the interval in seconds is a whole number from 1 on, not \"0\"", "top",
		       "0");
	assert_refused("the interval in seconds is a whole number from 1 on, not \"1.5\"", "top",
		       "1.5");
	assert_refused("the number of intervals is a whole number from 1 on, not \"0\"", "top",
		       "tcp", "5", "0");
	assert_refused("the interval in seconds is a whole number from 1 on, not \"-3\"", "top",
		       "tcp", "--", "-3");
	assert_refused("the interval in seconds is a whole number from 1 on, not "
		       "\"99999999999999999999\"",
		       "top", "99999999999999999999");
	assert_refused("--interval takes a whole number of seconds from 1, not \"0\"", "top",
		       "--interval", "0");
	assert_refused("-c/--count takes a number from 1, not \"x\"", "top", "-c", "x");
}

static void each_is_given_once(void **state)
{
	(void)state;
	assert_refused("the interval is given twice, by --interval and as \"5\"", "top",
		       "--interval", "2", "5");
	assert_refused("the number of intervals is given twice, by -c/--count and as \"3\"", "top",
		       "-c", "2", "5", "3");
}

static void an_option_of_another_command_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused("--dropstack is for skbtrace trace, not for skbtrace top", "top",
		       "--dropstack");
	assert_refused("--interval is for skbtrace top, count and drops, not for skbtrace trace",
		       "--interval", "5");
	assert_refused("--by is for skbtrace top and count, not for skbtrace listen", "--by",
		       "conn", "listen");
	assert_refused("-u/--udp is for skbtrace listen, not for skbtrace top", "top", "-u");
	assert_refused("-x/--bytes is for skbtrace trace, not for skbtrace listen", "listen", "-x");
	assert_refused("unknown option --frobnicate; see skbtrace listen --help", "listen",
		       "--frobnicate");
	assert_refused("--by takes pid, conn, netns or cgroup, not \"user\"", "top", "--by",
		       "user");
}

static void options_may_come_before_the_command(void **state)
{
	(void)state;
	assert_int_equal(parse("--json", "-p", "5", "top", "tcp", "2"), 0);
	assert_int_equal(o.command, COMMAND_TOP);
	assert_int_equal(o.pid, 5);
	assert_int_equal(o.interval, 2);
	assert_int_equal(parse("--once", "listen", "-u"), 0);
	assert_int_equal(o.command, COMMAND_LISTEN);
	assert_true(o.once && o.udp);
	/* The value of an option is no command. */
	assert_int_equal(parse("-N", "top", "tcp"), 0);
	assert_int_equal(o.command, COMMAND_TRACE);
	assert_int_equal(parse("-c", "3", "listen"), 0);
	assert_int_equal(o.max_events, 3);
	assert_int_equal(parse("-h", "top"), 0);
	assert_int_equal(o.action, ACTION_HELP);
	assert_int_equal(o.command, COMMAND_TOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_numbers_are_interval_and_count),
		cmocka_unit_test(a_number_that_the_expression_needs_is_its_own),
		cmocka_unit_test(a_quoted_number_belongs_to_the_expression),
		cmocka_unit_test(both_are_positive_whole_numbers),
		cmocka_unit_test(each_is_given_once),
		cmocka_unit_test(an_option_of_another_command_is_refused_by_name),
		cmocka_unit_test(options_may_come_before_the_command),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	options_free(&o);
	return failed;
}

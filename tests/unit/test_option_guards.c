/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of the options that keep a trace small and short: --sample, --rate, --duration, --buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../tracer/options.h"

static struct options o;
static struct error e;

static int parse(const char *option, const char *value)
{
	char *argv[] = { "skbtrace", (char *)option, (char *)value, NULL };

	options_free(&o);
	e = (struct error){ 0 };
	return options_parse(3, argv, &o, &e);
}

static void refuse(const char *option, const char *accepted, const char *const *values)
{
	char text[256];

	for (; *values; values++) {
		snprintf(text, sizeof(text), "%s takes %s, not \"%s\"", option, accepted, *values);
		assert_true(parse(option, *values) < 0);
		assert_int_equal(e.code, EXIT_USAGE);
		assert_string_equal(e.text, text);
	}
}

#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void without_them_nothing_is_limited(void **state)
{
	char *argv[] = { "skbtrace", NULL };

	(void)state;
	options_free(&o);
	assert_int_equal(options_parse(1, argv, &o, &e), 0);
	assert_int_equal(o.sample, 0);
	assert_int_equal(o.rate, 0);
	assert_int_equal(o.duration_ns, 0);
}

static void a_sample_is_one_in_n(void **state)
{
	(void)state;
	assert_int_equal(parse("--sample", "1/4"), 0);
	assert_int_equal(o.sample, 4);
	assert_int_equal(parse("--sample", "1/1"), 0);
	assert_int_equal(o.sample, 1);
	assert_int_equal(parse("--sample", "1/1000000"), 0);
	assert_int_equal(o.sample, 1000000);
	refuse("--sample", "1/N with N from 1 to 1000000, as in 1/100",
	       VALUES("", "1/", "1/0", "1/1000001", "2/4", "4", "0.25", "25%", "1/4x", "1/-4",
		      "1 / 4", "1/18446744073709551617"));
}

static void a_rate_is_packets_a_second(void **state)
{
	(void)state;
	assert_int_equal(parse("--rate", "1"), 0);
	assert_int_equal(o.rate, 1);
	assert_int_equal(parse("--rate", "1000000"), 0);
	assert_int_equal(o.rate, 1000000);
	refuse("--rate", "a number of packets a second, 1 to 1000000",
	       VALUES("", "0", "-1", "1000001", "10/s", "1.5", "1k", "18446744073709551617"));
}

static void a_duration_has_a_unit_or_is_seconds(void **state)
{
	(void)state;
	assert_int_equal(parse("--duration", "10"), 0);
	assert_int_equal(o.duration_ns, 10000000000);
	assert_int_equal(parse("--duration", "10s"), 0);
	assert_int_equal(o.duration_ns, 10000000000);
	assert_int_equal(parse("--duration", "500ms"), 0);
	assert_int_equal(o.duration_ns, 500000000);
	assert_int_equal(parse("--duration", "2m"), 0);
	assert_int_equal(o.duration_ns, 120000000000);
	assert_int_equal(parse("--duration", "1h"), 0);
	assert_int_equal(o.duration_ns, 3600000000000);
	assert_int_equal(parse("--duration", "8784h"), 0);
	refuse("--duration", "a time of at most a year, as in 500ms, 10s, 2m or 1h",
	       VALUES("", "0", "0s", "s", "ms", "-1", "1.5s", "10 s", "10sec", "1d", "8785h",
		      "31622401", "99999999999999999999", "0x10"));
}

static void a_buffer_is_rounded_up_or_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("--buffer", "100000"), 0);
	assert_int_equal(o.buffer_size, 131072);
	refuse("--buffer", "a size from 64K to 1G, as in 512K or 16M",
	       VALUES("", "0", "0K", "1", "223", "-8M", "1.5M", "2G", "1025M", "8T", "8 M",
		      "0x10000"));
}

static void one_that_chooses_packets_is_given_once(void **state)
{
	char *argv[] = { "skbtrace", "--sample", "1/4", "--sample", "1/8", NULL };

	(void)state;
	options_free(&o);
	assert_true(options_parse(5, argv, &o, &e) < 0);
	assert_string_equal(e.text, "--sample is given twice: give it once");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_them_nothing_is_limited),
		cmocka_unit_test(a_sample_is_one_in_n),
		cmocka_unit_test(a_rate_is_packets_a_second),
		cmocka_unit_test(a_duration_has_a_unit_or_is_seconds),
		cmocka_unit_test(a_buffer_is_rounded_up_or_refused),
		cmocka_unit_test(one_that_chooses_packets_is_given_once),
	};
	int failed = cmocka_run_group_tests_name("option guards", tests, NULL, NULL);

	options_free(&o);
	return failed;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../tracer/hexdump.h"

static struct linebuf b;
static char *text;
static size_t size;

static int setup(void **state)
{
	(void)state;
	lb_init(&b, open_memstream(&text, &size));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fclose(b.out);
	free(text);
	return 0;
}

static const char *written(void)
{
	lb_end_line(&b);
	fflush(b.out);
	return text;
}

static void lines_are_those_of_tcpdump(void **state)
{
	static const uint8_t packet[] =
		"\x45\0\0\x23\x1c\x46@\0@\x11\0\0\x7f\0\0\x01hello \x7f~\xff!";

	(void)state;
	hexdump(&b, packet, sizeof(packet) - 1, "\n\t");
	assert_string_equal(written(),
			    "0x0000:  4500 0023 1c46 4000 4011 0000 7f00 0001  E..#.F@.@.......\n"
			    "\t0x0010:  6865 6c6c 6f20 7f7e ff21                 hello..~.!\n");
}

static void a_word_may_be_half(void **state)
{
	(void)state;
	hexdump(&b, (const uint8_t *)"abc", 3, "\n");
	assert_string_equal(written(), "0x0000:  6162 63                                  abc\n");
}

static void no_byte_is_no_line(void **state)
{
	(void)state;
	hexdump(&b, (const uint8_t *)"", 0, "\n");
	assert_string_equal(written(), "\n");
}

/* More than the line buffer holds. */
static void the_largest_packet_is_whole(void **state)
{
	static uint8_t packet[4096];
	const char *at;

	(void)state;
	memset(packet, 'x', sizeof(packet));
	hexdump(&b, packet, sizeof(packet), "\n");
	at = written();
	for (unsigned int i = 0; i < sizeof(packet) / 16; i++) {
		char line[80];

		snprintf(line, sizeof(line),
			 "0x%04x:  7878 7878 7878 7878 7878 7878 7878 7878  xxxxxxxxxxxxxxxx\n",
			 16 * i);
		assert_memory_equal(at, line, strlen(line));
		at += strlen(line);
	}
	assert_string_equal(at, "");
}

static void a_hex_string_has_two_digits_a_byte(void **state)
{
	(void)state;
	hex_string(&b, (const uint8_t *)"\0\x0f\xa0", 3);
	assert_string_equal(written(), "000fa0\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_those_of_tcpdump),
		TEST(a_word_may_be_half),
		TEST(no_byte_is_no_line),
		TEST(the_largest_packet_is_whole),
		TEST(a_hex_string_has_two_digits_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Whatever is appended when a line buffer is nearly full comes out whole, once and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../../tracer/json_writer.h"

enum { MANY = 2 * LINEBUF_SIZE + 9 };

static struct linebuf b;
static struct json j = { .line = &b };

static void add_char(void)
{
	lb_char(&b, 'c');
}

static void add_text(void)
{
	lb_text(&b, "some text");
}

static void add_raw(void)
{
	lb_raw(&b, "raw");
}

static void add_numbers(void)
{
	lb_i64(&b, INT64_MIN);
	lb_u64(&b, UINT64_MAX);
	lb_digits(&b, 7, 6);
	lb_hex(&b, UINT64_MAX);
}

static void add_padding(void)
{
	lb_pad_to(&b, lb_column(&b) + 70);
	lb_pad_to(&b, 0);
}

static void add_addresses(void)
{
	static const uint8_t addr[16] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\0\0";

	lb_address(&b, AF_INET, addr + 12);
	lb_address(&b, AF_INET6, addr);
}

static void add_json(void)
{
	j.comma = true;
	json_key(&j, "key");
	json_string(&j, "plain \" \\ \n \x7f");
}

static void add_more_than_the_buffer_holds(void)
{
	static char much[MANY + 1];

	memset(much, 'm', MANY);
	lb_text(&b, much);
}

static const struct {
	void (*add)(void);
	const char *text; /* NULL: as many m as add_more_than_the_buffer_holds() adds */
} cases[] = {
	{ add_char, "c" },
	{ add_text, "some text" },
	{ add_raw, "raw" },
	{ add_numbers, "-9223372036854775808"
		       "18446744073709551615"
		       "000007"
		       "0xffffffffffffffff" },
	{ add_padding, "                                                                       " },
	{ add_addresses, "127.0.0.0"
			 "ffff:ffff:ffff:ffff:ffff:ffff:7f00:0" },
	{ add_json, ",\"key\":\"plain \\\" \\\\ \\u000a \\u007f\"" },
	{ add_more_than_the_buffer_holds, NULL },
};

/* The line is before bytes long when the case adds its text, then ends. */
static void assert_whole(size_t before, size_t i)
{
	char *out = NULL;
	size_t size = 0, length = cases[i].text ? strlen(cases[i].text) : MANY;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	lb_init(&b, stream);
	for (size_t n = 0; n < before; n++)
		lb_char(&b, '.');
	cases[i].add();
	assert_int_equal(lb_column(&b), before + (cases[i].add == add_raw ? 0 : length));
	assert_int_equal(lb_end_line(&b), 0);
	assert_int_equal(lb_column(&b), 0);
	fclose(stream);
	assert_int_equal(size, before + length + 1);
	assert_int_equal(strspn(out, "."), before);
	assert_int_equal(out[size - 1], '\n');
	if (cases[i].text)
		assert_memory_equal(out + before, cases[i].text, length);
	else
		assert_int_equal(strspn(out + before, "m"), length);
	free(out);
}

static void a_line_may_end_anywhere_near_the_end_of_the_buffer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_whole(0, i);
		for (size_t before = LINEBUF_SIZE - 80; before < LINEBUF_SIZE + 2; before++)
			assert_whole(before, i);
	}
}

static void lines_wait_until_they_are_many(void **state)
{
	char *out = NULL;
	size_t size = 0, lines = 0;
	FILE *stream = open_memstream(&out, &size);

	(void)state;
	assert_non_null(stream);
	lb_init(&b, stream);
	do {
		lb_text(&b, "some text");
		assert_int_equal(lb_column(&b), 9);
		assert_int_equal(lb_next_line(&b), 0);
		assert_int_equal(lb_column(&b), 0);
		fflush(stream);
		lines++;
	} while (!size);
	assert_int_equal(lines, LINEBUF_KEPT / 10 + 1);
	lb_text(&b, "the rest");
	assert_int_equal(lb_next_line(&b), 0);
	fflush(stream);
	assert_int_equal(size, 10 * lines);
	assert_int_equal(lb_flush(&b), 0);
	fflush(stream);
	assert_string_equal(out + size - 9, "the rest\n");
	fclose(stream);
	free(out);
}

static void a_line_is_broken_behind_lines_that_wait(void **state)
{
	char *out = NULL;
	size_t size = 0, at;
	FILE *stream = open_memstream(&out, &size);

	(void)state;
	assert_non_null(stream);
	lb_init(&b, stream);
	lb_text(&b, "before");
	lb_next_line(&b);
	lb_text(&b, "one ");
	at = b.len;
	lb_text(&b, "two");
	lb_break_at(&b, at, 3);
	assert_int_equal(lb_column(&b), 6);
	lb_pad_to(&b, 8);
	lb_text(&b, "three");
	assert_int_equal(lb_end_line(&b), 0);
	fclose(stream);
	assert_string_equal(out, "before\none\n   two  three\n");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_may_end_anywhere_near_the_end_of_the_buffer),
		cmocka_unit_test(lines_wait_until_they_are_many),
		cmocka_unit_test(a_line_is_broken_behind_lines_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

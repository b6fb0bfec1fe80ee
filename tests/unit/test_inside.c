/* SPDX-License-Identifier: GPL-2.0-only */
/* Which bytes of a record's sections are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../tracer/inside.h"

static union {
	struct skbt_record rec;
	uint8_t space[SKBT_RECORD_MAX];
} fabricated;

/* Room for an Ethernet header and 26 bytes. */
static const uint32_t size[SKBT_SECTIONS] = { 384, 96, 48, 232, 320 };
static struct options o;
static struct event ev;
static struct skbt_data *data;

static int setup(void **state)
{
	(void)state;
	o = (struct options){ .bytes_level = 1, .snaplen = 20 };
	memset(&fabricated, 0, sizeof(fabricated));
	fabricated.rec.sections = 1 << SKBT_SEC_STACK | 1 << SKBT_SEC_DATA | 1 << SKBT_SEC_SKB;
	data = (void *)(fabricated.space + sizeof(fabricated.rec) + size[SKBT_SEC_STACK]);
	return 0;
}

static void expect(uint32_t start, uint32_t caplen, size_t skipped, size_t len)
{
	data->start = start;
	data->caplen = caplen;
	ev = (struct event){ .rec = &fabricated.rec };
	find_inside(&ev, size, &o);
	assert_int_equal(ev.bytes_len, len);
	assert_ptr_equal(ev.bytes, len ? data->bytes + skipped : NULL);
}

static void an_ethernet_header_is_shown_if_asked_for_and_there(void **state)
{
	(void)state;
	expect(SKBT_L2, 30, 14, 16);
	expect(SKBT_L3, 30, 14, 16);
	expect(SKBT_NO_HEADER, 18, 0, 18);
	o.bytes_level = 2;
	expect(SKBT_L2, 19, 0, 19);
	expect(SKBT_L3, 30, 14, 16);
}

static void no_more_is_shown_than_asked_for(void **state)
{
	(void)state;
	expect(SKBT_L2, 40, 14, 20);
	expect(SKBT_NO_HEADER, 40, 0, 20);
}

static void no_more_is_shown_than_there_is(void **state)
{
	(void)state;
	o.snaplen = 2048;
	expect(SKBT_L2, 4000, 14, 26);
	expect(SKBT_L2, 14, 0, 0);
	expect(SKBT_L3, 0, 0, 0);
}

static void structs_are_found_behind_the_bytes(void **state)
{
	(void)state;
	expect(SKBT_L2, 30, 14, 16);
	assert_ptr_equal(ev.skb_image, (uint8_t *)data + size[SKBT_SEC_DATA]);
	assert_null(ev.shinfo_image);
	fabricated.rec.sections = 1 << SKBT_SEC_SHINFO;
	ev = (struct event){ .rec = &fabricated.rec };
	find_inside(&ev, size, &o);
	assert_null(ev.bytes);
	assert_null(ev.skb_image);
	assert_ptr_equal(ev.shinfo_image, &fabricated.rec + 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(an_ethernet_header_is_shown_if_asked_for_and_there),
		TEST(no_more_is_shown_than_asked_for),
		TEST(no_more_is_shown_than_there_is),
		TEST(structs_are_found_behind_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

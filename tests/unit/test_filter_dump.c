/* SPDX-License-Identifier: GPL-2.0-only */
/* What -d and -dd print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "filter_packets.h"
#include "skb_filter.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static struct skb_filter *compile(const char *expr)
{
	struct skb_filter_err err;
	struct skb_filter *f;

	if (skb_filter_compile(expr, NULL, &f, &err))
		fail_msg("%s: %s", expr, err.msg);
	return f;
}

static void dump_is_that_of_tcpdump(void **state)
{
	struct skb_filter *f = compile("arp");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(skb_filter_dump_classic(f, out), 0);
	fclose(out);
	assert_string_equal(text, "(000) ldh      [12]\n"
				  "(001) jeq      #0x806           jt 2\tjf 3\n"
				  "(002) ret      #262144\n"
				  "(003) ret      #0\n");
	free(text);
	skb_filter_free(f);
}

static char *ebpf_text(const char *expr, enum skb_filter_start start)
{
	struct skb_filter *f = compile(expr);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(skb_filter_dump_ebpf(f, start, out), 0);
	fclose(out);
	skb_filter_free(f);
	return text;
}

/* Loads, swaps, compares by constant and value, scratch words, negation, shift, pointer. */
static const struct {
	const char *expr, *lines;
} readable[] = {
	{ "icmp", "   0: w2 = w2\n"
		  "   1: w3 = w3\n"
		  "   2: if r2 < 0xe goto +9\n"
		  "   3: r0 = *(u16 *)(r1 +12)\n"
		  "   4: if w0 != 0x8 goto +5\n"
		  "   5: if r2 < 0x18 goto +6\n"
		  "   6: r0 = *(u8 *)(r1 +23)\n"
		  "   7: if w0 != 0x1 goto +2\n"
		  "   8: w0 = 0x40000\n"
		  "   9: exit\n"
		  "  10: w0 = 0x0\n"
		  "  11: exit\n"
		  "  12: w0 = 0x0\n"
		  "  13: exit\n" },
	{ "ether[12:2] > 0x800", "   0: w2 = w2\n"
				 "   1: w3 = w3\n"
				 "   2: if r2 < 0xe goto +7\n"
				 "   3: r0 = *(u16 *)(r1 +12)\n"
				 "   4: r0 = be16 r0\n"
				 "   5: if w0 <= 0x800 goto +2\n"
				 "   6: w0 = 0x40000\n"
				 "   7: exit\n"
				 "   8: w0 = 0x0\n"
				 "   9: exit\n"
				 "  10: w0 = 0x0\n"
				 "  11: exit\n" },
	{ "ether[ip[8]] * 3 > 0xff000000", "   0: w2 = w2\n"
					   "   1: w3 = w3\n"
					   "   2: if r2 < 0xe goto +18\n"
					   "   3: r0 = *(u16 *)(r1 +12)\n"
					   "   4: if w0 != 0x8 goto +14\n"
					   "   5: if r2 < 0x17 goto +15\n"
					   "   6: r0 = *(u8 *)(r1 +22)\n"
					   "   7: w4 = w0\n"
					   "   8: w5 = w4\n"
					   "   9: if r5 > 0xff goto +11\n"
					   "  10: r5 += 0x1\n"
					   "  11: if r5 > r2 goto +9\n"
					   "  12: r0 = r1\n"
					   "  13: r0 += r5\n"
					   "  14: r0 = *(u8 *)(r0 -1)\n"
					   "  15: w0 *= 0x3\n"
					   "  16: if w0 <= 0xff000000 goto +2\n"
					   "  17: w0 = 0x40000\n"
					   "  18: exit\n"
					   "  19: w0 = 0x0\n"
					   "  20: exit\n"
					   "  21: w0 = 0x0\n"
					   "  22: exit\n" },
	{ "ip[8] << -ip[9] = len", "   0: w2 = w2\n"
				   "   1: w3 = w3\n"
				   "   2: if r2 < 0xe goto +22\n"
				   "   3: r0 = *(u16 *)(r1 +12)\n"
				   "   4: if w0 != 0x8 goto +18\n"
				   "   5: if r2 < 0x17 goto +19\n"
				   "   6: r0 = *(u8 *)(r1 +22)\n"
				   "   7: *(u32 *)(r10 -8) = r0\n"
				   "   8: if r2 < 0x18 goto +16\n"
				   "   9: r0 = *(u8 *)(r1 +23)\n"
				   "  10: w0 = -w0\n"
				   "  11: w4 = w0\n"
				   "  12: r0 = *(u32 *)(r10 -8)\n"
				   "  13: if r4 <= 0x1f goto +1\n"
				   "  14: w0 = 0x0\n"
				   "  15: w0 <<= w4\n"
				   "  16: *(u32 *)(r10 -16) = r0\n"
				   "  17: w0 = w3\n"
				   "  18: w4 = w0\n"
				   "  19: r0 = *(u32 *)(r10 -16)\n"
				   "  20: if w0 != w4 goto +2\n"
				   "  21: w0 = 0x40000\n"
				   "  22: exit\n"
				   "  23: w0 = 0x0\n"
				   "  24: exit\n"
				   "  25: w0 = 0x0\n"
				   "  26: exit\n" },
};

static void ebpf_dump_is_readable(void **state)
{
	(void)state;
	for (size_t i = 0; i < CNT(readable); i++) {
		char *text = ebpf_text(readable[i].expr, SKB_FILTER_L2);

		if (strcmp(text, readable[i].lines))
			fail_msg("%s:\n%s", readable[i].expr, text);
		free(text);
	}
}

/* No instruction of any body may be one that the printer does not know. */
static void ebpf_dump_knows_all(void **state)
{
	uint32_t cnt;
	char **exprs = corpus_expressions(&cnt), *text;

	(void)state;
	for (uint32_t i = 0; i < cnt; i++) {
		for (int start = SKB_FILTER_L2; start <= SKB_FILTER_L3; start++) {
			text = ebpf_text(exprs[i], start);
			if (strstr(text, " dst ") || strstr(text, "u64"))
				fail_msg("%s:\n%s", exprs[i], text);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dump_is_that_of_tcpdump),
		cmocka_unit_test(ebpf_dump_is_readable),
		cmocka_unit_test(ebpf_dump_knows_all),
	};

	return cmocka_run_group_tests_name("filter dump", tests, NULL, NULL);
}

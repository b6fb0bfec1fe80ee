/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where: what the generated code answers on objects of known layout: the types of
 * where_types_fixture.c, whose BTF is in the object that WHERE_FIXTURE_OBJECT names (where_fuzz.h).
 * $WHERE_FUZZ_CASES sets the number of random conditions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ebpf_form.h"
#include "where.h"
#include "where_fuzz.h"
#include "where_interp.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static struct where *compile_with(const struct btf *btf, const char *expr)
{
	struct where_err err;
	struct where *w;

	if (where_compile(expr, btf, &w, &err))
		fail_msg("%s: at %d: %s (%s)", expr, err.pos, err.msg, err.hint);
	return w;
}

/* Runs the body on a copy of the objects at a kernel's address. */
static bool run(const struct where *w, const char *expr, const struct where_arena *a,
		struct where_result *result)
{
	struct where_arena copy;
	struct where_memory memory = { (uint8_t *)&copy, WHERE_ARENA_SIZE, WHERE_KERNEL_ADDRESS };
	const struct bpf_insn *insns;
	uint32_t cnt;

	where_arena_move(&copy, a, WHERE_KERNEL_ADDRESS);
	insns = where_body(w, &cnt);
	if (ebpf_form(insns, cnt, true))
		fail_msg("%s: %s", expr, ebpf_form(insns, cnt, true));
	where_interp_run(insns, cnt, WHERE_KERNEL_ADDRESS, &memory, result);
	if (result->error)
		fail_msg("%s: instruction %u: %s", expr, result->at, result->error);
	return result->r0;
}

static bool matches(const struct where_arena *a, const char *expr)
{
	struct where *w = compile_with(fixture_btf, expr);
	struct where_result result;
	bool match = run(w, expr, a, &result);

	where_free(w);
	return match;
}

static void expect(const struct where_arena *a, const char *expr, bool expected)
{
	if (matches(a, expr) != expected)
		fail_msg("%s: expected %s", expr, expected ? "a match" : "no match");
}

/* C's precedence and C's signedness are what is tested: no good advice on them is wanted. */
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wsign-compare"

/* The C compiler's answer to the same expression. */
#define SAME_AS_C(a, expr) expect(a, #expr, expr)

/* Objects whose pointers all lead somewhere. */
static void plain_arena(struct where_arena *a)
{
	memset(a, 0, sizeof(*a));
	a->skb.next = &a->other;
	a->skb.dev = &a->dev;
	a->skb.sk = &a->sk;
	a->skb.tail = &a->tail;
	a->skb.head = a->bytes;
	a->skb.data = a->bytes + 14;
	a->dev.nd_net.net = &a->net;
	a->dev.ifalias = a->text;
	a->dev.flexible = (struct flexible *)(a->bytes + 16);
	a->dev.priv = a;
	strcpy(a->dev.name, "eth0");
	a->dev.mtu = 1400;
	a->net.ns.inum = 4026531833;
	a->skb.len = 1500;
	a->skb.mark = 0x1203;
	a->skb.protocol = htons(0x0800);
	a->skb.address = htonl(0x0a000001);
	a->skb.pkt_type = 4;
}

static void fields_of_every_type(void **state)
{
	struct where_arena a;
	struct sk_buff *skb = &a.skb;

	(void)state;
	plain_arena(&a);
	a.skb.signed_char = -5;
	a.skb.signed_short = -300;
	a.skb.signed_int = -4000;
	a.skb.signed_tail = -256;
	a.skb.flag = true;
	a.skb.hash = 0xfedcba9876543210;
	a.skb.tstamp = -1;
	a.skb.cb[47] = -7;
	a.dev.depth = DEEP;
	a.dev.colour = BLUE;
	a.dev.reg_state = GREEN;
	a.dev.matrix[1][2] = -12;
	a.dev.matrix[2][0] = 77;
	a.tail.last = 0x7ffff;
	a.bytes[14] = 0x45;
	a.bytes[25] = 'z';
	SAME_AS_C(&a, skb->len == 1500);
	SAME_AS_C(&a, skb->pkt_type == 4 && skb->ignore_df == 0);
	SAME_AS_C(&a, skb->signed_char == -5 && skb->signed_char < 0);
	SAME_AS_C(&a, skb->signed_short == -300);
	SAME_AS_C(&a, skb->signed_int == -4000 && skb->signed_tail == -256);
	SAME_AS_C(&a, skb->flag && !skb->flag_bit);
	SAME_AS_C(&a, skb->flag == 1);
	SAME_AS_C(&a, skb->hash == 0xfedcba9876543210 && skb->hash > 1);
	SAME_AS_C(&a, skb->tstamp < 0 && skb->tstamp == -1);
	SAME_AS_C(&a, skb->cb[47] == -7 && skb->cb[46] == 0);
	SAME_AS_C(&a, skb->dev->depth == DEEP && skb->dev->depth < SURFACE);
	SAME_AS_C(&a, skb->dev->colour == BLUE && skb->dev->reg_state == GREEN);
	SAME_AS_C(&a, skb->dev->matrix[1][2] == -12 && skb->dev->matrix[2][0] == 77);
	SAME_AS_C(&a, skb->dev->nd_net.net->ns.inum == 4026531833);
	SAME_AS_C(&a, skb->next->len == 0 && skb->next[0].len == 0);
	SAME_AS_C(&a, skb[0].len == 1500 && skb[1].len == 0);
	SAME_AS_C(&a, skb->tail->last == 0x7ffff && skb->tail->first == 0);
	SAME_AS_C(&a, skb->data[0] == 0x45 && skb->data - skb->head == 14);
	SAME_AS_C(&a, skb->dev->flexible->bytes[5] == 'z');
	SAME_AS_C(&a, skb->dev_scratch > 4096 && skb->as_signed != 0);
}

static void bit_fields_at_odd_places(void **state)
{
	struct where_arena a;
	struct sk_buff *skb = &a.skb;

	(void)state;
	plain_arena(&a);
	memset(&a.skb.odd, 0xff, sizeof(a.skb.odd));
	a.skb.odd.a = 5;
	a.skb.odd.b = 0x1234;
	a.skb.odd.c = 0x5abcdef;
	a.skb.odd.d = 0;
	a.skb.odd.e = 0x9876543210fed;
	a.skb.odd.f = 0x123456789;
	a.skb.odd.g = -63;
	a.skb.odd.h = -131071;
	a.skb.odd.i = -1000000000000000000;
	a.skb.odd.j = -1;
	a.skb.odd.k = 0xfedcba9876;
	SAME_AS_C(&a, skb->odd.a == 5);
	SAME_AS_C(&a, skb->odd.b == 0x1234);
	SAME_AS_C(&a, skb->odd.c == 0x5abcdef);
	SAME_AS_C(&a, skb->odd.d == 0);
	SAME_AS_C(&a, skb->odd.e == 0x9876543210fed);
	SAME_AS_C(&a, skb->odd.f == 0x123456789);
	SAME_AS_C(&a, skb->odd.g == -63 && skb->odd.g < 0);
	SAME_AS_C(&a, skb->odd.h == -131071);
	SAME_AS_C(&a, skb->odd.i == -1000000000000000000);
	SAME_AS_C(&a, skb->odd.j == -1);
	SAME_AS_C(&a, skb->odd.k == 0xfedcba9876);
}

static void operators_as_in_c(void **state)
{
	struct where_arena a;
	struct sk_buff *skb = &a.skb;

	(void)state;
	plain_arena(&a);
	a.skb.tstamp = -7;
	a.skb.hash = 1ull << 63;
	SAME_AS_C(&a, (skb->mark & 0xff) == 3);
	SAME_AS_C(&a, skb->len + 2 * 3 == 1506);
	SAME_AS_C(&a, (skb->len + 2) * 3 == 4506);
	SAME_AS_C(&a, skb->len - 500 - 400 == 600);
	SAME_AS_C(&a, skb->len / 7 / 2 == 107 && skb->len % 7 * 2 == 4);
	SAME_AS_C(&a, 1 << skb->pkt_type == 16 && 1 << 2 + 1 == 8);
	SAME_AS_C(&a, (skb->tstamp >> 1) == -4 && skb->hash >> 63 == 1);
	SAME_AS_C(&a, skb->tstamp / 2 == -3 && skb->tstamp % 4 == -3);
	SAME_AS_C(&a, 7 / skb->tstamp == -1 && 9 % skb->tstamp == 2 && -9 / skb->tstamp == 1);
	SAME_AS_C(&a, skb->hash / 3 == 0x2aaaaaaaaaaaaaaa);
	SAME_AS_C(&a, skb->tstamp < skb->len);
	SAME_AS_C(&a, skb->tstamp > skb->hash); /* unsigned */
	SAME_AS_C(&a, !skb->len == 0 && !!skb->len == 1);
	SAME_AS_C(&a, -skb->tstamp == 7 && ~skb->tstamp == 6);
	SAME_AS_C(&a, skb->len > 1000 == 1 && 1 < 2 != 0);
	SAME_AS_C(&a, (4 | 1 ^ 3 & 2) == 7);
	SAME_AS_C(&a, skb->len == 1 || skb->mark == 0x1203 && skb->pkt_type == 4);
	SAME_AS_C(&a, (skb->len == 1500 || skb->mark == 0) && skb->pkt_type == 5);
	SAME_AS_C(&a, skb->protocol == htons(0x0800) && ntohs(skb->protocol) == 0x800);
	SAME_AS_C(&a, skb->address == htonl(0x0a000001) && ntohl(skb->address) > 0x09ffffff);
	SAME_AS_C(&a, -8 >> 1ul == -4 && 5 <= 5 && 5 >= 5 && !(5 < 5) && !(6 <= 5));
	SAME_AS_C(&a, skb->tstamp == 0xfffffffffffffff9);
	SAME_AS_C(&a, 7 / -1 == -7 && 7 % -1 == 0 && -7 / 2 == -3 && -7 % 2 == -1);
	SAME_AS_C(&a, 'a' == 97 && '\n' == 10 && '\x41' == 'A' && '\\' == 92 && 0x1F == 31);
	SAME_AS_C(&a, 017 == 15 && 10u == 10 && 10UL == 10 && 0xffffffffffffffff == -1);
	/* Not as in C, but as where.h says: 64 bits, and no implicit int. */
	expect(&a, "~skb->pkt_type == -5 && skb->data_len - skb->len < 0", true);
	expect(&a, "~skb->mark == 0xffffffff", false);
	expect(&a, "skb->len * 4294967296 == 6442450944000", true);
}

static void pointers_are_compared(void **state)
{
	struct where_arena a;
	struct sk_buff *skb = &a.skb;
	char address[64];

	(void)state;
	plain_arena(&a);
	SAME_AS_C(&a, skb->dev != 0 && skb->prev == NULL && NULL != skb->sk && 0 != skb->sk);
	SAME_AS_C(&a, skb->dev && !skb->prev && skb->next != skb->prev);
	SAME_AS_C(&a, skb->head < skb->data && skb->data > skb->head && skb->head <= skb->head);
	SAME_AS_C(&a, skb->destructor == 0);
	expect(&a, "skb->next->next == skb", false);
	a.other.next = &a.skb;
	expect(&a, "skb->next->next == skb", true);
	snprintf(address, sizeof(address), "skb == 0x%lx && skb->dev != 0x%lx",
		 WHERE_KERNEL_ADDRESS, WHERE_KERNEL_ADDRESS);
	expect(&a, address, true);
}

static void strings_are_compared(void **state)
{
	struct where_arena a;

	(void)state;
	plain_arena(&a);
	memcpy(a.dev.unterminated, "abcd", 4);
	memset(a.dev.label, 'x', 62);
	a.dev.label[62] = '\0';
	memcpy(a.skb.cb, "caf\xc3\xa9\"\\", 7);
	expect(&a, "skb->dev->name == \"eth0\"", true);
	expect(&a, "\"eth0\" == skb->dev->name", true);
	expect(&a, "skb->dev->name != \"eth0\"", false);
	expect(&a, "skb->dev->name == \"eth\"", false);
	expect(&a, "skb->dev->name == \"eth01\"", false);
	expect(&a, "skb->dev->name == \"eth00000000000\"", false);
	expect(&a, "skb->dev->name == \"\"", false);
	expect(&a, "!(skb->dev->name == \"lo\") && skb->dev->name != \"eth1\"", true);
	expect(&a, "(skb->dev->name == \"eth0\") + (skb->dev->name != \"x\") == 2", true);
	expect(&a, "skb->dev->unterminated == \"abcd\"", true);
	expect(&a, "skb->dev->unterminated == \"abc\"", false);
	expect(&a,
	       "skb->dev->label == \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	       "xxxx\"",
	       true);
	expect(&a, "skb->cb == \"caf\xc3\xa9\\\"\\\\\" && skb->cb == \"caf\\xc3\\xa9\\\"\\\\\"",
	       true);
	a.dev.label[62] = 'x'; /* 63 characters, a number that no load has */
	expect(&a,
	       "skb->dev->label == "
	       "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
	       true);
	a.dev.name[4] = 'x'; /* no NUL where one should be */
	expect(&a, "skb->dev->name == \"eth0\"", false);
	strcpy(a.dev.name, "123456789012345");
	expect(&a, "skb->dev->name == \"123456789012345\"", true);
}

static void null_on_the_way_is_no_match(void **state)
{
	struct where_arena a;

	(void)state;
	plain_arena(&a);
	a.skb.sk = NULL;
	expect(&a, "skb->sk->sk_mark == 0", false);
	expect(&a, "!(skb->sk->sk_mark == 1)", false);
	expect(&a, "skb->sk->sk_mark != 1", false);
	expect(&a, "skb->sk->sk_mark || 1", false);
	expect(&a, "1 || skb->sk->sk_mark", true);
	expect(&a, "skb->sk == 0 || skb->sk->sk_mark == 1", true);
	expect(&a, "skb->sk && skb->sk->sk_mark == 1 || skb->len == 1500", true);
	expect(&a, "!(skb->sk != NULL && skb->sk->sk_mark == 1)", true);
	expect(&a, "(skb->sk->sk_mark == 1) + 1", false);
	a.skb.sk = (void *)0xdead000000000100;
	expect(&a, "skb->sk == 0 || skb->sk->sk_mark != 1", false);
	expect(&a, "skb->sk != 0", true);
	a.skb.dev = NULL;
	expect(&a, "skb->dev->name != \"eth0\"", false);
	expect(&a, "skb->dev->nd_net.net->ns.inum != 1", false);
	expect(&a, "skb->dev->nd_net.net == 0", false);
	expect(&a, "skb->prev->dev->mtu != 1", false);
}

static void operations_without_result_are_no_match(void **state)
{
	struct where_arena a;

	(void)state;
	plain_arena(&a);
	expect(&a, "10 / skb->data_len == 0", false);
	expect(&a, "!(10 % skb->data_len)", false);
	expect(&a, "skb->hash / skb->hash || 1", false);
	expect(&a, "skb->data_len == 0 || 10 / skb->data_len", true);
	expect(&a, "1 << skb->len != 1", false);
	expect(&a, "skb->len >> (skb->data_len - 1) != 1", false);
	expect(&a, "1 << skb->data_len + 63 < 0", true);
	expect(&a, "1 << skb->data_len + 64 != 1", false);
	a.skb.tstamp = INT64_MIN;
	expect(&a, "skb->tstamp / -1 == skb->tstamp && skb->tstamp % -1 == 0", true);
}

static void nothing_needless_is_read(void **state)
{
	static const struct {
		const char *expr;
		uint32_t reads;
	} cases[] = {
		{ "skb->len == 1500 || skb->dev->mtu == 1", 1 },
		{ "skb->len == 1 && skb->dev->mtu == 1", 1 },
		{ "skb->len == 1 || skb->dev->mtu == 1", 3 },
		{ "!(skb->len == 1500 || skb->mark == 1)", 1 },
		{ "skb->dev->nd_net.net->ns.inum == 1", 3 },
		{ "skb->prev->len == 1", 1 }, /* NULL */
		{ "(skb->len == 1 && skb->mark == 1 || skb->pkt_type == 4) && skb->data_len", 3 },
	};
	struct where_result result;
	struct where_arena a;
	struct where *w;

	(void)state;
	plain_arena(&a);
	for (size_t i = 0; i < CNT(cases); i++) {
		w = compile_with(fixture_btf, cases[i].expr);
		run(w, cases[i].expr, &a, &result);
		if (result.reads != cases[i].reads)
			fail_msg("%s: %u reads", cases[i].expr, result.reads);
		where_free(w);
	}
}

/* 26 left operands at once: two in registers, the others fill the stack. */
static void operands_wait_on_the_stack(void **state)
{
	char expr[1024] = "";
	struct where_result result;
	struct where_arena a;
	struct where *w;

	(void)state;
	plain_arena(&a);
	for (int i = 0; i < 26; i++)
		sprintf(expr + strlen(expr), "%d*skb->len-(", i);
	strcat(expr, "skb->data_len");
	for (int i = 0; i < 26; i++)
		strcat(expr, ")");
	/* 0 - (1 - (2 - ...)) * 1500 */
	strcat(expr, "==-13*1500");
	w = compile_with(fixture_btf, expr);
	assert_true(run(w, expr, &a, &result));
	assert_int_equal(result.stack_depth, WHERE_STACK);
	where_free(w);
}

static void members_found_by_other_names(void **state)
{
	struct where_arena a;

	(void)state;
	plain_arena(&a);
	a.sk.__sk_common.skc_family = 10;
	a.sk.__sk_common.skc_port = 1;
	a.sk.sk_protocol = 6;
	expect(&a, "skb->sk->sk_family == 10 && skb->sk->sk_port == 1", true);
	expect(&a, "skb->sk->sk_protocol == 6", true);
}

static uint32_t fuzz_cases(void)
{
	const char *named = getenv("WHERE_FUZZ_CASES");

	return named ? (uint32_t)strtoul(named, NULL, 0) : 20000;
}

/* Constants that can never be right are refused; their own test is in test_where_errors.c. */
static bool is_expected(const struct where_err *err)
{
	return strstr(err->msg, "can never be") || strstr(err->msg, "division by zero") ||
	       strstr(err->msg, "shifts go from");
}

#define ARENAS 8

/* Returns how many of the arenas matched, or -1 if the condition was refused. */
static int try_condition(const struct where_fuzz *f, const struct where_arena *arenas)
{
	const char *expr = where_fuzz_text(f);
	struct where_result result;
	struct where_err err;
	struct where *w;
	int count = 0;

	if (where_compile(expr, fixture_btf, &w, &err)) {
		if (!is_expected(&err))
			fail_msg("%s: at %d: %s", expr, err.pos, err.msg);
		return -1;
	}
	for (int i = 0; i < ARENAS; i++) {
		bool match = run(w, expr, &arenas[i], &result);

		if (match != where_fuzz_matches(f, &arenas[i]))
			fail_msg("%s: wrong on objects %d: %d", expr, i, match);
		assert_in_range(result.stack_depth, 0, WHERE_STACK);
		count += match;
	}
	where_free(w);
	return count;
}

static void random_conditions(void **state)
{
	struct where_rng rng = { 0x9e3779b97f4a7c15 };
	uint32_t cases = fuzz_cases(), refused = 0, matched = 0;
	struct where_arena arenas[ARENAS];
	struct where_fuzz *f;
	int count;

	(void)state;
	for (uint32_t i = 0; i < cases; i++) {
		for (int j = 0; j < ARENAS && i % 64 == 0; j++)
			where_arena_fill(&arenas[j], &rng);
		f = where_fuzz_new(&rng, &arenas[i % ARENAS]);
		count = try_condition(f, arenas);
		refused += count < 0;
		matched += count > 0 ? (uint32_t)count : 0;
		where_fuzz_free(f);
	}
	print_message("%u conditions on %d sets of objects: %u refused, %u matches\n", cases,
		      ARENAS, refused, matched);
	assert_in_range(refused, 0, cases / 8);
	assert_in_range(matched, cases * ARENAS / 5, cases * ARENAS * 4 / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_every_type),
		cmocka_unit_test(bit_fields_at_odd_places),
		cmocka_unit_test(operators_as_in_c),
		cmocka_unit_test(pointers_are_compared),
		cmocka_unit_test(strings_are_compared),
		cmocka_unit_test(null_on_the_way_is_no_match),
		cmocka_unit_test(operations_without_result_are_no_match),
		cmocka_unit_test(nothing_needless_is_read),
		cmocka_unit_test(operands_wait_on_the_stack),
		cmocka_unit_test(members_found_by_other_names),
		cmocka_unit_test(random_conditions),
	};

	return cmocka_run_group_tests_name("--where", tests, where_fixture_setup,
					   where_fixture_teardown);
}

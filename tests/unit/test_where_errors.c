/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where: what is refused, with which message, hint and position, and what is warned about.
 * $WHERE_FIXTURE_OBJECT as in test_where.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

/* A '@' in the expression stands in front of what the position must point to. */
struct refusal {
	const char *marked;
	int err;
	const char *msg, *hint;
};

static int unmark(const char *marked, char *expr)
{
	int pos = (int)strcspn(marked, "@");

	sprintf(expr, "%.*s%s", pos, marked, marked[pos] ? marked + pos + 1 : "");
	return marked[pos] ? pos : -1;
}

static void check_refusal(const struct btf *btf, const struct refusal *r)
{
	char expr[512];
	int pos = unmark(r->marked, expr), ret;
	struct where_err err;
	struct where *w = (struct where *)&err;

	ret = where_compile(expr, btf, &w, &err);
	assert_null(w);
	if (ret != r->err || err.pos != pos || strcmp(err.msg, r->msg) || strcmp(err.hint, r->hint))
		fail_msg("%s: %d at %d: \"%s\" (\"%s\")", expr, ret, err.pos, err.msg, err.hint);
	assert_int_equal(where_compile(expr, btf, &w, NULL), r->err);
}

static void check_refusals(const struct btf *btf, const struct refusal *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_refusal(btf, &list[i]);
}

static const char esc[] = "known are \\n \\t \\r \\0 \\\\ \\' \\\" and \\x with two hex digits";
static const char digits[] = "write 10, 0xa, 012 (octal: digits up to 7) or 'a'";
static const char assign[] = "nothing can be assigned here";

static const struct refusal bad_words[] = {
	{ "@", -EINVAL, "the condition is empty", "for example: skb->len > 1000" },
	{ "@  ", -EINVAL, "the condition is empty", "for example: skb->len > 1000" },
	{ "skb->len @= 3", -EINVAL, "'=' is not known here", "to compare, write ==" },
	{ "skb->len @&= 3", -EINVAL, "'&=' is not known here",
	  "nothing can be assigned here; to test bits, write &" },
	{ "skb->len @<<= 3", -EINVAL, "'<<=' is not known here", assign },
	{ "1 @? 2 : 3", -EINVAL, "'?' is not known here",
	  "there is no ?: here: write it with && and ||" },
	{ "1@, 2", -EINVAL, "',' is not known here", "join conditions with && or ||" },
	{ "1 @# 2", -EINVAL, "'#' is not known here", "" },
	{ "1 @\x01 2", -EINVAL, "byte 0x01 is not known here", "" },
	{ "1 == @18446744073709551616", -EINVAL, "the number does not fit in 64 bits", "" },
	{ "0@8", -EINVAL, "'8' does not belong in this number", digits },
	{ "0@x", -EINVAL, "'x' does not belong in this number", digits },
	{ "5@eth", -EINVAL, "'e' does not belong in this number", digits },
	{ "1@uu", -EINVAL, "'u' does not belong in this number", digits },
	{ "@''", -EINVAL, "a character constant without character", "" },
	{ "@'ab'", -EINVAL, "the character constant does not end",
	  "a character is 'x'; a string is \"in double quotes\"" },
	{ "'@\\q'", -EINVAL, "unknown escape sequence", esc },
	{ "\"a@\\x1\"", -EINVAL, "unknown escape sequence", esc },
	{ "\"a@\\0b\"", -EINVAL, "a string ends at its NUL", "" },
	{ "skb->cb == @\"abc", -EINVAL, "the string does not end", "the closing \" is missing" },
	{ "skb->cb == "
	  "@\"123456789012345678901234567890123456789012345678901234567890abcd\"",
	  -E2BIG, "the string is longer than 63 characters", "" },
};

static void words_that_are_none(void **state)
{
	(void)state;
	check_refusals(fixture_btf, bad_words, CNT(bad_words));
}

static const struct refusal bad_sentences[] = {
	{ "((skb->len) @", -EINVAL, "the condition ends where an operator or ')' should be",
	  "it closes the '(' at character 1" },
	{ "skb->len@) == 1", -EINVAL, "')' where an operator should be", "no '(' is open here" },
	{ "skb->cb[0 == 1@", -EINVAL, "the condition ends where ']' should be",
	  "it closes the '[' at character 8" },
	{ "skb->len @skb->mark", -EINVAL, "'skb' where an operator should be", "" },
	{ "skb->len == @", -EINVAL, "the condition ends where a field, a number or '(' should be",
	  "" },
	{ "skb->@", -EINVAL, "the condition ends where the name of a member should be", "" },
	{ "skb->@4", -EINVAL, "'4' where the name of a member should be", "" },
	{ "@*skb", -EINVAL, "'*' where a field, a number or '(' should be",
	  "what a pointer points to is written ->member or [0]" },
	{ "@&skb", -EINVAL, "'&' where a field, a number or '(' should be",
	  "there is no address-of operator" },
	{ "@(struct sock *)skb", -EOPNOTSUPP, "there are no casts here",
	  "every field is read with the type that the kernel gives it" },
	{ "skb->dev->open@(1)", -EINVAL, "'(' where an operator should be",
	  "functions of the kernel cannot be called" },
	{ "@strlen(1)", -EINVAL, "there is no function strlen()",
	  "there are htons(), ntohs(), htonl() and ntohl()" },
};

static void sentences_that_are_none(void **state)
{
	(void)state;
	check_refusals(fixture_btf, bad_sentences, CNT(bad_sentences));
}

static const char pointer_hint[] =
	"compare it with NULL, another pointer or an address; what it points to is reached by ->";
static const char arithmetic_hint[] =
	"pointers can be compared and followed, and pointers to bytes subtracted";
static const char string_msg[] = "a string can only be compared with an array of char, by == or !=";
static const char string_hint[] = "for example: skb->dev->name == \"eth0\"";

static const struct refusal bad_types[] = {
	{ "skb.@len == 1", -EINVAL, "skb is a pointer", "write skb->len" },
	{ "skb->dev.@mtu", -EINVAL, "skb->dev is a pointer", "write skb->dev->mtu" },
	{ "skb->dev->nd_net->@net", -EINVAL, "skb->dev->nd_net is a struct, not a pointer to one",
	  "write skb->dev->nd_net.net" },
	{ "skb->len->@x", -EINVAL, "skb->len (unsigned int) has no members", "" },
	{ "skb->mark.@x", -EINVAL, "skb->mark (unsigned int) has no members", "" },
	{ "5->@x", -EINVAL, "5 has no members", "" },
	{ "NULL->@x", -EINVAL, "NULL points to void, which has no known members", "" },
	{ "skb->dev->name->@x", -EINVAL, "skb->dev->name is an array (char[16])",
	  "name an element first: skb->dev->name[0]" },
	{ "skb->dev->unknown->@x", -EINVAL,
	  "skb->dev->unknown points to struct never_defined, which has no known members",
	  "it may belong to a module; only the kernel's own BTF is looked at" },
	{ "skb->dev->priv->@x", -EINVAL,
	  "skb->dev->priv points to void, which has no known members", "" },
	{ "skb->@cb == 1", -EINVAL, "skb->cb is an array (char[48])",
	  "name an element: skb->cb[0]" },
	{ "skb->@odd", -EINVAL, "skb->odd is a struct odd_bits",
	  "name one of its members: skb->odd.MEMBER" },
	{ "skb->dev->@floating > 1", -EOPNOTSUPP,
	  "skb->dev->floating has a type without use here (double)", "" },
	{ "skb->cb[@48]", -EINVAL, "skb->cb has 48 elements", "the last one is skb->cb[47]" },
	{ "skb->cb[@-1]", -EINVAL, "the index is negative or too large", "" },
	{ "skb->cb[skb->@len]", -EINVAL, "an index must be a constant number", "" },
	{ "skb->dev->matrix[1][@4]", -EINVAL, "skb->dev->matrix[1] has 4 elements",
	  "the last one is skb->dev->matrix[1][3]" },
	{ "skb->data@[134217728]", -EINVAL, "skb->data[134217728] is too far from its start", "" },
	{ "skb@[1000000].len", -EINVAL, "skb[1000000] is too far from its start", "" },
	{ "skb->len@[0]", -EINVAL, "skb->len is neither an array nor a pointer", "" },
	{ "skb->dev->priv@[0]", -EINVAL, "skb->dev->priv cannot have an index",
	  "its type (void) has no size" },
	{ "skb->dev @== 3", -EINVAL, "skb->dev is a pointer, 3 is not", pointer_hint },
	{ "skb->len @== skb->dev", -EINVAL, "skb->dev is a pointer, skb->len is not",
	  pointer_hint },
	{ "skb->len @!= NULL", -EINVAL, "NULL is a pointer, skb->len is not",
	  "compare numbers with 0" },
	{ "skb->dev @+ 1", -EINVAL, "skb->dev is a pointer: '+' is for numbers", arithmetic_hint },
	{ "skb->dev @- skb->sk", -EINVAL, "skb->dev is a pointer: '-' is for numbers",
	  arithmetic_hint },
	{ "~skb->@dev", -EINVAL, "skb->dev is a pointer: ~ needs a number", "" },
	{ "-skb->@dev", -EINVAL, "skb->dev is a pointer: - needs a number", "" },
	{ "htons(skb->@dev)", -EINVAL, "skb->dev is a pointer: htons needs a number", "" },
	{ "@\"eth0\"", -EINVAL, string_msg, string_hint },
	{ "!@\"eth0\"", -EINVAL, string_msg, string_hint },
	{ "skb->len == @\"a\"", -EINVAL, string_msg, string_hint },
	{ "skb->dev->name < @\"a\"", -EINVAL, string_msg, string_hint },
	{ "@\"a\" == \"b\"", -EINVAL, string_msg, string_hint },
	{ "skb->dev->matrix[0] == @\"a\"", -EINVAL, string_msg, string_hint },
	{ "skb->dev->name == @\"12345678901234567\"", -EINVAL, "the string is too long for it",
	  "skb->dev->name holds up to 15 characters" },
	{ "skb->dev->ifalias @== \"abc\"", -EOPNOTSUPP,
	  "skb->dev->ifalias is a pointer: strings behind pointers are not compared",
	  "compare single characters: skb->dev->ifalias[0] == 'a'" },
	{ "skb->nine.@wide == 1", -EOPNOTSUPP, "the bit field wide is spread over 9 bytes", "" },
};

static void types_that_do_not_fit(void **state)
{
	(void)state;
	check_refusals(fixture_btf, bad_types, CNT(bad_types));
}

static const struct refusal bad_numbers[] = {
	{ "skb->pkt_type == @9", -EINVAL, "skb->pkt_type can never be 9",
	  "its values go from 0 to 7" },
	{ "@8 != skb->pkt_type", -EINVAL, "skb->pkt_type can never be 8",
	  "its values go from 0 to 7" },
	{ "skb->mark == @-1", -EINVAL, "skb->mark can never be -1", "write its bits: 0xffffffff" },
	{ "skb->signed_char == @128", -EINVAL, "skb->signed_char can never be 128",
	  "its values go from -128 to 127" },
	{ "skb->flag == @2", -EINVAL, "skb->flag can never be 2", "its values go from 0 to 1" },
	{ "skb->odd.j == @1", -EINVAL, "skb->odd.j can never be 1", "its values go from -1 to 0" },
	{ "skb->odd.i == @0x8000000000000000", -EINVAL,
	  "skb->odd.i can never be 0x8000000000000000",
	  "its values go from -1152921504606846976 to 1152921504606846975" },
	{ "skb->len / @0", -EINVAL, "division by zero", "" },
	{ "skb->len % (3 @- 3)", -EINVAL, "division by zero", "" },
	{ "skb->len << @64", -EINVAL, "shifts go from 0 to 63", "" },
	{ "skb->len >> @-1", -EINVAL, "shifts go from 0 to 63", "" },
	{ "skb->protocol == htons(@0x10000)", -EINVAL, "0x10000 does not fit",
	  "htons() takes 16 bits" },
	{ "skb->address == htonl(@-1)", -EINVAL, "-1 does not fit", "htonl() takes 32 bits" },
};

static void numbers_that_cannot_be(void **state)
{
	(void)state;
	check_refusals(fixture_btf, bad_numbers, CNT(bad_numbers));
}

static const struct refusal bad_names[] = {
	{ "skb->dev->@mtuu == 1", -EINVAL, "struct net_device has no member \"mtuu\"",
	  "did you mean mtu?" },
	{ "skb->@lne", -EINVAL, "struct sk_buff has no member \"lne\"", "did you mean len?" },
	{ "skb->@pkt_typ", -EINVAL, "struct sk_buff has no member \"pkt_typ\"",
	  "did you mean pkt_type?" },
	{ "skb->@signed_sort", -EINVAL, "struct sk_buff has no member \"signed_sort\"",
	  "did you mean signed_short or signed_int?" },
	{ "skb->@type", -EINVAL, "struct sk_buff has no member \"type\"",
	  "did you mean pkt_type?" },
	{ "skb->tail->@zzz", -EINVAL, "struct tail has no member \"zzz\"",
	  "its members are pad, first, last" },
	{ "skb->@zzzzzz", -EINVAL, "struct sk_buff has no member \"zzzzzz\"",
	  "its members are next, prev, dev, dev_scratch, as_signed, sk, len, data_len, "
	  "pkt_type, ignore_df, cloned, signed_char, ..." },
	{ "@len > 5", -EINVAL, "\"len\" is not known", "fields start at skb: skb->len" },
	{ "@skbb->len", -EINVAL, "\"skbb\" is not known", "did you mean skb?" },
	{ "skb->dev->colour == @GREN", -EINVAL, "\"GREN\" is not known",
	  "did you mean GREEN or RED? (names made by #define are not in BTF: write the "
	  "number)" },
	{ "skb->protocol == @ETH_P_IP", -EINVAL, "\"ETH_P_IP\" is not known",
	  "names made by #define are not in BTF: write the number" },
	{ "skb->dev->name == @eth0", -EINVAL, "\"eth0\" is not known",
	  "fields start at skb; strings are written \"in double quotes\"" },
};

static void unknown_names_get_the_nearest(void **state)
{
	(void)state;
	check_refusals(fixture_btf, bad_names, CNT(bad_names));
}

static void what_is_hardly_meant_is_warned_about(void **state)
{
	static const struct {
		const char *marked, *msg, *hint; /* NULL = nothing to say */
	} list[] = {
		{ "skb->mark @& 0xff == 3", "a comparison binds tighter than &, ^ and |, as in C",
		  "write (a & b) == c, or put the comparison in parentheses" },
		{ "(skb->mark & 0xff) == 3", NULL, NULL },
		{ "skb->mark & (0xff == 3)", NULL, NULL },
		{ "skb->protocol == @0x800",
		  "the field is in network byte order and compared as it is stored",
		  "write htons(0x800)" },
		{ "@0x0a000001 != skb->address",
		  "the field is in network byte order and compared as it is stored",
		  "write htonl(0x0a000001)" },
		{ "skb->protocol == htons(0x800) || skb->address == 0", NULL, NULL },
		{ "ntohs(skb->protocol) == 0x800 && skb->queue == 0x800", NULL, NULL },
		{ "skb->address != 0xffffffff && (skb->address & 0xff) == 10", NULL, NULL },
	};
	const struct where_err *warning;
	struct where_err err;
	struct where *w;
	char expr[128];

	(void)state;
	for (size_t i = 0; i < CNT(list); i++) {
		int pos = unmark(list[i].marked, expr);

		if (where_compile(expr, fixture_btf, &w, &err))
			fail_msg("%s: %s", expr, err.msg);
		warning = where_warning(w);
		if (!warning != !list[i].msg)
			fail_msg("%s: %s", expr, warning ? warning->msg : "no warning");
		if (warning) {
			assert_string_equal(warning->msg, list[i].msg);
			assert_string_equal(warning->hint, list[i].hint);
			assert_int_equal(warning->pos, pos);
		}
		where_free(w);
	}
}

/* Appends text to expr, which has room for 8 KiB. */
static void repeat(char *expr, const char *text, int times)
{
	size_t len = strlen(expr);

	for (int i = 0; i < times; i++)
		len += (size_t)sprintf(expr + len, "%s", text);
}

static int compile_result(const char *expr, struct where_err *err)
{
	struct where *w;
	int ret = where_compile(expr, fixture_btf, &w, err);
	const struct bpf_insn *insns;
	uint32_t cnt;

	if (!ret) {
		insns = where_body(w, &cnt);
		assert_null(ebpf_form(insns, cnt, true));
		assert_in_range(cnt, 1, WHERE_INSN_MAX);
	}
	where_free(w);
	return ret;
}

/* n times `open`, the middle, n times `close`: right for n up to `most`, refused with msg above. */
static void check_limit(const char *open, const char *middle, const char *close, int most,
			const char *msg)
{
	struct where_err err;
	char expr[8192];

	for (int n = most; n <= most + 1; n++) {
		expr[0] = '\0';
		repeat(expr, open, n);
		strcat(expr, middle);
		repeat(expr, close, n);
		if (compile_result(expr, &err) != (n > most ? -E2BIG : 0))
			fail_msg("%d times '%s': %s", n, open, err.msg);
	}
	assert_string_equal(err.msg, msg);
	assert_string_not_equal(err.hint, "");
}

static void limits_have_messages(void **state)
{
	static const char nested[] = "nested too deeply", lengthy[] = "the condition is too long",
			  waiting[] = "more than 26 operations wait for each other";
	struct where_err err;
	char expr[8192] = "1";

	(void)state;
	check_limit("!", "skb->len", "", 64, nested);
	check_limit("(", "1", ")", 64, nested);
	check_limit("skb->len||", "skb->len", "", 220, lengthy);
	check_limit("skb->len+(", "skb->len", ")", 26, waiting);
	repeat(expr, " ", WHERE_EXPR_MAX - 1);
	assert_int_equal(compile_result(expr, &err), 0);
	repeat(expr, " ", 1);
	assert_int_equal(compile_result(expr, &err), -E2BIG);
	assert_string_equal(err.msg, "the condition is longer than 4096 characters");
	strcpy(expr, "skb->");
	repeat(expr, "x", 127);
	assert_int_equal(compile_result(expr, &err), -EINVAL);
	repeat(expr, "x", 1);
	assert_int_equal(compile_result(expr, &err), -E2BIG);
	assert_string_equal(err.msg, "the name is longer than 127 characters");
}

/* Whatever is written, the answer is a body or a message. */
static void nonsense_gets_an_answer(void **state)
{
	static const char *const words[] = {
		"skb",
		"->",
		"len",
		"dev",
		".",
		"name",
		"[",
		"]",
		"(",
		")",
		"0",
		"1",
		"99999",
		"\"a\"",
		"'x'",
		"NULL",
		"==",
		"!=",
		"<",
		">>",
		"&&",
		"||",
		"!",
		"~",
		"-",
		"+",
		"*",
		"/",
		"%",
		"htons",
		"htonl(",
		"GREEN",
		"odd",
		".a",
		"&",
		"skb->len",
		"skb->dev->name",
		"skb->sk",
		"0x",
		"'",
		"\"",
		"\\",
		"\xff",
		"=",
		" ",
		"skb->cb[3]",
	};
	struct where_rng rng = { 88172645463325252 };
	struct where_err err;
	char expr[1024];
	int ret, right = 0;

	(void)state;
	for (int i = 0; i < 30000; i++) {
		expr[0] = '\0';
		for (uint32_t j = 1 + where_random(&rng, 12); j; j--)
			strcat(expr, words[where_random(&rng, CNT(words))]);
		ret = compile_result(expr, &err);
		right += !ret;
		if (ret && (!err.msg[0] || err.pos < -1 || err.pos > (int)strlen(expr)))
			fail_msg("%s: %d at %d: %s", expr, ret, err.pos, err.msg);
	}
	assert_in_range(right, 300, 15000);
}

static void long_chains_do_not_matter(void **state)
{
	struct where_err err;
	char expr[8192] = "";

	(void)state;
	repeat(expr, "1+", 2047);
	strcat(expr, "1");
	assert_int_equal(compile_result(expr, &err), 0);
	expr[0] = '\0';
	repeat(expr, "1&&0||", 650);
	strcat(expr, "skb");
	assert_int_equal(compile_result(expr, &err), 0);
	expr[0] = '\0';
	strcat(expr, "skb");
	repeat(expr, "->next", 220);
	assert_int_equal(compile_result(expr, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_are_none),
		cmocka_unit_test(sentences_that_are_none),
		cmocka_unit_test(types_that_do_not_fit),
		cmocka_unit_test(numbers_that_cannot_be),
		cmocka_unit_test(unknown_names_get_the_nearest),
		cmocka_unit_test(what_is_hardly_meant_is_warned_about),
		cmocka_unit_test(limits_have_messages),
		cmocka_unit_test(long_chains_do_not_matter),
		cmocka_unit_test(nonsense_gets_an_answer),
	};

	return cmocka_run_group_tests_name("--where: errors", tests, where_fixture_setup,
					   where_fixture_teardown);
}

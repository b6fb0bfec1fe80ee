/* SPDX-License-Identifier: GPL-2.0-only */
/* filters/: what the generated code answers, compared with two interpreters of classic BPF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "ebpf_interp.h"
#include "filter_oracle.h"
#include "filter_packets.h"
#include "filter_subject.h"
#include "skb_filter.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static void open_subject(struct subject *s, const char *name, struct skb_filter *f)
{
	if (!subject_open(s, name, f))
		fail_msg("%s: %s", name, s->wrong);
}

static struct skb_filter *compile(const char *expr)
{
	struct skb_filter_err err;
	struct skb_filter *f;

	if (skb_filter_compile(expr, NULL, &f, &err))
		fail_msg("%s: %s", expr, err.msg);
	return f;
}

static uint32_t compare(struct subject *s, uint32_t caplen, uint32_t wirelen, bool with_libpcap)
{
	uint32_t verdict = 0;

	if (!subject_compare(s, caplen, wirelen, with_libpcap, &verdict, NULL)) {
		skb_filter_dump_classic(s->f, stderr);
		fail_msg("%s: %s", s->name, s->wrong);
	}
	return verdict;
}

/*
 * Cut at every length if it matches, or if told; lengths beyond need change nothing. True if the
 * whole frame matches.
 */
static bool compare_packet(struct subject *s, const struct packet *p, bool cut)
{
	uint32_t whole = p->len < 256 ? p->len : 256, need = skb_filter_need(s->f);
	bool match;

	subject_fill(s, p->data, whole);
	match = compare(s, whole, p->len, true);
	for (uint32_t caplen = 0; (cut || match) && caplen < whole && caplen <= need; caplen++) {
		subject_fill(s, p->data, caplen);
		compare(s, caplen, p->len, true);
	}
	return match;
}

static void corpus_agrees_on_every_packet_and_length(void **state)
{
	uint32_t expr_cnt, packet_cnt, matches = 0, useless = 0, in_place = 0;
	char **exprs = corpus_expressions(&expr_cnt);
	const struct packet *packets = packets_all(&packet_cnt);
	struct subject s;

	(void)state;
	assert_true(expr_cnt >= 420);
	for (uint32_t i = 0; i < expr_cnt; i++) {
		uint32_t matched = 0;

		open_subject(&s, exprs[i], compile(exprs[i]));
		in_place += s.in_place != NULL;
		for (uint32_t j = 0; j < packet_cnt; j++)
			matched += compare_packet(&s, &packets[j], (i + j) % 4 == 0);
		/* An expression that never matches, or always does, tests little. */
		if (!matched || matched == packet_cnt) {
			print_error("%s: %s packet matches\n", exprs[i], matched ? "every" : "no");
			useless++;
		}
		matches += matched;
		skb_filter_free(s.f);
	}
	print_message("%u expressions, %u of them in place, %u packets, %u matches\n", expr_cnt,
		      in_place, packet_cnt, matches);
	assert_true(in_place > expr_cnt * 9 / 10);
	assert_int_equal(useless, 0);
}

static uint64_t from_env(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : fallback;
}

static void random_programs_agree(void **state)
{
	uint64_t seed = from_env("SKBTRACE_FUZZ_SEED", 20240229), runs = 0, matches = 0;
	uint64_t wanted = from_env("SKBTRACE_FUZZ_RUNS", 300000);
	uint32_t refused = 0, programs = 0;
	struct skb_cbpf insns[RANDOM_CBPF_MAX];
	struct rng r = { seed ? seed : 1 };
	struct skb_filter_err err;
	struct skb_filter *f;
	struct subject s;
	char name[64];

	(void)state;
	for (; runs < wanted; programs++) {
		bool initialised = rng_below(&r, 4);
		uint32_t cnt = random_cbpf(&r, insns, initialised);

		if (skb_filter_from_cbpf(insns, cnt, NULL, &f, &err)) {
			assert_true(strstr(err.msg, "limit is byte") ||
				    strstr(err.msg, "before the start"));
			refused++;
			continue;
		}
		snprintf(name, sizeof(name), "SKBTRACE_FUZZ_SEED=%llu program %u",
			 (unsigned long long)seed, programs);
		open_subject(&s, name, f);
		for (int i = 0; i < 12; i++, runs++) {
			uint32_t caplen = subject_random(&s, &r);
			uint32_t wirelen = caplen + (rng_below(&r, 2) ? rng_below(&r, 1500) : 0);

			matches += compare(&s, caplen, wirelen, initialised) != 0;
		}
		skb_filter_free(f);
	}
	/* It must not be all rejections. */
	assert_true(matches > runs / 20);
	assert_true(refused < programs / 4);
	print_message("%llu runs of %u programs, %u refused, %llu matches\n",
		      (unsigned long long)runs, programs, refused, (unsigned long long)matches);
}

#define I(c, k_)                                                                                   \
	{                                                                                          \
		.code = (c), .k = (uint32_t)(k_)                                                   \
	}
#define J(c, k_, jt_, jf_)                                                                         \
	{                                                                                          \
		.code = (c), .jt = (jt_), .jf = (jf_), .k = (uint32_t)(k_)                         \
	}
#define RET_A     I(BPF_RET | BPF_A, 0)
#define RET(k)    I(BPF_RET | BPF_K, k)
#define ALU_X(op) I(BPF_ALU | (op) | BPF_X, 0)
#define LD(k)     I(BPF_LD | BPF_IMM, k)
#define LDX(k)    I(BPF_LDX | BPF_IMM, k)

/* The rules of skb_filter.h, one by one; the window holds 0, 1, 2 ... */
static const struct rule {
	const char *name;
	uint32_t verdict;
	struct skb_cbpf insns[8];
} rules[] = {
	{ "MSH keeps A", 77, { LD(77), I(BPF_LDX | BPF_B | BPF_MSH, 5), RET_A } },
	{ "MSH takes the low nibble times 4",
	  12,
	  { I(BPF_LDX | BPF_B | BPF_MSH, 0x23), I(BPF_MISC | BPF_TXA, 0), RET_A } },
	{ "wrapped index reads", 14, { LDX(20), I(BPF_LD | BPF_B | BPF_IND, -6), RET_A } },
	{ "wrapped index, halfword", 0x0e0f, { LDX(20), I(BPF_LD | BPF_H | BPF_IND, -6), RET_A } },
	{ "index before the start",
	  0,
	  { I(BPF_LDX | BPF_B | BPF_MSH, 1), I(BPF_LD | BPF_B | BPF_IND, -6), RET(1) } },
	{ "shift left by 32", 0, { LD(1), LDX(32), ALU_X(BPF_LSH), RET_A } },
	{ "shift right by 33", 0, { LD(-1), LDX(33), ALU_X(BPF_RSH), RET_A } },
	{ "shift left by 31", 0x80000000, { LD(1), LDX(31), ALU_X(BPF_LSH), RET_A } },
	{ "shift left by 2^31", 0, { LD(1), LDX(0x80000000), ALU_X(BPF_LSH), RET_A } },
	{ "division by 0", 0, { LD(9), LDX(0), ALU_X(BPF_DIV), RET(1) } },
	{ "modulo by 0", 0, { LD(9), LDX(0), ALU_X(BPF_MOD), RET(1) } },
	{ "division is unsigned", 0x7fffffff, { LD(-1), LDX(2), ALU_X(BPF_DIV), RET_A } },
	{ "modulo", 3, { LD(13), LDX(5), ALU_X(BPF_MOD), RET_A } },
	{ "negation", 0xffffffbb, { LD(0x45), I(BPF_ALU | BPF_NEG, 0), RET_A } },
	{ "borrow stays in 32 bits",
	  0x7fffffff,
	  { LD(1), LDX(2), ALU_X(BPF_SUB), I(BPF_ALU | BPF_RSH | BPF_K, 1), RET_A } },
	{ "product stays in 32 bits",
	  0,
	  { LD(0x80000000), I(BPF_ALU | BPF_MUL | BPF_K, 2), RET_A } },
	{ "compare is unsigned",
	  1,
	  { LD(-1), J(BPF_JMP | BPF_JGT | BPF_K, 1, 0, 1), RET(1), RET(0) } },
	{ "jgt, both away",
	  1,
	  { LD(5), J(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 2), RET(3), RET(0), RET(1) } },
	{ "jge, jt 0", 1, { LD(5), J(BPF_JMP | BPF_JGE | BPF_K, 5, 0, 1), RET(1), RET(0) } },
	{ "jge, jf 0", 1, { LD(4), J(BPF_JMP | BPF_JGE | BPF_K, 5, 1, 0), RET(1), RET(0) } },
	{ "jset, jt 0", 1, { LD(6), J(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 1), RET(1), RET(0) } },
	{ "jeq x, jt 0",
	  1,
	  { LD(6), LDX(6), J(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1), RET(1), RET(0) } },
	{ "jt = jf", 1, { LD(6), J(BPF_JMP | BPF_JEQ | BPF_K, 6, 1, 1), RET(2), RET(1) } },
	{ "jt = jf = 0", 1, { LD(6), J(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 0), RET(1) } },
	{ "unreachable code", 1, { I(BPF_JMP | BPF_JA, 1), RET_A, RET(1) } },
	{ "A starts as 0", 0, { RET_A } },
	{ "X starts as 0", 0, { I(BPF_MISC | BPF_TXA, 0), RET_A } },
	{ "scratch starts as 0", 0, { I(BPF_LD | BPF_MEM, 7), RET_A } },
	{ "scratch 15", 8, { LD(8), I(BPF_ST, 15), LD(0), I(BPF_LD | BPF_MEM, 15), RET_A } },
	{ "stx", 9, { LDX(9), I(BPF_STX, 0), I(BPF_LD | BPF_MEM, 0), RET_A } },
	{ "len is wirelen", 1000, { I(BPF_LD | BPF_LEN, 0), RET_A } },
	{ "last byte", 63, { I(BPF_LD | BPF_B | BPF_ABS, 63), RET_A } },
	{ "past the last byte", 0, { I(BPF_LD | BPF_B | BPF_ABS, 64), RET(1) } },
	{ "half past the last byte", 0, { I(BPF_LD | BPF_H | BPF_ABS, 63), RET(1) } },
	{ "last byte, indirect", 63, { LDX(63), I(BPF_LD | BPF_B | BPF_IND, 0), RET_A } },
	{ "past the last byte, indirect", 0, { LDX(61), I(BPF_LD | BPF_W | BPF_IND, 0), RET(1) } },
	{ "a check done on one path only",
	  0,
	  { I(BPF_LD | BPF_LEN, 0), J(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
	    I(BPF_LD | BPF_B | BPF_ABS, 200), I(BPF_LD | BPF_B | BPF_ABS, 100), RET(1) } },
};

static void rules_hold(void **state)
{
	struct skb_filter_err err;
	struct skb_filter *f;
	struct subject s;

	(void)state;
	for (size_t i = 0; i < CNT(rules); i++) {
		uint32_t cnt = CNT(rules[i].insns), got;

		while (!rules[i].insns[cnt - 1].code)
			cnt--;
		if (skb_filter_from_cbpf(rules[i].insns, cnt, NULL, &f, &err))
			fail_msg("%s: %s", rules[i].name, err.msg);
		open_subject(&s, rules[i].name, f);
		for (uint32_t b = 0; b < sizeof(s.window); b++)
			s.window[b] = (uint8_t)b;
		got = compare(&s, 64, 1000, false);
		if (got != rules[i].verdict)
			fail_msg("%s: 0x%x instead of 0x%x", s.name, got, rules[i].verdict);
		skb_filter_free(f);
	}
}

/* ld [0]; jeq #k jt 255 jf n; 256 times `add 1`; ret a. */
static void longest_branches(void **state)
{
	static const struct {
		uint8_t jt, jf;
		uint32_t if_true, if_false;
	} cases[] = {
		{ 255, 0, 2, 257 }, { 0, 255, 257, 2 }, { 255, 255, 2, 2 }, { 1, 255, 256, 2 }
	};
	struct skb_cbpf insns[260];
	struct skb_filter_err err;
	struct subject s;
	struct skb_filter *f;

	(void)state;
	for (size_t i = 0; i < CNT(cases); i++) {
		insns[0] = (struct skb_cbpf)I(BPF_LD | BPF_B | BPF_ABS, 20);
		insns[1] =
			(struct skb_cbpf)J(BPF_JMP | BPF_JEQ | BPF_K, 1, cases[i].jt, cases[i].jf);
		for (int j = 2; j < 258; j++)
			insns[j] = (struct skb_cbpf)I(BPF_ALU | BPF_ADD | BPF_K, 1);
		insns[258] = (struct skb_cbpf)RET_A;
		assert_int_equal(skb_filter_from_cbpf(insns, 259, NULL, &f, &err), 0);
		open_subject(&s, "branch of 255", f);
		memset(s.window, 1, sizeof(s.window));
		assert_int_equal(compare(&s, 64, 64, true), cases[i].if_true);
		memset(s.window, 0, sizeof(s.window));
		assert_int_equal(compare(&s, 64, 64, true), cases[i].if_false - 1);
		skb_filter_free(f);
	}
}

/* What each matches among the frames of filter_packets.c. */
static const struct {
	const char *expr, *packet;
	bool match;
} verdicts[] = {
	{ "tcp[ip[9]]=1", "counting", false },
	{ "tcp[ip[9]]=1", "tcp to itself, seq 256, empty ip options", true },
	{ "tcp[-20:4]=0", "tcp to itself, seq 256, empty ip options", true },
	{ "tcp[ip[9]]=6", "tcp, window bytes 6 6 6", false },
	{ "tcp[ip[9]+1]=1", "tcp syn to 443", true },
	{ "tcp[ip[9]]=0", "tcp syn to 443", true },
	{ "-ip[0]=0xffffffbb", "ping", true },
	{ "-ip[0]=4", "ping", false },
	{ "-ip[0]=4", "ip header byte fc", false },
	{ "-ip[0]=0xffffff04", "ip header byte fc", true },
	{ "(ip[8]-ip[9])>>1=0x7fffffff", "tcp rst, ttl 6", false },
	{ "(ip[9]-ip[8])>>1=0x7fffffe3", "tcp syn to 443", true },
	{ "ip[8]<<ip[9]=4096", "tcp syn to 443", true },
	{ "ip[8]<<ip[9]=0", "gre", true },
	{ "ip[8]<<ip[9]=8", "ping, ttl 4", true },
	{ "tcp[-20:4]=0x45000078", "tcp syn to 443", true },
	{ "tcp[-4:4]=0xc0a80102", "tcp syn to 443", true },
	{ "link[13:2]=0x45", "ping", true },
	{ "not arp", "ping", true },
	{ "not arp", "arp request", false },
	{ "len==59", "ping", false },
	{ "len==58", "ping", true },
	{ "tcp[((tcp[12:1]&0xf0)>>2):4]=0x47455420", "http get", true },
	{ "tcp[((tcp[12:1]&0xf0)>>2):4]=0x47455420", "tcp syn to 443", false },
	{ "port 80", "udp first fragment", true },
	{ "port 80", "udp later fragment", false },
	{ "vlan 100 and tcp port 443", "vlan 100 tcp", true },
	{ "tcp port 443", "vlan 100 tcp", false },
	{ "icmp[icmptype]=icmp-echo and icmp[4:2]=7", "ping", true },
	{ "host 10.9.9.9", "arp request", true },
	{ "host 2001:db8::1", "dns6", true },
};

static const struct packet *packet_named(const char *name)
{
	uint32_t cnt;
	const struct packet *p = packets_all(&cnt);

	for (uint32_t i = 0; i < cnt; i++) {
		if (!strcmp(p[i].name, name))
			return &p[i];
	}
	fail_msg("no packet %s", name);
	return NULL;
}

static void expressions_match_what_they_say(void **state)
{
	struct subject s;

	(void)state;
	for (size_t i = 0; i < CNT(verdicts); i++) {
		const struct packet *p = packet_named(verdicts[i].packet);
		uint32_t caplen = p->len < 256 ? p->len : 256;

		open_subject(&s, verdicts[i].expr, compile(verdicts[i].expr));
		subject_fill(&s, p->data, caplen);
		if ((compare(&s, caplen, p->len, true) != 0) != verdicts[i].match)
			fail_msg("%s on %s: expected %d", verdicts[i].expr, p->name,
				 verdicts[i].match);
		skb_filter_free(s.f);
	}
}

/* A frame without MAC addresses: 12 bytes of anything, EtherType, network header. */
static void without_a_mac_header(void **state)
{
	static const struct {
		const char *expr, *packet;
		bool match;
	} cases[] = {
		{ "arp", "arp request", true },
		{ "not arp", "arp request", false },
		{ "not arp", "ping", true },
		{ "icmp", "ping", true },
		{ "vlan", "vlan 100 tcp", true },
		{ "ether proto 0x88cc", "lldp", true },
		{ "ether host 52:54:00:12:34:56", "ping", false },
		{ "not ether host 1:2:3:4:5:6", "ping", false },
		{ "icmp or ether host 52:54:00:12:34:56", "ping", true },
		{ "ether[11:2] = 0x2108", "ping", false },
		{ "ether[12:2] = 0x0800", "ping", true },
		{ "ether[ip[8]] = 0", "tcp rst, ttl 6", false },
		{ "ether[ip[8]] = 0", "tcp syn to 443", true },
		{ "ether multicast", "broadcast dhcp", false },
	};
	struct ebpf_result r;
	struct subject s;

	(void)state;
	for (size_t i = 0; i < CNT(cases); i++) {
		const struct packet *p = packet_named(cases[i].packet);

		open_subject(&s, cases[i].expr, compile(cases[i].expr));
		subject_fill(&s, p->data, p->len);
		memset(s.window, 0xee, SKB_FILTER_HOLE);
		ebpf_run(s.l3, s.l3_cnt, s.window, sizeof(s.window), p->len, p->len, &r);
		assert_null(r.error);
		if ((r.verdict != 0) != cases[i].match)
			fail_msg("%s on %s: expected %d", s.name, p->name, cases[i].match);
		skb_filter_free(s.f);
	}
}

/* Which programs have a body in place: the corpus test compares it with the others. */
static void bodies_in_place(void **state)
{
	static const struct {
		const char *expr;
		bool there;
	} cases[] = {
		{ "tcp port 443", true },
		{ "ip6 and udp port 53", true },
		{ "vlan 100 and arp", true },
		{ "ether host 1:2:3:4:5:6", true }, /* never matches there */
		{ "ether[12:4] = 0x08004500", true },
		{ "ether[13:2] = 0x0045", true },
		{ "ether[14:4] = 0x45000054", true },
		{ "ether[13:4] = 0x00450000", false },
		{ "ether[ip[8]] = 0", false },
	};
	uint32_t cnt;

	(void)state;
	for (size_t i = 0; i < CNT(cases); i++) {
		struct skb_filter *f = compile(cases[i].expr);

		if (!skb_filter_body(f, SKB_FILTER_IN_PLACE, &cnt) == cases[i].there)
			fail_msg("%s: expected %d", cases[i].expr, cases[i].there);
		skb_filter_free(f);
	}
}

static void need_and_uses(void **state)
{
	enum {
		MAC = SKB_FILTER_USES_MACADDR,
		VLAN = SKB_FILTER_USES_VLAN,
		LEN = SKB_FILTER_USES_LEN,
		IND = SKB_FILTER_USES_INDIRECT
	};
	static const struct {
		const char *expr;
		uint32_t need, uses;
	} cases[] = {
		{ "arp", 14, 0 },
		{ "ip", 14, 0 },
		{ "host 10.9.9.9", 42, 0 },
		{ "tcp port 443", 14 + 60 + 4, IND },
		{ "len > 100", 0, LEN },
		{ "ether host 1:2:3:4:5:6", 12, MAC },
		{ "ether[11:2] = 1", 13, MAC },
		{ "ether[12:2] = 1", 14, 0 },
		{ "vlan and arp", 18, VLAN },
		{ "tcp[tcpflags] & tcp-syn != 0", 14 + 60 + 14, IND },
		{ "tcp[((tcp[12:1]&0xf0)>>2):4] = 1", 14 + 60 + 60 + 4, IND },
		{ "ip[-1] = 0", 14, 0 },
		{ "ether[255] = 0", 256, 0 },
		{ "tcp[-20:4] = 0", 14 + 60 - 20 + 4, IND },
		{ "ether[ip[2:2]] = 0", 256, IND | MAC },
	};

	(void)state;
	for (size_t i = 0; i < CNT(cases); i++) {
		struct skb_filter *f = compile(cases[i].expr);

		if (skb_filter_need(f) != cases[i].need || skb_filter_uses(f) != cases[i].uses)
			fail_msg("%s: need %u, uses 0x%x", cases[i].expr, skb_filter_need(f),
				 skb_filter_uses(f));
		skb_filter_free(f);
	}
}

static void nothing_matches_everything(void **state)
{
	static const char *const all[] = { NULL, "", "  ", "\t\n" };
	struct skb_filter *f;
	struct subject s;

	(void)state;
	for (size_t i = 0; i < CNT(all); i++) {
		open_subject(&s, "empty", compile(all[i]));
		assert_true(skb_filter_matches_all(s.f));
		assert_int_equal(skb_filter_need(s.f), 0);
		assert_int_equal(compare(&s, 0, 0, true), SKB_FILTER_SNAPLEN);
		skb_filter_free(s.f);
	}
	f = compile("ip");
	assert_false(skb_filter_matches_all(f));
	skb_filter_free(f);
	skb_filter_free(NULL);
}

/* `vlan` keeps it whole, so without libpcap's optimiser, which would take 8 s; long jumps go in
 * steps. */
static void many_terms(void **state)
{
	size_t size;
	char *expr = NULL;
	FILE *out = open_memstream(&expr, &size);
	struct subject s;
	uint32_t cnt;
	const struct packet *p = packets_all(&cnt);

	(void)state;
	for (int i = 0; i < 256; i++)
		fprintf(out, "%s(host 10.1.%d.1 and port %d)", i ? " or " : "", i, 1000 + i);
	fprintf(out, " or (host 10.9.9.9 and port 443) or vlan 4000");
	fclose(out);
	open_subject(&s, "256 terms", compile(expr));
	assert_true(s.l2_cnt > INT16_MAX); /* or nothing long is tested */
	for (uint32_t i = 0; i < cnt; i++) {
		uint32_t caplen = p[i].len < 256 ? p[i].len : 256;

		subject_fill(&s, p[i].data, caplen);
		compare(&s, caplen, p[i].len, true);
	}
	p = packet_named("tcp syn to 443");
	subject_fill(&s, p->data, p->len);
	assert_int_equal(compare(&s, p->len, p->len, true), SKB_FILTER_SNAPLEN);
	skb_filter_free(s.f);
	free(expr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_hold),
		cmocka_unit_test(longest_branches),
		cmocka_unit_test(expressions_match_what_they_say),
		cmocka_unit_test(without_a_mac_header),
		cmocka_unit_test(bodies_in_place),
		cmocka_unit_test(need_and_uses),
		cmocka_unit_test(nothing_matches_everything),
		cmocka_unit_test(many_terms),
		cmocka_unit_test(corpus_agrees_on_every_packet_and_length),
		cmocka_unit_test(random_programs_agree),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}

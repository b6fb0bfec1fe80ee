/* SPDX-License-Identifier: GPL-2.0-only */
/* The generated code against the classic filter of the running kernel. Needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "filter_oracle.h"
#include "filter_packets.h"
#include "filter_subject.h"

#define WINDOW SKB_FILTER_WINDOW_MAX

static struct kernel_classic kernel;

static void attach(struct subject *s)
{
	int err = kernel_classic_attach(&kernel, s->classic, s->classic_cnt);

	if (err)
		fail_msg("%s: the kernel does not take it: %s", s->name, strerror(-err));
}

static void check(struct subject *s, uint32_t caplen)
{
	if (subject_compare_kernel(s, &kernel, caplen))
		return;
	skb_filter_dump_classic(s->f, stderr);
	fail_msg("%s: %s", s->name, s->wrong);
}

static void corpus_agrees(void **state)
{
	uint32_t expr_cnt, packet_cnt, runs = 0;
	char **exprs = corpus_expressions(&expr_cnt);
	const struct packet *packets = packets_all(&packet_cnt);
	struct rng r = { 1 };
	struct skb_filter *f;
	struct subject s;

	(void)state;
	for (uint32_t i = 0; i < expr_cnt; i++) {
		if (skb_filter_compile(exprs[i], NULL, &f, NULL) || !subject_open(&s, exprs[i], f))
			fail_msg("%s: does not compile", exprs[i]);
		attach(&s);
		for (uint32_t j = 0; j < packet_cnt; j++, runs += 2) {
			uint32_t len = packets[j].len < WINDOW ? packets[j].len : WINDOW;

			subject_fill(&s, packets[j].data, len);
			check(&s, len);
			check(&s, rng_below(&r, len + 1));
		}
		skb_filter_free(f);
	}
	print_message("%u expressions, %u runs\n", expr_cnt, runs);
}

static void random_programs_agree(void **state)
{
	const char *seed = getenv("SKBTRACE_FUZZ_SEED");
	struct rng r = { seed ? strtoull(seed, NULL, 0) | 1 : 77 };
	struct skb_cbpf insns[RANDOM_CBPF_MAX];
	uint32_t attached = 0;
	struct skb_filter *f;
	struct subject s;

	(void)state;
	while (attached < 3000) {
		/* The kernel refuses scratch words that may be read before they are written. */
		uint32_t cnt = random_cbpf(&r, insns, true);

		if (skb_filter_from_cbpf(insns, cnt, NULL, &f, NULL))
			continue;
		if (!subject_open(&s, "random program", f))
			fail_msg("program %u: %s", attached, s.wrong);
		attach(&s);
		for (int i = 0; i < 20; i++) {
			for (uint32_t b = 0; b < WINDOW; b++)
				s.window[b] = (uint8_t)rng_next(&r);
			check(&s, rng_below(&r, 4) ? WINDOW : rng_below(&r, WINDOW + 1));
		}
		skb_filter_free(f);
		attached++;
	}
}

#define LD(k_)                                                                                     \
	{                                                                                          \
		.code = BPF_LD | BPF_IMM, .k = (k_)                                                \
	}
#define LDX(k_)                                                                                    \
	{                                                                                          \
		.code = BPF_LDX | BPF_IMM, .k = (k_)                                               \
	}
#define RET_A                                                                                      \
	{                                                                                          \
		.code = BPF_RET | BPF_A                                                            \
	}

static int64_t run(const struct skb_cbpf *insns, uint32_t cnt, uint32_t len)
{
	static const uint8_t data[WINDOW];

	assert_int_equal(kernel_classic_attach(&kernel, insns, cnt), 0);
	return kernel_classic_run(&kernel, data, len);
}

/* What the comparison rests on. */
static void received_length_is_the_verdict(void **state)
{
	const struct skb_cbpf verdict_7[] = { LD(7), RET_A }, verdict_0[] = { LD(0), RET_A },
			      wanting[] = { { .code = BPF_LD | BPF_B | BPF_ABS, .k = 9 },
					    { .code = BPF_RET | BPF_K, .k = 5 } };

	(void)state;
	assert_int_equal(run(verdict_7, 2, 100), 7);
	assert_int_equal(run(verdict_7, 2, 3), 3);
	assert_int_equal(run(verdict_7, 2, 0), 0);
	assert_int_equal(run(verdict_0, 2, 100), KERNEL_CLASSIC_DROPPED);
	assert_int_equal(run(wanting, 2, 10), 5);
	assert_int_equal(run(wanting, 2, 9), KERNEL_CLASSIC_DROPPED);
}

/* The differences that skb_filter.h documents exist, are found, and nothing else is excused. */
static void documented_differences(void **state)
{
	struct skb_cbpf shift[] = { LD(1), LDX(33), { .code = BPF_ALU | BPF_LSH | BPF_X }, RET_A };
	struct skb_cbpf load[] = { LDX(20),
				   { .code = BPF_LD | BPF_B | BPF_IND, .k = (uint32_t)-6 },
				   { .code = BPF_RET | BPF_K, .k = 5 } };
	static const uint8_t data[64];

	(void)state;
	assert_int_equal(run(shift, 4, 64), 2);
	assert_int_equal(skb_filter_run_classic(shift, 4, data, 64, 64), 0);
	assert_true(kernel_classic_may_differ(shift, 4, data, 64));
	shift[1].k = 31;
	assert_false(kernel_classic_may_differ(shift, 4, data, 64));
	assert_false(kernel_classic_may_differ(load, 3, data, 64));
	load[1].k = (uint32_t)SKF_NET_OFF - 20;
	assert_true(kernel_classic_may_differ(load, 3, data, 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(received_length_is_the_verdict),
		cmocka_unit_test(documented_differences),
		cmocka_unit_test(corpus_agrees),
		cmocka_unit_test(random_programs_agree),
	};
	int failed;

	if (kernel_classic_open(&kernel)) {
		print_message("no socketpair here: skipped\n");
		return 77;
	}
	failed = cmocka_run_group_tests_name("filter and the kernel's own", tests, NULL, NULL);
	kernel_classic_close(&kernel);
	return failed;
}

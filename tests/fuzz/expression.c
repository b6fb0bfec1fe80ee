/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer on the text of an expression: what compiles has to pass all checks and agree with the
 * other interpreters on frames that the text chooses; what does not has to say why, as the contract
 * has it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_oracle.h"
#include "filter_packets.h"
#include "filter_subject.h"

#define FRAMES 24

static void __attribute__((noreturn)) die(const char *expr, const char *what)
{
	fprintf(stderr, "expression '%s': %s\n", expr, what);
	abort();
}

static void check_error(const char *expr, int ret, const struct skb_filter_err *err)
{
	char caret[256];

	if (ret >= 0)
		die(expr, "a positive error");
	if (!err->msg[0] || strchr(err->msg, '\n') || strchr(err->hint, '\n'))
		die(expr, "a message that is not one line");
	if (err->pos < -1 || err->pos > (int)strlen(expr))
		die(expr, "an error outside the expression");
	skb_filter_caret(expr, err->pos, caret, sizeof(caret));
	if ((err->pos < 0) != !caret[0])
		die(expr, "a position without a caret");
}

static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325ull; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3ull;
	return h | 1;
}

static void check_frames(struct subject *s, const struct kernel_classic *kernel)
{
	/* If the kernel refuses it, it reads scratch words that libpcap's interpreter never set. */
	bool plain = !kernel_classic_attach(kernel, s->classic, s->classic_cnt);
	struct rng r = { hash(s->name) };

	for (int i = 0; i < FRAMES; i++) {
		uint32_t caplen = subject_random(s, &r);
		uint32_t wirelen = caplen + (i & 1 ? rng_below(&r, 1500) : 0);

		if (!subject_compare(s, caplen, wirelen, plain, NULL, NULL) ||
		    (plain && !subject_compare_kernel(s, kernel, caplen)))
			die(s->name, s->wrong);
	}
}

static void check_filter(const char *expr, struct skb_filter *f,
			 const struct kernel_classic *kernel, FILE *null)
{
	struct subject s;

	if (!subject_open(&s, expr, f))
		die(expr, s.wrong);
	if (skb_filter_need(f) > SKB_FILTER_WINDOW_MAX)
		die(expr, "needs more than the window");
	if (skb_filter_dump_classic(f, null) || skb_filter_dump_ebpf(f, SKB_FILTER_L2, null) ||
	    skb_filter_dump_ebpf(f, SKB_FILTER_L3, null))
		die(expr, "cannot be dumped");
	check_frames(&s, kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kernel_classic kernel;
	static FILE *null;
	struct skb_filter_err err;
	struct skb_filter *f;
	char *expr = malloc(size + 1);
	int ret;

	if (!null) {
		null = fopen("/dev/null", "w");
		if (!null || kernel_classic_open(&kernel))
			die("", "cannot open what the test needs");
	}
	memcpy(expr, data, size);
	expr[size] = '\0';
	ret = skb_filter_compile(expr, NULL, &f, &err);
	if (ret)
		check_error(expr, ret, &err);
	else
		check_filter(expr, f, &kernel, null);
	skb_filter_free(f);
	free(expr);
	return 0;
}

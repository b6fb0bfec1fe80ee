/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random programs on random frames, all oracles side by side, until stopped or for as many cases as
 * the argument says. A case is one program on one frame. Exit code 1 after a mismatch.
 */
#include <errno.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "filter_oracle.h"
#include "filter_packets.h"
#include "filter_subject.h"
#include "prog_run.h"

#define CBPF_MAX       4096
#define MISMATCHES_MAX 10 /* then it is of no use to go on */

static volatile sig_atomic_t stop;

struct totals {
	uint64_t cases, programs, refused, matches, kernel_classic, prog_run, mismatches;
};

struct fuzz {
	uint64_t seed, wanted; /* wanted 0 = until stopped */
	struct rng rng;
	struct kernel_classic kernel;
	struct prog_run prog_run;
	bool with_prog_run;
	bool with_kernel; /* it takes the program at hand */
	struct totals totals;
};

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void mismatch(struct fuzz *z, struct subject *s)
{
	printf("MISMATCH in program %llu (%s) of SKBTRACE_FUZZ_SEED=%llu: %s\n",
	       (unsigned long long)z->totals.programs, s->name, (unsigned long long)z->seed,
	       s->wrong);
	skb_filter_dump_classic(s->f, stdout);
	fflush(stdout);
	z->totals.mismatches++;
}

/* A wrong operand or target here and there leaves most of a real program as it was. */
static void mutate(struct rng *r, struct skb_cbpf *insns, uint32_t cnt)
{
	for (uint32_t edits = rng_below(r, 4); edits; edits--) {
		struct skb_cbpf *insn = &insns[rng_below(r, cnt)];

		if (BPF_CLASS(insn->code) == BPF_JMP && rng_below(r, 2))
			*(rng_below(r, 2) ? &insn->jt : &insn->jf) = (uint8_t)rng_below(r, 12);
		else if (rng_below(r, 2))
			insn->k += rng_below(r, 9) - 4;
		else
			insn->k = rng_next(r);
	}
}

/* Every fourth program comes from an expression of the corpus. */
static struct skb_filter *next_filter(struct fuzz *z, struct skb_cbpf *insns, const char **name)
{
	uint32_t expr_cnt, cnt;
	char **exprs = corpus_expressions(&expr_cnt);
	const struct skb_cbpf *classic;
	struct skb_filter *f;

	*name = "random";
	if (rng_below(&z->rng, 4)) {
		cnt = random_cbpf(&z->rng, insns, rng_below(&z->rng, 4));
	} else {
		*name = exprs[rng_below(&z->rng, expr_cnt)];
		if (skb_filter_compile(*name, NULL, &f, NULL))
			return NULL;
		classic = skb_filter_classic(f, &cnt);
		cnt = cnt > CBPF_MAX ? CBPF_MAX : cnt;
		memcpy(insns, classic, cnt * sizeof(*insns));
		skb_filter_free(f);
		mutate(&z->rng, insns, cnt);
	}
	return skb_filter_from_cbpf(insns, cnt, NULL, &f, NULL) ? NULL : f;
}

/* The oracles that need no root, on one frame; the case is noted for the one that does. */
static bool run_case(struct fuzz *z, struct subject *s, struct prog_run_case *c)
{
	uint32_t caplen = subject_random(s, &z->rng), wirelen = caplen;

	if (rng_below(&z->rng, 2))
		wirelen = rng_below(&z->rng, 16) ? caplen + rng_below(&z->rng, 1500)
						 : rng_next(&z->rng);
	/* What the kernel does not take reads scratch words that libpcap has not set. */
	if (!subject_compare(s, caplen, wirelen, z->with_kernel, &c->l2, &c->l3))
		return false;
	z->totals.cases++;
	z->totals.matches += c->l2 != 0;
	c->caplen = caplen;
	c->wirelen = wirelen;
	c->in_place = c->l3;
	c->in_place_argument = ebpf_in_place_argument(s->window, wirelen);
	memcpy(c->window, s->window, sizeof(c->window));
	if (!z->with_kernel)
		return true;
	z->totals.kernel_classic++;
	return subject_compare_kernel(s, &z->kernel, caplen);
}

/* Compares verdicts of the running kernel with those that run_case() noted. */
static bool run_batch(struct fuzz *z, struct subject *s, const struct prog_run_case *expected)
{
	struct prog_run_case *got = prog_run_cases(&z->prog_run);
	int err;

	memcpy(got, expected, PROG_RUN_BATCH * sizeof(*got));
	for (int i = 0; i < PROG_RUN_BATCH; i++)
		got[i].l2 = got[i].l3 = got[i].in_place = 0x5a5a5a5a;
	do {
		err = prog_run_batch(&z->prog_run, s);
	} while (err == -EINTR && !stop);
	if (err == -EINTR)
		return true;
	for (int i = 0; i < PROG_RUN_BATCH && !err; i++, z->totals.prog_run++) {
		if (got[i].l2 == expected[i].l2 && got[i].l3 == expected[i].l3 &&
		    got[i].in_place == expected[i].in_place)
			continue;
		snprintf(s->wrong, sizeof(s->wrong),
			 "the kernel runs L2 to 0x%x instead of 0x%x, L3 to 0x%x instead of 0x%x, "
			 "in place to 0x%x, caplen %u wirelen %u",
			 got[i].l2, expected[i].l2, got[i].l3, expected[i].l3, got[i].in_place,
			 got[i].caplen, got[i].wirelen);
		return false;
	}
	if (err)
		snprintf(s->wrong, sizeof(s->wrong), "the kernel does not load or run it: %s",
			 strerror(-err));
	return !err;
}

static bool run_program(struct fuzz *z, struct subject *s)
{
	static struct prog_run_case cases[PROG_RUN_BATCH];
	int err = kernel_classic_attach(&z->kernel, s->classic, s->classic_cnt);

	z->with_kernel = !err;
	if (err && err != -EINVAL) {
		snprintf(s->wrong, sizeof(s->wrong), "SO_ATTACH_FILTER: %s", strerror(-err));
		return false;
	}
	for (int i = 0; i < PROG_RUN_BATCH; i++) {
		if (!run_case(z, s, &cases[i]))
			return false;
	}
	return !z->with_prog_run || run_batch(z, s, cases);
}

static void report(const struct fuzz *z, FILE *out)
{
	const struct totals *t = &z->totals;

	fprintf(out,
		"seed %llu: %llu cases of %llu programs (%llu more refused), %llu matches; with "
		"the "
		"kernel's classic filter %llu, in the kernel %llu; mismatches %llu\n",
		(unsigned long long)z->seed, (unsigned long long)t->cases,
		(unsigned long long)t->programs, (unsigned long long)t->refused,
		(unsigned long long)t->matches, (unsigned long long)t->kernel_classic,
		(unsigned long long)t->prog_run, (unsigned long long)t->mismatches);
	fflush(out);
}

static void run(struct fuzz *z)
{
	static struct skb_cbpf insns[CBPF_MAX];
	uint64_t next_report = 1000000;
	struct skb_filter *f;
	struct subject s;

	while (!stop && (!z->wanted || z->totals.cases < z->wanted) &&
	       z->totals.mismatches < MISMATCHES_MAX) {
		f = next_filter(z, insns, &s.name);
		if (!f) {
			z->totals.refused++;
			continue;
		}
		if (!subject_open(&s, s.name, f) || !run_program(z, &s))
			mismatch(z, &s);
		z->totals.programs++;
		skb_filter_free(f);
		if (z->totals.cases >= next_report) {
			report(z, stderr);
			next_report += 1000000;
		}
	}
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SKBTRACE_FUZZ_SEED");
	struct fuzz z = { .seed = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) };
	struct sigaction sa = { .sa_handler = on_signal };
	char *end = NULL;

	z.wanted = argc > 1 ? strtoull(argv[1], &end, 10) : 0;
	if (argc > 2 || (end && (*end || end == argv[1]))) {
		fprintf(stderr, "usage: %s [CASES]; $SKBTRACE_FUZZ_SEED repeats a run\n", argv[0]);
		return 2;
	}
	z.rng.state = z.seed ? z.seed : 1;
	if (kernel_classic_open(&z.kernel)) {
		perror("socketpair");
		return 1;
	}
	z.with_prog_run = prog_run_open(&z.prog_run) == 0;
	if (!z.with_prog_run)
		fprintf(stderr, "bpf() is not allowed here: without the bodies in the kernel\n");
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	run(&z);
	report(&z, stdout);
	if (z.with_prog_run)
		prog_run_close(&z.prog_run);
	kernel_classic_close(&z.kernel);
	return z.totals.mismatches ? 1 : 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run of a packet filter costs: our body on a copied window, our body on the packet's own
 * bytes, the scheme with one bpf_probe_read_kernel() per load, and the kernel's classic filter.
 * docs/PERFORMANCE.md says how to read the table. Needs root.
 *
 *	filter_bench [-i]	-i: the machine's clock counts instructions (QEMU -icount)
 */
#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "filter_bench.h"
#include "filter_bench.skel.h"
#include "filter_packets.h"
#include "inject.h"
#include "kernel_filter.h"
#include "per_load.h"
#include "skb_filter.h"

enum way {
	BASE,
	COPY,
	DIRECT,
	PER_LOAD,
	WAYS,
};

struct bench_case {
	const char *expr;
	const char *label;  /* NULL = the expression */
	const char *packet; /* of tests/unit/filter_packets.c */
	bool runs_out;      /* the filter reads behind the packet's end */
};

static const struct bench_case cases[] = {
#define CASE(expr, label, packet, runs_out) { expr, label, packet, runs_out },
#include "filter_bench.def"
};

/* How often and how long, chosen for differences that repeat. */
struct effort {
	const char *unit;
	uint32_t rounds; /* the least of them counts: what disturbs only adds */
	uint32_t runs;   /* of a program in a round */
	uint32_t sends;  /* of a packet in a round, a multiple of KERNEL_FILTER_BATCH */
	uint32_t copies; /* of the classic filter in a send: one is too little to be timed */
};

static const struct effort by_clock = { "ns", 500, 1000, 500, 50 };
static const struct effort by_icount = { "instructions", 20, 500, 500, 1 };

/* NAN = cannot be measured here. */
struct cost {
	double way[WAYS]; /* [BASE] of the empty body, the others on top of it */
	double kernel;
};

/* A ratio that must not be above `most`, where this expression matches (NULL = in every row). */
struct target {
	const char *ratio, *matching;
	double most, worst;
	const struct bench_case *worst_case;
};

struct bench {
	const struct effort *effort;
	bool direct; /* this kernel takes the direct program */
	struct target copy_target, direct_target;
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static int fail(int err, const char *what, const char *about)
{
	fprintf(stderr, "filter_bench: %s: %s: %s\n", about, what, strerror(-err));
	return err;
}

static int run(const struct bpf_program *prog, uint32_t times)
{
	uint8_t data[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = sizeof(data),
		    .repeat = (int)times);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static void programs_of(const struct filter_bench_bpf *skel, struct bpf_program **programs)
{
	programs[BASE] = skel->progs.base;
	programs[COPY] = skel->progs.copy;
	programs[DIRECT] = skel->progs.direct;
	programs[PER_LOAD] = skel->progs.per_load;
}

static int inject_all(const struct filter_bench_bpf *skel, const struct skb_filter *f)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct skb_cbpf *classic;
	const struct bpf_insn *body;
	struct bpf_insn *per_load;
	uint32_t cnt, per_load_cnt;
	int err;

	classic = skb_filter_classic(f, &cnt);
	err = per_load_translate(classic, cnt, &per_load, &per_load_cnt);
	if (err)
		return err;
	body = skb_filter_body(f, SKB_FILTER_L2, &cnt);
	inject_forget();
	err = inject_body(skel->obj, "filter_base", 3, nothing, 2);
	if (!err)
		err = inject_body(skel->obj, "filter_copy", 3, body, cnt);
	if (!err)
		err = inject_body(skel->obj, "filter_direct", 3, body, cnt);
	if (!err)
		err = inject_body(skel->obj, "filter_per_load", 3, per_load, per_load_cnt);
	free(per_load);
	return err;
}

static int load(const struct skb_filter *f, bool direct, struct filter_bench_bpf **out)
{
	struct filter_bench_bpf *skel;
	int err;

	*out = NULL;
	err = inject_register();
	if (err)
		return err;
	skel = filter_bench_bpf__open();
	if (!skel)
		return -errno;
	bpf_program__set_autoload(skel->progs.direct, direct);
	err = inject_all(skel, f);
	if (!err)
		err = filter_bench_bpf__load(skel);
	if (!err)
		err = run(skel->progs.locate, 1);
	if (err)
		filter_bench_bpf__destroy(skel);
	else
		*out = skel;
	return err;
}

/* Loads at fixed and at computed places: the verifier must allow both. */
static int probe_direct(struct bench *b)
{
	struct filter_bench_bpf *skel;
	struct skb_filter *f;
	int err;

	err = skb_filter_compile(HTTP_GET, NULL, &f, NULL);
	if (err)
		return fail(err, "compile", HTTP_GET);
	b->direct = !load(f, true, &skel);
	if (b->direct)
		filter_bench_bpf__destroy(skel);
	skb_filter_free(f);
	return 0;
}

static void set_packet(struct filter_bench *bench, const struct packet *p,
		       const struct skb_filter *f)
{
	bench->caplen = bench->wirelen = p->len;
	bench->need = skb_filter_need(f);
	memcpy(bench->packet, p->data, p->len);
}

/* A fast wrong answer is worth nothing: all must say what the reference interpreter says. */
static int check_verdicts(const struct bench *b, const struct filter_bench_bpf *skel,
			  const struct kernel_filter *kernel, const struct skb_filter *f,
			  const struct packet *p, bool *match)
{
	static const char *const names[] = { "base", "copy", "direct", "per load" };
	struct bpf_program *programs[WAYS];
	uint32_t cnt, verdict, expected;
	const struct skb_cbpf *classic = skb_filter_classic(f, &cnt);
	int err;

	programs_of(skel, programs);
	expected = skb_filter_run_classic(classic, cnt, p->data, p->len, p->len);
	for (int w = COPY; w < WAYS; w++) {
		if (w == DIRECT && !b->direct)
			continue;
		skel->bss->bench.verdict = ~expected;
		err = run(programs[w], 1);
		if (err)
			return fail(err, "BPF_PROG_RUN", names[w]);
		if (skel->bss->bench.verdict != expected)
			return fail(-EBADMSG, "wrong verdict", names[w]);
	}
	err = kernel_filter_verdict(kernel, p->data, p->len, &verdict);
	if (err)
		return fail(err, "the kernel's filter", p->name);
	*match = expected;
	return !verdict == !expected ? 0 : fail(-EBADMSG, "wrong verdict", "the kernel's filter");
}

static void keep_least(double *least, double value)
{
	if (!*least || value < *least)
		*least = value;
}

static int measure_programs(const struct bench *b, const struct filter_bench_bpf *skel,
			    struct cost *cost)
{
	struct bpf_program *programs[WAYS];
	double start;
	int err;

	programs_of(skel, programs);
	for (uint32_t round = 0; round < b->effort->rounds; round++) {
		for (int w = BASE; w < WAYS; w++) {
			if (w == DIRECT && !b->direct)
				continue;
			start = now_ns();
			err = run(programs[w], b->effort->runs);
			if (err)
				return fail(err, "BPF_PROG_RUN", bpf_program__name(programs[w]));
			keep_least(&cost->way[w], (now_ns() - start) / b->effort->runs);
		}
	}
	for (int w = COPY; w < WAYS; w++)
		cost->way[w] -= cost->way[BASE];
	if (!b->direct)
		cost->way[DIRECT] = NAN;
	return 0;
}

/* In turns with the filter of one instruction, so that a slow moment meets both, and on the same
 * socket, whose place in memory counts too. */
static int measure_kernel(const struct bench *b, const struct kernel_filter *kernel,
			  const struct packet *p, struct cost *cost)
{
	static const enum kernel_filter_mode modes[] = { KERNEL_FILTER_NOTHING,
							 KERNEL_FILTER_DROPS };
	double least[2] = { 0 }, start;
	int err;

	for (uint32_t round = 0; round < 2 * b->effort->rounds; round++) {
		err = kernel_filter_attach(kernel, modes[round & 1]);
		if (err)
			return fail(err, "SO_ATTACH_FILTER", p->name);
		start = now_ns();
		err = kernel_filter_run(kernel, p->data, p->len, b->effort->sends);
		if (err)
			return fail(err, "sendmmsg", p->name);
		keep_least(&least[round & 1], (now_ns() - start) / b->effort->sends);
	}
	cost->kernel = (least[1] - least[0]) / kernel_filter_copies(kernel);
	return 0;
}

static int measure(const struct bench *b, const struct skb_filter *f, const struct packet *p,
		   struct cost *cost, bool *match)
{
	struct filter_bench_bpf *skel = NULL;
	struct kernel_filter *kernel = NULL;
	const struct skb_cbpf *classic;
	uint32_t cnt;
	int err;

	classic = skb_filter_classic(f, &cnt);
	err = kernel_filter_new(classic, cnt, b->effort->copies, &kernel);
	if (err)
		return fail(err, "socketpair", p->name);
	err = load(f, b->direct, &skel);
	if (err) {
		fail(err, "load", *inject_message() ? inject_message() : p->name);
		goto out;
	}
	set_packet(&skel->bss->bench, p, f);
	err = check_verdicts(b, skel, kernel, f, p, match);
	if (!err)
		err = measure_programs(b, skel, cost);
	if (!err)
		err = measure_kernel(b, kernel, p, cost);
out:
	filter_bench_bpf__destroy(skel);
	kernel_filter_free(kernel);
	return err;
}

static const struct packet *packet_named(const char *name)
{
	uint32_t cnt;
	const struct packet *packets = packets_all(&cnt);

	for (uint32_t i = 0; i < cnt; i++)
		if (!strcmp(packets[i].name, name))
			return &packets[i];
	return NULL;
}

static void print_header(const struct bench *b)
{
	struct utsname u;

	uname(&u);
	printf("Linux %s %s, libbpf %s; %s per run of the filter, without the call around it\n",
	       u.release, u.machine, libbpf_version_string(), b->effort->unit);
	printf("%-43s %-16s %-5s %8s %8s %8s %8s %9s %9s\n", "expression", "packet", "match",
	       "a copy", "b direct", "c p.load", "d kernel", "a/c", "b/d");
}

static void print_number(int width, int decimals, double number)
{
	if (isnan(number))
		printf(" %*s", width, "-");
	else
		printf(" %*.*f", width, decimals, number);
}

static void print_row(const struct bench_case *c, const struct cost *cost, bool match)
{
	printf("%-43s %-16s %-5s", c->label ? c->label : c->expr, c->packet, match ? "yes" : "no");
	for (int w = COPY; w < WAYS; w++)
		print_number(8, 1, cost->way[w]);
	print_number(8, 1, cost->kernel);
	print_number(9, 2, cost->way[COPY] / cost->way[PER_LOAD]);
	print_number(9, 2, cost->way[DIRECT] / cost->kernel);
	printf("\n");
	fflush(stdout);
}

static void note(struct target *t, const struct bench_case *c, bool match, double ratio)
{
	if (t->matching && (!match || strcmp(t->matching, c->expr)))
		return;
	if (isnan(ratio) || ratio <= t->worst)
		return;
	t->worst = ratio;
	t->worst_case = c;
}

static void print_target(const struct target *t)
{
	if (!t->worst_case)
		return;
	printf("target: %s at most %.2f %s%s: %s, worst %.2f (%s, %s)\n", t->ratio, t->most,
	       t->matching ? "for packets that match " : "in all rows",
	       t->matching ? t->matching : "", t->worst <= t->most ? "met" : "MISSED", t->worst,
	       t->worst_case->label ? t->worst_case->label : t->worst_case->expr,
	       t->worst_case->packet);
}

static int bench_case(struct bench *b, const struct bench_case *c)
{
	const struct packet *p = packet_named(c->packet);
	struct skb_filter_err e;
	struct cost cost = { 0 };
	struct skb_filter *f;
	bool match = false;
	int err;

	if (!p)
		return fail(-ENOENT, "no such packet", c->packet);
	err = skb_filter_compile(c->expr, NULL, &f, &e);
	if (err)
		return fail(err, e.msg, c->expr);
	err = measure(b, f, p, &cost, &match);
	skb_filter_free(f);
	if (err)
		return err;
	if (c->runs_out && b->effort->copies > 1)
		cost.kernel = NAN;
	print_row(c, &cost, match);
	note(&b->copy_target, c, match, cost.way[COPY] / cost.way[PER_LOAD]);
	note(&b->direct_target, c, match, cost.way[DIRECT] / cost.kernel);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench b = {
		.effort = &by_clock,
		.copy_target = { .ratio = "a/c", .matching = "tcp port 443", .most = 0.5 },
		.direct_target = { .ratio = "b/d", .most = 1.5 },
	};
	int err;

	if (argc == 2 && !strcmp(argv[1], "-i")) {
		b.effort = &by_icount;
	} else if (argc != 1) {
		fprintf(stderr, "usage: filter_bench [-i]\n");
		return 2;
	}
	if (geteuid()) {
		fprintf(stderr, "filter_bench: needs root, to load BPF programs\n");
		return 1;
	}
	libbpf_set_print(quiet);
	err = probe_direct(&b);
	if (!err)
		print_header(&b);
	for (size_t i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++)
		err = bench_case(&b, &cases[i]);
	if (!err && b.effort == &by_icount) { /* ratios of a nanosecond or two say little */
		print_target(&b.copy_target);
		print_target(&b.direct_target);
	}
	return err ? 1 : 0;
}

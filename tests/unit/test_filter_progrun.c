/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generated bodies in the running kernel: does its verifier take them, do they answer as in
 * user space, and does tracer/inject.c put them where the stubs are. Needs root; skipped without.
 * $INJECT_TEST_OBJECT names the compiled inject_test.bpf.c if it is not where the build put it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ebpf_interp.h"
#include "filter_oracle.h"
#include "filter_packets.h"
#include "inject.h"
#include "skb_filter.h"

#define WINDOW SKB_FILTER_WINDOW_MAX
#define CALLER 9 /* instructions in front of the body */

/* The value of the map: arguments in, verdict out. Also the layout of inject_test.bpf.c. */
struct run {
	uint32_t caplen, wirelen;
	uint32_t verdict_l2, verdict_l3;
	uint32_t loops;
	uint8_t window[WINDOW];
};

static int run_map = -1;
static struct run *run; /* the mapped value of run_map */
static char *log_buf;
static const size_t log_size = 16 << 20;

static int setup(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	(void)state;
	log_buf = malloc(log_size);
	run_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "run", 4, sizeof(*run), 1, &opts);
	if (run_map < 0)
		return 0; /* no privilege: each test skips */
	run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE, MAP_SHARED, run_map, 0);
	return run == MAP_FAILED ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(log_buf);
	if (run_map >= 0)
		close(run_map);
	return 0;
}

static void need_root(void)
{
	if (run_map < 0) {
		print_message("bpf() is not allowed here: skipped\n");
		skip();
	}
}

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define FIELD(name) ((int16_t)offsetof(struct run, name))

/* A program that calls the body on the map's window and stores the verdict. */
static uint32_t wrap(struct bpf_insn *out, const struct bpf_insn *body, uint32_t cnt)
{
	const struct bpf_insn head[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 6, BPF_PSEUDO_MAP_VALUE, 0, run_map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, FIELD(window)),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 6, FIELD(caplen), 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 6, FIELD(wirelen), 0),
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 2),
		INSN(BPF_STX | BPF_MEM | BPF_W, 6, 0, FIELD(verdict_l2), 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	_Static_assert(sizeof(head) == CALLER * sizeof(head[0]), "CALLER");
	memcpy(out, head, sizeof(head));
	memcpy(out + CALLER, body, cnt * sizeof(*body));
	return CALLER + cnt;
}

static int load(const char *name, const struct bpf_insn *body, uint32_t cnt)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log_buf, .log_size = log_size);
	struct bpf_insn *insns = calloc(CALLER + cnt, sizeof(*insns));
	uint32_t insn_cnt = wrap(insns, body, cnt);
	int fd =
		bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "filter", "GPL", insns, insn_cnt, &opts);

	if (fd < 0) {
		opts.log_level = 1;
		log_buf[0] = '\0';
		bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "filter", "GPL", insns, insn_cnt, &opts);
		fail_msg("%s: %s\n%.4000s", name, strerror(errno), log_buf);
	}
	free(insns);
	return fd;
}

static void test_run(int fd, uint32_t *retval)
{
	uint8_t data[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = sizeof(data));

	if (bpf_prog_test_run_opts(fd, &opts))
		fail_msg("BPF_PROG_RUN: %s", strerror(errno));
	if (retval)
		*retval = opts.retval;
}

/* What the L3 body must say: the same as the L2 body, unless that one reads a MAC address. */
static uint32_t expected_l3(const struct skb_filter *f, uint32_t caplen, uint32_t wirelen)
{
	struct ebpf_result r;
	uint32_t cnt;
	const struct bpf_insn *body = skb_filter_body(f, SKB_FILTER_L2, &cnt);

	ebpf_run(body, cnt, run->window, WINDOW, caplen, wirelen, &r);
	assert_null(r.error);
	return r.lowest < SKB_FILTER_HOLE ? 0 : r.verdict;
}

struct loaded {
	struct skb_filter *f;
	const struct skb_cbpf *classic;
	uint32_t classic_cnt;
	int l2, l3;
};

static void load_both(struct loaded *l, const char *name, struct skb_filter *f)
{
	const struct bpf_insn *body;
	uint32_t cnt;

	l->f = f;
	l->classic = skb_filter_classic(f, &l->classic_cnt);
	body = skb_filter_body(f, SKB_FILTER_L2, &cnt);
	l->l2 = load(name, body, cnt);
	body = skb_filter_body(f, SKB_FILTER_L3, &cnt);
	l->l3 = load(name, body, cnt);
}

static void unload(struct loaded *l)
{
	close(l->l2);
	close(l->l3);
	skb_filter_free(l->f);
}

static void run_and_compare(const struct loaded *l, const char *name, uint32_t caplen,
			    uint32_t wirelen)
{
	uint32_t expected;

	run->caplen = caplen;
	run->wirelen = wirelen;
	expected = skb_filter_run_classic(l->classic, l->classic_cnt, run->window, caplen, wirelen);
	run->verdict_l2 = 0x5a5a5a5a;
	test_run(l->l2, NULL);
	if (run->verdict_l2 != expected)
		fail_msg("%s: L2 0x%x instead of 0x%x, caplen %u wirelen %u", name, run->verdict_l2,
			 expected, caplen, wirelen);
	expected = expected_l3(l->f, caplen, wirelen);
	run->verdict_l2 = 0x5a5a5a5a;
	test_run(l->l3, NULL);
	if (run->verdict_l2 != expected)
		fail_msg("%s: L3 0x%x instead of 0x%x, caplen %u wirelen %u", name, run->verdict_l2,
			 expected, caplen, wirelen);
}

static void corpus_in_the_kernel(void **state)
{
	uint32_t expr_cnt, packet_cnt, runs = 0;
	char **exprs = corpus_expressions(&expr_cnt);
	const struct packet *packets = packets_all(&packet_cnt);
	struct rng r = { 1 };
	struct skb_filter *f;
	struct loaded l;

	(void)state;
	need_root();
	for (uint32_t i = 0; i < expr_cnt; i++) {
		if (skb_filter_compile(exprs[i], NULL, &f, NULL))
			fail_msg("%s: does not compile", exprs[i]);
		load_both(&l, exprs[i], f);
		for (uint32_t j = 0; j < 2 * packet_cnt; j++, runs++) {
			const struct packet *p = &packets[j / 2];
			uint32_t caplen = p->len < WINDOW ? p->len : WINDOW;

			memset(run->window, 0xa5, WINDOW);
			memcpy(run->window, p->data, caplen);
			if (j & 1)
				caplen = rng_below(&r, caplen + 1);
			run_and_compare(&l, exprs[i], caplen, p->len);
		}
		unload(&l);
	}
	print_message("%u expressions, %u runs of both bodies\n", expr_cnt, runs);
}

static void random_programs_in_the_kernel(void **state)
{
	const char *seed = getenv("SKBTRACE_FUZZ_SEED");
	struct rng r = { seed ? strtoull(seed, NULL, 0) | 1 : 31 };
	struct skb_cbpf insns[RANDOM_CBPF_MAX];
	uint32_t loaded = 0;
	struct skb_filter *f;
	struct loaded l;
	char name[32];

	(void)state;
	need_root();
	while (loaded < 400) {
		uint32_t cnt = random_cbpf(&r, insns, rng_below(&r, 2));

		if (skb_filter_from_cbpf(insns, cnt, NULL, &f, NULL))
			continue;
		snprintf(name, sizeof(name), "random program %u", loaded++);
		load_both(&l, name, f);
		for (int i = 0; i < 20; i++) {
			for (int b = 0; b < WINDOW; b++)
				run->window[b] = (uint8_t)rng_next(&r);
			run_and_compare(&l, name, rng_below(&r, WINDOW + 1), rng_next(&r));
		}
		unload(&l);
	}
}

/*
 * The verifier knows that X is a multiple of 4 and, behind the division, not 0: then X + 250 is
 * never within the window, and it must not mind the load.
 */
static void load_that_never_happens(void **state)
{
	static const struct skb_cbpf insns[] = {
		{ .code = BPF_LDX | BPF_B | BPF_MSH, .k = 15 },
		{ .code = BPF_LD | BPF_IMM, .k = 7 },
		{ .code = BPF_ALU | BPF_DIV | BPF_X },
		{ .code = BPF_LD | BPF_W | BPF_IND, .k = 250 },
		{ .code = BPF_RET | BPF_K, .k = 1 },
	};
	struct skb_filter *f;
	struct loaded l;

	(void)state;
	need_root();
	assert_int_equal(skb_filter_from_cbpf(insns, 5, NULL, &f, NULL), 0);
	load_both(&l, "load that never happens", f);
	memset(run->window, 1, sizeof(run->window));
	run_and_compare(&l, "load that never happens", WINDOW, WINDOW);
	unload(&l);
}

/* Jumps that go in steps, and what the verifier makes of 48,000 instructions. */
static void many_terms_in_the_kernel(void **state)
{
	const struct packet *p;
	struct skb_filter *f;
	struct loaded l;
	char *expr = NULL;
	size_t size;
	uint32_t cnt;
	FILE *out = open_memstream(&expr, &size);

	(void)state;
	need_root();
	for (int i = 0; i < 256; i++)
		fprintf(out, "(host 10.1.%d.1 and port %d) or ", i, 1000 + i);
	/* `vlan` keeps it whole. */
	fprintf(out, "(host 10.9.9.9 and port 443) or vlan 4000");
	fclose(out);
	assert_int_equal(skb_filter_compile(expr, NULL, &f, NULL), 0);
	load_both(&l, "256 terms", f);
	p = packets_all(&cnt);
	for (uint32_t i = 0; i < cnt; i++) {
		memcpy(run->window, p[i].data, p[i].len < WINDOW ? p[i].len : WINDOW);
		run_and_compare(&l, "256 terms", p[i].len < WINDOW ? p[i].len : WINDOW, p[i].len);
	}
	unload(&l);
	free(expr);
}

/* The object with stubs. */
struct injected {
	struct bpf_object *obj;
	struct run *run;
};

static const char *object_path(void)
{
	const char *named = getenv("INJECT_TEST_OBJECT");

#ifdef INJECT_TEST_OBJECT
	return named ? named : INJECT_TEST_OBJECT;
#else
	return named ? named : "inject_test.bpf.o";
#endif
}

static struct bpf_program *program(const struct injected *in, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(in->obj, name);

	if (!prog)
		fail_msg("no program %s", name);
	return prog;
}

/* Opens the object; the map that it uses is ours, so that run is its value. */
static void open_object(struct injected *in)
{
	struct bpf_map *map;

	assert_int_equal(inject_register(), 0);
	in->obj = bpf_object__open_file(object_path(), NULL);
	if (!in->obj)
		fail_msg("%s: %s", object_path(), strerror(errno));
	map = bpf_object__find_map_by_name(in->obj, "runs");
	assert_non_null(map);
	assert_int_equal(bpf_map__set_map_flags(map, BPF_F_MMAPABLE), 0);
	assert_int_equal(bpf_map__reuse_fd(map, run_map), 0);
	bpf_program__set_expected_attach_type(program(in, "kprobe_first"), BPF_TRACE_KPROBE_MULTI);
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_loop, NULL) != 1)
		bpf_program__set_autoload(program(in, "callback"), false);
}

static void run_program(const struct injected *in, const char *name, uint32_t *retval)
{
	test_run(bpf_program__fd(program(in, name)), retval);
}

static void check_verdicts(const struct injected *in, const char *name, const struct skb_filter *f,
			   const struct packet *p)
{
	uint32_t classic_cnt, retval, caplen = p->len < WINDOW ? p->len : WINDOW;
	const struct skb_cbpf *classic = skb_filter_classic(f, &classic_cnt);
	uint32_t expected;

	memcpy(run->window, p->data, caplen);
	run->caplen = caplen;
	run->wirelen = p->len;
	run->loops = 0;
	run->verdict_l2 = run->verdict_l3 = 0x5a5a5a5a;
	expected = skb_filter_run_classic(classic, classic_cnt, run->window, caplen, p->len);
	run_program(in, name, &retval);
	if (run->verdict_l2 != expected || run->verdict_l3 != expected_l3(f, caplen, p->len) ||
	    retval != (expected != 0))
		fail_msg("%s on %s: L2 0x%x, L3 0x%x, returned %u; expected 0x%x", name, p->name,
			 run->verdict_l2, run->verdict_l3, retval, expected);
}

static void check_programs(const struct injected *in, const struct skb_filter *f)
{
	bool with_callback = bpf_program__fd(program(in, "callback")) >= 0;
	uint32_t cnt, retval;
	const struct packet *p = packets_all(&cnt);

	for (uint32_t i = 0; i < cnt; i++) {
		check_verdicts(in, "both", f, &p[i]);
		if (!with_callback)
			continue;
		check_verdicts(in, "callback", f, &p[i]);
		assert_int_equal(run->loops, 7);
	}
	run_program(in, "none", &retval);
	assert_int_equal(retval, 42);
	assert_int_equal(inject_spliced(), with_callback ? 4 : 3);
	assert_int_equal(bpf_program__expected_attach_type(program(in, "kprobe_first")),
			 BPF_TRACE_KPROBE_MULTI);
}

static void filters_go_into_the_stubs(void **state)
{
	/* Shorter and longer than the stubs. */
	static const char *const exprs[] = {
		"",
		"arp",
		"tcp port 443",
		"ether host 52:54:00:12:34:56",
		"tcp[((tcp[12:1]&0xf0)>>2):4] = 0x47455420",
		"geneve 77 and tcp port 80",
	};
	struct injected in;
	struct skb_filter *f;
	int err;

	(void)state;
	need_root();
	for (size_t i = 0; i < sizeof(exprs) / sizeof(exprs[0]); i++) {
		assert_int_equal(skb_filter_compile(exprs[i], NULL, &f, NULL), 0);
		open_object(&in);
		inject_forget();
		err = inject_filter(in.obj, f, "filter_l2", "filter_l3");
		if (!err)
			err = bpf_object__load(in.obj);
		if (err)
			fail_msg("'%s': %s: %s", exprs[i], strerror(-err), inject_message());
		check_programs(&in, f);
		bpf_object__close(in.obj);
		skb_filter_free(f);
	}
}

static void without_a_filter_stubs_stay(void **state)
{
	struct injected in;

	(void)state;
	need_root();
	open_object(&in);
	inject_forget();
	assert_int_equal(bpf_object__load(in.obj), 0);
	assert_int_equal(inject_spliced(), 0);
	run->caplen = 60;
	run->verdict_l2 = run->verdict_l3 = 1;
	run_program(&in, "both", NULL);
	assert_int_equal(run->verdict_l2, 0);
	assert_int_equal(run->verdict_l3, 0);
	bpf_object__close(in.obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_in_the_kernel),
		cmocka_unit_test(random_programs_in_the_kernel),
		cmocka_unit_test(load_that_never_happens),
		cmocka_unit_test(many_terms_in_the_kernel),
		cmocka_unit_test(filters_go_into_the_stubs),
		cmocka_unit_test(without_a_filter_stubs_stay), /* last: nothing may be left over */
	};

	return cmocka_run_group_tests_name("filter in the kernel", tests, setup, teardown);
}

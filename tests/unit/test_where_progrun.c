/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where in the running kernel: does its verifier take the bodies, and do they answer right on
 * objects that lie in the memory of a map, reached by their kernel address. Needs root; skipped
 * without. $WHERE_FIXTURE_OBJECT as in test_where.c, $WHERE_PROGRUN_CASES sets the number of random
 * conditions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "where.h"
#include "where_fuzz.h"

#define CNT(array)  (sizeof(array) / sizeof((array)[0]))
#define MEMORY_SIZE (64 << 10)
#define CALLER      3 /* instructions in front of the body */

static int memory_map = -1;
static uint8_t *memory;    /* the mapped value of memory_map ... */
static uint64_t memory_at; /* ... and where the kernel has it */
static struct btf *vmlinux_btf;
static char *log_buf;
static const size_t log_size = 4 << 20;

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })

static int test_run(int fd, uint64_t skb, uint32_t *retval)
{
	uint64_t args[1] = { skb };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));
	int err = bpf_prog_test_run_opts(fd, &opts);

	*retval = opts.retval;
	return err;
}

/* A program that stores the address of the map's value in the value. */
static int find_memory(void)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_VALUE, 0, memory_map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 1, 1, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	int fd, err;
	uint32_t retval;

	fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "address", "GPL", insns, CNT(insns), NULL);
	if (fd < 0)
		return fd;
	err = test_run(fd, 0, &retval);
	close(fd);
	memcpy(&memory_at, memory, sizeof(memory_at));
	return err;
}

static int setup(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	log_buf = malloc(log_size);
	if (where_fixture_setup(state))
		return -1;
	memory_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "memory", 4, MEMORY_SIZE, 1, &opts);
	if (memory_map < 0)
		return 0; /* no privilege: each test skips */
	vmlinux_btf = btf__load_vmlinux_btf();
	memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory_map, 0);
	if (memory == MAP_FAILED || !vmlinux_btf)
		return -1;
	return find_memory();
}

static int teardown(void **state)
{
	free(log_buf);
	btf__free(vmlinux_btf);
	if (memory_map >= 0)
		close(memory_map);
	return where_fixture_teardown(state);
}

static void need_root(void)
{
	if (memory_map < 0) {
		print_message("bpf() is not allowed here: skipped\n");
		skip();
	}
}

/* Calls the body with a number from the program's context: `from` bytes behind its start. */
static int load_as(enum bpf_prog_type type, int16_t from, const char *expr, const struct where *w)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log_buf, .log_size = log_size);
	const struct bpf_insn head[CALLER] = {
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 1, from, 0),
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 1),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	struct bpf_insn insns[CALLER + WHERE_INSN_MAX];
	uint32_t cnt;
	const struct bpf_insn *body = where_body(w, &cnt);
	int fd;

	memcpy(insns, head, sizeof(head));
	memcpy(insns + CALLER, body, cnt * sizeof(*body));
	fd = bpf_prog_load(type, "where", "GPL", insns, CALLER + cnt, NULL);
	if (fd >= 0)
		return fd;
	fd = -errno;
	opts.log_level = 1;
	log_buf[0] = '\0';
	bpf_prog_load(type, "where", "GPL", insns, CALLER + cnt, &opts);
	fail_msg("%s: type %d: %s\n...%s", expr, type, strerror(-fd),
		 log_buf + (strlen(log_buf) > 3000 ? strlen(log_buf) - 3000 : 0));
	return fd;
}

static struct where *compile(const struct btf *btf, const char *expr)
{
	struct where_err err;
	struct where *w;

	if (where_compile(expr, btf, &w, &err))
		fail_msg("%.200s: at %d: %s (%s)", expr, err.pos, err.msg, err.hint);
	return w;
}

/* Loads the condition as a program of both types; returns the one that can be run. */
static int load(const struct btf *btf, const char *expr)
{
	struct where *w = compile(btf, expr);
	int fd = load_as(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, expr, w);

	close(load_as(BPF_PROG_TYPE_KPROBE, 0, expr, w));
	where_free(w);
	return fd;
}

static bool runs_to_match(int fd, const char *expr, uint64_t skb)
{
	uint32_t retval;

	if (test_run(fd, skb, &retval))
		fail_msg("%s: BPF_PROG_RUN: %s", expr, strerror(errno));
	assert_in_range(retval, 0, 1);
	return retval;
}

static void expect(const char *expr, uint64_t skb, bool expected)
{
	int fd = load(vmlinux_btf, expr);

	if (runs_to_match(fd, expr, skb) != expected)
		fail_msg("%s: expected %s", expr, expected ? "a match" : "no match");
	close(fd);
}

/* Conditions that people may ask for; all fields are in Linux 5.10 to 7.3. */
static const char *const real_conditions[] = {
	"skb->len",
	"(skb->mark & 0xff) == 3",
	"skb->dev->mtu < 1500 && skb->dev->name == \"eth0\"",
	"skb->sk->sk_protocol == 6",
	"skb->pkt_type == 4",
	"skb->len > 1000 && skb->protocol == htons(0x0800)",
	"skb->dev->nd_net.net->ns.inum == 4026531833",
	"skb->dev->reg_state == NETREG_REGISTERED",
	"skb->sk == 0 || skb->sk->sk_mark == 1",
	"skb->sk && skb->sk->sk_family == 2 && skb->sk->sk_state == TCP_ESTABLISHED",
	"skb->sk->__sk_common.skc_num == 22 || skb->sk->sk_dport == htons(22)",
	"skb->sk->sk_daddr == htonl(0x0a000001)",
	"skb->sk->sk_rcvbuf < skb->truesize * 4",
	"skb->sk->sk_backlog.rmem_alloc.counter > 100000 || skb->sk->sk_wmem_queued > 4096",
	"skb->data_len && !skb->cloned",
	"skb->data - skb->head > 128",
	"skb->head[0] == 0x45 || skb->data[9] == 17",
	"skb->network_header == skb->transport_header - 20",
	"skb->cb[3] != 0 && skb->cb[47] == 0",
	"skb->cb == \"abc\"",
	"skb->ip_summed == 3 || skb->encapsulation",
	"skb->nohdr == 0 && skb->fclone <= 2 && skb->peeked != 1",
	"skb->hash % 16 == 5",
	"skb->priority >> 16 == 1",
	"skb->queue_mapping != 0 && skb->skb_iif == 2",
	"skb->vlan_proto == htons(0x8100) && (skb->vlan_tci & 0xfff) == 100",
	"skb->tstamp == 0",
	"skb->users.refs.counter > 1",
	"skb->next == NULL && skb->prev == NULL",
	"skb->dev->ifindex == 2 && skb->dev->type == 772",
	"skb->dev->flags & 1 && !(skb->dev->flags & 0x100)",
	"skb->dev->name[0] == 'e' && skb->dev->name[1] >= 'm'",
	"skb->dev->name != \"lo\" && skb->dev->name != \"a23456789012345\"",
	"skb->dev->netdev_ops->ndo_start_xmit != 0",
	"skb->dev->addr_len == 6 && skb->dev->dev_addr[0] == 2",
	"skb->dev->qdisc->q.qlen > 100 || skb->dev->num_tx_queues > 1",
	"skb->_skb_refdst & 1 || skb->_skb_refdst == 0",
	"skb->destructor == 0 || skb->nf_trace",
	"-skb->len < 0 && ~skb->mark != 0 && skb->len / 3 * 3 + skb->len % 3 == skb->len",
	"skb->dev->ifindex / skb->dev->mtu == -1 << (skb->len & 7)",
	"skb->sk->sk_socket->file->f_flags & 04000",
	"skb->dev->nd_net.net == skb->sk->sk_net.net",
};

static void real_conditions_load(void **state)
{
	uint64_t unreadable[] = { 0, 16, 0xdead000000000100 };
	int fd;

	(void)state;
	need_root();
	for (size_t i = 0; i < CNT(real_conditions); i++) {
		fd = load(vmlinux_btf, real_conditions[i]);
		for (size_t j = 0; j < CNT(unreadable); j++)
			assert_false(runs_to_match(fd, real_conditions[i], unreadable[j]));
		close(fd);
	}
	print_message("%zu real conditions loaded\n", CNT(real_conditions));
}

/* Where a field of the running kernel is: a search of its own, without bit fields. */
static uint32_t field_offset(const struct btf_type *t, const char *name, uint32_t base)
{
	const struct btf_member *m = btf_members(t);
	uint32_t found;

	for (int i = 0; i < btf_vlen(t); i++) {
		const char *member = btf__name_by_offset(vmlinux_btf, m[i].name_off);
		uint32_t at = base + btf_member_bit_offset(t, (uint32_t)i) / 8;

		if (!strcmp(member, name))
			return at;
		found = *member ? 0
				: field_offset(btf__type_by_id(vmlinux_btf, m[i].type), name, at);
		if (found)
			return found;
	}
	return 0;
}

/* Objects of the running kernel's types in the memory, at these bytes. */
enum {
	SKB_AT = 1024,
	DEV_AT = 4096,
	SOCK_AT = 12288,
	NET_AT = 20480,
};

static uint8_t *field(int at, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(vmlinux_btf, type, BTF_KIND_STRUCT);

	assert_true(id > 0);
	return memory + at + field_offset(btf__type_by_id(vmlinux_btf, (uint32_t)id), name, 0);
}

static void set(int at, const char *type, const char *name, uint64_t value, size_t size)
{
	memcpy(field(at, type, name), &value, size);
}

static void make_objects(void)
{
	memset(memory, 0, MEMORY_SIZE);
	set(SKB_AT, "sk_buff", "dev", memory_at + DEV_AT, 8);
	set(SKB_AT, "sk_buff", "sk", memory_at + SOCK_AT, 8);
	set(SKB_AT, "sk_buff", "len", 1400, 4);
	set(SKB_AT, "sk_buff", "mark", 0x1203, 4);
	set(SKB_AT, "sk_buff", "protocol", htons(0x0800), 2);
	set(SKB_AT, "sk_buff", "head", memory_at, 8);
	set(SKB_AT, "sk_buff", "data", memory_at + 16, 8);
	/* pkt_type is the lowest three bits of the byte that the kernel names by this member. */
	*(memory + SKB_AT +
	  field_offset(btf__type_by_id(vmlinux_btf,
				       (uint32_t)btf__find_by_name_kind(vmlinux_btf, "sk_buff",
									BTF_KIND_STRUCT)),
		       "pkt_type", 0)) = 4;
	memory[16] = 0x45;
	set(DEV_AT, "net_device", "mtu", 1400, 4);
	set(DEV_AT, "net_device", "ifindex", 3, 4);
	set(DEV_AT, "net_device", "nd_net", memory_at + NET_AT, 8);
	memcpy(field(DEV_AT, "net_device", "name"), "eth0", 5);
	set(SOCK_AT, "sock", "sk_mark", 77, 4);
	set(NET_AT + (field(0, "net", "ns") - memory), "ns_common", "inum", 4026531833, 4);
}

static void real_fields_are_found(void **state)
{
	static const struct {
		const char *expr;
		bool match;
	} cases[] = {
		{ "skb->len == 1400 && skb->data_len == 0", true },
		{ "(skb->mark & 0xff) == 3", true },
		{ "skb->mark & 0xff == 3", false },
		{ "skb->dev->mtu < 1500 && skb->dev->name == \"eth0\"", true },
		{ "skb->dev->mtu < 1500 && skb->dev->name == \"eth1\"", false },
		{ "skb->protocol == htons(0x0800)", true },
		{ "skb->pkt_type == 4", true },
		{ "skb->pkt_type == 3", false },
		{ "skb->dev->nd_net.net->ns.inum == 4026531833", true },
		{ "skb->sk == 0 || skb->sk->sk_mark == 77", true },
		{ "skb->sk->sk_mark == 78", false },
		{ "skb->data - skb->head == 16 && skb->data[0] == 0x45", true },
		{ "skb->dev->ifindex == 3 && skb->dev->ifindex / 2 == 1", true },
		{ "skb->next->len != 1", false },
		{ "skb->next == 0 || skb->next->len != 1", true },
	};

	(void)state;
	need_root();
	make_objects();
	for (size_t i = 0; i < CNT(cases); i++)
		expect(cases[i].expr, memory_at + SKB_AT, cases[i].match);
}

static uint32_t progrun_cases(void)
{
	const char *named = getenv("WHERE_PROGRUN_CASES");

	return named ? (uint32_t)strtoul(named, NULL, 0) : 300;
}

#define ARENAS 4

static int run_on_arenas(const struct where_fuzz *f, const struct where_arena *arenas, int fd)
{
	int count = 0;
	bool match;

	for (int i = 0; i < ARENAS; i++) {
		where_arena_move((struct where_arena *)memory, &arenas[i], memory_at);
		match = runs_to_match(fd, where_fuzz_text(f), memory_at);
		if (match != where_fuzz_matches(f, &arenas[i]))
			fail_msg("%s: wrong on objects %d: %d", where_fuzz_text(f), i, match);
		count += match;
	}
	return count;
}

static void random_conditions_in_the_kernel(void **state)
{
	struct where_rng rng = { 0x2545f4914f6cdd1d };
	uint32_t cases = progrun_cases(), run = 0;
	struct where_arena arenas[ARENAS];
	struct where_fuzz *f;
	struct where *w;
	int fd, matched = 0;

	(void)state;
	need_root();
	for (uint32_t i = 0; i < cases; i++) {
		for (int j = 0; j < ARENAS && i % 16 == 0; j++)
			where_arena_fill(&arenas[j], &rng);
		f = where_fuzz_new(&rng, &arenas[i % ARENAS]);
		if (!where_compile(where_fuzz_text(f), fixture_btf, &w, NULL)) {
			fd = load_as(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, where_fuzz_text(f), w);
			matched += run_on_arenas(f, arenas, fd);
			run++;
			close(fd);
			where_free(w);
		}
		where_fuzz_free(f);
	}
	print_message("%u random conditions on %d sets of objects: %d matches\n", run, ARENAS,
		      matched);
	assert_in_range(run, cases * 7 / 8, cases);
	assert_in_range(matched, run * ARENAS / 5, run * ARENAS * 4 / 5);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What could make a verifier try too many states: it gives up after a million instructions. */
static void large_conditions_load(void **state)
{
	static const struct {
		const char *open, *middle, *close;
		int times;
	} cases[] = {
		{ "skb->len||", "skb->len", "", 220 },
		{ "skb->len==1&&", "skb->mark", "", 200 },
		{ "skb->len+(", "skb->len", ")", 26 },
		{ "(skb->len==1||skb->mark==2)&&", "skb->len", "", 90 },
		{ "(skb->len==1)+", "skb->mark", "", 100 },
		{ "(skb->len==1)*2+(skb->mark==2)*4^", "skb->len", "", 45 },
		{ "(skb->len==1)+((skb->mark!=2)<<", "1", ")", 12 },
		{ "skb->next->prev==skb||", "skb->len", "", 95 },
		{ "(skb->pkt_type==4&&skb->sk||!skb->dev)==", "skb->cloned", "", 40 },
		{ "(skb->tstamp%skb->len<0)*", "skb->tstamp", "", 45 },
		{ "skb->dev->name==\"a23456789012345\"||", "skb->len", "", 45 },
		{ "skb->tstamp/skb->len%7+", "skb->len", "", 40 },
		{ "!(skb->len==1&&(skb->mark==2||", "skb->hash", "))", 20 },
	};
	char expr[WHERE_EXPR_MAX + 64];
	struct where *w;
	uint32_t cnt;
	double start;

	(void)state;
	need_root();
	for (size_t i = 0; i < CNT(cases); i++) {
		expr[0] = '\0';
		for (int n = 0; n < cases[i].times; n++)
			strcat(expr, cases[i].open);
		strcat(expr, cases[i].middle);
		for (int n = 0; n < cases[i].times; n++)
			strcat(expr, cases[i].close);
		w = compile(vmlinux_btf, expr);
		where_body(w, &cnt);
		start = now();
		close(load_as(BPF_PROG_TYPE_KPROBE, 0, cases[i].open, w));
		print_message("%3d x %-36s %4u instructions, %5.1f ms\n", cases[i].times,
			      cases[i].open, cnt, (now() - start) * 1e3);
		where_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_conditions_load),
		cmocka_unit_test(real_fields_are_found),
		cmocka_unit_test(random_conditions_in_the_kernel),
		cmocka_unit_test(large_conditions_load),
	};

	return cmocka_run_group_tests_name("--where in the kernel", tests, setup, teardown);
}

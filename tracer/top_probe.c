/* SPDX-License-Identifier: GPL-2.0-only */
#include "top_probe.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/config.h"
#include "../filters/skb_filter.h"
#include "attach.h"
#include "inject.h"
#include "object.h"
#include "top.skel.h"
#include "top_pending.h"

enum {
	CONNECTIONS = 16384, /* rows of an interval, by conn */
	LINKS_MAX = 16,
};

/* Functions whose return is counted; call: the program of kprobe.multi for it. */
static const struct {
	const char *function, *call;
} counted[] = {
	{ "inet_sendmsg", "call_send" },           { "inet6_sendmsg", "call_send" },
	{ "inet_recvmsg", "call_receive" },        { "inet6_recvmsg", "call_receive" },
	{ "sock_common_recvmsg", "call_receive" }, { "tcp_splice_read", "call_splice" },
	{ "mptcp_splice_read", "call_splice" },    { "inet_sendpage", NULL },
};
enum { COUNTED = sizeof(counted) / sizeof(counted[0]) };

struct top_probe {
	struct top_bpf *skel;
	bool by_kprobes; /* kprobe.multi, else fexit */
	bool second;     /* the kernel side writes rows_b */
	struct attachment *attachment, *pending;
	struct bpf_link *links[LINKS_MAX];
	size_t link_count;
	struct skbt_top_overflow overflow; /* as far as it is taken */
	struct skbt_top_key *keys;
	struct skbt_top_row *rows;
	uint32_t room;
};

/*
 * kprobe.multi on returns is exact where each task has a list of its calls (4346ba160409, 6.14):
 * before, only so many calls at once are followed. Programs of fexit have no such limit, but hits
 * are skipped where the kernel can be preempted, as newer ones can.
 */
static bool prefers_kprobes(const struct machine *m)
{
	return m->features.has_kprobe_multi && ksyms_named(m->symbols, "fprobe_return", NULL);
}

static uint64_t address_of(const struct machine *m, const char *function)
{
	const struct ksym *sym = ksyms_named(m->symbols, function, NULL);

	return sym ? sym->addr : 0;
}

static struct bpf_program *program(const struct top_probe *p, const char *prefix, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s", prefix, name);
	return bpf_object__find_program_by_name(p->skel->obj, text);
}

static void load_it(struct bpf_program *prog, bool multi)
{
	bpf_program__set_autoload(prog, true);
	if (multi)
		bpf_program__set_expected_attach_type(prog, BPF_TRACE_KPROBE_MULTI);
}

static int load_on_function(struct bpf_program *prog, const char *function)
{
	bpf_program__set_autoload(prog, true);
	return bpf_program__set_attach_target(prog, 0, function);
}

static int choose_fexit(struct top_probe *p, const struct machine *m)
{
	int err = 0;

	for (size_t i = 0; i < COUNTED && !err; i++) {
		const char *function = counted[i].function;
		struct bpf_program *enter = program(p, "enter_", function);
		struct bpf_program *leave = program(p, "exit_", function);

		if (!leave || !address_of(m, function))
			continue;
		err = load_on_function(leave, function);
		if (!err && enter)
			err = load_on_function(enter, function);
	}
	return err;
}

static int choose_programs(struct top_probe *p, const struct machine *m)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj) bpf_program__set_autoload(prog, false);
	load_it(p->skel->progs.pending_tcp, p->by_kprobes);
	load_it(p->skel->progs.pending_udp, p->by_kprobes);
	if (!p->by_kprobes)
		return choose_fexit(p, m);
	load_it(p->skel->progs.call_send, true);
	load_it(p->skel->progs.call_receive, true);
	load_it(p->skel->progs.call_splice, true);
	load_it(p->skel->progs.returned, true);
	return 0;
}

static int put_filter(const struct top_probe *p, const struct skb_filter *f)
{
	const struct bpf_insn *insns;
	uint32_t cnt;

	inject_forget();
	if (!f)
		return 0;
	insns = skb_filter_body(f, SKB_FILTER_L3, &cnt);
	return inject_body(p->skel->obj, "filter_l3", 3, insns, cnt);
}

static void fill_config(const struct top_probe *p, const struct options *o, const struct machine *m,
			bool filter)
{
	struct skbt_top_config *c = (struct skbt_top_config *)&p->skel->rodata->config;
	const struct kernel_features *f = &m->features;

	c->by = (uint32_t)o->by;
	c->pid = (uint32_t)o->pid;
	c->netns = o->netns_inode;
	c->have_filter = filter;
	c->hold_cpu = filter && f->preempt_disable && f->preempt_enable;
	if (o->iface) {
		c->have_ifname = 1;
		snprintf(c->ifname, sizeof(c->ifname), "%s", o->iface);
	}
	inject_kfunc(SKBT_PREEMPT_DISABLE, f->preempt_disable);
	inject_kfunc(SKBT_PREEMPT_ENABLE, f->preempt_enable);
}

static int prepare_and_load(struct top_probe *p, const struct options *o, const struct machine *m,
			    const struct skb_filter *filter, struct error *e)
{
	int err;

	p->by_kprobes = prefers_kprobes(m);
	fill_config(p, o, m, filter);
	if (o->by == TOP_BY_CONN) {
		bpf_map__set_max_entries(p->skel->maps.rows_a, CONNECTIONS);
		bpf_map__set_max_entries(p->skel->maps.rows_b, CONNECTIONS);
	}
	p->room = bpf_map__max_entries(p->skel->maps.rows_a);
	err = put_filter(p, filter);
	if (!err)
		err = choose_programs(p, m);
	if (!err)
		err = top_bpf__load(p->skel);
	return err ? object_load_failure(m, o, err, e) : 0;
}

static int load(struct top_probe *p, const struct options *o, struct machine *m,
		const struct skb_filter *filter, struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct object_types types;
	int err = object_types_begin(&types, o, e);

	if (err)
		goto out;
	opts.btf_custom_path = types.path;
	p->skel = top_bpf__open_opts(&opts);
	err = p->skel ? object_types_fill(&types, m, p->skel->obj, e) : object_open_failure(e);
	if (!err)
		err = prepare_and_load(p, o, m, filter, e);
out:
	object_types_end(&types);
	return err;
}

/* A function that this kernel has; on others nothing is asked for. */
static void ask_for(struct attach_request *requests, size_t *count, const struct machine *m,
		    const struct bpf_program *prog, const char *function, bool on_return)
{
	struct attach_request *r = &requests[*count];

	r->addr = address_of(m, function);
	r->program_fd = bpf_program__fd(prog);
	r->on_return = on_return;
	r->error = -ENOTSUP;
	*count += r->addr != 0;
}

static int attach_requests(struct attachment *a, enum attach_kind kind,
			   struct attach_request *requests, size_t count)
{
	static const volatile sig_atomic_t never;
	struct attach_how how = { .stop = &never };
	int err = attach(a, kind, requests, count, &how);

	for (size_t i = 0; i < count && !err; i++)
		err = requests[i].error;
	return err;
}

/* What the calls go on with when they have waited: not there for long. */
static int attach_pending(struct top_probe *p, const struct machine *m)
{
	const char *tcp =
		address_of(m, "__tcp_cleanup_rbuf") ? "__tcp_cleanup_rbuf" : "tcp_cleanup_rbuf";
	struct attach_request requests[2] = { 0 };
	size_t count = 0;

	top_pending_scan(bpf_map__fd(p->skel->maps.pending));
	if (!top_pending_any(bpf_map__fd(p->skel->maps.pending)))
		return 0;
	p->skel->bss->any_pending = 1;
	p->pending = attachment_new();
	if (!p->pending)
		return -ENOMEM;
	ask_for(requests, &count, m, p->skel->progs.pending_tcp, tcp, false);
	ask_for(requests, &count, m, p->skel->progs.pending_udp, "skb_consume_udp", false);
	return attach_requests(p->pending, p->by_kprobes ? ATTACH_KPROBE_MULTI : ATTACH_KPROBE,
			       requests, count);
}

static int attach_kprobes(struct top_probe *p, const struct machine *m)
{
	struct attach_request requests[2 * COUNTED] = { 0 };
	size_t count = 0;

	p->attachment = attachment_new();
	if (!p->attachment)
		return -ENOMEM;
	/* Ends first: a beginning without its end would stay remembered. */
	for (size_t i = 0; i < COUNTED; i++)
		if (counted[i].call)
			ask_for(requests, &count, m, p->skel->progs.returned, counted[i].function,
				true);
	for (size_t i = 0; i < COUNTED; i++)
		if (counted[i].call)
			ask_for(requests, &count, m, program(p, counted[i].call, ""),
				counted[i].function, false);
	return attach_requests(p->attachment, ATTACH_KPROBE_MULTI, requests, count);
}

static int attach_fexit(struct top_probe *p)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj)
	{
		struct bpf_link *link;
		int err;

		if (!bpf_program__autoload(prog) ||
		    bpf_program__type(prog) != BPF_PROG_TYPE_TRACING)
			continue;
		link = bpf_program__attach_trace(prog);
		err = libbpf_get_error(link);
		if (err)
			return err;
		p->links[p->link_count++] = link;
	}
	return 0;
}

int top_probe_new(const struct options *o, struct machine *m, const struct skb_filter *filter,
		  struct top_probe **out, struct error *e)
{
	struct top_probe *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	err = load(p, o, m, filter, e);
	if (err)
		goto out;
	p->keys = calloc(p->room, sizeof(*p->keys));
	p->rows = calloc(p->room, sizeof(*p->rows));
	err = p->keys && p->rows ? attach_pending(p, m) : -ENOMEM;
	if (!err)
		err = p->by_kprobes ? attach_kprobes(p, m) : attach_fexit(p);
	if (err)
		machine_refusal(m, err, "attach to the functions of sockets", e);
out:
	if (err)
		top_probe_free(p);
	else
		*out = p;
	return err;
}

void top_probe_free(struct top_probe *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->link_count; i++)
		bpf_link__destroy(p->links[i]);
	attachment_free(p->attachment);
	attachment_free(p->pending);
	top_bpf__destroy(p->skel);
	free(p->keys);
	free(p->rows);
	free(p);
}

void top_probe_start(struct top_probe *p)
{
	__atomic_store_n(&p->skel->bss->active, 1, __ATOMIC_SEQ_CST);
}

void top_probe_stop(struct top_probe *p)
{
	__atomic_store_n(&p->skel->bss->active, 0, __ATOMIC_SEQ_CST);
}

/*
 * From now on the kernel side writes to the other map. After such an update the system call waits
 * for the programs that found the old one (maybe_wait_bpf_programs() in kernel/bpf/syscall.c), so
 * that it changes no more.
 */
static int swap_rows(struct top_probe *p, struct bpf_map **written)
{
	struct bpf_map *maps[] = { p->skel->maps.rows_a, p->skel->maps.rows_b };
	__u32 zero = 0;
	int fd = bpf_map__fd(maps[!p->second]);

	*written = maps[p->second];
	if (bpf_map_update_elem(bpf_map__fd(p->skel->maps.rows), &zero, &fd, BPF_ANY))
		return -errno;
	p->second = !p->second;
	return 0;
}

static void take_overflow(struct top_probe *p, struct top_table *t)
{
	struct skbt_top_overflow now = p->skel->bss->overflow;

	top_table_add_others(t, now.rx - p->overflow.rx, now.tx - p->overflow.tx);
	p->overflow = now;
}

/* A batch as large as the map holds it all. */
static int take_rows(struct top_probe *p, const struct bpf_map *map, struct top_table *t)
{
	__u32 count, batch, more = 0;
	int err;

	do {
		count = p->room;
		err = bpf_map_lookup_and_delete_batch(bpf_map__fd(map), more ? &batch : NULL,
						      &batch, p->keys, p->rows, &count, NULL);
		if (err && err != -ENOENT)
			return err;
		for (__u32 i = 0; i < count; i++)
			if (top_table_add(t, &p->keys[i], &p->rows[i]))
				return -ENOMEM;
		more = 1;
	} while (!err);
	return 0;
}

static void forget_pending(struct top_probe *p)
{
	if (!p->pending || top_pending_any(bpf_map__fd(p->skel->maps.pending)))
		return;
	p->skel->bss->any_pending = 0;
	attachment_free(p->pending);
	p->pending = NULL;
}

/*
 * While a system call reads a map, the kernel runs no programs of kprobes on that CPU
 * (bpf_disable_instrumentation()). If we are preempted there, calls of other tasks are missed. So
 * no ordinary task takes our place meanwhile, if we may say so (CAP_SYS_NICE).
 */
int top_probe_take(struct top_probe *p, struct top_table *t)
{
	const struct sched_param first = { .sched_priority = 1 };
	int policy = sched_getscheduler(0), err;
	struct sched_param before = { 0 };
	struct bpf_map *map;

	sched_getparam(0, &before);
	sched_setscheduler(0, SCHED_FIFO, &first);
	err = swap_rows(p, &map);
	if (!err)
		err = take_rows(p, map, t);
	sched_setscheduler(0, policy < 0 ? SCHED_OTHER : policy, &before);
	if (err)
		return err;
	take_overflow(p, t);
	forget_pending(p);
	return 0;
}

uint64_t top_probe_missed(const struct top_probe *p)
{
	uint64_t missed = p->attachment ? attachment_missed(p->attachment) : 0;

	return missed + object_missed(p->skel->obj) + p->skel->bss->overflow.calls;
}

uint64_t top_probe_overflow(const struct top_probe *p)
{
	return p->overflow.hits;
}

const char *top_probe_backend(const struct top_probe *p)
{
	return p->by_kprobes ? "kprobe.multi" : "fexit";
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "probes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/config.h"
#include "attach.h"
#include "filters.h"
#include "inject.h"
#include "inside.h"
#include "object.h"
#include "sites.h"
#include "skbtrace.skel.h"

struct probes {
	struct skbtrace_bpf *skel;
	struct attachment *attachment;
	struct sites *sites;
	enum attach_kind kind;
	bool drops; /* nothing but drops is traced */
	unsigned int cpus;
	uint64_t missed_before; /* while attaching */
};

enum {
	COUNT_INTERVAL_NS = 100000000, /* how old the last packet that is shown of a row may be */
	DROP_PLACES = 1024,            /* as docs/output-text.md says */
	DROP_STACKS = 4096,
	FEW_PACKETS = 256, /* with --drops: they leave the table at once */
	FEW_OWNERS = 1,
};

/* What is not asked for stays 0, and the verifier removes it. */
static void fill_sampling(struct skbt_config *c, const struct options *o)
{
	if (o->sample > 1)
		c->sample_below = (1ULL << 32) / o->sample;
	if (!o->rate)
		return;
	c->rate_interval = 1000000000 / o->rate;
	c->rate_burst = 100000000; /* a tenth of a second, as docs/skbtrace.8 says */
}

static bool traces_release(const struct hook_plan *plan)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (release_program(plan->targets[i].symbol))
			return true;
	return false;
}

static void fill_calls(struct skbt_config *c, const struct machine *m)
{
	const struct verdict_sites *v = &m->verdicts;

	c->have_calls = v->count > 0;
	memcpy(c->calls, v->sites, sizeof(c->calls));
	for (size_t i = 0; i < v->count; i++)
		c->call_places |= SKBT_CALL_PLACE(v->sites[i].addr) |
				  SKBT_CALL_PLACE(v->sites[i].addr + SKBT_ENTRY_BYTES);
	c->nft = v->nft;
	c->nft_index = v->nft_index;
}

static void fill_config(struct skbt_config *c, const struct probes *p, const struct options *o,
			const struct machine *m)
{
	c->per_cpu_offset = m->features.per_cpu_offset;
	c->preempt_count = m->features.preempt_count;
	c->page_offset_base = m->features.page_offset_base;
	c->vmemmap_base = m->features.page_offset_base ? m->features.vmemmap_base : 0;
	c->pid = o->pid;
	/* Not before it is needed: the verifier of 6.12 then refuses calls of global functions. */
	c->direct = m->features.has_direct_loads;
	c->headers_adjoin = m->features.headers_adjoin;
	c->hold_cpu = m->features.preempt_disable && m->features.preempt_enable &&
		      m->features.preempts_programs;
	c->netns = o->netns_inode;
	c->mark = o->mark & o->mark_mask;
	c->mark_mask = o->mark_mask;
	c->follow = !o->no_follow && !o->drops;
	c->want_ends = o->want_ends;
	c->linger = traces_release(m->plan);
	c->drop_has_reason = m->features.drop_has_reason;
	c->drop_has_socket = m->features.drop_has_socket;
	c->want_owners = !o->drops || o->pid;
	c->want_tables = (o->route || o->json) && !o->drops;
	c->path_stack = o->call_stack;
	c->drop_stack = o->drop_stack || o->call_stack;
	c->section_size[SKBT_SEC_STACK] = SKBT_STACK_DEPTH * sizeof(uint64_t);
	c->section_size[SKBT_SEC_VERDICT] = sizeof(struct skbt_verdict);
	c->section_size[SKBT_SEC_DROP] = sizeof(struct skbt_drop);
	inside_sizes(c->section_size, o, m);
	c->cpus = p->cpus;
	c->wakeup_bytes = o->buffer_size / 4;
	c->count_drops = options_count_drops(o);
	c->count_interval = COUNT_INTERVAL_NS;
	fill_sampling(c, o);
	fill_calls(c, m);
	if (o->iface) {
		c->have_ifname = 1;
		snprintf(c->ifname, sizeof(c->ifname), "%s", o->iface);
	}
}

/*
 * fentry.multi costs half of kprobe.multi, but is not the best: its programs can be preempted, and
 * the kernel then skips the hits of other tasks on that CPU (docs/INTERNALS.md).
 */
static void choose_backend(struct probes *p, const struct options *o, const struct machine *m)
{
	static const enum attach_kind kinds[] = {
		[BACKEND_FENTRY_MULTI] = ATTACH_FENTRY_MULTI,
		[BACKEND_KPROBE_MULTI] = ATTACH_KPROBE_MULTI,
		[BACKEND_KPROBE] = ATTACH_KPROBE,
	};
	enum backend best = m->features.has_kprobe_multi ? BACKEND_KPROBE_MULTI : BACKEND_KPROBE;

	p->kind = kinds[o->backend == BACKEND_AUTO ? best : o->backend];
}

static const char *program_prefix(enum attach_kind kind)
{
	return kind == ATTACH_FENTRY_MULTI ? "enter" : "call";
}

/* The program for a place of the skb, named after it in bpf/skbtrace.bpf.c. NULL = none. */
static struct bpf_program *program_for(const struct probes *p, enum attach_kind kind,
				       const struct hook_target *target)
{
	const char *release = release_program(target->symbol);
	char name[32];

	if (release)
		snprintf(name, sizeof(name), "%s_%s", program_prefix(kind), release);
	else
		snprintf(name, sizeof(name), "%s_%sarg%u%s", program_prefix(kind),
			 target->skb.sock ? "sock_" : "", target->skb.index,
			 target->skb.indirect ? "_indirect" : "");
	return bpf_object__find_program_by_name(p->skel->obj, name);
}

static struct bpf_program *aid_program(const struct probes *p, enum attach_kind kind,
				       const struct aid *aid)
{
	char name[32];

	if (aid->on_return && kind == ATTACH_FENTRY_MULTI)
		return NULL;
	snprintf(name, sizeof(name), "%s_%s", program_prefix(kind), aid->program);
	return bpf_object__find_program_by_name(p->skel->obj, name);
}

static void choose_program(struct bpf_program *prog, enum attach_kind kind)
{
	if (!prog)
		return;
	bpf_program__set_autoload(prog, true);
	if (kind == ATTACH_KPROBE_MULTI)
		bpf_program__set_expected_attach_type(prog, BPF_TRACE_KPROBE_MULTI);
	else if (kind == ATTACH_FENTRY_MULTI)
		bpf_program__set_expected_attach_type(prog, FENTRY_MULTI);
}

static void choose_programs_of(struct probes *p, enum attach_kind kind, const struct machine *m)
{
	for (size_t i = 0; i < m->plan->target_count; i++)
		choose_program(program_for(p, kind, &m->plan->targets[i]), kind);
	if (kind != ATTACH_FENTRY_MULTI && m->plan->target_count)
		choose_program(p->skel->progs.call_traced, kind);
	for (size_t i = 0; i < m->aid_count; i++)
		choose_program(aid_program(p, kind, m->aids[i].aid), kind);
}

/* Only those that will be attached, and what they go on in. */
static void choose_programs(struct probes *p, const struct machine *m)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj)
	{
		if (bpf_program__type(prog) != BPF_PROG_TYPE_RAW_TRACEPOINT)
			bpf_program__set_autoload(prog, false);
	}
	if (p->drops)
		bpf_program__set_autoload(p->skel->progs.consume, false);
	choose_programs_of(p, p->kind, m);
	/* What fentry.multi cannot do (modules, functions unknown to BTF). */
	if (p->kind == ATTACH_FENTRY_MULTI)
		choose_programs_of(p, ATTACH_KPROBE_MULTI, m);
}

/* Opens the object, and knows its types. */
static int open_object(struct probes *p, struct machine *m, const struct object_types *types,
		       struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = types->path);

	p->skel = skbtrace_bpf__open_opts(&opts);
	if (!p->skel)
		return object_open_failure(e);
	return object_types_fill(types, m, p->skel->obj, e);
}

static void choose_kfuncs(const struct kernel_features *f)
{
	inject_kfunc(SKBT_RDONLY_CAST, f->rdonly_cast);
	inject_kfunc(SKBT_PREEMPT_DISABLE, f->preempt_disable);
	inject_kfunc(SKBT_PREEMPT_ENABLE, f->preempt_enable);
}

/* The shims of kprobes go on in call_traced. */
static int set_tail_call(const struct probes *p)
{
	int key = 0, fd = bpf_program__fd(p->skel->progs.call_traced);

	if (fd >= 0 && bpf_map_update_elem(bpf_map__fd(p->skel->maps.traced), &key, &fd, BPF_ANY))
		return -errno;
	return 0;
}

static void size_maps(struct probes *p, const struct options *o)
{
	bpf_map__set_max_entries(p->skel->maps.ring, o->buffer_size);
	if (options_count_drops(o))
		bpf_map__set_max_entries(p->skel->maps.drop_counts,
					 o->folded ? DROP_STACKS : DROP_PLACES);
	if (!o->drops)
		return;
	bpf_map__set_max_entries(p->skel->maps.packets, FEW_PACKETS);
	bpf_map__set_max_entries(p->skel->maps.calls, 1);
	if (!o->pid)
		bpf_map__set_max_entries(p->skel->maps.owners, FEW_OWNERS);
}

static int load_object(struct probes *p, const struct options *o, const struct machine *m,
		       const struct filters *filters, struct error *e)
{
	struct skbt_config *config = (struct skbt_config *)&p->skel->rodata->config;
	int err;

	choose_backend(p, o, m);
	choose_programs(p, m);
	choose_kfuncs(&m->features);
	fill_config(config, p, o, m);
	size_maps(p, o);
	if (o->bytes_level)
		bpf_map__set_value_size(p->skel->maps.gathered,
					2 * config->section_size[SKBT_SEC_DATA]);
	err = filters_inject(filters, p->skel->obj, config);
	if (!err)
		err = skbtrace_bpf__load(p->skel);
	if (!err)
		err = set_tail_call(p);
	return err ? object_load_failure(m, o, err, e) : 0;
}

static int load(struct probes *p, const struct options *o, struct machine *m,
		const struct filters *filters, struct error *e)
{
	struct object_types types;
	int err = object_types_begin(&types, o, e);

	if (!err)
		err = open_object(p, m, &types, e);
	if (!err)
		err = load_object(p, o, m, filters, e);
	object_types_end(&types);
	return err;
}

int probes_load(const struct options *o, struct machine *m, const struct filters *filters,
		struct probes **out, struct error *e)
{
	struct probes *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	p->drops = o->drops;
	p->cpus = libbpf_num_possible_cpus();
	err = load(p, o, m, filters, e);
	if (err)
		probes_free(p);
	else
		*out = p;
	return err;
}

static int program_fd(const struct bpf_program *program)
{
	return program ? bpf_program__fd(program) : -ENOTSUP;
}

/* The plan's targets, and behind them the aids. */
static int make_requests(const struct machine *m, struct attach_request **out, size_t *count)
{
	const struct hook_plan *plan = m->plan;
	struct attach_request *r = calloc(plan->target_count + m->aid_count + 1, sizeof(*r));
	size_t n = 0;

	if (!r)
		return -ENOMEM;
	for (; n < plan->target_count; n++) {
		r[n].addr = plan->targets[n].addr;
		r[n].btf_id = m->btf_ids ? m->btf_ids[n] : 0;
	}
	for (size_t i = 0; i < m->aid_count; i++, n++) {
		r[n].addr = m->aids[i].addr;
		r[n].btf_id = m->aids[i].btf_id;
		r[n].on_return = m->aids[i].aid->on_return;
		r[n].aid = true;
	}
	for (size_t i = 0; i < n; i++)
		r[i].error = -ENOTSUP;
	*out = r;
	*count = n;
	return 0;
}

static void set_programs(const struct probes *p, enum attach_kind kind, const struct machine *m,
			 struct attach_request *r, size_t count)
{
	size_t targets = m->plan->target_count;

	for (size_t i = 0; i < count; i++)
		r[i].program_fd =
			program_fd(i < targets ? program_for(p, kind, &m->plan->targets[i])
					       : aid_program(p, kind, m->aids[i - targets].aid));
}

static int settle_plan(struct hook_plan *plan, const struct attach_request *r)
{
	for (size_t i = plan->target_count; i-- > 0;)
		if (r[i].error && hook_plan_skip(plan, i, "the kernel refuses a probe there"))
			return -ENOMEM;
	return 0;
}

static int attach_tracepoints(struct probes *p, const struct machine *m, struct error *e)
{
	int err;

	p->skel->links.drop = bpf_program__attach_raw_tracepoint(p->skel->progs.drop, "kfree_skb");
	err = libbpf_get_error(p->skel->links.drop);
	if (!err && !p->drops) {
		p->skel->links.consume =
			bpf_program__attach_raw_tracepoint(p->skel->progs.consume, "consume_skb");
		err = libbpf_get_error(p->skel->links.consume);
	}
	if (err)
		return machine_refusal(m, err, "attach to the tracepoints of skb", e);
	/* Where it fails, tables of routes stay unknown. */
	if (p->skel->rodata->config.want_tables)
		p->skel->links.route_looked_up = bpf_program__attach_raw_tracepoint(
			p->skel->progs.route_looked_up, "fib_table_lookup");
	return 0;
}

/* What tells of processes, to be there before /proc is read. Without it less is known of them. */
static void watch_processes(struct probes *p)
{
	const struct skbtrace_bpf *skel = p->skel;

	__atomic_store_n(&p->skel->bss->watching, 1, __ATOMIC_SEQ_CST);
	p->skel->links.forked =
		bpf_program__attach_raw_tracepoint(skel->progs.forked, "sched_process_fork");
	p->skel->links.executed =
		bpf_program__attach_raw_tracepoint(skel->progs.executed, "sched_process_exec");
	p->skel->links.cgroup_made =
		bpf_program__attach_raw_tracepoint(skel->progs.cgroup_made, "cgroup_mkdir");
}

static int attach_by(struct probes *p, enum attach_kind kind, const struct machine *m,
		     struct attach_request *r, size_t count, const struct attach_how *how)
{
	set_programs(p, kind, m, r, count);
	return attach(p->attachment, kind, r, count, how);
}

/* What fentry.multi cannot do kprobe.multi does beside it. */
static int attach_targets(struct probes *p, const struct machine *m, struct attach_request *r,
			  size_t count, const struct attach_how *how)
{
	int err;

	p->attachment = attachment_new();
	if (!p->attachment)
		return -ENOMEM;
	err = attach_by(p, p->kind, m, r, count, how);
	if (err || p->kind != ATTACH_FENTRY_MULTI)
		return err;
	return attach_by(p, ATTACH_KPROBE_MULTI, m, r, count, how);
}

int probes_attach(struct probes *p, struct machine *m, void (*progress)(size_t, size_t),
		  const volatile sig_atomic_t *stop, struct error *e)
{
	struct attach_how how = { .progress = progress, .stop = stop };
	struct attach_request *requests = NULL;
	size_t count;
	int err;

	err = attach_tracepoints(p, m, e);
	if (err)
		return err;
	watch_processes(p);
	err = make_requests(m, &requests, &count);
	if (!err) {
		p->sites = sites_new(m->plan, &m->verdicts);
		err = p->sites ? 0 : -ENOMEM;
	}
	if (!err && count)
		err = attach_targets(p, m, requests, count, &how);
	if (err == -EINTR)
		goto out;
	if (err) {
		machine_refusal(m, err, "attach kprobes", e);
		goto out;
	}
	err = settle_plan(m->plan, requests);
	if (err)
		error_set(e, EXIT_RUNTIME, err, "out of memory");
	else if (!m->plan->target_count && !p->drops)
		err = machine_refusal(m, requests[0].error, "attach kprobes", e);
out:
	free(requests);
	return err;
}

const char *probes_backend(const struct probes *p)
{
	const char *names = p->attachment ? attachment_names(p->attachment) : "";

	if (p->drops)
		return "tracepoint";
	return *names ? names : attach_kind_name(p->kind);
}

/* What these miss are no hits of packets. */
static bool tells_of_others(const struct probes *p, const struct bpf_program *prog)
{
	return prog == p->skel->progs.forked || prog == p->skel->progs.executed ||
	       prog == p->skel->progs.cgroup_made || prog == p->skel->progs.route_looked_up;
}

/*
 * Hits that the kernel did not hand to a program. Either the probe refused them, and the link
 * counts, or the program, which was found running on that CPU, and it counts (docs/INTERNALS.md):
 * never both.
 */
static uint64_t missed_hits(const struct probes *p)
{
	uint64_t missed = p->attachment ? attachment_missed(p->attachment) : 0;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj)
	{
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = tells_of_others(p, prog) ? -1 : bpf_program__fd(prog);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

void probes_activate(struct probes *p)
{
	p->missed_before = missed_hits(p);
	__atomic_store_n(&p->skel->bss->active, 1, __ATOMIC_SEQ_CST);
}

void probes_deactivate(struct probes *p)
{
	__atomic_store_n(&p->skel->bss->active, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&p->skel->bss->watching, 0, __ATOMIC_SEQ_CST);
}

void probes_hide_thread(struct probes *p, uint32_t tid)
{
	__atomic_store_n(&p->skel->bss->looking, tid, __ATOMIC_SEQ_CST);
}

int probes_ring_fd(const struct probes *p)
{
	return bpf_map__fd(p->skel->maps.ring);
}

const uint32_t *probes_section_sizes(const struct probes *p)
{
	return ((const struct skbt_config *)&p->skel->rodata->config)->section_size;
}

int probes_owners_fd(const struct probes *p)
{
	return bpf_map__fd(p->skel->maps.owners);
}

const char *probes_site(const struct probes *p, uint64_t site, uint64_t *addr)
{
	return sites_name(p->sites, site, addr);
}

/* Those that the filter refused before all else. */
static void add_refused(const struct probes *p, struct run_counts *counts)
{
	uint64_t hits = 0;

	for (int i = 0; i < SKBT_REFUSED_PLACES; i++)
		hits += p->skel->bss->refused[i].hits;
	counts->counter[SKBT_HITS] += hits;
	counts->counter[SKBT_UNMATCHED] += hits;
}

int probes_counts(const struct probes *p, struct run_counts *counts)
{
	size_t size = (bpf_map__value_size(p->skel->maps.cpus) + 7) & ~7u;
	char *values = calloc(p->cpus, size);
	__u32 zero = 0;
	int err = 0;

	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.cpus), &zero, values)) {
		err = -errno;
		goto out;
	}
	/* The counters are the first member of struct cpu_state (bpf/state.bpf.h). */
	memset(counts->counter, 0, sizeof(counts->counter));
	for (unsigned int cpu = 0; cpu < p->cpus; cpu++)
		for (int c = 0; c < SKBT_COUNTERS; c++)
			counts->counter[c] += ((uint64_t *)(values + cpu * size))[c];
	add_refused(p, counts);
out:
	free(values);
	return err;
}

int probes_drop_counts(const struct probes *p, drop_row_fn *row, void *ctx)
{
	int fd = bpf_map__fd(p->skel->maps.drop_counts);
	struct skbt_drop_place place, *before = NULL;
	struct skbt_drop_count counted;

	/* Rows are only ever added, so walking from key to key meets each of them. */
	while (!bpf_map_get_next_key(fd, before, &place)) {
		if (!bpf_map_lookup_elem(fd, &place, &counted))
			row(ctx, &place, &counted);
		before = &place;
	}
	return errno == ENOENT ? 0 : -errno;
}

uint64_t probes_missed(const struct probes *p)
{
	return missed_hits(p) - p->missed_before;
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	/* Ours first: closing the attachment may leave a child behind, which must not hold them. */
	skbtrace_bpf__destroy(p->skel);
	attachment_free(p->attachment);
	sites_free(p->sites);
	free(p);
}

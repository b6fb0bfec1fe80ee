/* SPDX-License-Identifier: GPL-2.0-only */
#include "count_probes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "count.skel.h"
#include "inject.h"
#include "object.h"

static const char *const uppers[] = {
#define UPPER(function) #function,
#include "uppers.def"
#undef UPPER
};

enum {
	UPPERS = sizeof(uppers) / sizeof(uppers[0]),
	TRACEPOINTS = 2,
};

struct count_probes {
	struct count_bpf *skel;
	struct attachment *attachment;
	int tracepoints[TRACEPOINTS];
	size_t uppers; /* functions of uppers.def attached */
	uint32_t expressions;
	unsigned int cpus;
	char *values; /* of a map, for all CPUs */
	char places[80];
};

static void fill_name(struct skbt_count_config *c, const char *iface)
{
	char name[SKBT_IFNAME_LEN] = "", mask[SKBT_IFNAME_LEN] = "";

	if (!iface)
		return;
	/* Behind the zero byte there may be what is left of an older name. */
	snprintf(name, sizeof(name), "%s", iface);
	memset(mask, 0xff, strlen(name) + 1);
	memcpy(c->name, name, sizeof(name));
	memcpy(c->mask, mask, sizeof(mask));
}

static void fill_config(struct count_probes *p, const struct options *o, bool by_device,
			const struct machine *m)
{
	struct skbt_config *c = (struct skbt_config *)&p->skel->rodata->config;
	struct skbt_count_config *cc = (struct skbt_count_config *)&p->skel->rodata->count_config;

	c->page_offset_base = m->features.page_offset_base;
	c->vmemmap_base = m->features.page_offset_base ? m->features.vmemmap_base : 0;
	c->direct = m->features.has_direct_loads;
	cc->by_device = by_device;
	cc->netns = o->netns_inode;
	fill_name(cc, o->iface);
}

static void choose_maps(struct count_probes *p, bool by_device)
{
	size_t size = p->expressions * SKBT_WAYS * sizeof(struct skbt_count);

	if (by_device)
		bpf_map__set_max_entries(p->skel->maps.devices, SKBT_DEVICES);
	bpf_map__set_value_size(p->skel->maps.devices, size);
	inject_kfunc(SKBT_PREEMPT_DISABLE, 0);
	inject_kfunc(SKBT_PREEMPT_ENABLE, 0);
}

/* Their programs get the packet with its type, as loads are cheapest then. */
static int choose_types(struct count_probes *p, const uint32_t *ids)
{
	int err = inject_types(bpf_program__name(p->skel->progs.count_out), ids[0]);

	return err ? err : inject_types(bpf_program__name(p->skel->progs.count_in), ids[1]);
}

static int find_tracepoints(struct machine *m, uint32_t *ids, struct error *e)
{
	static const char *const names[TRACEPOINTS] = { "net_dev_start_xmit", "netif_receive_skb" };

	for (int i = 0; i < TRACEPOINTS; i++) {
		ids[i] = kernel_btf_tracepoint_id(m->types, names[i]);
		if (!ids[i])
			return error_set(e, EXIT_KERNEL, -ENOENT,
					 "this kernel has no tracepoint net:%s to count packets at",
					 names[i]);
	}
	return 0;
}

static void choose_upper_programs(struct count_probes *p, const struct machine *m)
{
	if (!m->features.has_kprobe_multi)
		return;
	bpf_program__set_expected_attach_type(p->skel->progs.upper_called, BPF_TRACE_KPROBE_MULTI);
	bpf_program__set_expected_attach_type(p->skel->progs.upper_returned,
					      BPF_TRACE_KPROBE_MULTI);
}

static int load(struct count_probes *p, const struct options *o, bool by_device, struct machine *m,
		const struct count_filters *filters, struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	uint32_t ids[TRACEPOINTS] = { 0 };
	struct object_types types;
	int err;

	err = object_types_begin(&types, o, e);
	if (err)
		goto out;
	opts.btf_custom_path = types.path;
	p->skel = count_bpf__open_opts(&opts);
	if (!p->skel) {
		err = object_open_failure(e);
		goto out;
	}
	err = find_tracepoints(m, ids, e);
	if (!err)
		err = object_types_fill(&types, m, p->skel->obj, e);
	if (err)
		goto out;
	fill_config(p, o, by_device, m);
	choose_maps(p, by_device);
	choose_upper_programs(p, m);
	inject_kfunc(SKBT_RDONLY_CAST, m->features.rdonly_cast);
	err = count_filters_inject(filters, p->skel->obj,
				   (struct skbt_config *)&p->skel->rodata->config,
				   (struct skbt_count_config *)&p->skel->rodata->count_config);
	if (!err)
		err = choose_types(p, ids);
	if (!err)
		err = count_bpf__load(p->skel);
	if (err)
		object_load_failure(m, o, err, e);
out:
	object_types_end(&types);
	return err;
}

/* The functions of uppers.def that are there: when called, and behind them when they return. */
static size_t request_uppers(const struct count_probes *p, const struct machine *m,
			     struct attach_request *r)
{
	size_t n = 0, found;

	for (size_t i = 0; i < UPPERS; i++) {
		const struct ksym *sym = ksyms_named(m->symbols, uppers[i], &found);

		if (sym && found == 1)
			r[n++] = (struct attach_request){
				.addr = sym->addr,
				.program_fd = bpf_program__fd(p->skel->progs.upper_called),
				.error = -ENOTSUP,
			};
	}
	for (size_t i = 0; i < n; i++) {
		r[n + i] = r[i];
		r[n + i].program_fd = bpf_program__fd(p->skel->progs.upper_returned);
		r[n + i].on_return = true;
		r[n + i].aid = true;
	}
	return 2 * n;
}

static int attach_uppers(struct count_probes *p, const struct machine *m)
{
	static const volatile sig_atomic_t never; /* a dozen probes are soon attached */
	const struct attach_how how = { .stop = &never };
	struct attach_request r[2 * UPPERS];
	size_t count = request_uppers(p, m, r);
	enum attach_kind kind = m->features.has_kprobe_multi ? ATTACH_KPROBE_MULTI : ATTACH_KPROBE;
	int err;

	p->attachment = attachment_new();
	if (!p->attachment)
		return -ENOMEM;
	err = count ? attach(p->attachment, kind, r, count, &how) : 0;
	for (size_t i = 0; i < count / 2; i++)
		p->uppers += !r[i].error && !r[i + count / 2].error;
	return err;
}

static int attach_tracepoints(struct count_probes *p)
{
	const struct bpf_program *programs[TRACEPOINTS] = { p->skel->progs.count_out,
							    p->skel->progs.count_in };

	for (int i = 0; i < TRACEPOINTS; i++) {
		p->tracepoints[i] = bpf_raw_tracepoint_open(NULL, bpf_program__fd(programs[i]));
		if (p->tracepoints[i] < 0)
			return p->tracepoints[i];
	}
	return 0;
}

static int attach_all(struct count_probes *p, const struct machine *m, struct error *e)
{
	int err = attach_uppers(p, m);

	if (!err)
		err = attach_tracepoints(p);
	if (err)
		return machine_refusal(m, err, "attach to the tracepoints of net", e);
	snprintf(p->places, sizeof(p->places), "%d tracepoints", TRACEPOINTS);
	if (p->uppers)
		snprintf(p->places, sizeof(p->places), "%d tracepoints and %zu function%s by %s",
			 TRACEPOINTS, p->uppers, p->uppers == 1 ? "" : "s",
			 attachment_names(p->attachment));
	return 0;
}

static int make_room(struct count_probes *p)
{
	size_t devices = (bpf_map__value_size(p->skel->maps.devices) + 7) & ~7u;
	size_t counting = (bpf_map__value_size(p->skel->maps.counting) + 7) & ~7u;

	p->values = calloc(p->cpus, devices > counting ? devices : counting);
	return p->values ? 0 : -ENOMEM;
}

int count_probes_new(const struct options *o, bool by_device, struct machine *m,
		     const struct count_filters *filters, struct count_probes **out,
		     struct error *e)
{
	struct count_probes *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	for (int i = 0; i < TRACEPOINTS; i++)
		p->tracepoints[i] = -1;
	p->cpus = libbpf_num_possible_cpus();
	p->expressions = filters->count;
	err = load(p, o, by_device, m, filters, e);
	if (!err && make_room(p))
		err = error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	if (!err)
		err = attach_all(p, m, e);
	if (err)
		count_probes_free(p);
	else
		*out = p;
	return err;
}

/* Adds up p->values: one struct skbt_count for each expression and way, on each CPU. */
static void add_up(const struct count_probes *p, size_t size, uint32_t expression,
		   struct count_line *line)
{
	for (unsigned int cpu = 0; cpu < p->cpus; cpu++) {
		const struct skbt_count *c = (const void *)(p->values + cpu * size);

		for (int way = 0; way < SKBT_WAYS; way++) {
			struct skbt_count *to = way == SKBT_WAY_OUT ? &line->out : &line->in;

			to->packets += c[SKBT_COUNTERS_AT(expression, way)].packets;
			to->bytes += c[SKBT_COUNTERS_AT(expression, way)].bytes;
		}
	}
}

static int add_values(struct count_probes *p, const struct bpf_map *map,
		      const struct skbt_device *device, struct count_table *t)
{
	size_t size = (bpf_map__value_size(map) + 7) & ~7u;
	int err = 0;

	for (uint32_t i = 0; i < p->expressions && !err; i++) {
		struct count_line line = { .device = *device, .expression = i };

		add_up(p, size, i, &line);
		/* Devices told apart: what is not of one is there only if there were too many. */
		if (device->ifindex || !count_line_is_empty(&line))
			err = count_table_add(t, &line);
	}
	return err;
}

int count_probes_read(struct count_probes *p, struct count_table *t)
{
	const struct bpf_map *counting = p->skel->maps.counting, *devices = p->skel->maps.devices;
	struct skbt_device device = { 0 }, none = { 0 };
	const void *before = NULL;
	__u32 zero = 0;
	int err;

	count_table_clear(t);
	if (bpf_map_lookup_elem(bpf_map__fd(counting), &zero, p->values))
		return -errno;
	err = add_values(p, counting, &none, t);
	while (!err && !bpf_map_get_next_key(bpf_map__fd(devices), before, &device)) {
		before = &device;
		if (!bpf_map_lookup_elem(bpf_map__fd(devices), &device, p->values))
			err = add_values(p, devices, &device, t);
	}
	return err;
}

uint64_t count_probes_missed(const struct count_probes *p)
{
	uint64_t missed = p->attachment ? attachment_missed(p->attachment) : 0;

	return missed + object_missed(p->skel->obj);
}

const char *count_probes_places(const struct count_probes *p)
{
	return p->places;
}

void count_probes_free(struct count_probes *p)
{
	if (!p)
		return;
	for (int i = 0; i < TRACEPOINTS; i++)
		if (p->tracepoints[i] >= 0)
			close(p->tracepoints[i]);
	count_bpf__destroy(p->skel);
	attachment_free(p->attachment);
	free(p->values);
	free(p);
}

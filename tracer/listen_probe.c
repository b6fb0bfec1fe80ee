/* SPDX-License-Identifier: GPL-2.0-only */
#include "listen_probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "attach.h"
#include "listen.skel.h"
#include "object.h"
#include "ring.h"

struct listen_probe {
	struct listen_bpf *skel;
	struct attachment *attachment;
	struct ring *ring;
	int (*fn)(void *ctx, const struct skbt_listener *l);
	void *ctx;
};

static int load_programs(struct listen_probe *p, const struct options *o, const struct machine *m,
			 struct error *e)
{
	struct skbt_listen_config *c = (struct skbt_listen_config *)&p->skel->rodata->config;
	struct bpf_program *prog;
	int err;

	c->pid = (__u32)o->pid;
	c->netns = o->netns_inode;
	if (m->features.has_kprobe_multi)
		bpf_object__for_each_program(prog, p->skel->obj)
			bpf_program__set_expected_attach_type(prog, BPF_TRACE_KPROBE_MULTI);
	err = listen_bpf__load(p->skel);
	return err ? object_load_failure(m, o, err, e) : 0;
}

static int load(struct listen_probe *p, const struct options *o, struct machine *m, struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct object_types types;
	int err = object_types_begin(&types, o, e);

	if (err)
		goto out;
	opts.btf_custom_path = types.path;
	p->skel = listen_bpf__open_opts(&opts);
	err = p->skel ? object_types_fill(&types, m, p->skel->obj, e) : object_open_failure(e);
	if (!err)
		err = load_programs(p, o, m, e);
out:
	object_types_end(&types);
	return err;
}

static void ask_for(struct attach_request *r, const struct machine *m, const char *function,
		    const struct bpf_program *prog, bool on_return)
{
	const struct ksym *sym = ksyms_named(m->symbols, function, NULL);

	r->addr = sym ? sym->addr : 0;
	r->program_fd = sym ? bpf_program__fd(prog) : -ENOENT;
	r->on_return = on_return;
	r->error = -ENOTSUP;
}

static int attach_all(struct listen_probe *p, const struct machine *m, bool udp)
{
	static const char *const functions[] = { "inet_csk_listen_start", "inet_bind",
						 "inet6_bind" };
	static const volatile sig_atomic_t never;
	struct attach_how how = { .stop = &never };
	struct attach_request requests[6] = { 0 };
	size_t n = udp ? 3 : 1;
	int err;

	p->attachment = attachment_new();
	if (!p->attachment)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ask_for(&requests[i], m, functions[i], p->skel->progs.returned, true);
	for (size_t i = 0; i < n; i++)
		ask_for(&requests[n + i], m, functions[i],
			i ? p->skel->progs.call_bind : p->skel->progs.call_listen, false);
	err = attach(p->attachment,
		     m->features.has_kprobe_multi ? ATTACH_KPROBE_MULTI : ATTACH_KPROBE, requests,
		     2 * n, &how);
	/* inet6_bind() may be missing, with IPv6. */
	for (size_t i = 0; i < 2 * n && !err; i++)
		err = requests[i].addr ? requests[i].error : 0;
	return !err && !requests[0].addr ? -ENOENT : err;
}

static int take_record(void *ctx, const void *data, size_t size)
{
	const struct listen_probe *p = ctx;

	return size < sizeof(struct skbt_listener) ? 0 : p->fn(p->ctx, data);
}

int listen_probe_new(const struct options *o, struct machine *m,
		     int (*fn)(void *ctx, const struct skbt_listener *l), void *ctx,
		     struct listen_probe **out, struct error *e)
{
	struct listen_probe *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	p->fn = fn;
	p->ctx = ctx;
	err = load(p, o, m, e);
	if (err)
		goto out;
	err = attach_all(p, m, o->udp);
	if (err) {
		machine_refusal(m, err, "attach to the functions of sockets", e);
		goto out;
	}
	p->ring = ring_new(bpf_map__fd(p->skel->maps.ring),
			   bpf_map__max_entries(p->skel->maps.ring), take_record, p);
	if (!p->ring)
		err = error_set(e, EXIT_RUNTIME, -errno, "cannot read the ring buffer: %s",
				strerror(errno));
out:
	if (err) {
		listen_probe_free(p);
		return err;
	}
	__atomic_store_n(&p->skel->bss->active, 1, __ATOMIC_SEQ_CST);
	*out = p;
	return 0;
}

void listen_probe_free(struct listen_probe *p)
{
	if (!p)
		return;
	ring_free(p->ring);
	listen_bpf__destroy(p->skel);
	attachment_free(p->attachment);
	free(p);
}

int listen_probe_wait(const struct listen_probe *p, int ms)
{
	return ring_wait(p->ring, ms);
}

int listen_probe_read(struct listen_probe *p)
{
	return ring_consume(p->ring);
}

uint64_t listen_probe_lost(const struct listen_probe *p)
{
	return p->skel->bss->lost + attachment_missed(p->attachment) + object_missed(p->skel->obj);
}

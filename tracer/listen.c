/* SPDX-License-Identifier: GPL-2.0-only */
/* skbtrace listen: the sockets that wait for others, those that do and each that begins to. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../filters/skb_filter.h"
#include "clock.h"
#include "listen_diag.h"
#include "listen_output.h"
#include "listen_probe.h"
#include "machine.h"
#include "netns_names.h"
#include "pid_namespace.h"
#include "processes.h"
#include "ready.h"
#include "run.h"
#include "socket_filter.h"
#include "stop.h"

enum {
	POLL_MS = 100,
};

struct listen {
	const struct options *options;
	const volatile sig_atomic_t *stop;
	struct skb_filter *filter; /* NULL = none */
	struct listen_probe *probe;
	struct listen_list list;
	uint64_t listed; /* when the list was complete, CLOCK_MONOTONIC */
	struct processes *processes;
	struct listen_env env;
	struct listen_counts counts;
	int64_t wall_offset;
	struct utsname system;
};

static bool enough(const struct listen *t)
{
	return t->options->max_events &&
	       t->counts.existing + t->counts.added >= t->options->max_events;
}

static bool is_asked_for(const struct listen *t, const struct skbt_listener *l, const char *ifname)
{
	const struct options *o = t->options;

	if (o->pid && l->pid != (uint32_t)o->pid)
		return false;
	if (o->iface && strcmp(o->iface, ifname) != 0)
		return false;
	/* As of a packet that comes in: the socket's end is its destination. */
	return socket_filter_matches(t->filter, &l->ends, false);
}

static int show(struct listen *t, const struct listen_event *ev)
{
	int err = listen_print(&t->env, ev);

	if (ev->existing)
		t->counts.existing++;
	else
		t->counts.added++;
	return err;
}

static int show_existing(struct listen *t)
{
	int err = 0;

	for (size_t i = 0; i < t->list.count && !err && !enough(t); i++) {
		const struct skbt_listener *l = &t->list.sockets[i];
		struct listen_event ev = { .socket = l,
					   .existing = true,
					   .ifname = t->list.ifnames[i],
					   .wall_ns = t->listed + t->wall_offset };

		if (!is_asked_for(t, l, ev.ifname))
			continue;
		if (l->pid)
			ev.cmdline = process_cmdline(t->processes, l->pid, 0);
		err = show(t, &ev);
	}
	return err;
}

/* It began to listen between the attaching of probes and the listing. */
static bool is_listed(const struct listen *t, const struct skbt_listener *l)
{
	if (l->ts > t->listed)
		return false;
	for (size_t i = 0; i < t->list.count; i++) {
		const struct skbt_listener *of = &t->list.sockets[i];

		if (of->inode == l->inode && of->netns == l->netns &&
		    !memcmp(&of->ends, &l->ends, sizeof(l->ends)))
			return true;
	}
	return false;
}

/* The arguments, blanks between them. */
static void join_args(const struct skbt_listener *l, char *text, size_t size)
{
	size_t len = l->args_len < size ? l->args_len : size - 1;

	while (len && !l->args[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		text[i] = l->args[i] ? l->args[i] : ' ';
	text[len] = '\0';
}

static int show_new(void *ctx, const struct skbt_listener *l)
{
	char ifname[SKBT_IFNAME_LEN], cmdline[SKBT_ARGS + 1];
	struct listen *t = ctx;
	struct listen_event ev = { .socket = l,
				   .ifname = ifname,
				   .wall_ns = l->ts + t->wall_offset };

	if (enough(t))
		return -ECANCELED;
	listen_ifname(l->netns, l->ifindex, ifname);
	if (is_listed(t, l) || !is_asked_for(t, l, ifname))
		return 0;
	join_args(l, cmdline, sizeof(cmdline));
	ev.cmdline = *cmdline ? cmdline : NULL;
	return show(t, &ev);
}

static int read_existing(struct listen *t, struct error *e)
{
	int err = listen_list_read(&t->list, t->options->udp, t->options->netns_inode);

	bool no_diag = err == -ENOENT || err == -EPROTONOSUPPORT;

	if (no_diag) {
		fputs("skbtrace: sockets that are there cannot be listed: the kernel has no "
		      "inet_diag (modules tcp_diag, udp_diag)\n",
		      stderr);
		err = t->options->once ? err : 0;
	}
	if (err)
		return error_set(e, no_diag ? EXIT_KERNEL : EXIT_RUNTIME, err,
				 "cannot list the sockets that are there: %s", strerror(-err));
	if (!t->list.complete)
		fputs("skbtrace: some network namespaces could not be looked at (needs "
		      "CAP_SYS_ADMIN and CAP_SYS_PTRACE; try sudo)\n",
		      stderr);
	listen_list_owners(&t->list, (uint32_t)t->options->pid);
	t->listed = clock_now();
	return 0;
}

static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && out.revents & (POLLERR | POLLNVAL);
}

static int wait_for_more(struct listen *t)
{
	uint64_t end = t->options->duration_ns ? clock_now() + t->options->duration_ns : UINT64_MAX;
	int err = 0;

	while (!err && !*t->stop && !enough(t) && clock_now() < end) {
		listen_probe_wait(t->probe, POLL_MS);
		netns_names_follow(t->env.netns_names, clock_now());
		err = listen_probe_read(t->probe);
		if (err == -EINTR || err == -EAGAIN || err == -ECANCELED)
			err = 0;
		if (!err && fflush(t->env.out))
			err = -errno;
		if (!err && reader_is_gone())
			err = -EPIPE;
	}
	return err;
}

static int run(struct listen *t, uint64_t started, struct error *e)
{
	const char *what = t->options->udp ? "sockets of TCP and UDP" : "sockets of TCP";
	int err = listen_print_head(&t->env);

	if (!err)
		err = show_existing(t);
	if (!err && fflush(t->env.out))
		err = -errno;
	if (!t->options->once) {
		ready_say(started, what, t->options->expression, "");
		if (ready_file_write(t->options->ready_file, e))
			return -EIO;
		err = err ? err : wait_for_more(t);
		t->counts.lost = listen_probe_lost(t->probe);
	}
	if (!err)
		err = listen_print_summary(&t->env, &t->counts, clock_now() + t->wall_offset);
	if (!err && fflush(t->env.out))
		err = -errno;
	return err && err != -EPIPE ? error_set(e, EXIT_RUNTIME, err,
						"cannot write the sockets: %s", strerror(-err))
				    : err;
}

static int prepare(struct listen *t, struct error *e)
{
	t->wall_offset = clock_wall_offset();
	if (!uname(&t->system))
		t->env.kernel = t->system.release;
	t->processes = processes_new(NULL);
	t->env.out = stdout;
	t->env.options = t->options;
	t->env.netns_names = netns_names_new();
	stdout_begin();
	if (t->processes && t->env.netns_names)
		return 0;
	return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
}

int run_listen(const struct options *o, struct error *e)
{
	struct listen t = { .options = o };
	uint64_t started = clock_now();
	struct machine m = { 0 };
	int err;

	t.stop = stop_catch();
	err = pid_namespace_check(o, e);
	if (!err)
		err = socket_filter_new(o->expression, &t.filter, e);
	if (!err)
		err = prepare(&t, e);
	/* First the probes: what begins to listen meanwhile is seen by both. */
	if (!err && !o->once)
		err = machine_look(&m, true, e);
	if (!err && !o->once)
		err = listen_probe_new(o, &m, show_new, &t, &t.probe, e);
	if (!err)
		err = read_existing(&t, e);
	if (!err)
		err = run(&t, started, e);
	listen_probe_free(t.probe);
	listen_list_close(&t.list);
	processes_free(t.processes);
	netns_names_free(t.env.netns_names);
	skb_filter_free(t.filter);
	machine_close(&m);
	/* Nobody reads any more: not a failure. */
	return err == -EPIPE ? 0 : err;
}

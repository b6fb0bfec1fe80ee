/* SPDX-License-Identifier: GPL-2.0-only */
/* skbtrace top: who sends and receives, and how much. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../filters/skb_filter.h"
#include "cgroups.h"
#include "clock.h"
#include "machine.h"
#include "netns_names.h"
#include "pid_namespace.h"
#include "ready.h"
#include "run.h"
#include "socket_filter.h"
#include "stop.h"
#include "top_output.h"
#include "top_probe.h"

enum { ROWS_MAX = 65536 }; /* 120 bytes each; of more, those idle for longest are put together */

struct top {
	const struct options *options;
	const volatile sig_atomic_t *stop;
	struct top_probe *probe;
	struct top_table *table;
	struct top_env env;
	struct top_interval interval;
	int64_t wall_offset;
	uint64_t missed_before; /* counting began */
};

static void look_at_screen(struct top_env *env)
{
	struct winsize size;

	if (!env->screen || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	env->lines = size.ws_row;
	env->columns = size.ws_col;
}

static bool time_is_over(const struct top *t, uint64_t began, uint64_t now)
{
	return t->options->duration_ns && now - began >= t->options->duration_ns;
}

/* Nothing is to come after this interval. */
static bool is_last(const struct top *t, uint64_t began, uint64_t now)
{
	return *t->stop || time_is_over(t, began, now) ||
	       (t->options->intervals && t->interval.number + 1 >= t->options->intervals);
}

/* Takes and prints what came since `since`. */
static int one_interval(struct top *t, uint64_t since, uint64_t now)
{
	int err;

	top_table_begin(t->table);
	err = top_probe_take(t->probe, t->table);
	if (err)
		return err;
	t->interval.number++;
	t->interval.ns = now - since;
	t->interval.wall_ns = now + t->wall_offset;
	t->interval.missed = top_probe_missed(t->probe) - t->missed_before;
	t->interval.overflow_rows = top_probe_overflow(t->probe);
	netns_names_follow(t->env.netns_names, now);
	look_at_screen(&t->env);
	return top_print(&t->env, t->table, &t->interval);
}

/* Intervals end at whole multiples from the start, however long printing takes. */
static int run_intervals(struct top *t)
{
	uint64_t length = t->options->interval * 1000000000ULL;
	uint64_t began = clock_now(), since = began, now, next = began + length;
	uint64_t end = t->options->duration_ns ? began + t->options->duration_ns : UINT64_MAX;
	bool last = false;
	int err = 0;

	while (!err && !last) {
		stop_wait(next < end ? next : end);
		now = clock_now();
		last = is_last(t, began, now);
		if (last)
			top_probe_stop(t->probe);
		err = one_interval(t, since, now);
		since = now;
		while (next <= now)
			next += length;
	}
	return err ? err : top_print_summary(&t->env, t->table, &t->interval);
}

static int count(struct top *t, const struct machine *m, uint64_t started, struct error *e)
{
	char what[64];
	int err;

	t->wall_offset = clock_wall_offset();
	t->env.backend = top_probe_backend(t->probe);
	t->env.kernel = m->release;
	t->missed_before = top_probe_missed(t->probe);
	stdout_begin();
	top_probe_start(t->probe);
	snprintf(what, sizeof(what), "sockets of IP by %s", t->env.backend);
	ready_say(started, what, t->options->expression, "");
	err = ready_file_write(t->options->ready_file, e);
	if (err)
		return err;
	err = run_intervals(t);
	return err && err != -EPIPE
		       ? error_set(e, EXIT_RUNTIME, err, "cannot go on: %s", strerror(-err))
		       : err;
}

static int prepare(struct top *t, struct error *e)
{
	t->table = top_table_new(ROWS_MAX);
	t->env.out = stdout;
	t->env.options = t->options;
	t->env.netns_names = netns_names_new();
	t->env.cgroups = cgroups_new(NULL);
	t->env.screen = isatty(STDOUT_FILENO) && !t->options->json;
	if (t->table && t->env.netns_names && t->env.cgroups)
		return 0;
	return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
}

int run_top(const struct options *o, struct error *e)
{
	struct top t = { .options = o };
	struct skb_filter *filter = NULL;
	uint64_t started = clock_now();
	struct machine m = { 0 };
	int err;

	t.stop = stop_catch();
	err = pid_namespace_check(o, e);
	if (!err)
		err = socket_filter_new(o->expression, &filter, e);
	if (!err)
		err = prepare(&t, e);
	if (!err)
		err = machine_look(&m, true, e);
	if (!err)
		err = top_probe_new(o, &m, filter, &t.probe, e);
	if (!err)
		err = count(&t, &m, started, e);
	top_probe_free(t.probe);
	top_table_free(t.table);
	netns_names_free(t.env.netns_names);
	cgroups_free(t.env.cgroups);
	skb_filter_free(filter);
	machine_close(&m);
	/* Nobody reads any more: not a failure. */
	return err == -EPIPE ? 0 : err;
}

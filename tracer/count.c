/* SPDX-License-Identifier: GPL-2.0-only */
#include "count.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "count_output.h"
#include "count_probes.h"
#include "netns_names.h"
#include "ready.h"
#include "stop.h"

#define SECOND 1000000000ULL

/* Tables: since the start, the same when the last interval ended, and what came in between. */
struct counting {
	const struct options *o;
	struct count_probes *probes;
	struct count_names names;
	struct netns_names *netns;
	struct count_table read, now, before, interval;
	uint64_t started; /* CLOCK_MONOTONIC */
	uint64_t then;    /* when the last interval ended */
	int64_t wall;     /* to be added for the wall clock */
};

static int out_of_memory(struct error *e)
{
	return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
}

static int write_failure(int err, struct error *e)
{
	return error_set(e, EXIT_RUNTIME, err, "cannot write the counts: %s", strerror(-err));
}

/* c->read has all devices, c->now what is shown. */
static int read_counts(struct counting *c, struct error *e)
{
	int err = count_probes_read(c->probes, &c->read);

	if (err)
		return error_set(e, EXIT_RUNTIME, err, "cannot read the counters: %s",
				 strerror(-err));
	netns_names_follow(c->netns, clock_now());
	if (c->o->by_iface) {
		/* A copy of it: what it has more than nothing. */
		const struct count_table nothing = { 0 };

		err = count_table_difference(&c->read, &nothing, &c->now);
	} else {
		err = count_table_together(&c->read, c->names.expression_count, &c->now);
	}
	return err ? out_of_memory(e) : 0;
}

static int write_prometheus(struct counting *c, struct error *e)
{
	if (!c->o->prometheus)
		return 0;
	return prometheus_write_file(c->o->prometheus, &c->read, &c->names,
				     count_probes_missed(c->probes), e);
}

static int show_interval(struct counting *c, uint64_t when, struct error *e)
{
	int err = count_table_difference(&c->now, &c->before, &c->interval);

	if (err)
		return out_of_memory(e);
	if (c->o->json)
		err = count_json(stdout, &c->interval, &c->now, &c->names, when + c->wall,
				 when - c->then);
	else
		err = count_text(stdout, &c->interval, &c->names, c->o->by_iface, when + c->wall);
	c->then = when;
	return err ? write_failure(err, e) : 0;
}

/* The counts of now are those to compare with next time. */
static void keep_counts(struct counting *c)
{
	struct count_table old = c->before;

	c->before = c->now;
	c->now = old;
}

/* Until told to end, or as long as asked for. */
static int go_on(struct counting *c, const volatile sig_atomic_t *stop, struct error *e)
{
	const struct options *o = c->o;
	uint64_t length = o->interval * SECOND;
	uint64_t end = o->duration_ns ? c->started + o->duration_ns : UINT64_MAX;
	int err = 0;

	for (uint64_t i = 1; !err && !(o->intervals && i > o->intervals); i++) {
		uint64_t next = c->started + i * length;

		stop_wait(next < end ? next : end);
		if (*stop || clock_now() < next)
			break;
		err = read_counts(c, e);
		if (!err)
			err = show_interval(c, clock_now(), e);
		if (!err)
			err = write_prometheus(c, e);
		keep_counts(c);
	}
	return err;
}

static int show_totals(struct counting *c, const struct machine *m, struct error *e)
{
	struct count_run run = {
		.missed = count_probes_missed(c->probes),
		.places = count_probes_places(c->probes),
		.kernel = m->release,
	};
	int err = read_counts(c, e);

	if (!err)
		err = write_prometheus(c, e);
	if (err)
		return err;
	run.duration_ns = clock_now() - c->started;
	if (c->o->json)
		err = count_json_summary(stdout, &c->now, &c->names, clock_now() + c->wall, &run);
	else
		err = count_text(stdout, &c->now, &c->names, c->o->by_iface, 0);
	if (err)
		return write_failure(err, e);
	fprintf(stderr, "counted for %.1f s, %" PRIu64 " missed\n", run.duration_ns / 1e9,
		run.missed);
	return 0;
}

/* filter "udp", "tcp port 80" */
static void say_ready(const struct counting *c, uint64_t began)
{
	const struct options *o = c->o;
	char what[120], all[400], more[120] = "";
	size_t len = 0;

	snprintf(what, sizeof(what), "counting at %s", count_probes_places(c->probes));
	for (size_t i = 0; i < c->names.expression_count && len < sizeof(all); i++)
		len += snprintf(all + len, sizeof(all) - len, "%s%s", i ? "\", \"" : "",
				c->names.expressions[i]);
	if (o->expression_count && *o->expression)
		snprintf(more, sizeof(more), ", each and \"%s\"", o->expression);
	ready_say(began, what, all, more);
}

static int count_packets(struct counting *c, const struct machine *m, uint64_t began,
			 const volatile sig_atomic_t *stop, struct error *e)
{
	const struct options *o = c->o;
	int err;

	c->started = c->then = clock_now();
	c->wall = clock_wall_offset();
	err = read_counts(c, e);
	/* Found out now rather than after an interval that it cannot be written. */
	if (!err)
		err = write_prometheus(c, e);
	if (err)
		return err;
	say_ready(c, began);
	if (!o->json)
		err = count_text_header(stdout, o->by_iface);
	if (err)
		return write_failure(err, e);
	err = ready_file_write(o->ready_file, e);
	if (!err)
		err = go_on(c, stop, e);
	return err ? err : show_totals(c, m, e);
}

static void counting_free(struct counting *c)
{
	count_probes_free(c->probes);
	netns_names_free(c->netns);
	count_table_free(&c->read);
	count_table_free(&c->now);
	count_table_free(&c->before);
	count_table_free(&c->interval);
}

int run_count(const struct options *o, struct error *e)
{
	const volatile sig_atomic_t *stop = stop_catch();
	struct count_filters filters;
	struct counting c = { .o = o };
	uint64_t began = clock_now();
	struct machine m = { 0 };
	int err;

	stdout_begin();
	err = count_filters_open(&filters, o, e);
	if (!err)
		err = machine_look(&m, false, e);
	if (!err)
		err = count_probes_new(o, o->by_iface || o->prometheus, &m, &filters, &c.probes, e);
	if (err)
		goto out;
	c.netns = netns_names_new();
	if (!c.netns) {
		err = out_of_memory(e);
		goto out;
	}
	c.names = (struct count_names){
		.expressions = filters.names,
		.expression_count = filters.count,
		.netns = o->numeric ? NULL : c.netns,
		.iface = o->iface,
		.netns_inode = o->netns_inode,
	};
	err = count_packets(&c, &m, began, stop, e);
out:
	counting_free(&c);
	machine_close(&m);
	count_filters_close(&filters);
	/* Nobody reads any more: not a failure. */
	return err == -EPIPE ? 0 : err;
}

int run_count_dump(const struct options *o, struct error *e)
{
	struct count_filters filters;
	int err = count_filters_open(&filters, o, e);

	if (!err) {
		err = count_filters_dump(&filters, o->dump_level, stdout);
		if (err)
			write_failure(err, e);
	}
	count_filters_close(&filters);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* skbtrace probes: which functions this kernel lets be traced, by what, and why not the others. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "filters.h"
#include "json_writer.h"
#include "machine.h"
#include "probes.h"
#include "run.h"

/* A reason or a backend, and how many functions it holds for. */
static int count_text(struct coverage_counts *counts, const char *text)
{
	for (size_t i = 0; i < counts->len; i++)
		if (!strcmp(counts->list[i].text, text)) {
			counts->list[i].count++;
			return 0;
		}
	if (counts->len == COVERAGE_COUNTS)
		return -ENOBUFS;
	counts->list[counts->len++] = (struct coverage_count){ text, 1 };
	return 0;
}

static bool takes_kprobe(const struct coverage *c, const struct hook_target *t)
{
	return c->features->has_kprobe_pmu && !t->no_kprobe;
}

/* What takes the target, best first: what was tried, then what the kernel's lists promise. */
static size_t backends_of(const struct coverage *c, const struct hook_target *t, const char **names)
{
	bool single_tried = c->tried && !strcmp(c->backend, "kprobe");
	size_t n = 0;

	if (c->tried)
		names[n++] = c->backend;
	if (c->features->has_kprobe_multi && !(n && !strcmp(names[0], "kprobe.multi")))
		names[n++] = "kprobe.multi";
	if (!single_tried && takes_kprobe(c, t))
		names[n++] = "kprobe";
	return n;
}

static void put_string(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_string(j, text);
}

static void put_number(struct json *j, const char *key, uint64_t n)
{
	json_key(j, key);
	json_u64(j, n);
}

static void put_counts(struct json *j, const char *key, const struct coverage_counts *counts)
{
	json_key(j, key);
	json_begin_object(j);
	for (size_t i = 0; i < counts->len; i++)
		put_number(j, counts->list[i].text, counts->list[i].count);
	json_end_object(j);
}

static int print_json(struct coverage *c, const struct coverage_line *line)
{
	struct json j = { .line = &c->line };

	json_begin_object(&j);
	put_number(&j, "schema", 1);
	put_string(&j, "type", "probe");
	put_string(&j, "func", line->name);
	put_string(&j, "module", line->module ? line->module : "vmlinux");
	json_key(&j, "arg");
	if (line->skb)
		json_u64(&j, line->skb->index);
	else
		json_null(&j);
	json_key(&j, "indirect");
	if (line->skb)
		json_bool(&j, line->skb->indirect);
	else
		json_null(&j);
	json_key(&j, "attached");
	if (c->tried || line->why)
		json_bool(&j, !line->why);
	else
		json_null(&j);
	json_key(&j, "backends");
	json_begin_array(&j);
	for (size_t i = 0; i < line->backend_count; i++)
		json_string(&j, line->backends[i]);
	json_end_array(&j);
	put_string(&j, "why", line->why);
	json_end_object(&j);
	return lb_end_line(&c->line);
}

static int print_text(struct coverage *c, const struct coverage_line *line)
{
	struct linebuf *b = &c->line;

	lb_text(b, line->name);
	lb_pad_to(b, 40);
	lb_text(b, line->module ? line->module : "vmlinux");
	lb_pad_to(b, 56);
	if (line->skb) {
		lb_u64(b, line->skb->index + 1);
		lb_text(b, line->skb->indirect ? " **" : " *");
	} else {
		lb_char(b, '-');
	}
	lb_pad_to(b, 62);
	if (line->why)
		lb_text(b, "- ");
	for (size_t i = 0; i < line->backend_count; i++) {
		lb_text(b, i ? "," : "");
		lb_text(b, line->backends[i]);
	}
	lb_text(b, line->why ? line->why : "");
	return lb_end_line(b);
}

static int print_line(struct coverage *c, struct coverage_line *line)
{
	int err = 0;

	if (line->why)
		err = count_text(&c->reasons, line->why);
	for (size_t i = 0; i < line->backend_count && !err; i++)
		err = count_text(&c->by_backend, line->backends[i]);
	if (err)
		return err;
	return c->json ? print_json(c, line) : print_text(c, line);
}

static int print_totals(struct coverage *c, const struct hook_plan *plan)
{
	struct json j = { .line = &c->line };

	json_begin_object(&j);
	put_number(&j, "schema", 1);
	put_string(&j, "type", "probes");
	put_string(&j, "kernel", c->kernel);
	put_string(&j, "backend", c->backend);
	json_key(&j, "tried");
	json_bool(&j, c->tried);
	put_number(&j, "functions", plan->target_count + plan->skip_count);
	put_number(&j, "traceable", plan->target_count);
	put_number(&j, "skipped", plan->skip_count);
	put_counts(&j, "by_backend", &c->by_backend);
	put_counts(&j, "by_reason", &c->reasons);
	put_number(&j, "modules_without_types", plan->blind_modules);
	json_end_object(&j);
	return lb_end_line(&c->line);
}

/* "1702  kprobe.multi: attached and detached" */
static int say_count(struct coverage *c, size_t count, const char *text, const char *how)
{
	char line[160];

	snprintf(line, sizeof(line), "%6zu  %s%s", count, text, how);
	lb_text(&c->line, line);
	return lb_end_line(&c->line);
}

static int say_totals(struct coverage *c, const struct hook_plan *plan)
{
	char line[256];
	int err;

	snprintf(line, sizeof(line), "\n%zu of %zu functions can be traced on Linux %s",
		 plan->target_count, plan->target_count + plan->skip_count, c->kernel);
	lb_text(&c->line, line);
	err = lb_end_line(&c->line);
	for (size_t i = 0; i < c->by_backend.len && !err; i++) {
		const char *name = c->by_backend.list[i].text;
		bool tried = c->tried && !strcmp(name, c->backend);

		err = say_count(c, c->by_backend.list[i].count, name,
				tried ? ": attached and detached again"
				      : ": by the kernel's lists, not tried");
	}
	for (size_t i = 0; i < c->reasons.len && !err; i++)
		err = say_count(c, c->reasons.list[i].count, "left out: ", c->reasons.list[i].text);
	if (!err && plan->blind_modules)
		err = say_count(c, plan->blind_modules,
				"modules without type information: only hooks of the table", "");
	if (!err && !c->have_list)
		err = say_count(c, 0, "functions checked against available_filter_functions", "");
	return err;
}

int coverage_print(struct coverage *c, const struct hook_plan *plan)
{
	int err = 0;

	for (size_t i = 0; i < plan->target_count && !err; i++) {
		const struct hook_target *t = &plan->targets[i];
		struct coverage_line line = { .name = t->name,
					      .module = t->module,
					      .skb = &t->skb };

		line.backend_count = backends_of(c, t, line.backends);
		err = print_line(c, &line);
	}
	for (size_t i = 0; i < plan->skip_count && !err; i++) {
		const struct hook_skip *s = &plan->skips[i];
		struct coverage_line line = { .name = s->name, .module = s->module, .why = s->why };

		line.skb = s->has_skb ? &s->skb : NULL;
		err = print_line(c, &line);
	}
	if (!err)
		err = c->json ? print_totals(c, plan) : say_totals(c, plan);
	return err;
}

/* Single kprobes take long for all functions, to detach above all: tried only when asked for. */
static bool worth_trying(const struct options *o, const struct machine *m)
{
	return m->plan->target_count &&
	       (m->features.has_kprobe_multi || o->backend != BACKEND_AUTO);
}

static int try_attach(const struct options *o, struct machine *m, const struct filters *filters,
		      struct coverage *c, struct error *e)
{
	static const volatile sig_atomic_t never;
	struct probes *p = NULL;
	int err = probes_load(o, m, filters, &p, e);

	if (!err)
		err = probes_attach(p, m, NULL, &never, e);
	if (!err) {
		c->backend = probes_backend(p);
		c->tried = true;
	}
	probes_free(p);
	return err;
}

/* Where only single kprobes are left, what they cannot take cannot be traced. */
static int leave_out_refused(const struct coverage *c, struct hook_plan *plan)
{
	int err = 0;

	for (size_t i = plan->target_count; i-- > 0 && !err;) {
		if (!takes_kprobe(c, &plan->targets[i]))
			err = hook_plan_skip(plan, i, "on the kernel's blacklist for kprobes");
	}
	return err;
}

int run_probes(const struct options *o, struct error *e)
{
	struct coverage c = { .json = o->json, .backend = "kprobe" };
	struct filters filters;
	struct machine m = { 0 };
	int err = filters_open(&filters, o, e);

	lb_init(&c.line, stdout);
	if (!err)
		err = machine_open(&m, o, &filters, e);
	if (err)
		goto out;
	c.features = &m.features;
	c.kernel = m.release;
	c.have_list = !o->all || m.have_list;
	hook_plan_blacklist(m.plan, NULL);
	if (worth_trying(o, &m))
		err = try_attach(o, &m, &filters, &c, e);
	else if (!m.features.has_kprobe_multi)
		err = leave_out_refused(&c, m.plan);
	if (err)
		goto out;
	err = coverage_print(&c, m.plan);
	if (err && err != -EPIPE)
		error_set(e, EXIT_RUNTIME, err, "cannot print: %s", strerror(-err));
out:
	filters_close(&filters);
	machine_close(&m);
	return err == -EPIPE ? 0 : err;
}

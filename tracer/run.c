/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "filters.h"
#include "machine.h"
#include "output.h"
#include "pid_namespace.h"
#include "probes.h"
#include "reader.h"
#include "ready.h"
#include "stop.h"

static const volatile sig_atomic_t *stop;

int run_dump_filter(const struct options *o, struct error *e)
{
	struct filters filters;
	int err = filters_open(&filters, o, e);

	if (!err) {
		err = filters_dump(&filters, o->dump_level, stdout);
		if (err)
			error_set(e, EXIT_RUNTIME, err, "cannot write: %s", strerror(-err));
	}
	filters_close(&filters);
	return err;
}

/* A bar, once it takes long enough to wonder. clear_progress() takes it away. */
static bool progress_shown;

static void show_progress(size_t done, size_t all)
{
	static const char bar[] = "########################################";
	static uint64_t began;
	const size_t width = sizeof(bar) - 1;

	if (!began)
		began = clock_now();
	if (clock_now() - began < 500000000)
		return;
	progress_shown = true;
	fprintf(stderr, "\rattaching [%-*.*s] %zu/%zu", (int)width, (int)(width * done / all), bar,
		done, all);
}

static void clear_progress(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

static void name_skips(const struct hook_plan *plan)
{
	for (size_t i = 0; i < plan->skip_count; i++)
		fprintf(stderr, "skbtrace: left out: %s (%s)\n", plan->skips[i].name,
			plan->skips[i].why);
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].assumed)
			fprintf(stderr,
				"skbtrace: %s: module without type information, its skb is taken "
				"from the table's prototype\n",
				plan->targets[i].symbol);
}

static void say_ready(const struct options *o, const struct machine *m, const struct probes *p,
		      uint64_t started)
{
	const struct hook_plan *plan = m->plan;
	char what[160], more[64] = "";

	if (o->drops)
		snprintf(what, sizeof(what), "drops only");
	else
		snprintf(what, sizeof(what), "%zu of %zu %s by %s", plan->target_count,
			 plan->target_count + plan->skip_count, o->all ? "functions" : "hooks",
			 probes_backend(p));
	if (plan->skip_count)
		snprintf(more, sizeof(more), " (%zu left out%s)", plan->skip_count,
			 o->verbose ? "" : ": -v names them");
	ready_say(started, what, o->expression, more);
	if (o->verbose)
		name_skips(plan);
	if (o->verbose && m->no_returns)
		fputs("skbtrace: no verdicts beside stacks on this kernel: probes of returns would "
		      "cut the stacks\n",
		      stderr);
}

static bool wants_color(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static int read_drops(void *source, drop_row_fn *row, void *ctx)
{
	return source ? probes_drop_counts(source, row, ctx) : 0;
}

static const char *output_name(const struct options *o)
{
	if (options_count_drops(o))
		return o->folded ? "folded" : "drops";
	return o->json ? "json" : o->group ? "group" : "text";
}

static struct output *open_output(const struct options *o, const struct machine *m,
				  struct probes *p)
{
	struct output_env env = {
		.out = stdout,
		.err = stderr,
		.options = o,
		.symbols = m->symbols,
		.sources = m->sources,
		.skb_layout = m->skb_layout,
		.shinfo_layout = m->shinfo_layout,
		.read_drops = read_drops,
		.drops_source = p,
		.reasons = m->features.drop_has_reason ? m->reasons : NULL,
		.color = wants_color(o),
		.terminal = isatty(STDOUT_FILENO),
	};
	struct winsize size;

	if (env.terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		env.columns = size.ws_col;
		env.rows = size.ws_row;
	}
	setvbuf(stdout, NULL, _IONBF, 0); /* outputs gather lines themselves */
	return output_new(output_name(o), &env);
}

/* From the moment everything is attached to the summary. */
static int trace(const struct options *o, const struct machine *m, struct probes *p,
		 struct reader *r, struct output *out, uint64_t started, struct error *e)
{
	struct run_counts counts = { 0 };
	struct run_info info = {
		.backend = probes_backend(p),
		.kernel = m->release,
		.attached = m->plan->target_count,
		.skipped = m->plan->skip_count,
		.latency = reader_latency(r),
	};
	int err, drained;

	probes_activate(p);
	say_ready(o, m, p, started);
	err = ready_file_write(o->ready_file, e);
	if (err)
		return err;
	err = output_begin(out);
	if (!err)
		err = reader_run(r, stop);
	probes_deactivate(p);
	drained = reader_drain(r, &counts);
	if (!err)
		err = drained;
	if (!err)
		err = output_summary(out, &counts, &info, reader_wall_now(r));
	if (!err)
		err = output_flush(out);
	return err && err != -EPIPE ? error_set(e, EXIT_RUNTIME, err, "cannot write the events: %s",
						strerror(-err))
				    : err;
}

static int load_and_attach(const struct options *o, struct machine *m, struct probes **p,
			   struct error *e)
{
	struct filters filters;
	int err = filters_open(&filters, o, e);

	if (!err)
		err = machine_open(m, o, &filters, e);
	if (!err)
		err = probes_load(o, m, &filters, p, e);
	if (!err)
		err = probes_attach(*p, m, isatty(STDERR_FILENO) ? show_progress : NULL, stop, e);
	clear_progress();
	filters_close(&filters);
	return err;
}

/* Told to stop before anything was traced. */
static int summary_of_nothing(const struct options *o, const struct machine *m, struct probes *p,
			      struct error *e)
{
	const struct run_counts none = { 0 };
	struct run_info info = { .backend = probes_backend(p), .kernel = m->release };
	struct output *out = open_output(o, m, NULL);
	int err = out ? output_begin(out) : -ENOMEM;

	fputs("skbtrace: stopped before tracing began\n", stderr);
	if (!err)
		err = output_summary(out, &none, &info, clock_now() + clock_wall_offset());
	if (!err)
		err = output_flush(out);
	output_free(out);
	return err ? error_set(e, EXIT_RUNTIME, err, "cannot write the events: %s", strerror(-err))
		   : 0;
}

int run_trace(const struct options *o, struct error *e)
{
	uint64_t started = clock_now();
	struct machine m = { 0 };
	struct probes *p = NULL;
	struct reader *r = NULL;
	struct output *out = NULL;
	int err;

	stop = stop_catch();
	err = pid_namespace_check(o, e);
	if (!err)
		err = load_and_attach(o, &m, &p, e);
	if (err == -EINTR) {
		err = summary_of_nothing(o, &m, p, e);
		goto out;
	}
	if (err)
		goto out;
	out = open_output(o, &m, p);
	r = out ? reader_new(p, &m, o, out) : NULL;
	if (!r) {
		err = error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
		goto out;
	}
	err = trace(o, &m, p, r, out, started, e);
out:
	reader_free(r);
	output_free(out);
	probes_free(p);
	machine_close(&m);
	/* Nobody reads any more: not a failure. */
	return err == -EPIPE ? 0 : err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "filters.h"
#include "machine.h"
#include "output.h"
#include "probes.h"
#include "reader.h"

enum { STDOUT_BUFFER = 1 << 16 };

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
	/* The first one ends the run in order; a second one kills. */
	signal(sig, SIG_DFL);
}

static void catch_signals(void)
{
	/* No SA_RESTART: waiting calls return and see stop. */
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

int run_dump_filter(const struct options *o, struct error *e)
{
	struct filters filters;
	int err = filters_open(&filters, o, e);

	if (!err) {
		err = filters_dump(&filters, stdout);
		if (err)
			error_set(e, EXIT_RUNTIME, err, "cannot write: %s", strerror(-err));
	}
	filters_close(&filters);
	return err;
}

static void show_progress(size_t done, size_t all)
{
	fprintf(stderr, "\rattaching %zu/%zu ", done, all);
	if (done == all)
		fputs("\r\033[K", stderr);
}

static void name_skips(const struct hook_plan *plan)
{
	for (size_t i = 0; i < plan->skip_count; i++)
		fprintf(stderr, "skbtrace: left out: %s (%s)\n", plan->skips[i].hook->name,
			plan->skips[i].why);
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].assumed)
			fprintf(stderr,
				"skbtrace: %s: module without type information, its skb is taken "
				"from the table's prototype\n",
				plan->targets[i].symbol);
}

static void say_ready(const struct options *o, const struct hook_plan *plan, const struct probes *p,
		      uint64_t started)
{
	double seconds = (clock_now() - started) / 1e9;

	fprintf(stderr, "ready in %.1f s: %zu of %zu hooks by %s, ", seconds, plan->target_count,
		plan->target_count + plan->skip_count, probes_backend(p));
	if (*o->expression)
		fprintf(stderr, "filter \"%s\"", o->expression);
	else
		fputs("no packet filter", stderr);
	if (plan->skip_count)
		fprintf(stderr, " (%zu not on this kernel%s)", plan->skip_count,
			o->verbose ? "" : ": -v names them");
	fputc('\n', stderr);
	if (o->verbose)
		name_skips(plan);
}

static int write_ready_file(const struct options *o, struct error *e)
{
	int fd;

	if (!o->ready_file)
		return 0;
	fd = open(o->ready_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_set(e, EXIT_RUNTIME, -errno, "cannot write the ready file %s: %s",
				 o->ready_file, strerror(errno));
	dprintf(fd, "%d\n", getpid());
	close(fd);
	return 0;
}

static bool wants_color(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static struct output *open_output(const struct options *o, const struct machine *m)
{
	struct output_env env = {
		.out = stdout,
		.err = stderr,
		.options = o,
		.symbols = m->symbols,
		.color = wants_color(o),
		.terminal = isatty(STDOUT_FILENO),
	};
	struct winsize size;

	if (env.terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		env.columns = size.ws_col;
	setvbuf(stdout, NULL, _IOFBF, STDOUT_BUFFER);
	return output_new(o->json ? "json" : "text", &env);
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
	};
	int err, drained;

	probes_activate(p);
	say_ready(o, m->plan, p, started);
	err = write_ready_file(o, e);
	if (err)
		return err;
	err = output_begin(out);
	if (!err)
		err = reader_run(r, &stop);
	probes_deactivate(p);
	drained = reader_drain(r, &counts);
	if (!err)
		err = drained;
	if (!err)
		err = output_summary(out, &counts, &info, reader_wall_now(r));
	if (!err)
		err = output_flush(out);
	return err && err != -EPIPE
		       ? error_set(e, EXIT_RUNTIME, err, "cannot go on: %s", strerror(-err))
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
		err = probes_attach(*p, m, isatty(STDERR_FILENO) ? show_progress : NULL, &stop, e);
	filters_close(&filters);
	return err;
}

int run_trace(const struct options *o, struct error *e)
{
	uint64_t started = clock_now();
	struct machine m = { 0 };
	struct probes *p = NULL;
	struct reader *r = NULL;
	struct output *out = NULL;
	int err;

	catch_signals();
	/* A ready file of an earlier run must not be taken for this one's. */
	if (o->ready_file)
		unlink(o->ready_file);
	err = load_and_attach(o, &m, &p, e);
	if (err)
		goto out;
	out = open_output(o, &m);
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
	/* Told to stop while attaching, or nobody reads any more: not failures. */
	return err == -EINTR || err == -EPIPE ? 0 : err;
}

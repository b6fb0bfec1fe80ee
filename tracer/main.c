/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>
/* Both libraries define a struct bpf_insn; libpcap's is not used here. */
#define bpf_insn pcap_bpf_insn
#include <pcap/pcap.h>
#undef bpf_insn

#include "count.h"
#include "options.h"
#include "ready.h"
#include "resolve.h"
#include "run.h"

#ifndef SKBTRACE_VERSION
#define SKBTRACE_VERSION "unknown"
#endif

static void print_version(void)
{
	printf("skbtrace %s\nlibbpf %s\n%s\n", SKBTRACE_VERSION, libbpf_version_string(),
	       pcap_lib_version());
}

static int (*const commands[COMMANDS])(const struct options *o, struct error *e) = {
	[COMMAND_TRACE] = run_trace,   [COMMAND_PROBES] = run_probes, [COMMAND_TOP] = run_top,
	[COMMAND_LISTEN] = run_listen, [COMMAND_COUNT] = run_count,   [COMMAND_DROPS] = run_trace,
};

static int act(struct options *o, struct error *e)
{
	int err;

	switch (o->action) {
	case ACTION_HELP:
		options_help(o->command);
		return 0;
	case ACTION_VERSION:
		print_version();
		return 0;
	case ACTION_DUMP_FILTER:
		return o->command == COMMAND_COUNT ? run_count_dump(o, e) : run_dump_filter(o, e);
	case ACTION_LIST_INTERFACES:
		return options_list_interfaces(stdout);
	case ACTION_RUN:
		break;
	}
	err = ready_file_prepare(o->ready_file, e);
	if (!err)
		err = options_resolve(o, e);
	return err ? err : commands[o->command](o, e);
}

/* A closed stream's number would go to the next file opened, and what we print into that. */
static int check_streams(struct error *e)
{
	int fd;

	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return error_set(e, EXIT_RUNTIME, -EBADF,
				 "standard output is closed; there is nowhere to write to");
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		;
	close(fd);
	return 0;
}

/* What --help and the like printed may fail to be written only now. */
static int flush_output(struct error *e)
{
	if (!fflush(stdout) || errno == EPIPE)
		return 0;
	return error_set(e, EXIT_RUNTIME, -errno, "cannot write: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct error e = { .code = EXIT_RUNTIME };
	struct options o;
	int err;

	err = check_streams(&e);
	if (!err)
		err = options_parse(argc, argv, &o, &e);
	if (!err) {
		err = act(&o, &e);
		options_free(&o);
	}
	if (!err)
		err = flush_output(&e);
	if (!err)
		return EXIT_OK;
	fprintf(stderr, "skbtrace: %s\n", *e.text ? e.text : "failed without saying why");
	return e.code;
}

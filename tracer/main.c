/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include <bpf/libbpf.h>
/* Both libraries define a struct bpf_insn; libpcap's is not used here. */
#define bpf_insn pcap_bpf_insn
#include <pcap/pcap.h>
#undef bpf_insn

#include "options.h"
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

static int act(struct options *o, struct error *e)
{
	int err;

	switch (o->action) {
	case ACTION_HELP:
		options_help();
		return 0;
	case ACTION_VERSION:
		print_version();
		return 0;
	case ACTION_DUMP_FILTER:
		return run_dump_filter(o, e);
	case ACTION_LIST_INTERFACES:
		return options_list_interfaces(stdout);
	case ACTION_TRACE:
		break;
	}
	err = options_resolve(o, e);
	return err ? err : run_trace(o, e);
}

int main(int argc, char **argv)
{
	struct error e = { .code = EXIT_RUNTIME };
	struct options o;
	int err;

	err = options_parse(argc, argv, &o, &e);
	if (!err)
		err = act(&o, &e);
	options_free(&o);
	if (!err)
		return EXIT_OK;
	fprintf(stderr, "skbtrace: %s\n", *e.text ? e.text : "failed without saying why");
	return e.code;
}

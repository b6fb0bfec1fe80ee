/* SPDX-License-Identifier: GPL-2.0-only */
/* What skbtrace listen prints: a line for each socket. */
#ifndef TRACER_LISTEN_OUTPUT_H
#define TRACER_LISTEN_OUTPUT_H

#include <stdio.h>

#include "../bpf/listen.h"
#include "options.h"

struct netns_names;

struct listen_env {
	FILE *out;
	const struct options *options;
	struct netns_names *netns_names;
	const char *kernel; /* NULL = not looked at */
};

struct listen_event {
	const struct skbt_listener *socket;
	uint64_t wall_ns; /* when it began to listen; of one that did before, when it was found */
	bool existing;    /* it did before */
	const char *cmdline; /* NULL = not known */
	const char *ifname;  /* bound to this device; "" = to none */
};

struct listen_counts {
	uint64_t existing, added, lost;
};

/* Each returns 0 or the negative errno of writing. */
int listen_print_head(const struct listen_env *env);
int listen_print(const struct listen_env *env, const struct listen_event *ev);
int listen_print_summary(const struct listen_env *env, const struct listen_counts *counts,
			 uint64_t wall_ns);

#endif

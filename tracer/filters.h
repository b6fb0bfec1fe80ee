/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event has to pass, compiled: the packet filter, the one for inner packets, --where. */
#ifndef TRACER_FILTERS_H
#define TRACER_FILTERS_H

#include <stdio.h>

#include "options.h"

struct bpf_object;
struct btf;
struct skb_filter;
struct skbt_config;
struct where;

struct filters {
	struct skb_filter *packet; /* NULL = every packet */
	struct skb_filter *inner;  /* NULL = not asked for */
	struct where *where;       /* NULL = not asked for */
};

/* A single one. what: the word for it in *e, which has a caret where the place is known. */
int filter_compile(const char *expr, const char *what, struct skb_filter **out, struct error *e);
int filter_dump(const struct skb_filter *f, unsigned int level, FILE *out);

/* Compiles what o asks for and needs no kernel. f is to be closed in any case. */
int filters_open(struct filters *f, const struct options *o, struct error *e);

/* Compiles --where, if given, with the types of this kernel. */
int filters_open_where(struct filters *f, const struct options *o, const struct btf *vmlinux,
		       struct error *e);
void filters_close(struct filters *f);

/* Tells the kernel side about them and has them spliced into obj when it is loaded. c->direct says
 * whether this kernel lets the packet filter read frames where they lie. */
int filters_inject(const struct filters *f, const struct bpf_object *obj, struct skbt_config *c);

/*
 * Prints the classic program of the packet filter, and of the inner one (-d); from level 2 on also
 * the eBPF bodies (-dd). Returns 0 or a negative errno of the stream.
 */
int filters_dump(const struct filters *f, unsigned int level, FILE *out);

#endif

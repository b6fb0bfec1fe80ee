/* SPDX-License-Identifier: GPL-2.0-only */
/* What `skbtrace count` counts: one or more expressions, run as one filter. */
#ifndef TRACER_COUNT_FILTERS_H
#define TRACER_COUNT_FILTERS_H

#include <stdio.h>

#include "../bpf/count_abi.h"
#include "options.h"

struct bpf_object;
struct skb_filter;

struct count_filters {
	size_t count;                        /* at least 1 */
	const char *names[SKBT_EXPRESSIONS]; /* as the user wrote them; "" = every packet */
	struct skb_filter *filters[SKBT_EXPRESSIONS];
};

/* Compiles -e, each joined with o->expression, or that alone. f is to be closed in any case. */
int count_filters_open(struct count_filters *f, const struct options *o, struct error *e);
void count_filters_close(struct count_filters *f);

/* Tells the kernel side about them, and has them spliced into obj when it is loaded. c->direct says
 * whether this kernel lets them read frames where they lie. Returns 0 or a negative errno. */
int count_filters_inject(const struct count_filters *f, const struct bpf_object *obj,
			 struct skbt_config *c, struct skbt_count_config *cc);

/* As filters_dump(), one expression after the other. */
int count_filters_dump(const struct count_filters *f, unsigned int level, FILE *out);

#endif

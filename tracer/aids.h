/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions probed to know more about packets than events say: the table aids.def. */
#ifndef TRACER_AIDS_H
#define TRACER_AIDS_H

#include "../kernel-compat/kernel_compat.h"
#include "options.h"

struct aid {
	const char *program;
	const char *function;
	const char *module; /* "" = vmlinux */
	int skb;            /* its first skb argument, -1 = none */
	bool on_return;
	bool (*wanted)(const struct options *o);
};

/* One that this kernel has and this run wants. */
struct aid_target {
	const struct aid *aid;
	uint64_t addr;
	uint32_t btf_id; /* set by the caller; 0 = no fentry.multi */
};

/* Finds them; *targets is to be freed. Returns 0 or -ENOMEM. */
int aids_find(const struct ksyms *ks, struct kernel_btf *kb, const struct options *o,
	      struct aid_target **targets, size_t *count);

/* The program for a function on an skb's way out of memory: the table release.def. NULL = it is
 * none. */
const char *release_program(const char *symbol);

#endif

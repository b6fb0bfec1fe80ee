/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to be probed to tell what functions returned: the tables verdicts.def,
 * nft_expressions.def. */
#ifndef TRACER_VERDICTS_H
#define TRACER_VERDICTS_H

#include "../bpf/config.h"
#include "aids.h"

/* For the configuration of the kernel side. */
struct verdict_sites {
	struct skbt_call_site sites[SKBT_CALL_SITES];
	const char *names[SKBT_CALL_SITES]; /* of the functions */
	size_t count;
	struct skbt_nft_layout nft;
	size_t nft_index;
};

/* Finds the functions among the plan's targets, and adds what they need to the aids. 0 or -ENOMEM.
 */
int verdicts_find(const struct hook_plan *plan, const struct ksyms *ks, struct kernel_btf *kb,
		  struct verdict_sites *v, struct aid_target **aids, size_t *aid_count);

/* Whether it is the address of one of them. */
bool verdict_site_at(const struct verdict_sites *v, uint64_t addr);

#endif

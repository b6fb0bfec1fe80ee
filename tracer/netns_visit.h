/* SPDX-License-Identifier: GPL-2.0-only */
/* Goes through the network namespaces of this machine. */
#ifndef TRACER_NETNS_VISIT_H
#define TRACER_NETNS_VISIT_H

#include <stdbool.h>
#include <stdint.h>

struct netns_place {
	uint32_t inode;
	const char *name; /* in /run/netns, or NULL */
	bool own;         /* the caller's */
};

/*
 * Calls visit() once for each network namespace that /run/netns and /proc/PID/ns/net lead to, with
 * the calling thread inside it: a thread made for this, as setns() changes only its caller. The
 * caller's own namespace comes first. Ends early when visit() returns true.
 *
 * *complete: none was left out for lack of privilege (CAP_SYS_ADMIN, CAP_SYS_PTRACE).
 * Returns 0 or a negative errno.
 */
int netns_visit(bool (*visit)(const struct netns_place *place, void *ctx), void *ctx,
		bool *complete);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The calling thread goes into a network namespace that is known by its inode, and back. */
#ifndef TRACER_NETNS_ENTER_H
#define TRACER_NETNS_ENTER_H

#include <stdint.h>
#include <sys/types.h>

/* A descriptor of the namespace: one in /run/netns, that of the process `guess` (0 = none), or that
 * of any process. -ENOENT: it is gone, or cannot be seen. */
int netns_open(uint32_t inode, pid_t guess);

#endif

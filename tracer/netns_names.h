/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that `ip netns` gives to network namespaces: mounts in /run/netns. */
#ifndef TRACER_NETNS_NAMES_H
#define TRACER_NETNS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define NETNS_NAMES_DIR "/run/netns"

struct netns_names;

/* NULL: no memory. A missing directory is an empty list. */
struct netns_names *netns_names_new(void);
struct netns_names *netns_names_new_from(const char *dir);
void netns_names_free(struct netns_names *nn);

/*
 * NULL = it has no name. Of several names the first in the alphabet. A name that was taken away is
 * given for two more seconds. Valid until the next call of netns_names_follow(). Makes no system
 * call.
 */
const char *netns_name(struct netns_names *nn, uint32_t inode);

/*
 * Takes in which names came and went, at time now (nanoseconds of a clock that does not jump).
 * Costs one system call while nothing changes; to be called before events are read.
 */
void netns_names_follow(struct netns_names *nn, uint64_t now);

/* The inode of the network namespace that path stands for. A negative errno; -EINVAL: path is
 * something else, as is the file that a vanished namespace leaves behind. */
int netns_inode_of(const char *path, uint32_t *inode);

#endif

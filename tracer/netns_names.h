/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that `ip netns` gives to network namespaces: mounts in /run/netns. */
#ifndef TRACER_NETNS_NAMES_H
#define TRACER_NETNS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define NETNS_NAMES_DIR "/run/netns"

struct netns_names;

/* NULL: no memory. A missing directory is an empty list. The directory is read again, at most once
 * a second, when an unknown namespace is asked for: namespaces come and go during a run. */
struct netns_names *netns_names_new(void);
struct netns_names *netns_names_new_from(const char *dir);
void netns_names_free(struct netns_names *nn);

/* NULL = it has no name. Of several names the first in the alphabet. Valid until the next call. */
const char *netns_name(struct netns_names *nn, uint32_t inode);

/* The inode of the network namespace that path stands for. A negative errno; -EINVAL: path is
 * something else, as is the file that a vanished namespace leaves behind. */
int netns_inode_of(const char *path, uint32_t *inode);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that listen now, in all network namespaces: sock_diag(7). */
#ifndef TRACER_LISTEN_DIAG_H
#define TRACER_LISTEN_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "../bpf/listen.h"

struct listen_list {
	struct skbt_listener *sockets;    /* ts 0, args_len 0 */
	char (*ifnames)[SKBT_IFNAME_LEN]; /* of the device each is bound to; "" = none */
	size_t count, room;
	bool complete; /* every namespace and protocol could be asked */
};

/* udp: also sockets of UDP that are bound and have no peer. netns: of this namespace only; 0 = of
 * all. Returns 0 or a negative errno; to be closed in both cases. */
int listen_list_read(struct listen_list *list, bool udp, __u32 netns);
void listen_list_close(struct listen_list *list);

/* Finds who holds them: pid, and comm. What several processes hold belongs to prefer (0 = none),
 * else to the first one found that is not process 1. */
void listen_list_owners(struct listen_list *list, __u32 prefer);

/* The name of a device in a namespace, "" if it cannot be found out. */
void listen_ifname(__u32 netns, __u32 ifindex, char name[SKBT_IFNAME_LEN]);

#endif

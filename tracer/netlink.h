/* SPDX-License-Identifier: GPL-2.0-only */
/* One question to the kernel by netlink, in the calling thread's network namespace. */
#ifndef TRACER_NETLINK_H
#define TRACER_NETLINK_H

#include <libmnl/libmnl.h>

enum { NETLINK_REQUEST = 1024 };

/* Room for a request. */
struct netlink_request {
	union {
		char space[NETLINK_REQUEST];
		struct nlmsghdr header;
	};
};

/* Begins a request; returns its fixed part, zeroed. dump: of all there are. */
void *netlink_begin(struct netlink_request *r, uint16_t type, bool dump, size_t size);

/*
 * Sends it on a socket of that protocol (NETLINK_ROUTE, ...) and calls each() for every answer,
 * which ends it by returning MNL_CB_STOP. Returns 0 or a negative errno: the kernel's, or -EAGAIN
 * if it takes longer than half a second.
 */
int netlink_ask(int protocol, struct netlink_request *r, mnl_cb_t each, void *ctx);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by both sides of skbtrace listen: a socket that waits for others. */
#ifndef SKBTRACE_LISTEN_H
#define SKBTRACE_LISTEN_H

#include "top.h"

struct skbt_listener {
	__u64 ts;              /* CLOCK_MONOTONIC, ns; 0 = it was there before */
	__u64 inode;           /* of the socket's file; 0 = it has none */
	struct skbt_ends ends; /* the remote one is all 0 */
	__u32 pid;             /* thread group; 0 = not known */
	__u32 netns;
	__u32 backlog; /* of UDP 0 */
	__u32 ifindex; /* bound to it; 0 = to none */
	__u16 args_len;
	__u8 reserved[6];
	char comm[SKBT_COMM_LEN];
	char args[SKBT_ARGS]; /* the command line, a zero byte behind each argument */
};

struct skbt_listen_config {
	__u32 pid;   /* thread group id, 0 = any */
	__u32 netns; /* inode, 0 = any */
};

#endif

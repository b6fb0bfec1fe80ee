/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by both sides of skbtrace top: what is counted, and for whom. */
#ifndef SKBTRACE_TOP_H
#define SKBTRACE_TOP_H

#include "skbtrace_abi.h"

enum skbt_top_by {
	SKBT_TOP_PID,
	SKBT_TOP_CONN,
	SKBT_TOP_NETNS,
	SKBT_TOP_CGROUP,
};

/* In .rodata: the verifier removes what is not asked for. */
struct skbt_top_config {
	__u32 by;    /* enum skbt_top_by */
	__u32 pid;   /* thread group id, 0 = any */
	__u32 netns; /* inode, 0 = any */
	__u32 have_filter;
	__u32 hold_cpu; /* bpf_preempt_disable() is there */
	__u32 have_ifname;
	char ifname[SKBT_IFNAME_LEN];
};

/* The ends of a connection, or of a datagram's way. */
struct skbt_ends {
	__u16 family; /* AF_INET also for an IPv4 peer of an IPv6 socket */
	__u16 proto;  /* IPPROTO_ */
	__u16 lport, rport;
	__u8 laddr[16], raddr[16];
};

/* What a row stands for; the rest is 0. */
struct skbt_top_key {
	__u64 id;    /* process, inode of the netns, id of the cgroup */
	__u64 start; /* of the process, as its number may come again */
	struct skbt_ends ends;
};

struct skbt_top_row {
	__u64 rx, tx; /* bytes */
	__u32 pid;    /* who sent or received last */
	__u32 netns;
	char comm[SKBT_COMM_LEN];
};

/* Bytes that found no row, and calls that found no place to be remembered until they return. */
struct skbt_top_overflow {
	__u64 rx, tx, hits, calls;
};

#endif

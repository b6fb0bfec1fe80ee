/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of `skbtrace count` share with user space: configuration and counters. */
#ifndef SKBTRACE_COUNT_ABI_H
#define SKBTRACE_COUNT_ABI_H

#include "config.h"

enum {
	SKBT_EXPRESSIONS = 16, /* counted at once */
	SKBT_DEVICES = 1024,   /* told apart; what is beyond is counted as a whole */
};

/*
 * Where a packet was counted. Each way has counters of its own, because each is counted by a
 * program of its own: two of one kind never run at once on a CPU.
 */
enum skbt_way {
	SKBT_WAY_OUT,
	SKBT_WAY_IN,
	SKBT_WAY_UPPER, /* in, on a device above the one that it came in by: a VLAN, a bond */
	SKBT_WAYS,
};

struct skbt_count {
	__u64 packets;
	__u64 bytes; /* of whole frames: skb->len, from the MAC header on, with the VLAN tag */
};

/* A device as counters know it; under another name, after a rename, it is another one. */
struct skbt_device {
	__u32 netns; /* inode */
	__u32 ifindex;
	char name[SKBT_IFNAME_LEN];
};

/* Counters of expression e and way w: at e * SKBT_WAYS + w. */
#define SKBT_COUNTERS_AT(e, w) ((e)*SKBT_WAYS + (w))

struct skbt_count_config {
	__u32 expressions;
	__u32 by_device;
	__u32 plain, tagged; /* bits of the expressions that see frames without and with tag */
	__u32 netns;         /* inode, 0 = any */
	__u64 name[2];       /* the device's name, as it lies in memory, */
	__u64 mask[2];       /* and what of it counts; 0 = any name */
};

#endif

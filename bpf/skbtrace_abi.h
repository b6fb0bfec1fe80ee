/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record that the kernel side writes and user space reads, and the counters that account for
 * every hit. Shared by both sides: fixed-size types only, every pad byte named, sizes asserted.
 *
 * Values are in host byte order unless a comment says otherwise; times are CLOCK_MONOTONIC ns.
 */
#ifndef SKBTRACE_ABI_H
#define SKBTRACE_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#include <stddef.h>
#endif

enum {
	SKBT_COMM_LEN = 16,    /* TASK_COMM_LEN */
	SKBT_IFNAME_LEN = 16,  /* IFNAMSIZ */
	SKBT_WINDOW = 256,     /* bytes of a packet that a filter can see */
	SKBT_SNAP = 96,        /* bytes of a packet kept in a record: VLAN + IPv6 + TCP fit */
	SKBT_STACK_DEPTH = 48, /* frames kept, the innermost first */
};

enum skbt_record_type {
	SKBT_PATH = 1, /* the packet passed a hooked function */
	SKBT_DROP = 2, /* skb:kfree_skb fired for it */
};

enum skbt_context {
	SKBT_CONTEXT_UNKNOWN = 0, /* the kernel does not show its preempt count */
	SKBT_TASK = 1,
	SKBT_SOFTIRQ = 2,
	SKBT_HARDIRQ = 3,
};

/* Where the bytes of a record (and of a filter's window) begin. */
enum skbt_start {
	SKBT_NO_HEADER = 0, /* neither a MAC nor a network header could be trusted: no bytes */
	SKBT_L2 = 1,        /* at the Ethernet header */
	SKBT_L3 = 2,        /* bytes 12, 13 hold skb->protocol, the network header is at 14 */
};

struct skbt_record {
	__u8 type;        /* enum skbt_record_type */
	__u8 context;     /* enum skbt_context */
	__u8 pkt_type;    /* skb->pkt_type: PACKET_HOST ... of linux/if_packet.h */
	__u8 start;       /* enum skbt_start */
	__u16 protocol;   /* skb->protocol, network byte order, 0 = not set yet */
	__u16 vlan_tci;   /* accelerated VLAN tag; meaningful if vlan_proto != 0 */
	__u16 vlan_proto; /* network byte order, 0 = no accelerated tag */
	__u16 caplen;     /* valid bytes of bytes[] */
	__u32 cpu;
	__u64 ts;
	__u64 prev_ts;   /* the packet's previous event, 0 = this is its first */
	__u64 packet_id; /* 1, 2, ... of this run; 0 = the table of packets was full */
	__u64 skb;       /* address of the struct sk_buff */
	__u64 site;   /* path: index into the plan's targets; drop: address of the dropping code */
	__u32 reason; /* drop: enum skb_drop_reason of this kernel; 0 where it has none */
	__u32 pid;    /* thread group id of the current task, whatever the context */
	__u32 tid;
	__u32 netns;   /* inode, 0 = unknown */
	__u32 ifindex; /* of skb->dev, 0 = none */
	__u32 mark;
	__u32 len;       /* skb->len */
	__u32 wirelen;   /* bytes from the start of bytes[] to the end of the packet */
	__u32 stack_len; /* valid frames of stack[] */
	__u32 reserved;  /* 0; keeps what follows at a multiple of 8 */
	char comm[SKBT_COMM_LEN];
	char ifname[SKBT_IFNAME_LEN];
	__u8 bytes[SKBT_SNAP];
	__u64 stack[]; /* SKBT_STACK_DEPTH entries where the record was made with a stack, else none
			*/
};

/* One per CPU. At any quiet moment hits = unmatched + emitted + not sampled + every LOST_ class. */
enum skbt_counter {
	SKBT_HITS,
	SKBT_UNMATCHED,
	SKBT_EMITTED,
	SKBT_LOST_RING,   /* the ring buffer was full */
	SKBT_LOST_NESTED, /* more probes nested on one CPU than there are windows for them */
	/* The table of packets was full. Emitted with packet_id 0, or where packets are chosen, not
	 * sampled, as no later event could be treated alike. */
	SKBT_UNTRACKED,
	SKBT_NOT_SAMPLED, /* --sample or --rate did not choose the packet */
	SKBT_COUNTERS,
};

_Static_assert(sizeof(struct skbt_record) == 224, "record layout changed: update both sides");

#endif

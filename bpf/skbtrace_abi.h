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
	SKBT_COMM_LEN = 16,     /* TASK_COMM_LEN */
	SKBT_IFNAME_LEN = 16,   /* IFNAMSIZ */
	SKBT_WINDOW = 256,      /* bytes of a packet that a filter can see */
	SKBT_SNAP = 96,         /* bytes of a packet kept in a record: VLAN + IPv6 + TCP fit */
	SKBT_STACK_DEPTH = 48,  /* frames kept, the innermost first */
	SKBT_RECORD_MAX = 4096, /* bytes of the largest record */
	SKBT_ARGS = 256,        /* bytes of a command line kept */
	SKBT_CGROUP_PATH = 512, /* likewise of the path of a cgroup */
};

enum skbt_record_type {
	SKBT_PATH = 1,   /* the packet passed a hooked function */
	SKBT_DROP = 2,   /* skb:kfree_skb fired for it */
	SKBT_RETURN = 3, /* a hooked function returned, with a result for the packet */
	/* Notes: no events, but what outputs need to know; each has its own struct below. */
	SKBT_NOTES_FROM = 16,
	SKBT_END = 16, /* the packet was freed */
	/* About processes, as they happen: struct skbt_process. */
	SKBT_FORK = 24,
	SKBT_EXEC = 25,
	SKBT_CGROUP = 26, /* a cgroup was made: struct skbt_cgroup */
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

/*
 * What follows the fixed part of a record, in this order, each of one size for a whole run; a bit
 * 1 << section of skbt_record.sections says whether it is there.
 */
enum skbt_section {
	SKBT_SEC_STACK,   /* SKBT_STACK_DEPTH addresses, stack_len of them valid */
	SKBT_SEC_VERDICT, /* struct skbt_verdict: SKBT_RETURN only */
	SKBT_SEC_DATA,    /* struct skbt_data: bytes of the packet (-x) */
	SKBT_SEC_SKB,     /* the struct sk_buff (--skb) */
	SKBT_SEC_SHINFO,  /* its struct skb_shared_info (--skb=shinfo) */
	SKBT_SEC_DROP,    /* struct skbt_drop: SKBT_DROP only */
	SKBT_SECTIONS,
};

/* The routing decision that the packet carries (skb->_skb_refdst). */
struct skbt_route {
	__u32 ifindex;  /* of the device it leads to; 0 = no route known */
	__u8 family;    /* AF_INET, AF_INET6 */
	__u8 gw_family; /* of gateway, 0 = none */
	__u8 type;      /* RTN_UNICAST ... of linux/rtnetlink.h, 0 = unknown */
	__u8 reserved;
	__u32 table; /* where it was found, 0 = not asked for, or not known at this event */
	__u32 reserved2;
	__u8 gateway[16]; /* network byte order, 4 or 16 bytes used */
	char dev[SKBT_IFNAME_LEN];
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
	__u64 parent_id; /* of the packet that this one was copied or cut from; 0 = of none */
	__u64 skb;       /* address of the struct sk_buff */
	__u64 site;      /* address: path: where the probe hit; drop: of the dropping code */
	__u32 reason;    /* drop: enum skb_drop_reason of this kernel; 0 where it has none */
	__u32 pid;       /* thread group id of the current task, whatever the context */
	__u32 tid;
	__u32 netns;   /* inode, 0 = unknown */
	__u32 ifindex; /* of skb->dev, 0 = none */
	__u32 mark;
	__u32 len;       /* skb->len */
	__u32 wirelen;   /* bytes from the start of bytes[] to the end of the packet */
	__u32 stack_len; /* valid frames of stack[] */
	__u16 sections;  /* bits 1 << enum skbt_section */
	__u8 ip_summed;  /* skb->ip_summed: CHECKSUM_NONE 0, UNNECESSARY, COMPLETE, PARTIAL 3 */
	__u8 ct_info;    /* connection tracking: enum ip_conntrack_info + 1, 0 = not tracked */
	__u16 gso_size;  /* payload bytes of a segment, 0 = no GSO packet */
	__u16 reserved;
	__u32 owner_pid;    /* process that owns the packet's socket, 0 = unknown */
	__u64 owner_cgroup; /* its cgroup's id, 0 = unknown */
	char comm[SKBT_COMM_LEN];
	char ifname[SKBT_IFNAME_LEN];
	char owner_comm[SKBT_COMM_LEN];
	struct skbt_route route;
	__u8 bytes[SKBT_SNAP];
	__u64 stack[]; /* the first section */
};

enum skbt_verdict_kind {
	SKBT_RESULT_ONLY = 0,
	SKBT_VERDICT_NF = 1,  /* a netfilter verdict: NF_DROP 0, NF_ACCEPT 1, ... */
	SKBT_VERDICT_TC = 2,  /* TC_ACT_ */
	SKBT_VERDICT_XDP = 3, /* enum xdp_action */
	SKBT_VERDICT_HOOK =
		4, /* nf_hook_slow(): 1 = accepted, 0 = somebody took it, below 0 = dropped */
	SKBT_VERDICT_QDISC = 5, /* NET_XMIT_ */
};

/* With the zero byte at the end. nft allows 256 (NFT_NAME_MAXLEN); longer names are cut here, and
 * fill all of the member then. */
enum { SKBT_TABLE_LEN = 64, SKBT_CHAIN_LEN = 128 };

/* What a function returned for a packet. */
struct skbt_verdict {
	__s64 result;
	__u64 entered; /* when the function was called */
	__u8 kind;     /* enum skbt_verdict_kind */
	__u8 family;   /* NFPROTO_: the nft table's, else the hook's; 0 = none */
	__u8 hook;     /* number of the netfilter hook in that family */
	__u8 has_hook;
	__u8 as_called; /* the packet is gone: the record has it as it was when the function was
			   called */
	__u8 reserved[3];
	__u64 rule;                 /* nft: handle of the rule that decided, 0 = none or unknown */
	char table[SKBT_TABLE_LEN]; /* empty = none */
	char chain[SKBT_CHAIN_LEN];
};

enum skbt_drop_known {
	SKBT_KNOWN_DEVICE = 1, /* dev_ members and no_carrier, of skb->dev */
	SKBT_KNOWN_IPV4 = 2,   /* it has IPv4: forwarding4, rp_filter, own_src */
	SKBT_KNOWN_IPV6 = 4,   /* likewise IPv6: forwarding6, disable_ipv6 */
	SKBT_KNOWN_ROUTE = 8,  /* route_ members */
	SKBT_KNOWN_SOCKET = 16,
};

/* What the cause of a drop may depend on and the packet does not say. */
struct skbt_drop {
	__u32 known; /* bits of enum skbt_drop_known; what is not known is 0 */
	__u32 dev_mtu;
	__u32 dev_flags;          /* IFF_ of linux/if.h */
	__u32 route_mtu;          /* bytes, the smaller one of the route's and its device's */
	__s32 route_error;        /* negative errno of a route that leads nowhere, or 0 */
	__s32 sk_rcvbuf, sk_rmem; /* bytes: limit and use of the receive buffer */
	__u16 sk_family;
	__u8 sk_state; /* TCP_ of linux/tcp.h, also of other protocols */
	__u8 no_carrier;
	__u8 forwarding4,
		forwarding6; /* as it would forward: IPv6 asks its namespace, not the device */
	__u8 rp_filter;      /* in force: the larger one of the interface's and of all */
	__u8 disable_ipv6;
	__u8 own_src;    /* IPv4: it comes from an address of the device itself */
	__u8 csum_valid; /* the kernel has looked at the checksum of its protocol and found it right
			  */
	__u8 dev_addr[6];
	__u16 traits; /* of the row that it was counted in: enum skbt_trait */
	__u8 reserved2[2];
};

/*
 * The packet's bytes, more of them than the record's bytes[] and from the same place on. Where that
 * has no header of the packet's own to begin at, start is SKBT_NO_HEADER, and they begin at
 * skb->data.
 */
struct skbt_data {
	__u32 caplen; /* valid bytes */
	__u32 start;  /* enum skbt_start */
	__u8 bytes[];
};

/* SKBT_END: who or what freed it, as in a record. */
struct skbt_end {
	__u8 type;
	__u8 context;
	__u16 reserved;
	__u32 pid;
	__u64 ts;
	__u64 packet_id;
	char comm[SKBT_COMM_LEN];
};

/* SKBT_EXEC and SKBT_FORK. */
struct skbt_process {
	__u8 type;
	__u8 reserved;
	__u16 len;    /* exec: valid bytes of args */
	__u32 pid;    /* thread group */
	__u32 parent; /* fork: its parent's */
	__u32 reserved2;
	__u64 ts;
	char args[]; /* exec: SKBT_ARGS bytes, the arguments, a zero byte behind each */
};

/* SKBT_CGROUP */
struct skbt_cgroup {
	__u8 type;
	__u8 reserved[7];
	__u64 id;
	char path[SKBT_CGROUP_PATH]; /* ends with a zero byte */
};

/* The process that a socket belongs to: value of the map owners, by the inode of the socket. */
struct skbt_owner {
	__u32 pid;
	__u32 reserved;
	__u64 cgroup;
	char comm[SKBT_COMM_LEN];
};

/*
 * What tells packets apart that are dropped at one place for one reason, as far as a different
 * cause would be given for them, or none as nothing was lost.
 */
enum skbt_trait {
	SKBT_TRAIT_PKT_TYPE = 7, /* bits 0 to 2: skb->pkt_type */
	SKBT_TRAIT_NO_DEVICE = 1 << 3,
	SKBT_TRAIT_NO_PROTOCOL = 1 << 4, /* skb->protocol is 0 */
	SKBT_TRAIT_TTL_OUT = 1 << 5,     /* TTL or hop limit of 0 or 1 */
	SKBT_TRAIT_TO_GROUP = 1 << 6,    /* its destination is a multicast address */
	SKBT_TRAIT_ICMP = 1 << 7,        /* or ICMPv6 */
	SKBT_TRAIT_TCP = 1 << 8,
	SKBT_TRAIT_TCP_EMPTY = 1 << 9, /* without data */
	SKBT_TRAIT_TCP_SYN = 1 << 10,
	SKBT_TRAIT_TCP_FIN = 1 << 11,
	SKBT_TRAIT_CSUM_UNSURE = 1 << 12, /* ICMP whose checksum was not found right */
};

/* Drops that are counted and not shown one by one: key and value of the map drop_counts. */
struct skbt_drop_place {
	__u64 site;  /* as in a record */
	__u64 stack; /* skbt_stack_hash() of its frames; 0 = stacks are not told apart */
	__u32 reason;
	__u32 traits; /* 0 where stacks are told apart */
};

struct skbt_drop_count {
	__u64 count;
	__u64 last_ts; /* of the last of them */
	__u64 next_ts; /* from when on the next one is also written as a record */
};

/* The frames as the kernel gave them, none of them cut off. Never 0. */
static inline __attribute__((always_inline)) __u64 skbt_stack_hash(const __u64 *frames, __u32 count)
{
	__u64 hash = 0xcbf29ce484222325ULL;

	for (__u32 i = 0; i < SKBT_STACK_DEPTH && i < count; i++) {
		hash = (hash ^ frames[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	return hash | 1;
}

/* One per CPU. At any quiet moment hits = unmatched + emitted + counted + not sampled + every LOST_
 * class. */
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
	SKBT_COUNTED,     /* drops that are in drop_counts, or unlisted, and not in the ring */
	/* Beside the hits. */
	SKBT_NOTES,      /* notes written */
	SKBT_LOST_NOTES, /* notes for which the ring had no room */
	SKBT_LOST_CALLS, /* calls for which the table had no room: their returns are not shown */
	SKBT_UNLISTED,   /* drops for whose place drop_counts had no room */
	SKBT_COUNTERS,
};

_Static_assert(sizeof(struct skbt_record) == 312, "record layout changed: update both sides");
_Static_assert(sizeof(struct skbt_drop) == 48, "drop layout changed: update both sides");
_Static_assert(sizeof(struct skbt_verdict) == 224, "verdict layout changed: update both sides");
_Static_assert(sizeof(struct skbt_owner) == 32, "owner layout changed: update both sides");

#endif

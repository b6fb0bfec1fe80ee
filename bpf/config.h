/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user space tells the kernel side before load. It lands in .rodata, so the verifier knows
 * every value and removes the code behind a 0. Shared by both sides.
 */
#ifndef SKBTRACE_CONFIG_H
#define SKBTRACE_CONFIG_H

#include "skbtrace_abi.h"

/*
 * Functions of the kernel that user space puts in place of helpers with these numbers (inject.h).
 * As externs they would make libbpf read all of the kernel's BTF. Where the kernel lacks one the
 * call stays, in code that the verifier removes.
 */
enum skbt_kfunc {
	SKBT_KFUNC_BASE = 0x5b7000,
	SKBT_RDONLY_CAST = SKBT_KFUNC_BASE,
	SKBT_PREEMPT_DISABLE,
	SKBT_PREEMPT_ENABLE,
	SKBT_KFUNC_END,
};

/* What filter_in_place needs to know of the filter; 0 = it holds none. */
enum skbt_in_place {
	SKBT_IN_PLACE = 1,
	SKBT_IN_PLACE_MORE, /* it asks for the length of the frame, or for a VLAN tag */
};

enum {
	SKBT_CALL_SITES = 16,
	SKBT_ENTRY_BYTES = 16, /* as far as a probe at the beginning of a function may lie in it */
};

/* Which of 64 an address is, of a function or a few bytes into it: most others are told apart. */
#define SKBT_CALL_PLACE(addr) (1ULL << ((addr) >> 4 & 63))

/* A function whose return is probed. */
struct skbt_call_site {
	__u64 addr;      /* 0 = end of the list */
	__u16 name_at;   /* bytes into the object of its name */
	__u8 kind;       /* enum skbt_verdict_kind */
	__u8 state_arg;  /* which argument is its struct nf_hook_state *, from 1; 0 = none */
	__u8 object_arg; /* likewise the table, 0 = none */
	__u8 not_0;      /* its return is shown only if it is not 0 */
	__u8 reserved[2];
};

/*
 * Where nf_tables keeps things: a module, whose types are not in vmlinux's BTF. Bytes into the
 * struct unless said otherwise.
 */
struct skbt_nft_layout {
	__u32 known;                    /* 0 = nothing of this, and rules are not looked for */
	__u32 pkt_skb, pkt_state;       /* nft_pktinfo */
	__u32 chain_name, chain_table;  /* nft_chain */
	__u32 chain_rules[2];           /* its two generations */
	__u32 table_name, table_family; /* nft_table; the lowest six bits there */
	__u32 expr_data;                /* nft_expr */
	__u32 immediate_dreg;           /* nft_immediate_expr */
	__u32 blob; /* rules lie in one another's neighbourhood (5.17), not in an array of pointers
		     */
	__u32 blob_data;   /* nft_rule_blob */
	__u32 rule_header; /* nft_rule_dp, nft_rule: 64 bits of bit fields */
	__u32 rule_data;
	__u32 handle_shift, dlen_shift; /* bits */
};

struct skbt_config {
	__u64 per_cpu_offset;   /* kernel address of the array, see struct kernel_features */
	__u64 preempt_count;    /* 0 = the context of events is unknown */
	__u64 page_offset_base; /* addresses of the two kernel variables; 0 = unknown, and then */
	__u64 vmemmap_base;     /* page fragments are not read */
	__u32 filter_vlan;      /* the filter asks for VLAN tags: put them into its window */
	__u32 direct; /* bpf_rdonly_cast() is there and the verifier allows loads through it */
	__u32 headers_adjoin;  /* protocol, transport_header, network_header and mac_header are 8
				  bytes of an skb, in this order */
	__u32 hold_cpu;        /* bpf_preempt_disable() is there */
	__u32 have_filter;     /* filter_l2 and filter_l3 hold a filter */
	__u32 filter_need;     /* bytes of the window that it can touch */
	__u32 filter_direct;   /* filter_direct reads frames where they lie */
	__u32 filter_in_place; /* enum skbt_in_place; implies filter_direct and filter_one_body */
	__u32 filter_big;      /* too long to be verified several times */
	__u32 filter_one_body; /* filter_l2 is right without an Ethernet header as well */
	__u32 have_inner;      /* likewise inner_l2 and inner_l3 */
	__u32 inner_need;
	__u32 inner_big;
	__u32 inner_one_body;
	__u32 have_where; /* where() holds a condition */
	__u32 pid;        /* thread group id, 0 = any */
	__u32 netns;      /* inode, 0 = any */
	__u32 have_ifname;
	__u32 mark, mark_mask; /* mask 0 = any */
	__u32 follow;          /* a packet that is known matches without another look */
	__u32 linger;          /* functions of the way out of memory are traced: enum stage */
	__u32 want_ends;       /* write SKBT_END */
	__u32 drop_has_reason; /* the third argument of skb:kfree_skb is a reason */
	__u32 drop_has_socket; /* and the fourth the socket that was to get the packet */
	__u32 want_owners;     /* find out whose the sockets are */
	__u32 want_tables;     /* find out which table routes are of */
	__u32 path_stack, drop_stack;
	__u32 count_drops; /* drops are counted by place, and only now and then one is a record: */
	__u64 count_interval;              /* ns between two records of one place */
	__u32 section_size[SKBT_SECTIONS]; /* bytes, multiples of 8; 0 = not asked for */
	__u32 cpus;                        /* possible CPUs: packet ids are dealt out per CPU */
	__u32 sample_below;  /* a packet is chosen if a random number is below; 0 = each */
	__u64 rate_interval; /* ns between two packets chosen, on average; 0 = any */
	__u64 rate_burst;    /* ns without packets that are made up for at once */
	__u64 wakeup_bytes;  /* data in the ring that wakes the reader early; a power of two */
	__u32 have_calls;
	__u32 nft_index; /* of nft_do_chain() in calls */
	struct skbt_nft_layout nft;
	__u64 call_places; /* bits SKBT_CALL_PLACE() of all addresses from which calls come */
	struct skbt_call_site calls[SKBT_CALL_SITES];
	char ifname[SKBT_IFNAME_LEN];
};

/*
 * Hits that the filter refused before all else. They count as hits and as unmatched. Each CPU has a
 * line of the cache for itself, up to so many CPUs; more share them, as counting is atomic.
 */
enum { SKBT_REFUSED_PLACES = 256 };

struct skbt_refused {
	__u64 hits;
	__u64 unused[7];
};

#endif

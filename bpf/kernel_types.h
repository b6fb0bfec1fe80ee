/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel types that the kernel side reads, only the members it uses. Offsets come from
 * the running kernel's BTF (CO-RE); a member that moved or went away has a ___flavour of its type.
 */
#ifndef SKBTRACE_KERNEL_TYPES_H
#define SKBTRACE_KERNEL_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct ipv4_devconf {
	int data[8]; /* more of them */
};

struct netns_ipv4 {
	struct ipv4_devconf *devconf_all;
};

struct ipv6_devconf {
	__s32 forwarding;
	__s32 disable_ipv6;
};

/* From 6.17 (f24987ef6959). */
struct ipv6_devconf___force {
	__s32 force_forwarding;
};

struct netns_ipv6 {
	struct ipv6_devconf *devconf_all;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
	struct netns_ipv6 ipv6;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in_ifaddr {
	struct in_ifaddr *ifa_next;
	__be32 ifa_local;
};

struct in_device {
	struct in_ifaddr *ifa_list;
	struct ipv4_devconf cnf;
};

struct inet6_dev {
	struct ipv6_devconf cnf;
};

struct net_device {
	char name[16];
	int ifindex;
	unsigned short type;
	possible_net_t nd_net;
	unsigned long state;
	unsigned int flags, mtu;
	struct in_device *ip_ptr;
	struct inet6_dev *ip6_ptr;
	const unsigned char *dev_addr;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct proto;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num; /* local port, host byte order */
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	struct sock *skc_listener; /* of a request that the handshake is not yet done for */
	struct proto *skc_prot;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct proto {
	int (*sendpage)(void); /* up to 6.4, and then of other arguments */
};

typedef struct {
	int counter;
} atomic_t;

struct sock {
	struct sock_common __sk_common;
	int sk_rcvbuf;
	struct {
		atomic_t rmem_alloc;
	} sk_backlog;
	__u16 sk_protocol; /* a bit field before 5.6 */
	__u16 sk_type;     /* likewise */
	struct dst_entry *sk_dst_cache;
	struct socket *sk_socket;
	unsigned int sk_max_ack_backlog;
};

struct proto_ops {
	int family;
};

struct socket {
	const struct proto_ops *ops;
	struct sock *sk;
};

struct msghdr {
	void *msg_name;
};

struct inode {
	unsigned long i_ino; /* u64 in 7.3, of the same size */
};

struct socket_alloc {
	struct inode vfs_inode;
};

struct mm_struct {
	unsigned long arg_start, arg_end;
};

struct task_struct {
	unsigned int flags;
	int pid, tgid;
	char comm[16];
	struct task_struct *group_leader;
	struct mm_struct *mm;
	__u64 start_time; /* CLOCK_MONOTONIC, ns */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct sk_buff {
	unsigned long
		_skb_refdst; /* shares its place with a list's link while TCP queues the skb */
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	unsigned int data_len;
	unsigned long _nfct; /* struct nf_conn *, and in the lowest bits enum ip_conntrack_info */
	__u8 pkt_type : 3;
	__u8 ip_summed : 2;
	__u8 csum_valid : 1;
	__u32 mark;
	__be16 vlan_proto;
	__u16 vlan_tci;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	/* Offsets from head, as NET_SKBUFF_DATA_USES_OFFSET is set on 64 bit. */
	unsigned int tail;
	unsigned int end;
	unsigned char *head;
	unsigned char *data;
};

/* Up to 6.1 a bit says whether vlan_tci holds a tag; 354259fa73e2 (6.2) made vlan_all != 0 say it.
 */
struct sk_buff___vlan_bit {
	__u8 vlan_present : 1;
};

struct sk_buff___cls_act {
	__u8 tc_skip_classify : 1;
};

struct page {
	unsigned long flags;
};

struct dst_ops {
	unsigned short family;
};

struct dst_entry {
	struct net_device *dev;
	struct dst_ops *ops;
	unsigned short flags;
	short error;
	unsigned long _metrics;
};

struct rtable {
	struct dst_entry dst;
	__u16 rt_type;
	__u8 rt_gw_family;
	__be32 rt_gw4;
	struct in6_addr rt_gw6;
};

struct flowi4 {
	__be32 daddr;
};

struct fib_nh_common {
	struct net_device *nhc_dev;
};

struct fib6_table {
	__u32 tb6_id;
};

struct fib6_info {
	struct fib6_table *fib6_table;
};

struct rt6_info {
	struct dst_entry dst;
	struct fib6_info *from;
	struct in6_addr rt6i_gateway;
	__u32 rt6i_flags;
};

/* hook is an unsigned int before 5.11 (its first byte is the same). */
struct nf_hook_state {
	__u8 hook;
	__u8 pf;
};

#pragma clang attribute pop

/*
 * Not relocated member by member: up to 6.9 this is a struct bio_vec, from 6.10 (21d2e6737c97) a
 * struct skb_frag whose page is a netmem_ref with bit 0 set if it cannot be read. Both have this
 * layout.
 */
struct page_fragment {
	__u64 page;
	__u32 len;
	__u32 offset;
};

struct skb_shared_info {
	__u8 nr_frags;
	unsigned short gso_size;
	struct page_fragment frags[1];
} __attribute__((preserve_access_index));

#endif

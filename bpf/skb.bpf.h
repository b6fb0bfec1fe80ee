/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading an skb: which device and namespace it is in, its VLAN tag. All functions take what
 * view_of() gives: the skb itself where it may be loaded from, else a copy in a map value.
 */
#ifndef SKBTRACE_SKB_BPF_H
#define SKBTRACE_SKB_BPF_H

#include "config.h"
#include "kernel_types.h"

#define FIRST_NETNS_INODE 0xefffff00
#define IPV4_SADDR_AT     12
#define IPV4_DADDR_AT     16

enum { SKB_COPY = 320 }; /* sizeof(struct sk_buff) is 216 to 264 on the kernels seen */

struct device_facts {
	__u32 ifindex; /* 0 = no device */
	__u32 netns;   /* 0 = unknown */
	char name[SKBT_IFNAME_LEN];
};

/*
 * The address as a pointer that may be loaded through, what cannot be read being 0: verifiers of
 * 6.17 and later (2d5c91e1cc14), and only where config.direct says so.
 */
static void *(*const bpf_rdonly_cast)(const void *address, __u32 btf_id) = (void *)SKBT_RDONLY_CAST;

extern const volatile struct skbt_config config;

/* A member, loaded where it is or copied; 0 if it cannot be read. */
#define MEMBER(ptr, member)                                                                        \
	(config.direct ? ((typeof(ptr))bpf_rdonly_cast((ptr), 0))->member                          \
		       : BPF_CORE_READ((ptr), member))

/* 8 bytes at an address that clang believes to be aligned to less, in one load. */
static __always_inline __u64 load_8(const void *at)
{
	__u64 value;

	asm volatile("%0 = *(u64 *)(%1 + 0)" : "=r"(value) : "r"(at));
	return value;
}

static __always_inline __u32 netns_inode(struct net *net)
{
	return MEMBER(net, ns.inum);
}

static __always_inline void read_device_name(char to[SKBT_IFNAME_LEN], struct net_device *d)
{
	const char *name;

	if (!config.direct) {
		bpf_core_read(to, SKBT_IFNAME_LEN, &d->name);
		return;
	}
	name = ((struct net_device *)bpf_rdonly_cast(d, 0))->name;
	*(__u64 *)to = load_8(name);
	*(__u64 *)(to + 8) = load_8(name + 8);
}

/* ARPHRD_ of skb->dev; 0 if it has none, or what is there is no device (see below). */
static __always_inline __u16 device_type(const struct sk_buff *skb)
{
	struct net_device *d = skb->dev;

	return MEMBER(d, type);
}

/*
 * skb->dev shares its place with dev_scratch (UDP receive queue) and rbnode (TCP): what is read
 * through it is believed only if it looks like a device with a namespace. Inodes of namespaces
 * start at 0xf0000000 (PROC_DYNAMIC_FIRST); from 6.18 on the first one has a number just below.
 */
static __always_inline void read_device(const struct sk_buff *skb, struct device_facts *dev)
{
	struct net_device *d = skb->dev;
	int ifindex = d ? MEMBER(d, ifindex) : 0;

	__builtin_memset(dev, 0, sizeof(*dev));
	if (ifindex > 0) {
		dev->netns = netns_inode(MEMBER(d, nd_net.net));
		if (dev->netns >= FIRST_NETNS_INODE) {
			dev->ifindex = ifindex;
			read_device_name(dev->name, d);
			return;
		}
	}
	dev->netns = skb->sk ? netns_inode(MEMBER(skb->sk, __sk_common.skc_net.net)) : 0;
	if (dev->netns < FIRST_NETNS_INODE)
		dev->netns = 0;
}

static __always_inline __u16 vlan_protocol(const struct sk_buff *skb)
{
	const struct sk_buff___vlan_bit *bit = (const void *)skb;

	if (bpf_core_field_exists(bit->vlan_present))
		return BPF_CORE_READ_BITFIELD(bit, vlan_present) ? skb->vlan_proto : 0;
	return skb->vlan_proto;
}

/* An address of the IPv4 header, at IPV4_SADDR_AT or IPV4_DADDR_AT; 0 if it cannot be read. */
static __always_inline __be32 ipv4_address(const struct sk_buff *skb, __u32 at)
{
	__be32 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), skb->head + skb->network_header + at);
	return address;
}

/* What is left to the device, and what connection tracking says. */
static __always_inline void read_offload(const struct sk_buff *skb, __u64 head,
					 struct skbt_record *rec)
{
	const struct skb_shared_info *info = (void *)head + skb->end;
	unsigned long nfct = 0;

	if (bpf_core_field_exists(skb->_nfct)) /* CONFIG_NF_CONNTRACK */
		nfct = skb->_nfct;
	rec->ip_summed = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	rec->ct_info = nfct & ~7UL ? (nfct & 7) + 1 : 0;
	rec->gso_size = MEMBER(info, gso_size);
	rec->reserved = 0;
}

#endif

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

static __always_inline __u32 netns_inode(struct net *net)
{
	__u32 inode = 0;

	if (net)
		bpf_core_read(&inode, sizeof(inode), &net->ns.inum);
	return inode;
}

/* ARPHRD_ of skb->dev; 0 if it has none, or what is there is no device (see below). */
static __always_inline __u16 device_type(const struct sk_buff *skb)
{
	struct net_device *d = skb->dev;
	__u16 type = 0;

	if (config.direct)
		return ((struct net_device *)bpf_rdonly_cast(d, 0))->type;
	if (d)
		bpf_core_read(&type, sizeof(type), &d->type);
	return type;
}

/*
 * skb->dev shares its place with dev_scratch (UDP receive queue) and rbnode (TCP): what is read
 * through it is believed only if it looks like a device with a namespace. Inodes of namespaces
 * start at 0xf0000000 (PROC_DYNAMIC_FIRST); from 6.18 on the first one has a number just below.
 */
static __always_inline void read_device(const struct sk_buff *skb, struct device_facts *dev)
{
	struct net_device *d = skb->dev;
	struct net *net = NULL;
	int ifindex = 0;

	__builtin_memset(dev, 0, sizeof(*dev));
	if (d && !bpf_core_read(&ifindex, sizeof(ifindex), &d->ifindex) && ifindex > 0 &&
	    !bpf_core_read(&net, sizeof(net), &d->nd_net.net)) {
		dev->netns = netns_inode(net);
		if (dev->netns >= FIRST_NETNS_INODE) {
			dev->ifindex = ifindex;
			bpf_core_read(dev->name, sizeof(dev->name), &d->name);
			return;
		}
	}
	dev->netns = 0;
	if (skb->sk && !bpf_core_read(&net, sizeof(net), &skb->sk->__sk_common.skc_net.net))
		dev->netns = netns_inode(net);
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

/* What is left to the device, and what connection tracking says. */
static __always_inline void read_offload(const struct sk_buff *skb, struct skbt_record *rec)
{
	const struct skb_shared_info *info = (void *)skb->head + skb->end;
	unsigned long nfct = 0;

	if (bpf_core_field_exists(skb->_nfct)) /* CONFIG_NF_CONNTRACK */
		nfct = skb->_nfct;
	rec->ip_summed = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	rec->ct_info = nfct & ~7UL ? (nfct & 7) + 1 : 0;
	bpf_core_read(&rec->gso_size, sizeof(rec->gso_size), &info->gso_size);
	bpf_core_read(&rec->gso_segs, sizeof(rec->gso_segs), &info->gso_segs);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The routing decision that an skb carries: its struct dst_entry, which begins a rtable or
 * rt6_info. */
#ifndef SKBTRACE_ROUTE_BPF_H
#define SKBTRACE_ROUTE_BPF_H

#include "skb.bpf.h"

enum {
	ROUTE_AF_INET = 2,
	ROUTE_AF_INET6 = 10,
	DST_METADATA = 0x80, /* a tunnel's parameters, no route */
	RTF_GATEWAY = 0x2,
	RTF_REJECT = 0x200,
	RTF_ANYCAST = 0x100000,
	ROUTE_UNICAST = 1, /* RTN_UNICAST and so on */
	ROUTE_LOCAL = 2,
	ROUTE_ANYCAST = 4,
	ROUTE_BLACKHOLE = 6,
	ROUTE_UNREACHABLE = 7,
	ROUTE_PROHIBIT = 8,
	ROUTE_EACCES = 13,
	ROUTE_EINVAL = 22,
};
#define RTF_LOCAL 0x80000000u

/* A member behind a pointer: loaded where the verifier allows it, else read by a helper. */
#define ROUTE_MEMBER(to, ptr, type, member)                                                        \
	do {                                                                                       \
		if (config.direct)                                                                 \
			(to) = ((type *)bpf_rdonly_cast((ptr), 0))->member;                        \
		else if (bpf_core_read(&(to), sizeof(to), &((type *)(ptr))->member))               \
			(to) = 0;                                                                  \
	} while (0)

static __always_inline void fill_route4(struct skbt_route *r, void *dst)
{
	__u16 type = 0;

	ROUTE_MEMBER(r->gw_family, dst, struct rtable, rt_gw_family);
	ROUTE_MEMBER(type, dst, struct rtable, rt_type);
	r->type = type;
	if (r->gw_family == ROUTE_AF_INET)
		bpf_core_read(r->gateway, 4, &((struct rtable *)dst)->rt_gw4);
	else if (r->gw_family == ROUTE_AF_INET6)
		bpf_core_read(r->gateway, 16, &((struct rtable *)dst)->rt_gw6);
	else
		r->gw_family = 0;
}

/* rt6_info has no type: what ip6_rt_init_dst() made of it tells. */
static __always_inline void fill_route6(struct skbt_route *r, void *dst)
{
	__u32 flags = 0;
	__s16 error = 0;

	ROUTE_MEMBER(flags, dst, struct rt6_info, rt6i_flags);
	ROUTE_MEMBER(error, dst, struct rt6_info, dst.error);
	r->type = flags & RTF_LOCAL     ? ROUTE_LOCAL
		  : flags & RTF_ANYCAST ? ROUTE_ANYCAST
					: ROUTE_UNICAST;
	if (flags & RTF_REJECT)
		r->type = error == -ROUTE_EINVAL   ? ROUTE_BLACKHOLE
			  : error == -ROUTE_EACCES ? ROUTE_PROHIBIT
						   : ROUTE_UNREACHABLE;
	if (!(flags & RTF_GATEWAY))
		return;
	r->gw_family = ROUTE_AF_INET6;
	bpf_core_read(r->gateway, 16, &((struct rt6_info *)dst)->rt6i_gateway);
}

/*
 * While TCP has the skb in its queues a list's link is in this place, so it is believed only if
 * what it points to has operations of IPv4 or IPv6, and a device that looks like one.
 */
static __always_inline void fill_route(struct skbt_route *r, const struct sk_buff *skb)
{
	void *dst = (void *)(skb->_skb_refdst & ~1UL), *ops = NULL, *dev = NULL;
	__u16 family = 0, flags = 0;
	struct net *net = NULL;
	__u32 ifindex = 0;

	__builtin_memset(r, 0, sizeof(*r));
	if (!dst)
		return;
	ROUTE_MEMBER(ops, dst, struct dst_entry, ops);
	ROUTE_MEMBER(dev, dst, struct dst_entry, dev);
	ROUTE_MEMBER(flags, dst, struct dst_entry, flags);
	if (!ops || !dev || flags & DST_METADATA)
		return;
	ROUTE_MEMBER(family, ops, struct dst_ops, family);
	if (family != ROUTE_AF_INET && family != ROUTE_AF_INET6)
		return;
	ROUTE_MEMBER(net, dev, struct net_device, nd_net.net);
	if (netns_inode(net) < FIRST_NETNS_INODE)
		return;
	ROUTE_MEMBER(ifindex, dev, struct net_device, ifindex);
	bpf_core_read(r->dev, sizeof(r->dev), &((struct net_device *)dev)->name);
	r->ifindex = ifindex;
	r->family = family;
	if (family == ROUTE_AF_INET)
		fill_route4(r, dst);
	else
		fill_route6(r, dst);
}

#endif

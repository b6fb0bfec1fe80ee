/* SPDX-License-Identifier: GPL-2.0-only */
/* The routing decision that an skb carries: its struct dst_entry, which begins a rtable or
 * rt6_info. */
#ifndef SKBTRACE_ROUTE_BPF_H
#define SKBTRACE_ROUTE_BPF_H

#include "state.bpf.h"

enum {
	ROUTE_AF_INET = 2,
	ROUTE_AF_INET6 = 10,
	DST_METADATA = 0x80, /* a tunnel's parameters, no route */
	RTF_GATEWAY = 0x2,
	RTF_REJECT = 0x200,
	RTF_ANYCAST = 0x100000,
	ROUTE_UNICAST = 1, /* RTN_UNICAST and so on */
	ROUTE_LOCAL = 2,
	ROUTE_BROADCAST = 3,
	ROUTE_ANYCAST = 4,
	ROUTE_BLACKHOLE = 6,
	ROUTE_UNREACHABLE = 7,
	ROUTE_PROHIBIT = 8,
	ROUTE_EACCES = 13,
	ROUTE_EINVAL = 22,
	RT_TABLE_MAIN = 254,
	RT_TABLE_LOCAL = 255,
	FIB_FRESH_NS = 10000000, /* a virtual CPU may stand still for some milliseconds */
};
#define RTF_LOCAL 0x80000000u

static __always_inline void copy_address(__u8 to[16], const struct in6_addr *from)
{
	if (config.direct) {
		*(__u64 *)to = load_8(from);
		*(__u64 *)(to + 8) = load_8((const void *)from + 8);
	} else {
		bpf_core_read(to, 16, from);
	}
}

static __always_inline void fill_route4(struct skbt_route *r, const struct rtable *rt)
{
	if (config.direct)
		rt = bpf_rdonly_cast(rt, 0);
	r->gw_family = MEMBER(rt, rt_gw_family);
	r->type = MEMBER(rt, rt_type);
	if (r->gw_family == ROUTE_AF_INET)
		*(__be32 *)r->gateway = MEMBER(rt, rt_gw4);
	else if (r->gw_family == ROUTE_AF_INET6)
		copy_address(r->gateway, &rt->rt_gw6);
	else
		r->gw_family = 0;
}

static __always_inline __u32 table6(const struct rt6_info *rt)
{
	const struct fib6_info *from = MEMBER(rt, from);
	const struct fib6_table *table = from ? MEMBER(from, fib6_table) : NULL;

	return table ? MEMBER(table, tb6_id) : 0;
}

/* rt6_info has no type: what ip6_rt_init_dst() made of it tells. */
static __always_inline void fill_route6(struct skbt_route *r, const struct rt6_info *rt)
{
	__u32 flags;
	__s16 error;

	if (config.direct)
		rt = bpf_rdonly_cast(rt, 0);
	flags = MEMBER(rt, rt6i_flags);
	error = MEMBER(rt, dst.error);
	r->type = flags & RTF_LOCAL     ? ROUTE_LOCAL
		  : flags & RTF_ANYCAST ? ROUTE_ANYCAST
					: ROUTE_UNICAST;
	if (flags & RTF_REJECT)
		r->type = error == -ROUTE_EINVAL   ? ROUTE_BLACKHOLE
			  : error == -ROUTE_EACCES ? ROUTE_PROHIBIT
						   : ROUTE_UNREACHABLE;
	if (config.want_tables)
		r->table = table6(rt);
	if (!(flags & RTF_GATEWAY))
		return;
	r->gw_family = ROUTE_AF_INET6;
	copy_address(r->gateway, &rt->rt6i_gateway);
}

static __always_inline void note_lookup(__u32 table, const struct flowi4 *flow,
					const struct fib_nh_common *hop)
{
	struct fib_lookup found = { .ts = bpf_ktime_get_ns(), .table = table };
	struct cpu_state *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return;
	found.daddr = BPF_CORE_READ(flow, daddr);
	found.ifindex = BPF_CORE_READ(hop, nhc_dev, ifindex);
	cpu->fib[1] = cpu->fib[0];
	cpu->fib[0] = found;
}

static __always_inline bool leads_here(const struct skbt_route *r)
{
	return r->type == ROUTE_LOCAL || r->type == ROUTE_BROADCAST;
}

/* A route to this host leads to lo, where the table has the device that the address is on. */
static __always_inline __u32 table_of_lookup(const struct fib_lookup *l, const struct skbt_route *r,
					     __be32 daddr, __u64 now)
{
	bool fits = l->daddr == daddr && now - l->ts < FIB_FRESH_NS;

	return fits && (leads_here(r) || l->ifindex == r->ifindex) ? l->table : 0;
}

/*
 * An IPv4 route does not say which table it is of. The look-up that found it does, just before and
 * on the same CPU, if it was for the packet and not for its socket, which keeps what it found.
 */
static __always_inline void find_table4(struct skbt_route *r, const struct cpu_state *cpu,
					const struct sk_buff *skb, __u64 now)
{
	__be32 daddr = ipv4_address(skb, IPV4_DADDR_AT);

	r->table = table_of_lookup(&cpu->fib[0], r, daddr, now);
	if (!r->table)
		r->table = table_of_lookup(&cpu->fib[1], r, daddr, now);
	/* Without rules of its own a namespace has both tables in one, which is called main. */
	if (r->table == RT_TABLE_MAIN && leads_here(r))
		r->table = RT_TABLE_LOCAL;
}

/*
 * While TCP has the skb in its queues a list's link is in this place, so it is believed only if
 * what it points to has operations of IPv4 or IPv6, and a device that looks like one.
 */
static __always_inline void fill_route(struct skbt_route *r, const struct cpu_state *cpu,
				       const struct sk_buff *skb, __u64 now)
{
	const struct dst_entry *dst = (void *)(skb->_skb_refdst & ~1UL);
	struct net_device *dev;
	struct dst_ops *ops;
	__u16 family;

	__builtin_memset(r, 0, sizeof(*r));
	if (!dst)
		return;
	ops = MEMBER(dst, ops);
	dev = MEMBER(dst, dev);
	if (!ops || !dev || MEMBER(dst, flags) & DST_METADATA)
		return;
	family = MEMBER(ops, family);
	if (family != ROUTE_AF_INET && family != ROUTE_AF_INET6)
		return;
	if (netns_inode(MEMBER(dev, nd_net.net)) < FIRST_NETNS_INODE)
		return;
	r->ifindex = MEMBER(dev, ifindex);
	read_device_name(r->dev, dev);
	r->family = family;
	if (family == ROUTE_AF_INET)
		fill_route4(r, (const void *)dst);
	if (family == ROUTE_AF_INET && config.want_tables)
		find_table4(r, cpu, skb, now);
	if (family == ROUTE_AF_INET6)
		fill_route6(r, (const void *)dst);
}

#endif

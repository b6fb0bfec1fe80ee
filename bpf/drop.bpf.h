/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cause of a drop may depend on and the packet does not say: its device, its route, the
 * socket. Read at drops only, which are rare, so nothing here has to be cheap.
 */
#ifndef SKBTRACE_DROP_BPF_H
#define SKBTRACE_DROP_BPF_H

#include "state.bpf.h"

enum {
	IPV4_DEVCONF_FORWARDING = 1, /* linux/ip.h; data[] begins with 1 */
	IPV4_DEVCONF_RP_FILTER = 8,
	LINK_STATE_NOCARRIER = 1 << 2, /* of net_device.state */
	DST_METRICS_FLAGS = 3,         /* lowest bits of dst_entry._metrics */
	RTAX_MTU = 2,
	OWN_ADDRESSES = 4, /* of an interface that are looked at */
};

static __always_inline __u8 devconf(struct ipv4_devconf *conf, int which)
{
	int value = 0;

	if (conf)
		bpf_core_read(&value, sizeof(value), &conf->data[which - 1]);
	return value;
}

/* Whether the packet comes from an address of the interface itself. */
static __always_inline bool comes_from(struct in_device *in, __be32 saddr)
{
	struct in_ifaddr *address = BPF_CORE_READ(in, ifa_list);

	for (int i = 0; i < OWN_ADDRESSES && address; i++) {
		if (BPF_CORE_READ(address, ifa_local) == saddr)
			return true;
		address = BPF_CORE_READ(address, ifa_next);
	}
	return false;
}

/* As ip6_forward() asks: the setting of the interface itself is about router advertisements. */
static __always_inline bool forwards_ipv6(struct net_device *dev, struct inet6_dev *in6)
{
	struct net *net = BPF_CORE_READ(dev, nd_net.net);
	/* It is not there without CONFIG_IPV6. */
	struct ipv6_devconf *all =
		bpf_core_field_exists(net->ipv6) ? BPF_CORE_READ(net, ipv6.devconf_all) : NULL;
	struct ipv6_devconf___force *own = (void *)__builtin_preserve_access_index(&in6->cnf);
	__s32 forced = 0;

	if (all && BPF_CORE_READ(all, forwarding))
		return true;
	if (bpf_core_field_exists(own->force_forwarding))
		bpf_core_read(&forced, sizeof(forced), &own->force_forwarding);
	return forced;
}

static __always_inline void fill_ip_settings(struct skbt_drop *d, struct net_device *dev,
					     const struct sk_buff *skb)
{
	struct in_device *in = BPF_CORE_READ(dev, ip_ptr);
	struct inet6_dev *in6 = BPF_CORE_READ(dev, ip6_ptr);
	struct ipv4_devconf *all = BPF_CORE_READ(dev, nd_net.net, ipv4.devconf_all);
	__u8 all_filter;

	if (in) {
		d->known |= SKBT_KNOWN_IPV4;
		d->forwarding4 =
			devconf(__builtin_preserve_access_index(&in->cnf), IPV4_DEVCONF_FORWARDING);
		d->rp_filter =
			devconf(__builtin_preserve_access_index(&in->cnf), IPV4_DEVCONF_RP_FILTER);
		all_filter = devconf(all, IPV4_DEVCONF_RP_FILTER);
		if (all_filter > d->rp_filter)
			d->rp_filter = all_filter;
		if (skb->protocol == bpf_htons(ETH_P_IP))
			d->own_src = comes_from(in, ipv4_address(skb, IPV4_SADDR_AT));
	}
	if (in6) {
		d->known |= SKBT_KNOWN_IPV6;
		d->forwarding6 = forwards_ipv6(dev, in6);
		d->disable_ipv6 = BPF_CORE_READ(in6, cnf.disable_ipv6) != 0;
	}
}

/* read_device() has believed that this is one. */
static __always_inline void fill_drop_device(struct skbt_drop *d, struct net_device *dev,
					     const struct sk_buff *skb)
{
	d->known |= SKBT_KNOWN_DEVICE;
	d->dev_mtu = BPF_CORE_READ(dev, mtu);
	d->dev_flags = BPF_CORE_READ(dev, flags);
	d->no_carrier = (BPF_CORE_READ(dev, state) & LINK_STATE_NOCARRIER) != 0;
	bpf_probe_read_kernel(d->dev_addr, sizeof(d->dev_addr), BPF_CORE_READ(dev, dev_addr));
	fill_ip_settings(d, dev, skb);
}

/* fill_route() has believed it, but for its device. */
static __always_inline void fill_drop_route(struct skbt_drop *d, const struct sk_buff *skb)
{
	const struct dst_entry *dst = (void *)(skb->_skb_refdst & ~1UL);
	unsigned long metrics = BPF_CORE_READ(dst, _metrics) & ~(unsigned long)DST_METRICS_FLAGS;
	__u32 mtu = 0;

	d->known |= SKBT_KNOWN_ROUTE;
	d->route_error = BPF_CORE_READ(dst, error);
	if (d->route_error > 0) /* IPv4 keeps it positive */
		d->route_error = -d->route_error;
	bpf_probe_read_kernel(&mtu, sizeof(mtu), (void *)(metrics + 4 * (RTAX_MTU - 1)));
	d->route_mtu = BPF_CORE_READ(dst, dev, mtu);
	if (mtu && mtu < d->route_mtu)
		d->route_mtu = mtu;
}

static __always_inline void fill_drop_socket(struct skbt_drop *d, const struct sock *sk)
{
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	d->known |= SKBT_KNOWN_SOCKET;
	d->sk_family = BPF_CORE_READ(sk, __sk_common.skc_family);
	d->sk_state = state;
	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV)
		return;
	d->sk_rcvbuf = BPF_CORE_READ(sk, sk_rcvbuf);
	d->sk_rmem = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter);
}

static __always_inline void fill_drop(struct skbt_drop *d, const struct skbt_record *rec,
				      const struct sk_buff *skb, const struct sock *sk)
{
	__builtin_memset(d, 0, sizeof(*d));
	d->csum_valid = BPF_CORE_READ_BITFIELD(skb, csum_valid);
	if (rec->ifindex)
		fill_drop_device(d, skb->dev, skb);
	if (rec->route.ifindex)
		fill_drop_route(d, skb);
	if (sk)
		fill_drop_socket(d, sk);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inner packet of a tunnel, found by walking the bytes of the outer one: skb->inner_* headers
 * are set by senders only. VXLAN (RFC 7348), Geneve (RFC 8926), GRE (RFC 2784, 2890), IP in IP,
 * SIT and tunnels over IPv6 (RFC 2003, 4213, 2473).
 */
#ifndef SKBTRACE_INNER_BPF_H
#define SKBTRACE_INNER_BPF_H

#include "window.bpf.h"

#define ETH_P_8021Q  0x8100
#define ETH_P_8021AD 0x88a8
#define ETH_P_TEB    0x6558 /* transparent Ethernet bridging: a whole frame */
#define IPPROTO_IPIP 4
#define IPPROTO_UDP  17
#define IPPROTO_IPV6 41
#define IPPROTO_GRE  47
#define NEXTHDR_DEST 60
#define IP_OFFSET    0x1fff /* of a fragment; only the first one has what comes next */
#define VXLAN_PORT   4789
#define VXLAN_PORT_LINUX                                                                           \
	8472 /* what Linux used before one was assigned, and still does by default */
#define GENEVE_PORT 6081
#define UDP_HLEN    8
#define GRE_CSUM    0x8000
#define GRE_KEY     0x2000
#define GRE_SEQ     0x1000
#define GRE_KNOWN   0xb000 /* the flags above; with others (routing, version 1) it is not ours */

/* Where the walk is. */
struct walk {
	__u32 at;       /* offset from skb->head */
	__u16 protocol; /* EtherType of what is at `at`, network byte order; TEB = an Ethernet frame
			 */
};

static __always_inline bool read_at(const struct sk_buff *skb, __u32 at, void *to, __u32 size)
{
	return at + size <= skb->tail && !bpf_probe_read_kernel(to, size, skb->head + at);
}

/* From the start of the outer packet to its network header. */
static __always_inline bool skip_ethernet(const struct sk_buff *skb, const struct window *w,
					  struct walk *walk)
{
	if (w->start == SKBT_L3) {
		__u8 first = 0;

		walk->at = w->offset;
		if (!read_at(skb, walk->at, &first, 1))
			return false;
		walk->protocol = l3_protocol(skb, first);
		return true;
	}
	walk->at = w->offset + ETH_HLEN;
	if (!read_at(skb, walk->at - 2, &walk->protocol, 2))
		return false;
	for (int tags = 0; tags < 2; tags++) {
		if (walk->protocol != bpf_htons(ETH_P_8021Q) &&
		    walk->protocol != bpf_htons(ETH_P_8021AD))
			break;
		if (!read_at(skb, walk->at + 2, &walk->protocol, 2))
			return false;
		walk->at += VLAN_HLEN;
	}
	return true;
}

/* Over the outer IP header; *next gets the IP protocol behind it. */
static __always_inline bool skip_ip(const struct sk_buff *skb, struct walk *walk, __u8 *next)
{
	__u8 header[20];

	if (!read_at(skb, walk->at, header, sizeof(header)))
		return false;
	if (walk->protocol == bpf_htons(ETH_P_IP)) {
		if ((header[6] & IP_OFFSET >> 8) || header[7])
			return false;
		*next = header[9];
		walk->at += (header[0] & 15) * 4;
		return true;
	}
	*next = header[6];
	walk->at += 40;
	if (*next == NEXTHDR_DEST) {
		/* The encapsulation limit (RFC 2473) of ip6tnl and ip6gre, there by default. */
		if (!read_at(skb, walk->at, header, 2))
			return false;
		*next = header[0];
		walk->at += (header[1] + 1) * 8;
	}
	return walk->protocol == bpf_htons(ETH_P_IPV6);
}

static __always_inline bool skip_udp_tunnel(const struct sk_buff *skb, struct walk *walk)
{
	__u8 header[UDP_HLEN + 8];
	__u16 port;

	if (!read_at(skb, walk->at, header, sizeof(header)))
		return false;
	walk->at += sizeof(header);
	port = header[2] << 8 | header[3];
	if (port == VXLAN_PORT || port == VXLAN_PORT_LINUX) {
		walk->protocol = bpf_htons(ETH_P_TEB);
		return true;
	}
	if (port != GENEVE_PORT || header[UDP_HLEN] >> 6)
		return false;
	walk->protocol = bpf_htons(header[UDP_HLEN + 2] << 8 | header[UDP_HLEN + 3]);
	walk->at += (header[UDP_HLEN] & 0x3f) * 4;
	return true;
}

static __always_inline bool skip_gre(const struct sk_buff *skb, struct walk *walk)
{
	__u16 header[2], flags;

	if (!read_at(skb, walk->at, header, sizeof(header)))
		return false;
	flags = bpf_ntohs(header[0]);
	if (flags & ~GRE_KNOWN)
		return false;
	walk->protocol = header[1];
	walk->at += 4 + (flags & GRE_CSUM ? 4 : 0) + (flags & GRE_KEY ? 4 : 0) +
		    (flags & GRE_SEQ ? 4 : 0);
	return true;
}

static __always_inline bool find_inner(const struct sk_buff *skb, const struct window *outer,
				       struct walk *walk)
{
	__u8 next = 0;

	if (outer->start == SKBT_NO_HEADER || outer->made_up || !skip_ethernet(skb, outer, walk) ||
	    !skip_ip(skb, walk, &next))
		return false;
	switch (next) {
	case IPPROTO_UDP:
		return skip_udp_tunnel(skb, walk);
	case IPPROTO_GRE:
		return skip_gre(skb, walk);
	case IPPROTO_IPIP:
		walk->protocol = bpf_htons(ETH_P_IP);
		return true;
	case IPPROTO_IPV6:
		walk->protocol = bpf_htons(ETH_P_IPV6);
		return true;
	}
	return false;
}

/* Fills w with the inner packet of the one in outer. False: it has none. */
static __always_inline bool fill_inner_window(struct window *w, const struct window *outer,
					      const struct sk_buff *skb, __u32 want)
{
	struct walk walk = {};
	__u32 gap;

	if (!find_inner(skb, outer, &walk) || walk.at >= skb->tail)
		return false;
	w->start = walk.protocol == bpf_htons(ETH_P_TEB) ? SKBT_L2 : SKBT_L3;
	gap = w->start == SKBT_L3 ? ETH_HLEN : 0;
	w->offset = walk.at;
	w->linear = skb->tail - walk.at;
	w->wirelen = skb->len + (__u32)((__u64)skb->data - (__u64)skb->head) - walk.at + gap;
	if (gap)
		*(__u16 *)(w->bytes + ETH_ALEN) = walk.protocol;
	if (!copy_linear(w, skb, gap, walk.at, want))
		return false;
	if (w->caplen < want && skb->data_len && config.vmemmap_base)
		append_fragments(w, skb, want);
	return true;
}

#endif

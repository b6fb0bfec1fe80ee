/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet filter on the packet where it lies, before anything else: no slot, no window, no copy.
 * A hit that does not match gets no further.
 *
 * The kernel's JIT checks the address of each load through bpf_rdonly_cast(): 8 instructions, so
 * what is loaded here, and how often, is what a hit costs.
 */
#ifndef SKBTRACE_IN_PLACE_BPF_H
#define SKBTRACE_IN_PLACE_BPF_H

#include "window.bpf.h"

enum verdict {
	NO_MATCH,
	MATCH,
	UNDECIDED, /* it takes a window, or a look at more than the skb, to know */
};

/* A stub like those in trace.bpf.h; SKB_FILTER_IN_PLACE of filters/skb_filter.h is its contract. */
static __noinline __u32 filter_in_place(const __u8 *frame, __u64 caplen, __u64 word_and_wirelen)
{
	volatile __u64 keep = caplen + word_and_wirelen;

	return frame ? keep : 6;
}

/* A packet without any header, whose socket has one to tell only if it is TCP's. */
static __always_inline enum verdict decide_by_socket(const struct sk_buff *skb)
{
	const struct sock *sk = bpf_rdonly_cast(skb->sk, 0);
	__u16 family = sk->__sk_common.skc_family;
	__u8 state = sk->__sk_common.skc_state;

	if (family != AF_INET && family != AF_INET6)
		return NO_MATCH;
	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV)
		return UNDECIDED;
	return sk->sk_protocol == IPPROTO_TCP ? UNDECIDED : NO_MATCH;
}

/*
 * What find_start(), fill_window() and the filter would say, if that is easily said.
 *
 * An L3 start begins at the network header, an L2 start 14 bytes before: to a filter that reads no
 * MAC address they are the same if the EtherType in front of the network header is the one that an
 * L3 start would get. So nobody has to ask what kind of device it is on, unless they differ, or
 * VLAN tags may lie between.
 */
static __always_inline enum verdict decide(struct sk_buff *addr)
{
	const struct sk_buff *skb = bpf_rdonly_cast(addr, 0);
	/* protocol, and the offsets of transport, network and MAC header: config.headers_adjoin */
	__u64 row = load_8(&skb->protocol), head = (__u64)skb->head;
	__u32 net = row >> 32 & 0xffff, gap, caplen, wirelen = 0, word;
	__u16 protocol;
	const __u8 *frame;

	if (!head)
		return UNDECIDED;
	if (!net || net == HEADER_UNSET)
		return row >> 48 == HEADER_UNSET ? decide_by_socket(skb) : UNDECIDED;
	frame = bpf_rdonly_cast((void *)(head + net - ETH_HLEN), 0);
	word = *(const volatile __u32 *)(frame + ETH_ALEN); /* EtherType, first bytes of IP */
	asm volatile("" : "+r"(row)); /* what is made of it now is not kept across the call */
	protocol = row;
	if (protocol != bpf_htons(ETH_P_IP) || (word & 0xf00000) != 0x400000) {
		protocol = agreed_protocol(protocol, word >> 16);
		if (!protocol)
			return UNDECIDED;
	}
	gap = net - (row >> 48);
	if ((__u16)word != protocol) {
		if (gap >= ETH_HLEN && gap <= ETH_HLEN_2VLAN)
			return UNDECIDED;
		word = (word & 0xffff0000) | protocol;
	} else if (gap > ETH_HLEN && gap <= ETH_HLEN_2VLAN) {
		return UNDECIDED;
	}
	caplen = skb->tail - net;
	if ((__s32)caplen <= 0)
		return UNDECIDED;
	caplen += ETH_HLEN;
	if (caplen < config.filter_need && skb->data_len)
		return UNDECIDED;
	if (config.filter_in_place != SKBT_IN_PLACE) {
		if (config.filter_vlan && vlan_protocol(skb))
			return UNDECIDED;
		wirelen = skb->len + (__u32)((__u64)skb->data - (__u64)skb->head) - net + ETH_HLEN;
	}
	return filter_in_place(frame, caplen, (__u64)word << 32 | wirelen) ? MATCH : NO_MATCH;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The window: the first bytes of the frame that the wire would carry, laid out as the filter
 * contract says (filters/skb_filter.h), found wherever the skb is in the stack.
 *
 * An skb has its bytes in four places: the Ethernet header (if it has one yet, or still), the VLAN
 * tag in skb->vlan_tci, the linear part, and page fragments.
 */
#ifndef SKBTRACE_WINDOW_BPF_H
#define SKBTRACE_WINDOW_BPF_H

#include "skb.bpf.h"

#define ETH_ALEN         12 /* both addresses */
#define ETH_HLEN         14
#define ETH_HLEN_2VLAN   22 /* with two VLAN tags: the furthest a trusted MAC header is away */
#define VLAN_HLEN        4
#define ETH_P_IP         0x0800
#define ETH_P_IPV6       0x86dd
#define ARPHRD_ETHER     1
#define ARPHRD_LOOPBACK  772
#define HEADER_UNSET     0xffff /* mac and transport header as alloc_skb() leaves them */
#define PAGE_SHIFT       12
#define AF_INET          2
#define AF_INET6         10
#define IPPROTO_TCP      6
#define TCP_TIME_WAIT    6  /* sockets in these two states are small ones: */
#define TCP_NEW_SYN_RECV 12 /* they have a sock_common and nothing behind it */

/*
 * Leaves x <= max, in a way that every verifier follows: clang checks 32-bit halves or copies made
 * before the check, and then 5.10 and 6.1 have "unbounded memory access". x is a __u64 that goes
 * straight into read_bounded().
 */
#define bound(x, max) asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(x) : "i"((__u64)(max)))

/* bpf_probe_read_kernel() with a size that clang does not cut down to 32 bits behind bound(). */
static long (*read_bounded)(void *to, __u64 size,
			    const void *from) = (void *)BPF_FUNC_probe_read_kernel;

/*
 * Filters may read what lies between caplen and SKBT_WINDOW; the verifier wants the room behind it
 * for a tag, and for a fragment that is appended at any place.
 */
struct window {
	__u8 bytes[2 * SKBT_WINDOW];
	__u64 head;    /* skb->head */
	__u32 caplen;  /* valid bytes */
	__u32 wirelen; /* of the whole frame */
	__u32 offset;  /* from skb->head: where the linear bytes begin */
	__u32 linear;  /* bytes from there to the end of the linear part */
	__u8 start;    /* enum skbt_start */
	__u8 made_up;  /* the headers are the socket's, the skb has none yet */
};

/*
 * Where the packet begins. Header offsets may be unset (mac ~0, network 0 or ~0) or stale (left
 * over from before an encapsulation), so a MAC header counts only if it ends where the network
 * header begins, give or take two VLAN tags, and only on a device that has Ethernet headers.
 */
static __always_inline void find_start(const struct sk_buff *skb, struct window *w)
{
	__u32 mac = skb->mac_header, net = skb->network_header, tail = skb->tail;
	__u64 head = (__u64)skb->head;
	__u32 data = (__u32)((__u64)skb->data - head), len = skb->len;
	__u16 type = device_type(skb);
	bool ether = !type || type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK;
	bool mac_ok = ether && mac != HEADER_UNSET && mac + ETH_HLEN <= tail;
	bool net_ok = net && net != HEADER_UNSET && net < tail;

	w->head = head;
	w->start = SKBT_NO_HEADER;
	w->made_up = 0;
	w->caplen = 0;
	w->wirelen = len;
	w->offset = 0;
	w->linear = 0;
	if (mac_ok && (net_ok ? net >= mac + ETH_HLEN && net <= mac + ETH_HLEN_2VLAN
			      : mac <= data && data - mac <= ETH_HLEN_2VLAN)) {
		w->start = SKBT_L2;
		w->offset = mac;
		w->linear = tail - mac;
		w->wirelen = len + data - mac;
	} else if (net_ok) {
		w->start = SKBT_L3;
		w->offset = net;
		w->linear = tail - net;
		w->wirelen = len + data - net + ETH_HLEN;
	}
}

/*
 * EtherType of a packet without Ethernet header whose first byte is given, 0 if it has none that
 * can be trusted. Early in output skb->protocol is not set yet while the IP header is
 * there: __ip_local_out() sets it. Where it is set, the IP version has to agree.
 */
static __always_inline __u16 agreed_protocol(__u16 protocol, __u8 first_byte)
{
	__u8 version = first_byte >> 4;

	if (!protocol)
		protocol = version == 4 && (first_byte & 15) >= 5 ? bpf_htons(ETH_P_IP)
			   : version == 6                         ? bpf_htons(ETH_P_IPV6)
								  : 0;
	if (protocol == bpf_htons(ETH_P_IP) && version != 4)
		return 0;
	if (protocol == bpf_htons(ETH_P_IPV6) && version != 6)
		return 0;
	return protocol;
}

static __always_inline __u16 l3_protocol(const struct sk_buff *skb, __u8 first_byte)
{
	return agreed_protocol(skb->protocol, first_byte);
}

/* Writes TPID and TCI, as the wire would have them in front of the EtherType. */
static __always_inline void put_tag(struct window *w, const struct sk_buff *skb, __u16 tpid)
{
	*(__u16 *)(w->bytes + ETH_ALEN) = tpid;
	*(__u16 *)(w->bytes + ETH_ALEN + 2) = bpf_htons(skb->vlan_tci);
}

/* The kernel address of a page fragment's bytes: the direct map of x86-64 and others alike. */
static __always_inline __u64 fragment_address(const struct page_fragment *f)
{
	__u64 direct_map = 0, page_array = 0;
	__u32 page_size = bpf_core_type_size(struct page);

	if ((f->page & 1) || !page_size ||
	    bpf_probe_read_kernel(&direct_map, 8, (void *)config.page_offset_base) ||
	    bpf_probe_read_kernel(&page_array, 8, (void *)config.vmemmap_base))
		return 0;
	return direct_map + ((f->page - page_array) / page_size << PAGE_SHIFT) + f->offset;
}

/* Appends bytes of page fragment i. False: that was the last one, or its bytes cannot be had. */
static __always_inline bool append_fragment(struct window *w, const struct page_fragment *first,
					    int i, __u32 want)
{
	struct page_fragment frag;
	/* From memory: 5.10 follows impossible paths, where what it knows of it contradicts itself.
	 */
	__u64 at = *(volatile __u32 *)&w->caplen, size, from;

	if (at >= want || bpf_probe_read_kernel(&frag, sizeof(frag), first + i))
		return false;
	from = fragment_address(&frag);
	if (!from)
		return false;
	size = want - at;
	if (size > frag.len)
		size = frag.len;
	bound(at, SKBT_WINDOW);
	bound(size, SKBT_WINDOW);
	if (read_bounded(w->bytes + at, size, (void *)from))
		return false;
	w->caplen = at + size;
	return true;
}

/*
 * Appends bytes of the first page fragments, of which the linear part lacked some. Four of 17 are
 * looked at, without a loop: clang does not unroll what ends early.
 */
static __always_inline void append_fragments(struct window *w, const struct sk_buff *skb,
					     __u32 want)
{
	const struct skb_shared_info *info = (void *)skb->head + skb->end;
	const struct page_fragment *first = __builtin_preserve_access_index(&info->frags[0]);
	__u8 frags = 0;

	bpf_core_read(&frags, sizeof(frags), &info->nr_frags);
	if (frags > 0 && append_fragment(w, first, 0, want) && frags > 1 &&
	    append_fragment(w, first, 1, want) && frags > 2 && append_fragment(w, first, 2, want) &&
	    frags > 3)
		append_fragment(w, first, 3, want);
}

/* Fills the window from the linear bytes, w->offset on, to lie at its byte `at`. */
static __always_inline bool copy_linear(struct window *w, const struct sk_buff *skb, __u64 at,
					__u32 from, __u32 want)
{
	__u64 size = want > at ? want - at : 1;
	__u64 there = w->offset + w->linear - from;

	if (size > there)
		size = there;
	bound(at, ETH_HLEN_2VLAN);
	bound(size, SKBT_WINDOW);
	if (read_bounded(w->bytes + at, size, skb->head + from))
		return false;
	w->caplen = at + size;
	return true;
}

static __always_inline bool window_l2(struct window *w, const struct sk_buff *skb, __u32 want)
{
	__u16 tpid = config.filter_vlan ? vlan_protocol(skb) : 0;

	if (!tpid)
		return copy_linear(w, skb, 0, w->offset, want);
	if (bpf_probe_read_kernel(w->bytes, ETH_ALEN, skb->head + w->offset))
		return false;
	put_tag(w, skb, tpid);
	w->wirelen += VLAN_HLEN;
	return copy_linear(w, skb, ETH_ALEN + VLAN_HLEN, w->offset + ETH_ALEN, want);
}

static __always_inline bool window_l3(struct window *w, const struct sk_buff *skb, __u32 want)
{
	__u16 tpid = config.filter_vlan ? vlan_protocol(skb) : 0, protocol;

	if (!tpid) {
		if (!copy_linear(w, skb, ETH_HLEN, w->offset, want))
			return false;
		protocol = l3_protocol(skb, w->bytes[ETH_HLEN]);
		*(__u16 *)(w->bytes + ETH_ALEN) = protocol;
		return protocol;
	}
	if (!copy_linear(w, skb, ETH_HLEN + VLAN_HLEN, w->offset, want))
		return false;
	put_tag(w, skb, tpid);
	w->wirelen += VLAN_HLEN;
	protocol = l3_protocol(skb, w->bytes[ETH_HLEN + VLAN_HLEN]);
	*(__u16 *)(w->bytes + ETH_HLEN + 2) = protocol;
	return protocol;
}

/* An IP header with the addresses of the socket, and a TCP or UDP header with its ports. */
static __always_inline __u32 socket_headers(struct window *w, const struct sock_common *sk,
					    __u16 family, __u8 protocol)
{
	__u32 at = ETH_HLEN;

	__builtin_memset(w->bytes, 0, ETH_HLEN + 60);
	if (family == AF_INET) {
		*(__u16 *)(w->bytes + ETH_ALEN) = bpf_htons(ETH_P_IP);
		w->bytes[at] = 0x45;
		w->bytes[at + 9] = protocol;
		*(__be32 *)(w->bytes + at + 12) = MEMBER(sk, skc_rcv_saddr);
		*(__be32 *)(w->bytes + at + 16) = MEMBER(sk, skc_daddr);
		at += 20;
	} else {
		*(__u16 *)(w->bytes + ETH_ALEN) = bpf_htons(ETH_P_IPV6);
		w->bytes[at] = 0x60;
		w->bytes[at + 6] = protocol;
		bpf_core_read(w->bytes + at + 8, 16, &sk->skc_v6_rcv_saddr);
		bpf_core_read(w->bytes + at + 24, 16, &sk->skc_v6_daddr);
		at += 40;
	}
	*(__be16 *)(w->bytes + at + 2) = MEMBER(sk, skc_dport);
	return at;
}

/*
 * TCP hands its segments on before IP has given them a header: the socket tells what that will say.
 * The TCP header itself may be there already, at skb->data.
 */
static __always_inline bool window_from_socket(struct window *w, const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	__u32 data = (__u32)((__u64)skb->data - (__u64)skb->head), at;
	__u16 family, port, protocol = IPPROTO_TCP;
	__u8 state;

	if (!sk)
		return false;
	family = MEMBER(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return false;
	state = MEMBER(sk, __sk_common.skc_state);
	port = MEMBER(sk, __sk_common.skc_num);
	if (state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV)
		protocol = MEMBER(sk, sk_protocol);
	if (protocol != IPPROTO_TCP)
		return false;
	at = socket_headers(w, &sk->__sk_common, family, protocol);
	*(__u16 *)(w->bytes + at) = bpf_htons(port);
	w->start = SKBT_L3;
	w->made_up = 1;
	w->caplen = at + 4;
	w->wirelen = skb->len + at;
	if (skb->transport_header == data && skb->tail >= data + 20 &&
	    !bpf_probe_read_kernel(w->bytes + at, 20, skb->head + data))
		w->caplen = at + 20;
	return true;
}

/*
 * Fills w, of which find_start() has found the start, with at least want bytes where the packet has
 * them. False: it has no headers to go by.
 */
static __always_inline bool fill_window(struct window *w, const struct sk_buff *skb, __u32 want)
{
	bool ok = false;

	if (w->start == SKBT_L2)
		ok = window_l2(w, skb, want);
	else if (w->start == SKBT_L3)
		ok = window_l3(w, skb, want);
	if (!ok) {
		w->start = SKBT_NO_HEADER;
		return window_from_socket(w, skb);
	}
	if (w->caplen < want && skb->data_len && config.vmemmap_base)
		append_fragments(w, skb, want);
	return true;
}

/* Whether the filter can read the frame where it lies: no header or tag to make up, no fragment. */
static __always_inline bool lies_flat(const struct window *w, const struct sk_buff *skb)
{
	return w->start == SKBT_L2 && (w->linear >= config.filter_need || !skb->data_len) &&
	       !(config.filter_vlan && vlan_protocol(skb));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames at the device: where they begin is known there, other than in the middle of the stack
 * (window.bpf.h), as is the place of a VLAN tag.
 */
#ifndef SKBTRACE_FRAME_BPF_H
#define SKBTRACE_FRAME_BPF_H

#include "window.bpf.h"

#define ETH_P_8021Q  0x8100
#define ETH_P_8021AD 0x88a8

struct frame {
	const struct sk_buff *skb;
	__u32 offset;  /* of its first byte, from skb->head */
	__u32 linear;  /* bytes from there to the end of the linear part */
	__u32 wirelen; /* of the whole frame, without a tag beside it */
	__u16 beside;  /* TPID of the VLAN tag that is kept beside the bytes; 0 = none */
	__u8 inside;   /* its bytes have a tag that the kernel is about to take out */
	__u8 ether;    /* it begins with an Ethernet header, else with its network header */
};

static __always_inline bool has_ethernet(__u16 type)
{
	return type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK;
}

static __always_inline bool is_tag(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

static __always_inline __u32 data_offset(const struct sk_buff *skb)
{
	return (__u32)((__u64)skb->data - (__u64)skb->head);
}

static __always_inline void begin_frame(struct frame *f, const struct sk_buff *skb, __u32 offset,
					bool ether)
{
	__u32 before = data_offset(skb) - offset;

	f->skb = skb;
	f->offset = offset;
	f->ether = ether;
	f->wirelen = skb->len + before;
	f->linear = skb->len - skb->data_len + before;
	f->beside = vlan_protocol(skb);
	f->inside = 0;
}

static __always_inline void frame_out(struct frame *f, const struct sk_buff *skb, __u16 type)
{
	begin_frame(f, skb, data_offset(skb), has_ethernet(type));
}

/*
 * A tag among the bytes is taken out by __netif_receive_skb_core() right behind its tracepoint,
 * before packet sockets get the frame.
 */
static __always_inline void frame_in(struct frame *f, const struct sk_buff *skb, __u16 type)
{
	bool ether = has_ethernet(type);

	begin_frame(f, skb, ether ? skb->mac_header : data_offset(skb), ether);
	f->inside = ether && !f->beside && is_tag(skb->protocol);
}

/* Bytes on the wire, as libpcap tells them: it puts the tag back. */
static __always_inline __u64 frame_bytes(const struct frame *f)
{
	return f->wirelen + (f->beside ? VLAN_HLEN : 0);
}

/*
 * Copies to the window's byte `at` the linear bytes from f's byte `skip` on; they may begin with
 * those of the first fragment, if the driver left nothing in the linear part.
 */
static __always_inline bool copy_from(struct window *w, const struct frame *f, __u64 at, __u32 skip,
				      __u32 want)
{
	w->offset = f->offset;
	w->linear = f->linear;
	return copy_linear(w, f->skb, at, f->offset + skip, want);
}

/* The Ethernet frame, `tag` saying whether with its VLAN tag or as if it had none. */
static __always_inline bool window_ether(struct window *w, const struct frame *f, bool tag,
					 __u32 want)
{
	if (tag ? !f->beside : !f->inside)
		return copy_from(w, f, 0, 0, want);
	if (bpf_probe_read_kernel(w->bytes, ETH_ALEN, f->skb->head + f->offset))
		return false;
	if (!tag) {
		w->wirelen -= VLAN_HLEN;
		return copy_from(w, f, ETH_ALEN, ETH_ALEN + VLAN_HLEN, want);
	}
	put_tag(w, f->skb, f->beside);
	w->wirelen += VLAN_HLEN;
	return copy_from(w, f, ETH_ALEN + VLAN_HLEN, ETH_ALEN, want);
}

/* A frame without Ethernet header, under a made-up one. No tag: what has none carries none. */
static __always_inline bool window_bare(struct window *w, const struct frame *f, __u32 want)
{
	if (!copy_from(w, f, ETH_HLEN, 0, want))
		return false;
	*(__u16 *)(w->bytes + ETH_ALEN) = l3_protocol(f->skb, w->bytes[ETH_HLEN]);
	w->wirelen += ETH_HLEN;
	return true;
}

/* Fills w with at least want bytes where the frame has them. False: they cannot be read. */
static __always_inline bool frame_window(struct window *w, const struct frame *f, bool tag,
					 __u32 want)
{
	bool ok;

	w->caplen = 0;
	w->wirelen = f->wirelen;
	ok = f->ether ? window_ether(w, f, tag, want) : window_bare(w, f, want);
	if (ok && w->caplen < want && f->skb->data_len && config.vmemmap_base)
		append_fragments(w, f->skb, want);
	return ok;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What -x and --skb ask for: copies of the packet's bytes, of its struct sk_buff and of its struct
 * skb_shared_info, as sections of a record. Their sizes are constants to the verifier, which
 * removes the code of those that are 0.
 */
#ifndef SKBTRACE_INSIDE_BPF_H
#define SKBTRACE_INSIDE_BPF_H

#include "window.bpf.h"

/* As bound(), with a maximum that only the verifier knows. */
#define bound_to(x, max)                                                                           \
	asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(x) : "r"((__u64)(max)))

enum {
	FRAGMENTS = 17, /* MAX_SKB_FRAGS, unless the kernel was built with another number */
	DATA_SLOTS = 4, /* as many as struct cpu_state has */
};

/*
 * Where a packet in fragments is put together, for each slot of struct cpu_state: the verifier
 * wants room behind a place that it does not know, which a record has not. User space makes it
 * twice as large as a section.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DATA_SLOTS);
	__uint(key_size, 4);
	__uint(value_size, 8);
} gathered SEC(".maps");

static __always_inline __u64 section(enum skbt_section s)
{
	return config.section_size[s];
}

static __always_inline __u64 inside_size(void)
{
	return section(SKBT_SEC_DATA) + section(SKBT_SEC_SKB) + section(SKBT_SEC_SHINFO);
}

/* Bytes of the packet that a record has room for. */
static __always_inline __u64 data_room(void)
{
	return section(SKBT_SEC_DATA) - sizeof(struct skbt_data);
}

/* Appends fragment i to what is in `to`. False: it is full, or the bytes cannot be had. */
static __always_inline bool gather_fragment(struct skbt_data *data, __u8 *to,
					    const struct page_fragment *fragment)
{
	struct page_fragment frag;
	/* From memory, as in append_fragment(). */
	__u64 at = *(volatile __u32 *)&data->caplen, room = data_room(), size, from;

	if (at >= room || bpf_probe_read_kernel(&frag, sizeof(frag), fragment))
		return false;
	from = fragment_address(&frag);
	if (!from)
		return false;
	size = room - at;
	if (size > frag.len)
		size = frag.len;
	bound_to(at, room);
	bound_to(size, room);
	if (read_bounded(to + at, size, (void *)from))
		return false;
	*(volatile __u32 *)&data->caplen = at + size;
	return true;
}

/* data has all of the linear part; what lies in page fragments follows. */
static __always_inline void gather(struct skbt_data *data, const struct sk_buff *skb, __u32 depth)
{
	const struct skb_shared_info *info = (void *)skb->head + skb->end;
	const struct page_fragment *first = __builtin_preserve_access_index(&info->frags[0]);
	__u8 *to = bpf_map_lookup_elem(&gathered, &depth);
	__u8 frags = 0;

	if (!to || bpf_core_read(&frags, sizeof(frags), &info->nr_frags))
		return;
	bpf_probe_read_kernel(to, data_room(), data->bytes);
	for (int i = 0; i < FRAGMENTS && i < frags; i++)
		if (!gather_fragment(data, to, first + i))
			break;
	bpf_probe_read_kernel(data->bytes, data_room(), to);
}

/* From skb->head + from on, to lie at byte `at`, a constant. False: it cannot be read. */
static __always_inline bool copy_bytes(struct skbt_data *data, const struct sk_buff *skb, __u32 at,
				       __u32 from, __u32 linear)
{
	__u64 size = linear;

	bound_to(size, data_room() - at);
	if (read_bounded(data->bytes + at, size, skb->head + from))
		return false;
	data->caplen = at + size;
	return true;
}

/* What the linear part has. False: it cannot be read. */
static __always_inline bool fill_linear(struct skbt_data *data, const struct window *w,
					const struct sk_buff *skb)
{
	__u32 from = (__u32)((__u64)skb->data - (__u64)skb->head);

	if (data->start == SKBT_L2)
		return copy_bytes(data, skb, 0, w->offset, w->linear);
	if (data->start == SKBT_NO_HEADER)
		return copy_bytes(data, skb, 0, from, skb->tail - from);
	__builtin_memset(data->bytes, 0, ETH_HLEN);
	if (!copy_bytes(data, skb, ETH_HLEN, w->offset, w->linear))
		return false;
	*(__u16 *)(data->bytes + ETH_ALEN) = l3_protocol(skb, data->bytes[ETH_HLEN]);
	return true;
}

/* Laid out as the record's bytes[]; where those have no header to begin at, from skb->data on. */
static __always_inline void fill_data(struct skbt_data *data, const struct window *w,
				      const struct sk_buff *skb, __u32 depth)
{
	data->start = w->made_up ? SKBT_NO_HEADER : w->start;
	data->caplen = 0;
	if (fill_linear(data, w, skb) && data->caplen < data_room() && skb->data_len &&
	    config.vmemmap_base)
		gather(data, skb, depth);
}

/* at: behind the sections before these, in the record. skb is what view_of() gives of addr. */
static __always_inline void fill_inside(struct skbt_record *rec, void *at, const struct window *w,
					const struct sk_buff *skb, struct sk_buff *addr,
					__u32 depth)
{
	if (section(SKBT_SEC_DATA)) {
		rec->sections |= 1 << SKBT_SEC_DATA;
		fill_data(at, w, skb, depth);
		at += section(SKBT_SEC_DATA);
	}
	if (section(SKBT_SEC_SKB)) {
		rec->sections |= 1 << SKBT_SEC_SKB;
		bpf_probe_read_kernel(at, section(SKBT_SEC_SKB), addr);
		at += section(SKBT_SEC_SKB);
	}
	if (section(SKBT_SEC_SHINFO)) {
		rec->sections |= 1 << SKBT_SEC_SHINFO;
		bpf_probe_read_kernel(at, section(SKBT_SEC_SHINFO), skb->head + skb->end);
	}
}

#endif

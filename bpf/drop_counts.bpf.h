/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drops counted by place, so that a flood of them loses no counts: a row of the map for each place
 * and reason, and with stacks for each stack. Now and then one of a row is also written as a
 * record, which has what the row does not: the packet, and the frames of the stack.
 */
#ifndef SKBTRACE_DROP_COUNTS_BPF_H
#define SKBTRACE_DROP_COUNTS_BPF_H

#include "state.bpf.h"
#include "window.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* user space sets it */
	__type(key, struct skbt_drop_place);
	__type(value, struct skbt_drop_count);
} drop_counts SEC(".maps");

struct counted_stack {
	__u64 frames[SKBT_STACK_DEPTH];
	__u64 count;
};

/* By depth, as slots are. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counted_stack[SLOTS]);
} counted_stacks SEC(".maps");

static __always_inline struct counted_stack *stack_at(__u32 depth)
{
	struct counted_stack *stacks;
	__u32 zero = 0;

	stacks = bpf_map_lookup_elem(&counted_stacks, &zero);
	return stacks ? &stacks[depth & (SLOTS - 1)] : NULL;
}

/* A stack cannot be asked for twice: its innermost frames tell which call asked. */
static __always_inline __u64 counted_stack_hash(void *ctx, __u32 depth)
{
	struct counted_stack *stack = stack_at(depth);
	long got;

	if (!stack)
		return 0;
	got = bpf_get_stack(ctx, stack->frames, sizeof(stack->frames), 0);
	stack->count = got > 0 ? got / sizeof(__u64) : 0;
	return skbt_stack_hash(stack->frames, stack->count);
}

static __always_inline void copy_counted_stack(struct skbt_record *rec, __u32 depth)
{
	const struct counted_stack *stack = stack_at(depth);

	if (!stack)
		return;
	__builtin_memcpy(rec->stack, stack->frames, sizeof(stack->frames));
	rec->stack_len = stack->count;
}

enum {
	TRAIT_ICMP = 1, /* IP protocols */
	TRAIT_TCP = 6,
	TRAIT_ICMPV6 = 58,
	FIN_BIT = 1, /* of TCP */
	SYN_BIT = 2,
	RST_BIT = 4,
	ACK_BIT = 16,
};

static __always_inline __u8 byte_at(const __u8 *at)
{
	__u8 byte = 0;

	bpf_probe_read_kernel(&byte, sizeof(byte), at);
	return byte;
}

static __always_inline __u32 tcp_traits(const __u8 *tcp, __u32 len)
{
	__u8 flags = byte_at(tcp + 13);
	__u32 traits = SKBT_TRAIT_TCP;

	if (len <= (byte_at(tcp + 12) >> 4) * 4u)
		traits |= SKBT_TRAIT_TCP_EMPTY;
	if ((flags & (SYN_BIT | FIN_BIT | RST_BIT | ACK_BIT)) == SYN_BIT)
		traits |= SKBT_TRAIT_TCP_SYN;
	if ((flags & (SYN_BIT | FIN_BIT | RST_BIT)) == FIN_BIT)
		traits |= SKBT_TRAIT_TCP_FIN;
	return traits;
}

static __always_inline __u32 ip_traits(const __u8 *ip)
{
	__u8 first = byte_at(ip), protocol, ttl;
	__u32 header, len, traits = 0;
	bool later_fragment = false;

	if (first >> 4 == 4) {
		header = (first & 15) * 4;
		len = byte_at(ip + 2) << 8 | byte_at(ip + 3);
		ttl = byte_at(ip + 8);
		protocol = byte_at(ip + 9);
		later_fragment = (byte_at(ip + 6) & 0x1f) | byte_at(ip + 7);
		if (byte_at(ip + 16) >> 4 == 14)
			traits |= SKBT_TRAIT_TO_GROUP;
	} else if (first >> 4 == 6) {
		header = 40;
		len = header + (byte_at(ip + 4) << 8 | byte_at(ip + 5));
		protocol = byte_at(ip + 6);
		ttl = byte_at(ip + 7);
		if (byte_at(ip + 24) == 0xff)
			traits |= SKBT_TRAIT_TO_GROUP;
	} else {
		return 0;
	}
	if (ttl <= 1)
		traits |= SKBT_TRAIT_TTL_OUT;
	if (protocol == TRAIT_ICMP || protocol == TRAIT_ICMPV6)
		traits |= SKBT_TRAIT_ICMP;
	if (protocol == TRAIT_TCP && !later_fragment)
		traits |= tcp_traits(ip + header, len > header ? len - header : 0);
	return traits;
}

/* w: find_start() has found the packet's, or it was made up of the socket's addresses. */
static __always_inline __u32 traits_of(const struct sk_buff *skb, const struct window *w)
{
	__u32 traits = BPF_CORE_READ_BITFIELD(skb, pkt_type) & SKBT_TRAIT_PKT_TYPE;
	__u32 at = w->offset + (w->start == SKBT_L2 ? ETH_HLEN : 0);

	if (!skb->dev)
		traits |= SKBT_TRAIT_NO_DEVICE;
	if (!skb->protocol)
		traits |= SKBT_TRAIT_NO_PROTOCOL;
	if (w->start != SKBT_NO_HEADER && !w->made_up)
		traits |= ip_traits(skb->head + at);
	if (traits & SKBT_TRAIT_ICMP && !BPF_CORE_READ_BITFIELD(skb, csum_valid))
		traits |= SKBT_TRAIT_CSUM_UNSURE;
	return traits;
}

static __always_inline struct skbt_drop_count *row_of(struct cpu_state *cpu,
						      const struct skbt_drop_place *place)
{
	const struct skbt_drop_count none = {};
	struct skbt_drop_count *row = bpf_map_lookup_elem(&drop_counts, place);

	if (row)
		return row;
	/* Or another CPU is first. */
	bpf_map_update_elem(&drop_counts, place, &none, BPF_NOEXIST);
	row = bpf_map_lookup_elem(&drop_counts, place);
	if (!row)
		count(cpu, SKBT_UNLISTED);
	return row;
}

/* True: this one is to be written as a record too. */
static __always_inline bool count_drop(void *ctx, struct cpu_state *cpu, __u32 depth,
				       const struct hit *hit)
{
	struct skbt_drop_place place = { .site = hit->site,
					 .reason = hit->reason,
					 .traits = hit->traits };
	__u64 now = bpf_ktime_get_ns();
	struct skbt_drop_count *row;

	if (config.drop_stack)
		place.stack = counted_stack_hash(ctx, depth);
	row = row_of(cpu, &place);
	if (!row)
		return false;
	__sync_fetch_and_add(&row->count, 1);
	row->last_ts = now;
	if (now < row->next_ts)
		return false;
	row->next_ts = now + config.count_interval;
	return true;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drops counted by place, so that a flood of them loses no counts: a row of the map for each place
 * and reason, and with stacks for each stack. Now and then one of a row is also written as a
 * record, which has what the row does not: the packet, and the frames of the stack.
 */
#ifndef SKBTRACE_DROP_COUNTS_BPF_H
#define SKBTRACE_DROP_COUNTS_BPF_H

#include "state.bpf.h"

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
	struct skbt_drop_place place = { .site = hit->site, .reason = hit->reason };
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

/* SPDX-License-Identifier: GPL-2.0-only */
/* What functions returned for a packet: the record of a return, and what it says of the verdict. */
#ifndef SKBTRACE_VERDICT_BPF_H
#define SKBTRACE_VERDICT_BPF_H

#include "nft.bpf.h"

enum {
	NF_ACCEPT = 1,
	NF_VERDICT_MASK = 0xff,
	TC_ACT_PIPE = 3, /* above: somebody took the packet */
};

/* Whether the function left the packet to its caller, so that it can be looked at again. */
static __always_inline bool still_owned(__u8 kind, __s64 result)
{
	switch (kind) {
	case SKBT_VERDICT_HOOK:
		return result == 1;
	case SKBT_VERDICT_NF:
		return (result & NF_VERDICT_MASK) == NF_ACCEPT;
	case SKBT_VERDICT_TC:
		return result <= TC_ACT_PIPE;
	case SKBT_VERDICT_XDP:
		return result == XDP_PASS;
	default:
		return false;
	}
}

static __always_inline void fill_verdict(struct skbt_verdict *v, const struct call *call,
					 __u64 returned)
{
	const volatile struct skbt_call_site *site =
		&config.calls[call->index & (SKBT_CALL_SITES - 1)];
	const struct skbt_record *called = (const void *)call->rec;
	const struct nf_hook_state *state = (const void *)call->state;

	__builtin_memset(v, 0, sizeof(*v));
	v->kind = site->kind;
	v->entered = called->ts;
	/* Verdicts of netfilter and of XDP are unsigned ints. */
	v->result = v->kind == SKBT_VERDICT_NF || v->kind == SKBT_VERDICT_XDP
			    ? (__s64)(__u32)returned
			    : (__s64)(__s32)returned;
	if (state && !bpf_core_read(&v->hook, sizeof(v->hook), &state->hook) &&
	    !bpf_core_read(&v->family, sizeof(v->family), &state->pf))
		v->has_hook = 1;
	if (call->pkt)
		fill_nft(v, call);
	else if (call->object && site->name_at)
		bpf_probe_read_kernel_str(v->table, sizeof(v->table),
					  (void *)(call->object + site->name_at));
}

/* The packet as it is now, if it is still there, else as it was. Returns whether it is. */
static __always_inline bool fill_return(struct skbt_record *rec, const struct call *call,
					struct cpu_state *cpu, struct slot *slot, bool owned)
{
	const struct skbt_record *called = (const void *)call->rec;
	__u64 now = bpf_ktime_get_ns(), previous = 0;
	struct hit hit = {
		.skb = (void *)called->skb, .site = called->site, .type = SKBT_RETURN, .now = now
	};
	struct packet_state *tracked = bpf_map_lookup_elem(&packets, &called->skb);
	const struct sk_buff *skb = NULL;

	if (tracked && tracked->id == called->packet_id) {
		previous = tracked->last_ts;
		tracked->last_ts = now;
		skb = owned && tracked->stage == STAGE_LIVE ? view_of(slot, hit.skb) : NULL;
	}
	if (skb) {
		find_start(skb, &slot->window);
		/* Else fill_record() does; what is there is that of the last hit. */
		if (config.netns || config.have_ifname)
			read_device(skb, &slot->dev);
		fill_record(rec, &hit, cpu, slot, skb);
		if (config.want_tables)
			keep_table(&rec->route, tracked);
		rec->packet_id = called->packet_id;
		rec->parent_id = called->parent_id;
		rec->owner_pid = called->owner_pid;
		rec->owner_cgroup = called->owner_cgroup;
		__builtin_memcpy(rec->owner_comm, called->owner_comm, sizeof(rec->owner_comm));
	} else {
		__builtin_memcpy(rec, called, sizeof(*rec));
		rec->type = SKBT_RETURN;
		rec->cpu = bpf_get_smp_processor_id();
		rec->stack_len = 0;
	}
	rec->ts = now;
	rec->prev_ts = previous;
	rec->sections = 1 << SKBT_SEC_VERDICT;
	return skb;
}

static __always_inline void emit_return(struct cpu_state *cpu, __u32 depth, const struct call *call,
					__u64 returned)
{
	struct skbt_verdict *v;
	struct skbt_record *rec =
		bpf_ringbuf_reserve(&ring, sizeof(*rec) + sizeof(struct skbt_verdict), 0);

	if (!rec) {
		count(cpu, SKBT_LOST_RING);
		return;
	}
	v = (struct skbt_verdict *)rec->stack;
	fill_verdict(v, call, returned);
	v->as_called = !fill_return(rec, call, cpu, &cpu->slots[depth & (SLOTS - 1)],
				    still_owned(v->kind, v->result));
	submit(rec);
	count(cpu, SKBT_EMITTED);
}

static __always_inline int trace_return(struct pt_regs *ctx)
{
	__u64 sp = CALL_SP(ctx), depth;
	struct cpu_state *cpu;
	struct call *call;
	__u32 zero = 0;

	if (!active || !calls_open)
		return 0;
	call = bpf_map_lookup_elem(&calls, &sp);
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!call || !cpu)
		return 0;
	if (config.calls[call->index & (SKBT_CALL_SITES - 1)].not_0 && !(__u32)PT_REGS_RC(ctx)) {
		forget_call(sp);
		return 0;
	}
	count(cpu, SKBT_HITS);
	depth = *(volatile __u64 *)&cpu->depth;
	if (depth < SLOTS) {
		*(volatile __u64 *)&cpu->depth = depth + 1;
		emit_return(cpu, depth, call, PT_REGS_RC(ctx));
		*(volatile __u64 *)&cpu->depth = depth;
	} else {
		count(cpu, SKBT_LOST_NESTED);
	}
	if (call->pkt)
		bpf_map_delete_elem(&runs, &call->pkt);
	forget_call(sp);
	return 0;
}

#endif

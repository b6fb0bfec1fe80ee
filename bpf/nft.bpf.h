/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rule of nft decided. nft_do_chain() knows the packet and its base chain; the expression
 * that ends a run of it is seen by probes on nft_immediate_eval() and its like, and lies inside its
 * rule. Runs are told apart by their struct nft_pktinfo, which is on the caller's stack.
 */
#ifndef SKBTRACE_NFT_BPF_H
#define SKBTRACE_NFT_BPF_H

#include "trace.bpf.h"

enum {
	NFT_JUMPS = 8,   /* chains of a run that are remembered: the latest */
	NFT_RULES = 128, /* of a chain that are looked at: behind that the rule is unknown */
	NFT_JUMP = -3,
	NFT_GOTO = -4,
	RULE_IS_LAST = 1, /* nft_rule_dp: bit 0 of the header */
	DLEN_MASK = 0xfff,
	FAMILY_MASK = 0x3f,
};
#define HANDLE_MASK ((1ULL << 42) - 1)

struct nft_run {
	__u64 expr; /* that ended it; 0 = none, so far */
	__u64 chains[NFT_JUMPS];
	__u64 jumps;
	__u64 regs, eval; /* of the expression under way */
};

struct nft_verdict_seen {
	__s32 code;
	__u32 pad;
	__u64 chain;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLS);
	__type(key, __u64); /* struct nft_pktinfo * */
	__type(value, struct nft_run);
} runs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLS);
	__type(key, __u64);   /* stack pointer at entry */
	__type(value, __u64); /* struct nft_pktinfo * */
} evaluations SEC(".maps");

static __always_inline __u64 read_u64(__u64 addr)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)addr);
	return value;
}

static __always_inline void note_verdict(struct nft_run *run, __u64 expr,
					 const struct nft_verdict_seen *verdict)
{
	if (verdict->code >= 0)
		run->expr = expr;
	else if (verdict->code == NFT_JUMP || verdict->code == NFT_GOTO)
		run->chains[run->jumps++ & (NFT_JUMPS - 1)] = verdict->chain;
}

/* It says what it will do before it does it. */
static __always_inline int nft_immediate(__u64 expr, __u64 pkt)
{
	struct nft_run *run = bpf_map_lookup_elem(&runs, &pkt);
	__u64 data = expr + config.nft.expr_data;
	struct nft_verdict_seen verdict = {};
	__u8 dreg = 1;

	if (!run)
		return 0;
	bpf_probe_read_kernel(&dreg, sizeof(dreg), (void *)(data + config.nft.immediate_dreg));
	if (dreg == 0 && /* NFT_REG_VERDICT */
	    !bpf_probe_read_kernel(&verdict, sizeof(verdict), (void *)data))
		note_verdict(run, expr, &verdict);
	return 0;
}

/* An expression that always ends the run (reject, queue). */
static __always_inline int nft_end(__u64 expr, __u64 pkt)
{
	struct nft_run *run = bpf_map_lookup_elem(&runs, &pkt);

	if (run)
		run->expr = expr;
	return 0;
}

/* One that may: known when it returns. */
static __always_inline int nft_evaluate(__u64 sp, __u64 expr, __u64 regs, __u64 pkt)
{
	struct nft_run *run = bpf_map_lookup_elem(&runs, &pkt);

	if (!run)
		return 0;
	run->eval = expr;
	run->regs = regs;
	bpf_map_update_elem(&evaluations, &sp, &pkt, BPF_ANY);
	return 0;
}

static __always_inline int nft_evaluated(__u64 sp)
{
	__u64 *found = bpf_map_lookup_elem(&evaluations, &sp), pkt;
	struct nft_verdict_seen verdict = {};
	struct nft_run *run;

	if (!found)
		return 0;
	pkt = *found;
	bpf_map_delete_elem(&evaluations, &sp);
	run = bpf_map_lookup_elem(&runs, &pkt);
	if (run && !bpf_probe_read_kernel(&verdict, sizeof(verdict), (void *)run->regs))
		note_verdict(run, run->eval, &verdict);
	return 0;
}

/*
 * The handle of the rule that the expression lies in, 0 = not among the first ones of this chain.
 * rules: from 5.17 (2c865a8a28a1) a blob with one rule behind the other, before that an array of
 * pointers that ends with NULL. A global function, as the verifier follows its loop once then, and
 * not for each chain of a run.
 */
__noinline __u64 rule_of(__u64 rules, __u64 expr)
{
	__u64 at = rules + (config.nft.blob ? config.nft.blob_data : 0);

	if (config.nft.blob && expr - at >= read_u64(rules))
		return 0;
	for (int i = 0; i < NFT_RULES; i++) {
		__u64 rule = config.nft.blob ? at : read_u64(at), header, dlen;

		if (!rule)
			return 0;
		header = read_u64(rule + config.nft.rule_header);
		if (config.nft.blob && header & RULE_IS_LAST)
			return 0;
		dlen = header >> config.nft.dlen_shift & DLEN_MASK;
		rule += config.nft.rule_data;
		if (expr - rule < dlen)
			return header >> config.nft.handle_shift & HANDLE_MASK;
		at = config.nft.blob ? rule + dlen : at + sizeof(at);
	}
	return 0;
}

static __always_inline __u64 rule_in_chain(__u64 chain, __u64 expr)
{
	__u64 handle = 0;

	for (int generation = 0; generation < 2 && !handle; generation++) {
		__u64 rules = read_u64(chain + config.nft.chain_rules[generation]);

		if (rules)
			handle = rule_of(rules, expr);
	}
	return handle;
}

/* The chain that the deciding rule is in: of those that the run came through. */
static __always_inline __u64 deciding_chain(struct skbt_verdict *v, const struct nft_run *run,
					    __u64 base)
{
	if (!run || !run->expr)
		return base;
	for (int i = 0; i <= NFT_JUMPS; i++) {
		__u64 chain = i ? run->chains[(i - 1) & (NFT_JUMPS - 1)] : base;

		if (!chain)
			break;
		v->rule = rule_in_chain(chain, run->expr);
		if (v->rule)
			return chain;
	}
	return base;
}

static __always_inline void fill_nft(struct skbt_verdict *v, const struct call *call)
{
	__u64 chain = deciding_chain(v, bpf_map_lookup_elem(&runs, &call->pkt), call->object);
	__u64 table = read_u64(chain + config.nft.chain_table);
	__u8 family = 0;

	bpf_probe_read_kernel_str(v->chain, sizeof(v->chain),
				  (void *)read_u64(chain + config.nft.chain_name));
	bpf_probe_read_kernel_str(v->table, sizeof(v->table),
				  (void *)read_u64(table + config.nft.table_name));
	if (!bpf_probe_read_kernel(&family, sizeof(family),
				   (void *)(table + config.nft.table_family)))
		v->family = family & FAMILY_MASK;
}

static __always_inline void remember_run(struct cpu_state *cpu, struct slot *slot, __u64 sp,
					 __u64 pkt, __u64 chain, struct sk_buff *addr,
					 struct packet_state *tracked)
{
	const struct hit hit = { .skb = addr, .type = SKBT_PATH, .now = bpf_ktime_get_ns() };
	struct skbt_record *rec = (void *)slot->call.rec;
	const struct sk_buff *skb = view_of(slot, addr);
	const struct nft_run fresh = {};
	int i = config.nft_index & (SKBT_CALL_SITES - 1);

	if (!skb)
		return;
	find_start(skb, &slot->window);
	if (config.netns || config.have_ifname)
		read_device(skb, &slot->dev);
	fill_record(rec, &hit, cpu, slot, skb);
	if (config.want_tables)
		keep_table(&rec->route, tracked);
	if (config.want_owners)
		put_owner(rec, &slot->owner, owner_key(skb->sk));
	rec->ts = hit.now;
	rec->packet_id = tracked->id;
	rec->parent_id = tracked->parent_id;
	rec->site = config.calls[i].addr;
	slot->call.index = i;
	slot->call.state = read_u64(pkt + config.nft.pkt_state);
	slot->call.object = chain;
	slot->call.pkt = pkt;
	if (bpf_map_update_elem(&runs, &pkt, &fresh, BPF_ANY)) {
		count(cpu, SKBT_LOST_CALLS);
	} else if (keep_call(sp, &slot->call)) {
		bpf_map_delete_elem(&runs, &pkt);
		count(cpu, SKBT_LOST_CALLS);
	}
}

/* Of a call at this stack pointer whose return was missed. */
static __always_inline void forget_run(__u64 sp)
{
	struct call *old = bpf_map_lookup_elem(&calls, &sp);

	if (old && old->pkt)
		bpf_map_delete_elem(&runs, &old->pkt);
	forget_call(sp);
}

/*
 * nft_do_chain() itself makes no event, the hook function that calls it does: its return is shown
 * for packets that are known from there.
 */
static __always_inline int nft_begin(__u64 sp, __u64 pkt, __u64 chain)
{
	__u64 skb, now = bpf_ktime_get_ns(), depth;
	struct packet_state *tracked;
	struct cpu_state *cpu;
	__u32 zero = 0;

	if (calls_open)
		forget_run(sp);
	skb = read_u64(pkt + config.nft.pkt_skb);
	if (!maybe_known(skb))
		return 0;
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return 0;
	tracked = look_up(cpu, (void *)skb, now, STAGE_LIVE);
	if (!tracked || !tracked->id || !tracked->seen)
		return 0;
	depth = *(volatile __u64 *)&cpu->depth;
	if (depth >= SLOTS) {
		count(cpu, SKBT_LOST_CALLS);
		return 0;
	}
	*(volatile __u64 *)&cpu->depth = depth + 1;
	remember_run(cpu, &cpu->slots[depth & (SLOTS - 1)], sp, pkt, chain, (void *)skb, tracked);
	*(volatile __u64 *)&cpu->depth = depth;
	return 0;
}

#endif

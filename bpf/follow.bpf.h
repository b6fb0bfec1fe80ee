/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets by identity: the table of those that are known, from their first event, or from the copy
 * that made them, to the end of the skb.
 */
#ifndef SKBTRACE_FOLLOW_BPF_H
#define SKBTRACE_FOLLOW_BPF_H

#include "state.bpf.h"

enum {
	PACKETS = 1 << 14, /* packets between their first event and their end at one time */
	HINTS_LOG2 = 12,
	HINTS = 1 << HINTS_LOG2,
	/* In an argument of trace_skb(), above the record's type: */
	STAGE_SHIFT = 8,   /* struct hit.stage, */
	REASON_SHIFT = 32, /* the reason of a drop */
};

#define STALE_NS 60000000000ULL

/*
 * How far an skb is on its way out of memory, in the order in which the kernel does it. Functions
 * that belong to that way are told apart by it (tracer/release.def): they begin no packet, and
 * where one meets an entry that is further, the entry is of a packet that was there before.
 */
enum stage {
	STAGE_LIVE,  /* all other functions */
	STAGE_FREED, /* from the tracepoints skb:kfree_skb and skb:consume_skb on */
	STAGE_HEAD,  /* from skb_release_head_state() on, or what does its work */
	STAGE_DATA,  /* functions that may come then; no entry gets there */
	STAGE_GONE,  /* nothing comes any more */
};

struct packet_state {
	__u64 id; /* 0 = --sample or --rate did not choose it */
	__u64 parent_id;
	__u64 last_ts; /* of its last event, or of its birth */
	__u32 seen;    /* has had an event */
	__u32 stage;   /* enum stage */
	__u32 table;   /* of the IPv4 route that leads to device table_of; 0 = not known */
	__u32 table_of;
	__u64 receiver; /* owner_key() of the socket that it was handed to; 0 = none yet */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PACKETS);
	__type(key, __u64); /* address of the skb */
	__type(value, struct packet_state);
} packets SEC(".maps");

/*
 * How many entries of the table have an address that is hashed to here. Mostly 0, which spares
 * traffic that nobody asked for the look-up; each entry is counted in once and out once.
 */
__u32 follow_hint[HINTS];

static __always_inline __u32 *hint_of(__u64 key)
{
	return &follow_hint[key * 0x9e3779b97f4a7c15ULL >> (64 - HINTS_LOG2) & (HINTS - 1)];
}

static __always_inline bool maybe_known(__u64 key)
{
	return *(volatile __u32 *)hint_of(key);
}

static __always_inline void note_end(struct cpu_state *cpu, __u64 id)
{
	struct skbt_end *end = bpf_ringbuf_reserve(&ring, sizeof(*end), 0);

	if (!end) {
		count(cpu, SKBT_LOST_NOTES);
		return;
	}
	end->type = SKBT_END;
	end->context = current_context(cpu);
	end->reserved = 0;
	end->pid = bpf_get_current_pid_tgid() >> 32;
	end->ts = bpf_ktime_get_ns();
	end->packet_id = id;
	bpf_get_current_comm(end->comm, sizeof(end->comm));
	bpf_ringbuf_submit(end, BPF_RB_NO_WAKEUP);
	count(cpu, SKBT_NOTES);
}

/* Takes the entry, which has this address, out of the table. */
static __always_inline void forget(struct cpu_state *cpu, __u64 key, struct packet_state *entry)
{
	bool noted = config.want_ends && entry->seen;
	__u64 id = entry->id;

	/* For the case that it cannot be deleted: the table's lock may be held on this CPU. */
	entry->stage = STAGE_GONE;
	if (bpf_map_delete_elem(&packets, &key))
		return;
	__sync_fetch_and_add(hint_of(key), -1);
	if (noted && id)
		note_end(cpu, id);
}

/*
 * The packet at this address, if it is known. Ends can be missed (a probe that could not run): an
 * entry that another function has brought further than `stage`, and one without an event for
 * STALE_NS, is of a packet that was at the same address before.
 */
static __always_inline struct packet_state *look_up(struct cpu_state *cpu, struct sk_buff *skb,
						    __u64 now, __u32 stage)
{
	__u64 key = (__u64)skb;
	struct packet_state *entry;

	if (!maybe_known(key))
		return NULL;
	entry = bpf_map_lookup_elem(&packets, &key);
	/* Signed: another CPU may have had an event of it since `now`. */
	if (entry && (entry->stage > stage || (__s64)(now - entry->last_ts) > (__s64)STALE_NS)) {
		forget(cpu, key, entry);
		return NULL;
	}
	return entry;
}

/* Enters a packet that look_up() did not find. NULL: there is no room. */
static __always_inline struct packet_state *enter(struct cpu_state *cpu, struct sk_buff *skb,
						  const struct packet_state *fresh)
{
	__u64 key = (__u64)skb;
	struct packet_state *entry;

	if (!bpf_map_update_elem(&packets, &key, fresh, BPF_NOEXIST))
		__sync_fetch_and_add(hint_of(key), 1);
	/* Or another CPU that has the same skb was first. */
	entry = bpf_map_lookup_elem(&packets, &key);
	if (!entry)
		count(cpu, SKBT_UNTRACKED);
	else if (entry->stage == STAGE_GONE)
		*entry = *fresh;
	return entry;
}

/*
 * BPF_FETCH needs 5.12 and older verifiers refuse the whole program that has it, so ids are dealt
 * per CPU and slot, which nothing else can be counting in at the same time: 1 and 2 are the first
 * of CPU 0 and 1 in their lowest slots.
 */
static __always_inline __u64 next_id(struct slot *slot, __u64 depth)
{
	__u64 place = depth * config.cpus + bpf_get_smp_processor_id();

	return slot->packets++ * SLOTS * config.cpus + place + 1;
}

/* Sets hit->packet, and hit->now if that was asked. */
static __always_inline void find_packet(struct cpu_state *cpu, struct hit *hit)
{
	if (!maybe_known((__u64)hit->skb))
		return;
	hit->now = bpf_ktime_get_ns();
	hit->packet = look_up(cpu, hit->skb, hit->now, hit->stage);
}

/* Gives the packet its id, or notes its new event. Returns the time of its previous event. */
static __always_inline __u64 track(struct cpu_state *cpu, struct slot *slot, __u64 depth,
				   struct hit *hit, struct skbt_record *rec)
{
	struct packet_state *entry = hit->packet;
	__u64 previous;

	rec->packet_id = 0;
	rec->parent_id = 0;
	if (!entry) {
		struct packet_state fresh = { .id = next_id(slot, depth), .last_ts = hit->now };

		entry = enter(cpu, hit->skb, &fresh);
		hit->packet = entry;
	}
	if (!entry)
		return 0;
	previous = entry->seen ? entry->last_ts : 0;
	entry->last_ts = hit->now;
	entry->seen = 1;
	rec->packet_id = entry->id;
	rec->parent_id = entry->parent_id;
	return previous;
}

/*
 * A token bucket kept as one time. CPUs that read the same value all let their packet pass and all
 * push the time on, so the rate holds without an atomic that returns a value.
 */
static __always_inline bool rate_allows(__u64 now)
{
	__u64 due = rate_due;

	if (due > now)
		return false;
	if (now - due > config.rate_burst)
		rate_due = now - config.rate_burst + config.rate_interval;
	else
		__sync_fetch_and_add(&rate_due, config.rate_interval);
	return true;
}

/* By chance and not by turns: packets that take turns (request, reply) must not be told apart. */
static __always_inline bool choose(__u64 now)
{
	if (config.sample_below && bpf_get_prandom_u32() >= config.sample_below)
		return false;
	return !config.rate_interval || rate_allows(now);
}

/*
 * Whether events of this packet are shown. Decided at its first one and kept until its end: a
 * packet is shown whole or not at all, and its copies with it.
 */
static __always_inline bool chosen(struct cpu_state *cpu, struct slot *slot, __u64 depth,
				   struct hit *hit)
{
	struct packet_state *entry = hit->packet;

	if (!entry) {
		struct packet_state fresh = { .last_ts = hit->now };

		if (choose(hit->now))
			fresh.id = next_id(slot, depth);
		entry = enter(cpu, hit->skb, &fresh);
		hit->packet = entry;
	}
	if (!entry)
		return false;
	if (!entry->id)
		entry->last_ts = hit->now;
	return entry->id;
}

/*
 * The skb has come to this stage of its end. Where functions of the way out are traced, it stays
 * known until the last of them.
 */
static __always_inline void end_of_life(struct sk_buff *skb, __u32 stage)
{
	__u64 key = (__u64)skb;
	struct packet_state *entry;
	struct cpu_state *cpu;
	__u32 zero = 0;

	if (!maybe_known(key))
		return;
	entry = bpf_map_lookup_elem(&packets, &key);
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!entry || !cpu)
		return;
	if (!config.linger || stage == STAGE_GONE)
		forget(cpu, key, entry);
	else if (entry->stage < stage)
		entry->stage = stage;
}

/* Makes `skb`, which is not in the table, a child of a packet that is. */
static __always_inline void enter_child(struct cpu_state *cpu, struct sk_buff *skb,
					const struct packet_state *parent, __u64 now)
{
	/* A parent that nobody has seen yet is left out of the chain. */
	struct packet_state child = {
		.parent_id = parent->seen ? parent->id : parent->parent_id,
		.last_ts = now,
		.table = parent->table,
		.table_of = parent->table_of,
	};
	__u64 depth = *(volatile __u64 *)&cpu->depth;

	if (depth >= SLOTS) {
		count(cpu, SKBT_UNTRACKED);
		return;
	}
	*(volatile __u64 *)&cpu->depth = depth + 1;
	if (parent->id)
		child.id = next_id(&cpu->slots[depth & (SLOTS - 1)], depth);
	*(volatile __u64 *)&cpu->depth = depth;
	enter(cpu, skb, &child);
}

/*
 * `copy` gets what a header says of `skb`. A new skb (or one that was emptied, skb_morph()) becomes
 * its child. A fragment that has come in as one, and leaves as one, stays what it is.
 */
static __always_inline void copied(struct sk_buff *copy, struct sk_buff *skb, bool fragment)
{
	__u64 now, key = (__u64)copy;
	struct packet_state *entry, *parent;
	struct cpu_state *cpu;
	__u32 zero = 0;

	if (!maybe_known((__u64)skb) && !maybe_known(key))
		return;
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return;
	now = bpf_ktime_get_ns();
	entry = look_up(cpu, copy, now, STAGE_LIVE);
	if (entry && fragment)
		return;
	if (entry)
		forget(cpu, key, entry);
	parent = look_up(cpu, skb, now, STAGE_LIVE);
	if (parent)
		enter_child(cpu, copy, parent, now);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one body of tracing logic: what happens when a probe hits. The shims in skbtrace.bpf.c find
 * the skb and call trace_skb(). Order: cheap conditions, packet filter, and only after a match
 * anything that costs (ring space, process, stack).
 */
#ifndef SKBTRACE_TRACE_BPF_H
#define SKBTRACE_TRACE_BPF_H

#include "drop.bpf.h"
#include "drop_counts.bpf.h"
#include "filter_stub.bpf.h"
#include "follow.bpf.h"
#include "in_place.bpf.h"
#include "inner.bpf.h"
#include "inside.bpf.h"
#include "route.bpf.h"

/* By CPU. An array beside the map, because a look-up in it costs as much as a filter. */
volatile struct skbt_refused refused[SKBT_REFUSED_PLACES] = {};

/*
 * A static function is verified anew for every state in which a call is reached, which takes
 * seconds for a filter of thousands of instructions; a global one is verified once. Before 5.13
 * (e5069b9c23b3) those take no pointers to memory, so it finds the window itself.
 */
#define BIG_FILTER(name, window)                                                                   \
	__noinline __u32 name##_big(__u32 depth, __u32 caplen, __u32 wirelen)                      \
	{                                                                                          \
		struct cpu_state *cpu;                                                             \
		__u32 zero = 0;                                                                    \
                                                                                                   \
		cpu = bpf_map_lookup_elem(&cpus, &zero);                                           \
		if (!cpu)                                                                          \
			return 0;                                                                  \
		return name(cpu->slots[depth & (SLOTS - 1)].window.bytes, caplen, wirelen);        \
	}

FILTER_STUB(filter_l2, 1)
FILTER_STUB(filter_l3, 2)
FILTER_STUB(filter_direct, 5)
FILTER_STUB(inner_l2, 3)
FILTER_STUB(inner_l3, 4)
BIG_FILTER(filter_l2, window)
BIG_FILTER(filter_l3, window)
BIG_FILTER(inner_l2, inner)
BIG_FILTER(inner_l3, inner)

#define RUN_FILTER(name, big, w, depth)                                                            \
	((big) ? name##_big(depth, (w)->caplen, (w)->wirelen)                                      \
	       : name((w)->bytes, (w)->caplen, (w)->wirelen))

static __noinline __u32 where(struct sk_buff *skb)
{
	volatile __u32 keep = (__u64)skb != 0;

	return keep;
}

static __always_inline bool ifname_matches(const struct device_facts *dev)
{
	for (int i = 0; i < SKBT_IFNAME_LEN; i++) {
		if (dev->name[i] != config.ifname[i])
			return false;
		if (!dev->name[i])
			break;
	}
	return true;
}

static __always_inline bool device_matches(const struct device_facts *dev)
{
	if (config.netns && dev->netns != config.netns)
		return false;
	return !config.have_ifname || ifname_matches(dev);
}

/* Whether the packet begins where find_start() says: its protocol has to agree (l3_protocol()). */
static __always_inline bool begins_well(const struct window *w, const struct sk_buff *skb)
{
	const __u8 *first;

	if (w->start != SKBT_L3)
		return w->start == SKBT_L2;
	first = bpf_rdonly_cast((void *)(w->head + w->offset), 0);
	return l3_protocol(skb, *first);
}

static __always_inline bool packet_matches(struct slot *slot, __u32 depth,
					   const struct sk_buff *skb, bool followed, bool matched)
{
	/* 15 bytes tell even a filter that needs none of them what kind of packet this is. */
	__u32 want = config.filter_need < ETH_HLEN + 1 ? ETH_HLEN + 1 : config.filter_need;
	struct window *w = &slot->window;
	bool known;

	find_start(skb, w);
	if (config.filter_in_place && (matched || (followed && begins_well(w, skb))))
		return true;
	if (config.filter_direct && !config.have_inner && !followed && lies_flat(w, skb))
		return filter_direct(bpf_rdonly_cast(skb->head + w->offset, 0), w->linear,
				     w->wirelen);
	known = fill_window(w, skb, want);
	if (!config.have_filter || followed)
		return true;
	if (!known)
		return false;
	if (config.filter_one_body || w->start == SKBT_L2)
		return RUN_FILTER(filter_l2, config.filter_big, w, depth);
	return RUN_FILTER(filter_l3, config.filter_big, w, depth);
}

static __always_inline bool inner_matches(struct slot *slot, __u32 depth, const struct sk_buff *skb)
{
	__u32 want = config.inner_need < ETH_HLEN + 1 ? ETH_HLEN + 1 : config.inner_need;
	struct window *w = &slot->inner;

	if (!fill_inner_window(w, &slot->window, skb, want))
		return false;
	if (config.inner_one_body || w->start == SKBT_L2)
		return RUN_FILTER(inner_l2, config.inner_big, w, depth);
	return RUN_FILTER(inner_l3, config.inner_big, w, depth);
}

/*
 * A packet that the process sent, or that a socket of it got, stays its packet in softirq and in
 * other processes. In softirq the current task is only the one that was interrupted.
 */
static __always_inline bool process_matches(struct cpu_state *cpu, __u32 depth, bool tracked,
					    const struct sk_buff *skb, const struct sk_buff *addr)
{
	const struct known_socket *known = &cpu->known[depth & (SLOTS - 1)];

	if (!config.pid || tracked)
		return true;
	if (bpf_get_current_pid_tgid() >> 32 == config.pid && current_context(cpu) < SKBT_SOFTIRQ)
		return true;
	return owner_is(owner_key(packet_socket(known, skb, addr)), config.pid);
}

/* A packet that is followed matches by what it is; only -N and -i ask where it is now. */
static __always_inline bool matches(struct cpu_state *cpu, __u32 depth, const struct sk_buff *skb,
				    struct hit *hit)
{
	struct slot *slot = &cpu->slots[depth & (SLOTS - 1)];
	bool known, followed;

	find_packet(cpu, hit);
	known = hit->packet;
	followed = config.follow && known;
	if (hit->stage && !known)
		return false;
	if (config.mark_mask && !followed && (skb->mark & config.mark_mask) != config.mark)
		return false;
	if (!process_matches(cpu, depth, known, skb, hit->skb))
		return false;
	if (config.netns || config.have_ifname) {
		read_device(skb, &slot->dev);
		if (!device_matches(&slot->dev))
			return false;
	}
	return packet_matches(slot, depth, skb, followed, hit->matched) &&
	       (followed || ((!config.have_inner || inner_matches(slot, depth, skb)) &&
			     (!config.have_where || where(hit->skb))));
}

/*
 * fill_bytes() without a call. All of bytes[] is loaded, whatever caplen: behind the linear part
 * lies at least struct skb_shared_info, which is larger, and what cannot be read is 0.
 */
static __always_inline void load_bytes(struct skbt_record *rec, const struct window *w,
				       const struct sk_buff *skb)
{
	__u32 made = w->start == SKBT_L2 ? 0 : ETH_HLEN, size = w->linear + made;
	const __u64 *from = bpf_rdonly_cast((void *)(w->head + w->offset - made), 0);
	__u64 *to = (__u64 *)rec->bytes;

	for (int i = 0; i < SKBT_SNAP / 8; i++)
		to[i] = from[i];
	rec->caplen = size < SKBT_SNAP ? size : SKBT_SNAP;
	if (!made)
		return;
	__builtin_memset(rec->bytes, 0, ETH_ALEN);
	*(__u16 *)(rec->bytes + ETH_ALEN) = l3_protocol(skb, rec->bytes[ETH_HLEN]);
}

/* The first bytes of the packet, laid out as enum skbt_start says. */
static __always_inline void fill_bytes(struct skbt_record *rec, const struct window *w,
				       const struct sk_buff *skb)
{
	__u64 size = w->linear;

	rec->start = w->start;
	rec->wirelen = w->wirelen;
	rec->caplen = 0;
	if (w->start == SKBT_NO_HEADER)
		return;
	if (config.direct && !w->made_up) {
		load_bytes(rec, w, skb);
		return;
	}
	if (w->made_up) {
		__builtin_memcpy(rec->bytes, w->bytes, sizeof(rec->bytes));
		rec->caplen = w->caplen;
		return;
	}
	if (w->start == SKBT_L2) {
		bound(size, SKBT_SNAP);
		if (!read_bounded(rec->bytes, size, skb->head + w->offset))
			rec->caplen = size;
		return;
	}
	bound(size, SKBT_SNAP - ETH_HLEN);
	if (read_bounded(rec->bytes + ETH_HLEN, size, skb->head + w->offset))
		return;
	__builtin_memset(rec->bytes, 0, ETH_ALEN);
	*(__u16 *)(rec->bytes + ETH_ALEN) = l3_protocol(skb, rec->bytes[ETH_HLEN]);
	rec->caplen = size + ETH_HLEN;
}

/* The helper measures and pads the name, which takes 100 instructions. */
static __always_inline void read_current_comm(char to[SKBT_COMM_LEN])
{
	const struct task_struct *task;

	if (!config.direct) {
		bpf_get_current_comm(to, SKBT_COMM_LEN);
		return;
	}
	task = bpf_rdonly_cast((void *)bpf_get_current_task(), 0);
	*(__u64 *)to = load_8(task->comm);
	*(__u64 *)(to + 8) = load_8(task->comm + 8);
}

static __always_inline void fill_record(struct skbt_record *rec, const struct hit *hit,
					struct cpu_state *cpu, struct slot *slot,
					const struct sk_buff *skb)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (!config.netns && !config.have_ifname)
		read_device(skb, &slot->dev);
	rec->type = hit->type;
	rec->cpu = bpf_get_smp_processor_id();
	rec->context = current_context(cpu);
	rec->pkt_type = BPF_CORE_READ_BITFIELD(skb, pkt_type);
	rec->protocol = skb->protocol;
	rec->vlan_proto = vlan_protocol(skb);
	rec->vlan_tci = rec->vlan_proto ? skb->vlan_tci : 0;
	rec->skb = (__u64)hit->skb;
	rec->site = hit->site;
	rec->reason = hit->reason;
	rec->pid = pid_tgid >> 32;
	rec->tid = (__u32)pid_tgid;
	rec->netns = slot->dev.netns;
	rec->ifindex = slot->dev.ifindex;
	rec->mark = skb->mark;
	rec->len = skb->len;
	rec->stack_len = 0;
	rec->sections = 0;
	read_offload(skb, slot->window.head, rec);
	rec->owner_pid = 0;
	rec->owner_cgroup = 0;
	__builtin_memset(rec->owner_comm, 0, sizeof(rec->owner_comm));
	read_current_comm(rec->comm);
	__builtin_memcpy(rec->ifname, slot->dev.name, sizeof(rec->ifname));
	fill_route(&rec->route, cpu, skb, hit->now);
	fill_bytes(rec, &slot->window, skb);
}

/* A route stays the packet's, but only the event after the look-up knows its table. */
static __always_inline void keep_table(struct skbt_route *r, struct packet_state *packet)
{
	if (!packet || r->family != AF_INET)
		return;
	if (r->table) {
		packet->table = r->table;
		packet->table_of = r->ifindex;
	} else if (packet->table_of == r->ifindex) {
		r->table = packet->table;
	}
}

/*
 * Whose packet it is. A drop does not always say which socket it was for (before 6.11 never), so
 * what a function was called with for this packet is kept; not the sender's, as a packet leaves
 * that behind on its way to another socket of the same machine.
 */
static __always_inline void fill_owner(struct skbt_record *rec, const struct known_socket *known,
				       struct kept_owner *kept, const struct sk_buff *skb,
				       const struct hit *hit)
{
	const struct sock *sender = skb->sk, *sk = socket_of(known, sender, hit->skb);
	__u64 key = owner_key(sk);

	if (hit->packet) {
		if (key && sk != sender)
			hit->packet->receiver = key;
		else if (!key && (hit->type == SKBT_DROP || hit->stage))
			key = hit->packet->receiver;
	}
	put_owner(rec, kept, key);
}

/*
 * Waking the reader costs as much as a record, and it looks every few milliseconds anyway: it is
 * done once each time that so many bytes more are waiting.
 */
static __always_inline void submit(struct skbt_record *rec)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	bool wake = waiting >= config.wakeup_bytes &&
		    (waiting & (config.wakeup_bytes - 1)) < SKBT_RECORD_MAX;

	bpf_ringbuf_submit(rec, wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

/* Which sections behind the record it has beside those of inside_size(). */
struct shape {
	bool drop, stack;
};

/*
 * Sizes have to be constants. drop is kept from clang, which would compare the type anew later on:
 * 5.10 does not see that what was no drop when the room was taken is none then.
 */
static __always_inline struct shape shape_of(const struct hit *hit)
{
	__u64 drop = hit->type == SKBT_DROP;

	asm volatile("" : "+r"(drop));
	return (struct shape){ .drop = drop,
			       .stack = drop ? config.drop_stack : config.path_stack };
}

static __always_inline struct skbt_record *reserve_record(struct shape shape)
{
	const __u64 size = sizeof(struct skbt_record) + inside_size();
	const __u64 stack_size = SKBT_STACK_DEPTH * sizeof(__u64);
	const __u64 drop_size = sizeof(struct skbt_drop);

	if (shape.drop)
		return shape.stack ? bpf_ringbuf_reserve(&ring, size + stack_size + drop_size, 0)
				   : bpf_ringbuf_reserve(&ring, size + drop_size, 0);
	return shape.stack ? bpf_ringbuf_reserve(&ring, size + stack_size, 0)
			   : bpf_ringbuf_reserve(&ring, size, 0);
}

static __always_inline void fill_stack(void *ctx, __u32 depth, struct skbt_record *rec)
{
	long got;

	rec->sections |= 1 << SKBT_SEC_STACK;
	if (config.count_drops) {
		copy_counted_stack(rec, depth);
		return;
	}
	got = bpf_get_stack(ctx, rec->stack, sizeof(__u64) * SKBT_STACK_DEPTH, 0);
	rec->stack_len = got > 0 ? got / sizeof(__u64) : 0;
}

static __always_inline void fill_sections(void *ctx, struct cpu_state *cpu, __u32 depth,
					  struct shape shape, struct skbt_record *rec,
					  const struct sk_buff *skb, const struct hit *hit)
{
	const struct known_socket *known = &cpu->known[depth & (SLOTS - 1)];
	void *at = rec->stack;

	if (shape.stack) {
		fill_stack(ctx, depth, rec);
		at += SKBT_STACK_DEPTH * sizeof(__u64);
	}
	if (inside_size())
		fill_inside(rec, at, &cpu->slots[depth & (SLOTS - 1)].window, skb, hit->skb, depth);
	if (shape.drop) {
		rec->sections |= 1 << SKBT_SEC_DROP;
		fill_drop(at + inside_size(), rec, skb, packet_socket(known, skb, hit->skb));
		((struct skbt_drop *)(at + inside_size()))->traits = hit->traits;
	}
}

static __always_inline void emit(void *ctx, struct cpu_state *cpu, __u32 depth,
				 const struct sk_buff *skb, struct hit *hit)
{
	struct slot *slot = &cpu->slots[depth & (SLOTS - 1)];
	struct shape shape = shape_of(hit);
	struct skbt_record *rec;

	if (!hit->now)
		hit->now = bpf_ktime_get_ns();
	if ((config.sample_below || config.rate_interval) && !chosen(cpu, slot, depth, hit)) {
		count(cpu, SKBT_NOT_SAMPLED);
		return;
	}
	if (config.count_drops && !config.drop_stack)
		hit->traits = traits_of(skb, &slot->window);
	if (config.count_drops && !count_drop(ctx, cpu, depth, hit)) {
		count(cpu, SKBT_COUNTED);
		return;
	}
	rec = reserve_record(shape);
	if (!rec) {
		count(cpu, config.count_drops ? SKBT_COUNTED : SKBT_LOST_RING);
		return;
	}
	rec->ts = hit->now;
	rec->prev_ts = 0;
	if (config.count_drops)
		rec->packet_id = rec->parent_id = 0;
	else
		rec->prev_ts = track(cpu, slot, depth, hit, rec);
	fill_record(rec, hit, cpu, slot, skb);
	if (config.want_tables)
		keep_table(&rec->route, hit->packet);
	if (config.want_owners)
		fill_owner(rec, &cpu->known[depth & (SLOTS - 1)], &slot->owner, skb, hit);
	fill_sections(ctx, cpu, depth, shape, rec, skb, hit);
	if (remember_call(ctx, &slot->call, rec))
		count(cpu, SKBT_LOST_CALLS);
	submit(rec);
	count(cpu, SKBT_EMITTED);
}

/* What to read the skb's members from: itself, or a copy. NULL: there is no skb at that address. */
static __always_inline const struct sk_buff *view_of(struct slot *slot, struct sk_buff *addr)
{
	__u32 size = bpf_core_type_size(struct sk_buff);
	const struct sk_buff *skb;

	if (config.direct) {
		skb = bpf_rdonly_cast(addr, 0);
		return skb->head ? skb : NULL;
	}
	if (size > SKB_COPY)
		size = SKB_COPY;
	return bpf_probe_read_kernel(slot->skb, size, addr) ? NULL : (const void *)slot->skb;
}

static __always_inline void trace_in_slot(void *ctx, struct cpu_state *cpu, __u32 depth,
					  struct hit *hit)
{
	const struct sk_buff *skb = view_of(&cpu->slots[depth & (SLOTS - 1)], hit->skb);

	begin_call(ctx, hit->site, hit->type);
	if (skb && matches(cpu, depth, skb, hit))
		emit(ctx, cpu, depth, skb, hit);
	else
		count(cpu, SKBT_UNMATCHED);
}

/* With the type of a hit, in an argument of trace_skb(). */
#define MATCHED 0x80

/*
 * The filter's verdict, where it can be had before all else. True: it is no, and the hit is
 * counted. A packet that may be known goes on, as it may be followed, and so does every hit while
 * there are calls that a return may be missing of (begin_call()).
 */
static __always_inline bool filtered_out(struct sk_buff *skb, __u32 *what)
{
	bool known = maybe_known((__u64)skb);
	enum verdict verdict;
	__u32 place;

	if (!config.filter_in_place || (config.follow && known))
		return false;
	verdict = decide(skb);
	if (verdict == NO_MATCH && !known && !(config.have_calls && calls_open)) {
		place = bpf_get_smp_processor_id() % SKBT_REFUSED_PLACES;
		__sync_fetch_and_add(&refused[place].hits, 1);
		return true;
	}
	if (verdict == MATCH)
		*what |= MATCHED;
	return false;
}

/*
 * what: the record's type, with it MATCHED, above STAGE_SHIFT the function's stage, and above
 * REASON_SHIFT the reason of a drop.
 * Not inlined: there are many shims, and user space holds the instructions of all of them.
 */
static __noinline int trace_skb(void *ctx, struct cpu_state *cpu, struct sk_buff *skb, __u64 site,
				__u64 what)
{
	struct hit hit = { .skb = skb,
			   .site = site,
			   .reason = what >> REASON_SHIFT,
			   .type = what & (MATCHED - 1),
			   .stage = (__u32)what >> STAGE_SHIFT,
			   .matched = what & MATCHED };
	__u64 depth;

	if (!skb)
		return 0;
	count(cpu, SKBT_HITS);
	depth = *(volatile __u64 *)&cpu->depth;
	if (depth >= SLOTS) {
		count(cpu, SKBT_LOST_NESTED);
		return 0;
	}
	*(volatile __u64 *)&cpu->depth = depth + 1;
	trace_in_slot(ctx, cpu, depth, &hit);
	cpu->known[depth & (SLOTS - 1)].skb = NULL;
	*(volatile __u64 *)&cpu->depth = depth;
	return 0;
}

static __always_inline void trace_here(void *ctx, struct sk_buff *skb, __u64 site, __u64 what)
{
	struct cpu_state *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (cpu)
		trace_skb(ctx, cpu, skb, site, what);
}

#endif

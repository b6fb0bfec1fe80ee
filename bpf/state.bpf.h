/* SPDX-License-Identifier: GPL-2.0-only */
/* What all of the kernel side works on: a CPU's counters and slots, the ring, a hit. */
#ifndef SKBTRACE_STATE_BPF_H
#define SKBTRACE_STATE_BPF_H

#include "calls.bpf.h"
#include "owner.bpf.h"

enum {
	SLOTS = 4, /* task, softirq, hardirq, NMI: as deep as probes can interrupt probes */
	NMI_BITS = 0xf00000,
	HARDIRQ_BITS = 0x0f0000,
	SOFTIRQ_SERVING = 0x100,
	NMI_ENTRY = 0x110000, /* what irqentry_nmi_enter() adds: one NMI, one hardirq */
};

/* Not on the BPF stack: filters read at odd offsets, which stack memory does not allow. */
struct slot {
	__u64 packets; /* ids given out from here */
	__u8 skb[SKB_COPY];
	struct window window;
	struct window inner;
	struct device_facts dev;
	struct kept_owner owner;
	struct call call;
};

/* A look-up in the tables of IPv4 routes that found something. */
struct fib_lookup {
	__u64 ts;
	__be32 daddr;
	__u32 table;
	__u32 ifindex; /* it leads to */
	__u32 reserved;
};

enum { FIB_LOOKUPS = 2 }; /* where a packet goes to, and where its sender would be */

struct cpu_state {
	__u64 counter[SKBT_COUNTERS];
	__u64 depth;            /* slots in use */
	__u64 base;             /* of this CPU's variables, 0 = not read yet */
	struct sk_buff *called; /* from a shim to call_traced */
	__u64 called_what;      /* likewise: trace_skb()'s what */
	struct known_socket known[SLOTS];
	struct fib_lookup fib[FIB_LOOKUPS]; /* the last ones, the newest first */
	struct slot slots[SLOTS];
};

struct hit {
	struct sk_buff *skb;
	__u64 site; /* see struct skbt_record */
	__u32 reason;
	__u32 type;                  /* enum skbt_record_type */
	__u32 stage;                 /* of the function: enum stage */
	bool matched;                /* decide() said so: the packet filter need not be asked */
	__u64 now;                   /* when it was; 0 = the clock was not asked yet */
	struct packet_state *packet; /* NULL = not known yet */
	__u32 traits;                /* of a drop that is counted: enum skbt_trait */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* user space sets --buffer */
} ring SEC(".maps");

const volatile struct skbt_config config = {};
volatile __u32 active = 0;   /* set when everything is attached, cleared before detaching */
volatile __u64 rate_due = 0; /* --rate: when the next packet may be chosen */

static __always_inline void count(struct cpu_state *cpu, enum skbt_counter c)
{
	/* Atomic, because a probe in an interrupt may count on the same CPU in between. */
	__sync_fetch_and_add(&cpu->counter[c], 1);
}

static __always_inline __u8 current_context(struct cpu_state *cpu)
{
	__u32 count = 0;

	if (!config.preempt_count)
		return SKBT_CONTEXT_UNKNOWN;
	if (!cpu->base)
		bpf_probe_read_kernel(
			&cpu->base, sizeof(cpu->base),
			(void *)(config.per_cpu_offset + bpf_get_smp_processor_id() * 8ULL));
	if (config.direct)
		count = *(__u32 *)bpf_rdonly_cast((void *)(cpu->base + config.preempt_count), 0);
	else if (bpf_probe_read_kernel(&count, sizeof(count),
				       (void *)(cpu->base + config.preempt_count)))
		return SKBT_CONTEXT_UNKNOWN;
	/* A kprobe that is not on ftrace runs in a breakpoint handler, which counts as an NMI. */
	if (count & NMI_BITS)
		count -= NMI_ENTRY;
	if (count & HARDIRQ_BITS)
		return SKBT_HARDIRQ;
	return count & SOFTIRQ_SERVING ? SKBT_SOFTIRQ : SKBT_TASK;
}

#endif

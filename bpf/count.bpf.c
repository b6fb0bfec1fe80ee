/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbtrace count: adds up packets where packet sockets would get a copy of them, without making
 * one.
 *
 * Out: net:net_dev_start_xmit stands right behind dev_queue_xmit_nit() in xmit_one(), so it sees
 * what libpcap sees: segments where the device cannot cut them itself, tags where it cannot put
 * them in. In: net:netif_receive_skb stands at the beginning of __netif_receive_skb_core(). A
 * packet that is handed on to a device above (VLAN, bond, macvlan) goes around in there without
 * passing it again; the functions that hand it on are probed (tracer/uppers.def).
 *
 * Both places have bottom halves disabled, so that a program is not interrupted by another run of
 * itself, and counters of a CPU need no atomics.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>

#ifndef NULL
#define NULL ((void *)0)
#endif

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "count_abi.h"
#include "filter_stub.bpf.h"
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct skbt_config config = {};
const volatile struct skbt_count_config count_config = {};

struct count_cpu {
	struct skbt_count counts[SKBT_EXPRESSIONS * SKBT_WAYS];
	struct window window[SKBT_WAYS];
	__u8 skb[SKB_COPY];
	__u64 handed; /* struct sk_buff **, argument of the function that may hand it on */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct count_cpu);
} counting SEC(".maps");

/* By device, if asked for; user space sets the size for the number of expressions. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct skbt_device));
	__uint(value_size, SKBT_EXPRESSIONS *SKBT_WAYS * sizeof(struct skbt_count));
} devices SEC(".maps");

/* A new device's counters. */
static const struct skbt_count zeros[SKBT_EXPRESSIONS * SKBT_WAYS];

/* The result has a bit for each expression that matches. */
FILTER_STUB(filter_l2, 1)
FILTER_STUB(filter_l3, 2)
FILTER_STUB(filter_direct, 5)

static __always_inline __u32 filter_window(struct window *w, const struct frame *f, bool tag)
{
	__u32 want = config.filter_need < ETH_HLEN + 1 ? ETH_HLEN + 1 : config.filter_need;

	__u32 caplen;

	if (!frame_window(w, f, tag, want))
		return 0;
	/* From memory, so that the verifier does not know it: skb_filter_join() counts on that. */
	caplen = *(volatile __u32 *)&w->caplen;
	if (config.filter_one_body || f->ether)
		return filter_l2(w->bytes, caplen, w->wirelen);
	return filter_l3(w->bytes, caplen, w->wirelen);
}

/*
 * An expression that does not say `vlan` sees frames without their tag, as with libpcap, and one
 * that does sees them with it.
 */
static __always_inline __u32 filter_copy(struct window *w, const struct frame *f)
{
	__u32 matching;

	if (!config.filter_vlan || !(f->beside || f->inside))
		return filter_window(w, f, false);
	matching = filter_window(w, f, true) & count_config.tagged;
	if (count_config.plain)
		matching |= filter_window(w, f, false) & count_config.plain;
	return matching;
}

static __always_inline void add(struct skbt_count *counts, __u32 way, __u32 matching, __u64 bytes)
{
	if (count_config.expressions == 1) {
		counts[way].packets++;
		counts[way].bytes += bytes;
		return;
	}
	/* Without branches: the verifier would follow each combination of expressions. */
#pragma unroll
	for (__u32 e = 0; e < SKBT_EXPRESSIONS; e++) {
		__u64 bit = matching >> e & 1;

		if (e >= count_config.expressions)
			break;
		counts[SKBT_COUNTERS_AT(e, way)].packets += bit;
		counts[SKBT_COUNTERS_AT(e, way)].bytes += bit * bytes;
	}
}

/*
 * Members of a device: loaded where the verifier knows the pointer's type, which it does in the
 * programs of the tracepoints.
 */
#define DEVICE_MEMBER(typed, dev, member)                                                          \
	({                                                                                         \
		typeof((dev)->member) value = 0;                                                   \
                                                                                                   \
		if (typed)                                                                         \
			value = (dev)->member;                                                     \
		else                                                                               \
			bpf_core_read(&value, sizeof(value), &(dev)->member);                      \
		value;                                                                             \
	})

static __always_inline __u64 half_name(bool typed, struct net_device *dev, int half)
{
	const char *at = __builtin_preserve_access_index(&dev->name[0]) + 8 * half;
	__u64 value = 0;

	if (typed)
		asm volatile("%0 = *(u64 *)(%1 + 0)" : "=r"(value) : "r"(at));
	else
		bpf_probe_read_kernel(&value, sizeof(value), at);
	return value;
}

static __always_inline __u32 device_netns(bool typed, struct net_device *dev)
{
	struct net *net = DEVICE_MEMBER(typed, dev, nd_net.net);
	__u32 inode = 0;

	if (typed)
		return net->ns.inum;
	bpf_core_read(&inode, sizeof(inode), &net->ns.inum);
	return inode;
}

static __always_inline bool device_counts(bool typed, struct net_device *dev)
{
#pragma unroll
	for (int half = 0; half < 2; half++)
		if (count_config.mask[half] && (half_name(typed, dev, half) &
						count_config.mask[half]) != count_config.name[half])
			return false;
	return !count_config.netns || device_netns(typed, dev) == count_config.netns;
}

static __always_inline struct skbt_count *device_counters(bool typed, struct net_device *dev)
{
	struct skbt_device key = {
		.netns = device_netns(typed, dev),
		.ifindex = DEVICE_MEMBER(typed, dev, ifindex),
	};
	struct skbt_count *counts;

	*(__u64 *)&key.name[0] = half_name(typed, dev, 0);
	*(__u64 *)&key.name[8] = half_name(typed, dev, 1);
	counts = bpf_map_lookup_elem(&devices, &key);
	if (counts)
		return counts;
	bpf_map_update_elem(&devices, &key, zeros, BPF_NOEXIST);
	return bpf_map_lookup_elem(&devices, &key);
}

static __always_inline void count_matching(bool typed, struct net_device *dev, __u32 way,
					   __u32 matching, __u64 bytes)
{
	struct skbt_count *counts = NULL;
	struct count_cpu *cpu;
	__u32 zero = 0;

	if (count_config.by_device)
		counts = device_counters(typed, dev);
	if (!counts) {
		cpu = bpf_map_lookup_elem(&counting, &zero);
		if (!cpu)
			return;
		counts = cpu->counts;
	}
	add(counts, way, matching, bytes);
}

static __always_inline void count_copy(bool typed, struct net_device *dev, const struct frame *f,
				       __u32 way)
{
	struct count_cpu *cpu;
	__u32 zero = 0, matching;

	cpu = bpf_map_lookup_elem(&counting, &zero);
	if (!cpu)
		return;
	matching = config.have_filter ? filter_copy(&cpu->window[way], f) : 1;
	if (matching)
		count_matching(typed, dev, way, matching, frame_bytes(f));
}

/*
 * The rare and the costly: frames whose bytes have to be put together first, kernels that do not
 * let us read them where they lie. Not inlined, for what is on the short way not to make room for
 * its variables.
 */
static __noinline int count_out_copy(const struct sk_buff *skb, struct net_device *dev)
{
	struct frame f;

	frame_out(&f, skb, dev->type);
	count_copy(true, dev, &f, SKBT_WAY_OUT);
	return 0;
}

static __noinline int count_in_copy(const struct sk_buff *skb, struct net_device *dev)
{
	struct frame f;

	frame_in(&f, skb, dev->type);
	count_copy(true, dev, &f, SKBT_WAY_IN);
	return 0;
}

/* Whether the filter can read it where it lies; else it says yes or no to all of it (matching). */
static __always_inline bool filter_flat(const struct sk_buff *skb, const void *frame, __u32 before,
					__u32 *matching)
{
	__u32 len = skb->len + before, paged = skb->data_len;

	if (!config.filter_direct || (config.filter_vlan && vlan_protocol(skb)) ||
	    (paged && len - paged < config.filter_need))
		return false;
	*matching = filter_direct(bpf_rdonly_cast(frame, 0), len - paged, len);
	return true;
}

static __always_inline __u64 bytes_of(const struct sk_buff *skb, __u32 before)
{
	return skb->len + before + (vlan_protocol(skb) ? VLAN_HLEN : 0);
}

SEC("skbt.rawtp/net_dev_start_xmit")
int count_out(__u64 *ctx)
{
	const struct sk_buff *skb = (const void *)ctx[0];
	struct net_device *dev = (void *)ctx[1];
	__u32 matching = 1;

	if (!device_counts(true, dev))
		return 0;
	if (config.have_filter &&
	    (!has_ethernet(dev->type) || !filter_flat(skb, skb->data, 0, &matching)))
		return count_out_copy(skb, dev);
	if (matching)
		count_matching(true, dev, SKBT_WAY_OUT, matching, bytes_of(skb, 0));
	return 0;
}

#define PACKET_LOOPBACK 5

/*
 * What __netif_receive_skb_core() is called with and packet sockets do not get: copies for the
 * sender itself of what it sends to a group (dev_loopback_xmit()), which packet_rcv() refuses, and
 * what comes back from an ifb, which it got before (skb_skip_tc_classify()).
 */
static __always_inline bool is_no_arrival(const struct sk_buff *skb)
{
	const struct sk_buff___cls_act *cls = (const void *)skb;

	return BPF_CORE_READ_BITFIELD(skb, pkt_type) == PACKET_LOOPBACK ||
	       (bpf_core_field_exists(cls->tc_skip_classify) &&
		BPF_CORE_READ_BITFIELD(cls, tc_skip_classify));
}

SEC("skbt.rawtp/netif_receive_skb")
int count_in(__u64 *ctx)
{
	const struct sk_buff *skb = (const void *)ctx[0];
	struct net_device *dev = skb->dev;
	__u32 matching = 1;

	if (!device_counts(true, dev) || is_no_arrival(skb))
		return 0;
	/* No other header that devices have is as long as that of Ethernet. */
	if (data_offset(skb) - skb->mac_header != ETH_HLEN ||
	    (config.have_filter && (is_tag(skb->protocol) ||
				    !filter_flat(skb, skb->data - ETH_HLEN, ETH_HLEN, &matching))))
		return count_in_copy(skb, dev);
	if (matching)
		count_matching(true, dev, SKBT_WAY_IN, matching, bytes_of(skb, ETH_HLEN));
	return 0;
}

/* A function of uppers.def is called: with the packet that it may hand on. */
SEC("skbt.kprobe/upper")
int upper_called(struct pt_regs *ctx)
{
	struct count_cpu *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&counting, &zero);
	if (cpu)
		cpu->handed = PT_REGS_PARM1(ctx);
	return 0;
}

static __always_inline void count_handed(struct count_cpu *cpu)
{
	__u32 size = bpf_core_type_size(struct sk_buff);
	const struct sk_buff *skb = (const void *)cpu->skb;
	struct net_device *dev;
	struct sk_buff *at = NULL;
	struct frame f;
	__u16 type;

	if (size > SKB_COPY)
		size = SKB_COPY;
	if (bpf_probe_read_kernel(&at, sizeof(at), (void *)cpu->handed) ||
	    bpf_probe_read_kernel(cpu->skb, size, at))
		return;
	dev = skb->dev;
	if (!device_counts(false, dev))
		return;
	type = DEVICE_MEMBER(false, dev, type);
	frame_in(&f, skb, type);
	count_copy(false, dev, &f, SKBT_WAY_UPPER);
}

/* They return 1 if they did: true, or RX_HANDLER_ANOTHER. Only the lowest byte of a bool is set. */
SEC("skbt.kprobe/upper")
int upper_returned(struct pt_regs *ctx)
{
	struct count_cpu *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&counting, &zero);
	if (cpu && cpu->handed && (PT_REGS_RC(ctx) & 0xff) == 1)
		count_handed(cpu);
	if (cpu)
		cpu->handed = 0;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbtrace top: bytes that programs send and receive, counted where the protocols return them to
 * the socket layer. Two ways to see a return, of which user space loads one:
 *
 * - exit_NAME, by fexit, which has the arguments as well; but on a kernel that can be preempted the
 *   kernel skips hits while a program is in the middle of one (docs/INTERNALS.md);
 * - call_NAME and returned, by kprobe.multi at both ends of a call, with a map between; where
 *   returns are followed by each task's own list (6.14), so that none is missed.
 *
 * A call that waits for bytes when counting begins has no end that is seen: pending_* count where
 * the protocol has copied them. User space says which tasks wait so.
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

#include "top.h"
#include "config.h"
#include "kernel_types.h"
#include "ends.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define MSG_PEEK     0x2
#define MSG_TRUNC    0x20
#define MSG_ERRQUEUE 0x2000

const volatile struct skbt_top_config config = {};

volatile __u32 active = 0;
volatile __u32 any_pending = 0; /* there are entries in the map of that name */
struct skbt_top_overflow overflow = {};

/* User space swaps the two and reads the one that is not written any more. */
struct rows {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct skbt_top_key);
	__type(value, struct skbt_top_row);
} rows_a SEC(".maps"), rows_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct rows);
} rows SEC(".maps") = { .values = { &rows_a } };

struct call {
	struct socket *socket;
	struct msghdr *msg;
	__u64 size;
	__u32 flags;
	__u32 sent;
};

/* By pid_tgid: calls that have not returned. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct call);
} calls SEC(".maps");

/* By thread: a call that waited for bytes when counting began. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u32);
} pending SEC(".maps");

/* A frame for the filter; not on the stack, where loads have to be aligned. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame);
} frames SEC(".maps");

static void (*const bpf_preempt_disable)(void) = (void *)SKBT_PREEMPT_DISABLE;
static void (*const bpf_preempt_enable)(void) = (void *)SKBT_PREEMPT_ENABLE;

/* Replaced by the filter, see tracer/inject.h. */
static __noinline __u32 filter_l3(const __u8 *window, __u32 caplen, __u32 wirelen)
{
	volatile __u32 keep = caplen + wirelen;

	return window ? keep : 0;
}

static __always_inline bool passes_filter(const struct skbt_ends *ends, bool sent)
{
	struct frame *frame;
	__u32 zero = 0, len, verdict = 0;

	if (config.hold_cpu)
		bpf_preempt_disable();
	frame = bpf_map_lookup_elem(&frames, &zero);
	if (frame) {
		len = make_frame(frame, ends, sent);
		verdict = filter_l3(frame->bytes, len, len);
	}
	if (config.hold_cpu)
		bpf_preempt_enable();
	return verdict;
}

static __always_inline bool is_on_device(const struct sock *sk)
{
	char name[SKBT_IFNAME_LEN] = {};
	struct net_device *dev = BPF_CORE_READ(sk, sk_dst_cache, dev);

	if (!dev || bpf_core_read(name, sizeof(name), &dev->name))
		return false;
	for (int i = 0; i < SKBT_IFNAME_LEN; i++) {
		if (name[i] != config.ifname[i])
			return false;
		if (!name[i])
			break;
	}
	return true;
}

static __always_inline struct task_struct *process(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, group_leader);
}

static __always_inline void make_key(struct skbt_top_key *key, const struct skbt_ends *ends,
				     __u32 netns)
{
	switch (config.by) {
	case SKBT_TOP_PID:
		key->id = bpf_get_current_pid_tgid() >> 32;
		key->start = BPF_CORE_READ(process(), start_time);
		break;
	case SKBT_TOP_CONN:
		key->id = netns;
		key->ends = *ends;
		break;
	case SKBT_TOP_NETNS:
		key->id = netns;
		break;
	case SKBT_TOP_CGROUP:
		key->id = bpf_get_current_cgroup_id();
		break;
	}
}

static __always_inline void overflowed(__u64 bytes, bool sent)
{
	__sync_fetch_and_add(sent ? &overflow.tx : &overflow.rx, bytes);
	__sync_fetch_and_add(&overflow.hits, 1);
}

static __always_inline void add(const struct skbt_top_key *key, __u32 netns, __u64 bytes, bool sent)
{
	struct skbt_top_row none = {}, *row;
	__u32 zero = 0;
	void *map;

	map = bpf_map_lookup_elem(&rows, &zero);
	if (!map)
		return;
	row = bpf_map_lookup_elem(map, key);
	if (!row) {
		bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
		row = bpf_map_lookup_elem(map, key);
	}
	if (!row) {
		overflowed(bytes, sent);
		return;
	}
	__sync_fetch_and_add(sent ? &row->tx : &row->rx, bytes);
	row->pid = bpf_get_current_pid_tgid() >> 32;
	row->netns = netns;
	bpf_core_read(&row->comm, sizeof(row->comm), &process()->comm);
}

/* msg NULL = not known: the socket's peer is all there is. */
static __always_inline void account(struct sock *sk, struct msghdr *msg, long bytes, bool sent)
{
	struct skbt_top_key key = {};
	struct skbt_ends ends = {};
	__u32 netns;

	if (bytes <= 0 || (config.pid && bpf_get_current_pid_tgid() >> 32 != config.pid))
		return;
	if (!find_ends(&ends, sk, msg))
		return;
	netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if ((config.netns && netns != config.netns) || (config.have_ifname && !is_on_device(sk)))
		return;
	if (config.have_filter && !passes_filter(&ends, sent))
		return;
	make_key(&key, &ends, netns);
	add(&key, netns, bytes, sent);
}

static __always_inline void finish(const struct call *c, long ret)
{
	struct socket *socket = c->socket;
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (!active || ret <= 0 || !sk)
		return;
	if (!c->sent && c->flags & (MSG_PEEK | MSG_ERRQUEUE))
		return;
	/* A datagram of which a part was taken: its whole length is returned. */
	if (!c->sent && c->flags & MSG_TRUNC && !is_stream(sk) && ret > (long)c->size)
		ret = (long)c->size;
	account(sk, c->msg, ret, c->sent);
}

static __always_inline void begin(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (any_pending)
		bpf_map_delete_elem(&pending, &tid);
}

/* ---- fexit ---- */

#define EXIT_SEND(name)                                                                            \
	SEC("skbt.fexit/" #name)                                                                   \
	int exit_##name(__u64 *ctx)                                                                \
	{                                                                                          \
		struct call c = { .socket = (void *)ctx[0], .msg = (void *)ctx[1], .sent = 1 };    \
		finish(&c, (int)ctx[3]);                                                           \
		return 0;                                                                          \
	}

#define EXIT_RECEIVE(name)                                                                         \
	SEC("skbt.fexit/" #name)                                                                   \
	int exit_##name(__u64 *ctx)                                                                \
	{                                                                                          \
		struct call c = { .socket = (void *)ctx[0],                                        \
				  .msg = (void *)ctx[1],                                           \
				  .size = ctx[2],                                                  \
				  .flags = (__u32)ctx[3] };                                        \
		finish(&c, (int)ctx[4]);                                                           \
		return 0;                                                                          \
	}                                                                                          \
	SEC("skbt.fentry/" #name)                                                                  \
	int enter_##name(__u64 *ctx)                                                               \
	{                                                                                          \
		(void)ctx;                                                                         \
		begin();                                                                           \
		return 0;                                                                          \
	}

EXIT_SEND(inet_sendmsg)
EXIT_SEND(inet6_sendmsg)
EXIT_RECEIVE(inet_recvmsg)
EXIT_RECEIVE(inet6_recvmsg)
EXIT_RECEIVE(sock_common_recvmsg)

SEC("skbt.fexit/tcp_splice_read")
int exit_tcp_splice_read(__u64 *ctx)
{
	struct call c = { .socket = (void *)ctx[0] };

	finish(&c, (int)ctx[5]);
	return 0;
}

/* Up to 6.4. Protocols without a sendpage() of their own go on in inet_sendmsg(). */
SEC("skbt.fexit/inet_sendpage")
int exit_inet_sendpage(__u64 *ctx)
{
	struct socket *socket = (void *)ctx[0];
	struct call c = { .socket = socket, .sent = 1 };

	if (BPF_CORE_READ(socket, sk, __sk_common.skc_prot, sendpage))
		finish(&c, (int)ctx[5]);
	return 0;
}

/* ---- kprobe.multi ---- */

static __always_inline void remember(const struct call *c)
{
	__u64 task = bpf_get_current_pid_tgid();

	begin();
	if (config.pid && task >> 32 != config.pid)
		return;
	if (active && bpf_map_update_elem(&calls, &task, c, BPF_ANY))
		__sync_fetch_and_add(&overflow.calls, 1);
}

SEC("skbt.kprobe/send")
int call_send(struct pt_regs *ctx)
{
	struct call c = { .socket = (void *)PT_REGS_PARM1(ctx),
			  .msg = (void *)PT_REGS_PARM2(ctx),
			  .sent = 1 };

	remember(&c);
	return 0;
}

SEC("skbt.kprobe/receive")
int call_receive(struct pt_regs *ctx)
{
	struct call c = { .socket = (void *)PT_REGS_PARM1(ctx),
			  .msg = (void *)PT_REGS_PARM2(ctx),
			  .size = PT_REGS_PARM3(ctx),
			  .flags = PT_REGS_PARM4(ctx) };

	remember(&c);
	return 0;
}

SEC("skbt.kprobe/splice")
int call_splice(struct pt_regs *ctx)
{
	struct call c = { .socket = (void *)PT_REGS_PARM1(ctx) };

	remember(&c);
	return 0;
}

SEC("skbt.kprobe/returned")
int returned(struct pt_regs *ctx)
{
	__u64 task = bpf_get_current_pid_tgid();
	struct call *found = bpf_map_lookup_elem(&calls, &task), c;

	if (!found)
		return 0;
	c = *found;
	bpf_map_delete_elem(&calls, &task);
	finish(&c, (int)PT_REGS_RC(ctx));
	return 0;
}

/* ---- calls that waited when counting began ---- */

static __always_inline void took(struct sock *sk, int bytes)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	/* TCP comes here before it waits too, with 0. */
	if (!active || bytes <= 0 || bpf_map_delete_elem(&pending, &tid))
		return;
	account(sk, NULL, bytes, false);
}

SEC("skbt.kprobe/pending_tcp")
int pending_tcp(struct pt_regs *ctx)
{
	took((void *)PT_REGS_PARM1(ctx), (int)PT_REGS_PARM2(ctx));
	return 0;
}

/* (sk, skb, bytes): less than 0 if they were only looked at. */
SEC("skbt.kprobe/pending_udp")
int pending_udp(struct pt_regs *ctx)
{
	took((void *)PT_REGS_PARM1(ctx), (int)PT_REGS_PARM3(ctx));
	return 0;
}

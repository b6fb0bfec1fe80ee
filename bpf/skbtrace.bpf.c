/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entry shims, one kind per way of attaching. Each finds its skb and its site and calls the
 * one body in trace.bpf.h. The section prefixes are tracer/inject.h's.
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

#include "trace.bpf.h"
#include "processes.bpf.h"
#include "verdict.bpf.h"

#ifndef PT_REGS_PARM6 /* libbpf 1.1 stops at five */
#if defined(__TARGET_ARCH_x86)
#define PT_REGS_PARM6(x) (((const struct pt_regs *)(x))->r9)
#elif defined(__TARGET_ARCH_arm64)
#define PT_REGS_PARM6(x) (((const struct user_pt_regs *)(x))->regs[5])
#else
#error "say which register holds the sixth argument on this architecture"
#endif
#endif

char LICENSE[] SEC("license") = "GPL";

static __always_inline struct sk_buff *pointed_to(__u64 arg)
{
	struct sk_buff *skb = NULL;

	bpf_probe_read_kernel(&skb, sizeof(skb), (void *)arg);
	return skb;
}

/*
 * A slot is taken and given back as interrupts nest (struct cpu_state): two tasks that take turns
 * in the middle of it would give back each other's. Programs of kprobes are not preempted; those of
 * fentry are, and on 7.3, it seems, those of tracepoints too. Before 6.12 there is no such call.
 */
static void (*const bpf_preempt_disable)(void) = (void *)SKBT_PREEMPT_DISABLE;
static void (*const bpf_preempt_enable)(void) = (void *)SKBT_PREEMPT_ENABLE;

static __always_inline void hold_cpu(void)
{
	if (config.hold_cpu)
		bpf_preempt_disable();
}

static __always_inline void release_cpu(void)
{
	if (config.hold_cpu)
		bpf_preempt_enable();
}

/*
 * A program for each place of the skb: reading a cookie that says it costs a search in a list of
 * all functions, at each hit. The site is where the function begins, or a few bytes behind.
 */
#define CALL(n, parm)                                                                              \
	SEC("skbt.kprobe/arg" #n)                                                                  \
	int call_arg##n(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		return active ? called(ctx, (void *)parm(ctx), STAGE_LIVE) : 0;                    \
	}                                                                                          \
	SEC("skbt.kprobe/arg" #n "_indirect")                                                      \
	int call_arg##n##_indirect(struct pt_regs *ctx)                                            \
	{                                                                                          \
		return active ? called(ctx, pointed_to(parm(ctx)), STAGE_LIVE) : 0;                \
	}                                                                                          \
	SEC("skbt.fentry/arg" #n)                                                                  \
	int enter_arg##n(__u64 *ctx)                                                               \
	{                                                                                          \
		return entered(ctx, n, false);                                                     \
	}                                                                                          \
	SEC("skbt.fentry/arg" #n "_indirect")                                                      \
	int enter_arg##n##_indirect(__u64 *ctx)                                                    \
	{                                                                                          \
		return entered(ctx, n, true);                                                      \
	}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} traced SEC(".maps");

/*
 * trace_skb() takes longer to verify than all else, so of the programs of kprobes only call_traced
 * has it, and the shims go on there. Nothing comes between: programs of kprobes do not interrupt
 * each other on a CPU.
 */
static __always_inline int go_on(struct pt_regs *ctx, struct sk_buff *skb, __u32 what)
{
	struct cpu_state *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return 0;
	cpu->called = skb;
	cpu->called_what = what;
	bpf_tail_call(ctx, &traced, 0);
	return 0;
}

static __always_inline int called(struct pt_regs *ctx, struct sk_buff *skb, __u32 stage)
{
	__u32 what = SKBT_PATH | stage << STAGE_SHIFT;

	return filtered_out(skb, &what) ? 0 : go_on(ctx, skb, what);
}

SEC("skbt.kprobe/traced")
int call_traced(struct pt_regs *ctx)
{
	struct cpu_state *cpu;
	__u32 zero = 0;

	cpu = bpf_map_lookup_elem(&cpus, &zero);
	return cpu ? trace_skb(ctx, cpu, cpu->called, PT_REGS_IP(ctx), cpu->called_what) : 0;
}

static __always_inline int entered_at(__u64 *ctx, __u32 n, bool indirect, __u32 stage)
{
	__u32 what = SKBT_PATH | stage << STAGE_SHIFT;
	struct sk_buff *skb;
	__u64 arg = 0;

	if (!active)
		return 0;
	bpf_get_func_arg(ctx, n, &arg);
	skb = indirect ? pointed_to(arg) : (void *)arg;
	if (filtered_out(skb, &what))
		return 0;
	hold_cpu();
	trace_here(ctx, skb, bpf_get_func_ip(ctx), what);
	release_cpu();
	return 0;
}

static __always_inline int entered(__u64 *ctx, __u32 n, bool indirect)
{
	return entered_at(ctx, n, indirect, STAGE_LIVE);
}

CALL(0, PT_REGS_PARM1)
CALL(1, PT_REGS_PARM2)
CALL(2, PT_REGS_PARM3)
CALL(3, PT_REGS_PARM4)
CALL(4, PT_REGS_PARM5)
CALL(5, PT_REGS_PARM6)

/*
 * (struct sock *, struct sk_buff *, ...): where a socket gets the packet, which then is not in
 * skb->sk.
 */
SEC("skbt.kprobe/sock_arg1")
int call_sock_arg1(struct pt_regs *ctx)
{
	struct sk_buff *skb = (void *)PT_REGS_PARM2(ctx);
	__u32 what = SKBT_PATH;

	/* First: what goes no further must not stay noted for a later skb. */
	if (!active || filtered_out(skb, &what))
		return 0;
	note_socket(skb, (void *)PT_REGS_PARM1(ctx));
	return go_on(ctx, skb, what);
}

/* Programs of fentry.multi do not go on in others. */
SEC("skbt.fentry/sock_arg1")
int enter_sock_arg1(__u64 *ctx)
{
	__u64 sk = 0, skb = 0;
	__u32 what = SKBT_PATH;

	if (!active)
		return 0;
	bpf_get_func_arg(ctx, 0, &sk);
	bpf_get_func_arg(ctx, 1, &skb);
	if (filtered_out((void *)skb, &what))
		return 0;
	hold_cpu();
	note_socket((void *)skb, (void *)sk);
	trace_here(ctx, (void *)skb, bpf_get_func_ip(ctx), what);
	release_cpu();
	return 0;
}

SEC("skbt.kprobe/returned")
int call_returned(struct pt_regs *ctx)
{
	return trace_return(ctx);
}

SEC("skbt.kprobe/nft_chain")
int call_nft_chain(struct pt_regs *ctx)
{
	return active ? nft_begin(PT_REGS_SP(ctx), PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx)) : 0;
}

/* These take (expression, registers, packet). */
SEC("skbt.kprobe/nft_immediate")
int call_nft_immediate(struct pt_regs *ctx)
{
	return calls_open ? nft_immediate(PT_REGS_PARM1(ctx), PT_REGS_PARM3(ctx)) : 0;
}

SEC("skbt.kprobe/nft_end")
int call_nft_end(struct pt_regs *ctx)
{
	return calls_open ? nft_end(PT_REGS_PARM1(ctx), PT_REGS_PARM3(ctx)) : 0;
}

SEC("skbt.kprobe/nft_evaluate")
int call_nft_evaluate(struct pt_regs *ctx)
{
	return calls_open ? nft_evaluate(PT_REGS_SP(ctx), PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),
					 PT_REGS_PARM3(ctx))
			  : 0;
}

SEC("skbt.kprobe/nft_evaluated")
int call_nft_evaluated(struct pt_regs *ctx)
{
	return calls_open ? nft_evaluated(CALL_SP(ctx)) : 0;
}

/* Functions of the way out of memory (tracer/release.def), whose first argument the skb is. */
#define RELEASE(name, stage)                                                                       \
	SEC("skbt.kprobe/" #name)                                                                  \
	int call_##name(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		return active ? called(ctx, (void *)PT_REGS_PARM1(ctx), stage) : 0;                \
	}                                                                                          \
	SEC("skbt.fentry/" #name)                                                                  \
	int enter_##name(__u64 *ctx)                                                               \
	{                                                                                          \
		return entered_at(ctx, 0, false, stage);                                           \
	}

RELEASE(freed, STAGE_FREED)
RELEASE(data_freed, STAGE_DATA)

/* Aids (tracer/aids.def). */
#define END(name, n, parm, stage)                                                                  \
	SEC("skbt.kprobe/" #name)                                                                  \
	int call_##name(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		if (active)                                                                        \
			end_of_life((void *)parm(ctx), stage);                                     \
		return 0;                                                                          \
	}                                                                                          \
	SEC("skbt.fentry/" #name)                                                                  \
	int enter_##name(__u64 *ctx)                                                               \
	{                                                                                          \
		__u64 arg = 0;                                                                     \
                                                                                                   \
		if (!active)                                                                       \
			return 0;                                                                  \
		bpf_get_func_arg(ctx, n, &arg);                                                    \
		end_of_life((void *)arg, stage);                                                   \
		return 0;                                                                          \
	}

END(end_head, 0, PT_REGS_PARM1, STAGE_HEAD)
END(end_gone, 0, PT_REGS_PARM1, STAGE_GONE)
END(end_reused, 1, PT_REGS_PARM2, STAGE_GONE)

/* Functions with a copy and what it was made of, as their first arguments: copy_n and skb_n. */
#define COPIED(name, copy_n, copy_parm, skb_n, skb_parm, fragment)                                 \
	SEC("skbt.kprobe/" #name)                                                                  \
	int call_##name(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		if (active)                                                                        \
			copied((void *)copy_parm(ctx), (void *)skb_parm(ctx), fragment);           \
		return 0;                                                                          \
	}                                                                                          \
	SEC("skbt.fentry/" #name)                                                                  \
	int enter_##name(__u64 *ctx)                                                               \
	{                                                                                          \
		__u64 copy = 0, skb = 0;                                                           \
                                                                                                   \
		if (!active)                                                                       \
			return 0;                                                                  \
		bpf_get_func_arg(ctx, copy_n, &copy);                                              \
		bpf_get_func_arg(ctx, skb_n, &skb);                                                \
		hold_cpu();                                                                        \
		copied((void *)copy, (void *)skb, fragment);                                       \
		release_cpu();                                                                     \
		return 0;                                                                          \
	}

COPIED(copied, 0, PT_REGS_PARM1, 1, PT_REGS_PARM2, false)
COPIED(cut, 0, PT_REGS_PARM1, 1, PT_REGS_PARM2, true)
COPIED(split, 1, PT_REGS_PARM2, 0, PT_REGS_PARM1, false)

volatile __u32 looking = 0; /* thread of skbtrace that looks for evidence; 0 = there is none */

/*
 * Looking up a route that is not there frees the answer as a drop (inet_rtm_getroute()): it is our
 * own question, and nobody wants to see it. That thread sends no packets.
 */
static __always_inline bool is_own_question(void)
{
	struct cpu_state *cpu;
	__u32 zero = 0;

	if (!looking || (__u32)bpf_get_current_pid_tgid() != looking)
		return false;
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	return cpu && current_context(cpu) < SKBT_SOFTIRQ;
}

/* skb:kfree_skb: (skb, location), from 5.17 a reason, from 6.11 (c53795d48ee8) the socket that was
 * to get it; reading an absent argument fails to attach. */
SEC("skbt.rawtp/kfree_skb")
int drop(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	__u32 what = SKBT_DROP;
	__u64 reason = 0;

	if (!active)
		return 0;
	if (is_own_question())
		return 0;
	if (config.drop_has_reason)
		reason = (__u32)ctx->args[2];
	if (!filtered_out(skb, &what)) {
		hold_cpu();
		if (config.drop_has_socket)
			note_socket(skb, (struct sock *)ctx->args[3]);
		trace_here(ctx, skb, ctx->args[1], what | reason << REASON_SHIFT);
		release_cpu();
	}
	end_of_life(skb, STAGE_FREED);
	return 0;
}

/* skb:consume_skb is the end of a packet that arrived, not a drop. */
SEC("skbt.rawtp/consume_skb")
int consume(struct bpf_raw_tracepoint_args *ctx)
{
	if (active)
		end_of_life((struct sk_buff *)ctx->args[0], STAGE_FREED);
	return 0;
}

/* sock_alloc_file(sock, flags, name): a socket gets its file, by socket(2) and the like. */
SEC("skbt.kprobe/socket_open")
int call_socket_open(struct pt_regs *ctx)
{
	note_owner((struct socket *)PT_REGS_PARM1(ctx));
	return 0;
}

/*
 * security_sock_graft(sk, sock): accept(2) has got a connection. It makes the file before it waits
 * for one, and that may have been before the trace.
 */
SEC("skbt.kprobe/socket_accept")
int call_socket_accept(struct pt_regs *ctx)
{
	note_owner((struct socket *)PT_REGS_PARM2(ctx));
	forget_waiting((struct sock *)PT_REGS_PARM1(ctx));
	return 0;
}

/* inet_csk_complete_hashdance(listener, connection, ...): the handshake is done. */
SEC("skbt.kprobe/socket_child")
int call_socket_child(struct pt_regs *ctx)
{
	note_child((struct sock *)PT_REGS_PARM1(ctx), (struct sock *)PT_REGS_PARM2(ctx));
	return 0;
}

/* sock_free_inode(inode): not sooner, as closing a connection still sends packets. */
SEC("skbt.kprobe/socket_gone")
int call_socket_gone(struct pt_regs *ctx)
{
	forget_owner((struct inode *)PT_REGS_PARM1(ctx));
	return 0;
}

/* fib:fib_table_lookup: (table, flow, next hop, error) */
SEC("skbt.rawtp/fib_table_lookup")
int route_looked_up(struct bpf_raw_tracepoint_args *ctx)
{
	if (active && !(int)ctx->args[3] && ctx->args[2])
		note_lookup((__u32)ctx->args[0], (const struct flowi4 *)ctx->args[1],
			    (const struct fib_nh_common *)ctx->args[2]);
	return 0;
}

SEC("skbt.rawtp/sched_process_fork")
int forked(struct bpf_raw_tracepoint_args *ctx)
{
	note_fork((struct task_struct *)ctx->args[0], (struct task_struct *)ctx->args[1]);
	return 0;
}

SEC("skbt.rawtp/sched_process_exec")
int executed(struct bpf_raw_tracepoint_args *ctx)
{
	note_exec((struct task_struct *)ctx->args[0]);
	return 0;
}

SEC("skbt.rawtp/cgroup_mkdir")
int cgroup_made(struct bpf_raw_tracepoint_args *ctx)
{
	note_cgroup((struct cgroup *)ctx->args[0], (const char *)ctx->args[1]);
	return 0;
}

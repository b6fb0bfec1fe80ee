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

static __always_inline struct sk_buff *follow(__u64 arg, bool indirect)
{
	struct sk_buff *skb = (struct sk_buff *)arg;

	if (indirect && bpf_probe_read_kernel(&skb, sizeof(skb), (void *)arg))
		return NULL;
	return skb;
}

/*
 * Each load is pinned where it stands: merged, they would become one load through a computed ctx
 * pointer, which the verifier refuses ("dereference of modified ctx ptr").
 */
#define ARG_CASE(n, parm)                                                                          \
	case n:                                                                                    \
		arg = parm(ctx);                                                                   \
		asm volatile("" : "+r"(arg));                                                      \
		break;

static __always_inline __u64 register_arg(struct pt_regs *ctx, __u8 n)
{
	__u64 arg = 0;

	switch (n) {
		ARG_CASE(0, PT_REGS_PARM1)
		ARG_CASE(1, PT_REGS_PARM2)
		ARG_CASE(2, PT_REGS_PARM3)
		ARG_CASE(3, PT_REGS_PARM4)
		ARG_CASE(4, PT_REGS_PARM5)
		ARG_CASE(5, PT_REGS_PARM6)
	}
	return arg;
}

/*
 * A slot is taken and given back as interrupts nest (struct cpu_state): two tasks that take turns
 * in the middle of it would give back each other's. Programs of kprobes are not preempted; those of
 * fentry are, and on 7.3 those of tracepoints too. Weak: before 6.12 there is no such call.
 */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

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

static __always_inline int on_call(void *ctx, struct sk_buff *skb, __u64 site)
{
	struct hit hit = { .skb = skb, .site = site, .type = SKBT_PATH };

	return trace_skb(ctx, &hit);
}

/* kprobe.multi, and single kprobes where cookies exist (5.15): one program for every function. */
SEC("skbt.kprobe/cookie")
int call_cookie(struct pt_regs *ctx)
{
	__u64 cookie, arg;

	if (!active)
		return 0;
	cookie = bpf_get_attach_cookie(ctx);
	arg = register_arg(ctx, SKBT_COOKIE_ARG(cookie));
	if (SKBT_COOKIE_END(cookie)) {
		end_of_life((struct sk_buff *)arg);
		return 0;
	}
	return on_call(ctx, follow(arg, SKBT_COOKIE_INDIRECT(cookie)), SKBT_COOKIE_TARGET(cookie));
}

/* fentry.multi: likewise; the arguments lie in memory. */
SEC("skbt.fentry/multi")
int call_fentry(__u64 *ctx)
{
	__u64 cookie, arg = 0;

	if (!active)
		return 0;
	cookie = bpf_get_attach_cookie(ctx);
	bpf_get_func_arg(ctx, SKBT_COOKIE_ARG(cookie), &arg);
	if (SKBT_COOKIE_END(cookie)) {
		end_of_life((struct sk_buff *)arg);
		return 0;
	}
	hold_cpu();
	on_call(ctx, follow(arg, SKBT_COOKIE_INDIRECT(cookie)), SKBT_COOKIE_TARGET(cookie));
	release_cpu();
	return 0;
}

/* Single kprobes without cookies: a program per argument; the site is the instruction pointer. */
#define CALL_ARG(n, parm)                                                                          \
	SEC("skbt.kprobe/arg" #n)                                                                  \
	int call_arg##n(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		return active ? on_call(ctx, (void *)parm(ctx), PT_REGS_IP(ctx)) : 0;              \
	}

CALL_ARG(0, PT_REGS_PARM1)
CALL_ARG(1, PT_REGS_PARM2)
CALL_ARG(2, PT_REGS_PARM3)
CALL_ARG(3, PT_REGS_PARM4)
CALL_ARG(4, PT_REGS_PARM5)
CALL_ARG(5, PT_REGS_PARM6)

SEC("skbt.kprobe/arg0_indirect")
int call_arg0_indirect(struct pt_regs *ctx)
{
	return active ? on_call(ctx, follow(PT_REGS_PARM1(ctx), true), PT_REGS_IP(ctx)) : 0;
}

SEC("skbt.kprobe/end")
int call_end(struct pt_regs *ctx)
{
	if (active)
		end_of_life((void *)PT_REGS_PARM1(ctx));
	return 0;
}

/* skb:kfree_skb: (skb, location) and from 5.17 a reason; reading an absent argument fails to
 * attach. */
SEC("skbt.rawtp/kfree_skb")
int drop(struct bpf_raw_tracepoint_args *ctx)
{
	struct hit hit = {
		.skb = (struct sk_buff *)ctx->args[0],
		.site = ctx->args[1],
		.type = SKBT_DROP,
	};

	if (!active)
		return 0;
	if (config.drop_has_reason)
		hit.reason = (__u32)ctx->args[2];
	hold_cpu();
	trace_skb(ctx, &hit);
	release_cpu();
	end_of_life(hit.skb);
	return 0;
}

/* skb:consume_skb is the end of a packet that arrived, not a drop. */
SEC("skbt.rawtp/consume_skb")
int consume(struct bpf_raw_tracepoint_args *ctx)
{
	if (active)
		end_of_life((struct sk_buff *)ctx->args[0]);
	return 0;
}

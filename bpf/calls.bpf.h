/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls whose return is waited for. The key is the stack pointer at entry, where the return address
 * lies: no two calls that are under way have the same, whatever task or interrupt they are in, and
 * at the return it is CALL_SP().
 *
 * A return that a probe missed leaves its call behind. The next call at that place of the stack
 * removes it before anything else is decided, so that no return finds another call than its own.
 */
#ifndef SKBTRACE_CALLS_BPF_H
#define SKBTRACE_CALLS_BPF_H

#include "config.h"

enum {
	CALLS = 512,
	RECORD_WORDS = sizeof(struct skbt_record) / 8,
};

struct call {
	__u64 state;  /* struct nf_hook_state *, 0 = none */
	__u64 object; /* its table, or the nft chain; 0 = none */
	__u64 pkt;    /* nft: struct nft_pktinfo * */
	__u32 index;  /* in config.calls */
	__u32 reserved;
	__u64 rec[RECORD_WORDS]; /* the record of the call: its packet may be gone when it returns
				  */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLS);
	__type(key, __u64);
	__type(value, struct call);
} calls SEC(".maps");

extern const volatile struct skbt_config config;
volatile __u64 calls_open = 0; /* entries of calls: while 0 there is nothing to look for */

/* The index of the function in config.calls, negative = it is none of them. */
static __always_inline int call_index(__u64 site)
{
	if (!(config.call_places & SKBT_CALL_PLACE(site)))
		return -1;
	for (int i = 0; i < SKBT_CALL_SITES; i++) {
		if (!config.calls[i].addr)
			break;
		if (site - config.calls[i].addr <= SKBT_ENTRY_BYTES)
			return i;
	}
	return -1;
}

/*
 * The stack pointer at entry, at the return: the return address is popped then. Seen with single
 * kprobes and with kprobe.multi, by rethook (up to 6.12) and by the function graph tracer. arm64
 * has it in a register.
 */
#if defined(__TARGET_ARCH_x86)
#define CALL_SP(ctx) (PT_REGS_SP(ctx) - 8)
#else
#define CALL_SP(ctx) PT_REGS_SP(ctx)
#endif

/* Registers are read as memory: what calls this is also in programs whose ctx has none. */
#define READ_REGISTER(to, ctx, which)                                                              \
	bpf_probe_read_kernel(&(to), sizeof(to), &which((struct pt_regs *)(ctx)))

static __always_inline __u64 argument(void *ctx, __u32 from_1)
{
	__u64 arg = 0;

	if (from_1 == 1)
		READ_REGISTER(arg, ctx, PT_REGS_PARM1);
	else if (from_1 == 2)
		READ_REGISTER(arg, ctx, PT_REGS_PARM2);
	else if (from_1 == 3)
		READ_REGISTER(arg, ctx, PT_REGS_PARM3);
	return arg;
}

static __always_inline void forget_call(__u64 sp)
{
	if (!bpf_map_delete_elem(&calls, &sp))
		__sync_fetch_and_add(&calls_open, -1);
}

/* 0, or a negative errno. */
static __always_inline long keep_call(__u64 sp, struct call *call)
{
	long err = bpf_map_update_elem(&calls, &sp, call, BPF_ANY);

	if (!err)
		__sync_fetch_and_add(&calls_open, 1);
	return err;
}

/* At each hit of a function: before it is known whether the packet matches. */
static __always_inline void begin_call(void *ctx, __u64 site, __u32 type)
{
	__u64 sp = 0;

	if (!config.have_calls || type != SKBT_PATH || !calls_open || call_index(site) < 0)
		return;
	READ_REGISTER(sp, ctx, PT_REGS_SP);
	forget_call(sp);
}

/* The event of a matching call: its return is to be shown as well. 0 or a negative errno. */
static __always_inline long remember_call(void *ctx, struct call *call,
					  const struct skbt_record *rec)
{
	int i;
	__u64 sp = 0;

	if (!config.have_calls || rec->type != SKBT_PATH)
		return 0;
	i = call_index(rec->site);
	if (i < 0)
		return 0;
	READ_REGISTER(sp, ctx, PT_REGS_SP);
	call->index = i;
	call->state = argument(ctx, config.calls[i & (SKBT_CALL_SITES - 1)].state_arg);
	call->object = argument(ctx, config.calls[i & (SKBT_CALL_SITES - 1)].object_arg);
	call->pkt = 0;
	__builtin_memcpy(call->rec, rec, sizeof(call->rec));
	return keep_call(sp, call);
}

#endif

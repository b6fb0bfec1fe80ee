/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbtrace listen: sockets that begin to wait for others, noted when the call that makes them do so
 * returns, as only then its port is known and that it went well.
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

#include "listen.h"
#include "args.bpf.h"
#include "ends.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define IPPROTO_UDP 17

const volatile struct skbt_listen_config config = {};

volatile __u32 active = 0;
__u64 lost = 0; /* sockets for which the ring had no room */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} ring SEC(".maps");

/* By pid_tgid: the socket of a call that has not returned. These calls do not wait for anybody. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} calls SEC(".maps");

static __always_inline void fill(struct skbt_listener *l, struct sock *sk, __u32 netns)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct socket_alloc *file = (void *)BPF_CORE_READ(sk, sk_socket);

	__builtin_memset(l, 0, sizeof(*l));
	l->ts = bpf_ktime_get_ns();
	l->pid = bpf_get_current_pid_tgid() >> 32;
	l->netns = netns;
	l->ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	/* struct socket is the first member of struct socket_alloc. */
	if (file)
		l->inode = BPF_CORE_READ(file, vfs_inode.i_ino);
	BPF_CORE_READ_INTO(&l->comm, task, group_leader, comm);
	l->args_len = read_args(l->args, task);
}

static __always_inline void note(struct sock *sk)
{
	struct skbt_ends ends = {};
	struct skbt_listener *l;
	__u32 netns;

	if (config.pid && bpf_get_current_pid_tgid() >> 32 != config.pid)
		return;
	netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if ((config.netns && netns != config.netns) || !find_ends(&ends, sk, NULL))
		return;
	l = bpf_ringbuf_reserve(&ring, sizeof(*l), 0);
	if (!l) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	fill(l, sk, netns);
	l->ends = ends;
	if (ends.proto != IPPROTO_UDP)
		l->backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
	bpf_ringbuf_submit(l, 0);
}

static __always_inline void remember(struct sock *sk)
{
	__u64 task = bpf_get_current_pid_tgid(), value = (__u64)sk;

	if (active && sk)
		bpf_map_update_elem(&calls, &task, &value, BPF_ANY);
}

/* (sock *, ...) */
SEC("skbt.kprobe/listen")
int call_listen(struct pt_regs *ctx)
{
	remember((void *)PT_REGS_PARM1(ctx));
	return 0;
}

/* (socket *, address, length): sockets of all protocols. */
SEC("skbt.kprobe/bind")
int call_bind(struct pt_regs *ctx)
{
	struct socket *socket = (void *)PT_REGS_PARM1(ctx);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_UDP)
		remember(sk);
	return 0;
}

SEC("skbt.kprobe/returned")
int returned(struct pt_regs *ctx)
{
	__u64 task = bpf_get_current_pid_tgid(), *found, sk;

	found = bpf_map_lookup_elem(&calls, &task);
	if (!found)
		return 0;
	sk = *found;
	bpf_map_delete_elem(&calls, &task);
	if (active && !(int)PT_REGS_RC(ctx))
		note((struct sock *)sk);
	return 0;
}

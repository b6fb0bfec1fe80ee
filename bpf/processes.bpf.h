/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to processes and their sockets, whether packets match or not: who made a socket, and
 * notes of forks, command lines and cgroups. It runs once a socket or process.
 */
#ifndef SKBTRACE_PROCESSES_BPF_H
#define SKBTRACE_PROCESSES_BPF_H

#include "args.bpf.h"
#include "trace.bpf.h"

#define PF_KTHREAD 0x00200000
#define AF_PACKET  17

volatile __u32 watching = 0; /* set before anything is attached, cleared with active */

/* The packet's socket on the way from a shim to trace_skb(), which forgets it. */
static __always_inline void note_socket(struct sk_buff *skb, struct sock *sk)
{
	struct cpu_state *cpu;
	__u32 zero = 0;
	__u64 depth;

	if (!sk)
		return;
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return;
	depth = *(volatile __u64 *)&cpu->depth;
	if (depth >= SLOTS)
		return;
	cpu->known[depth & (SLOTS - 1)].sk = sk;
	cpu->known[depth & (SLOTS - 1)].skb = skb;
}

static __always_inline bool can_have_packets(struct socket *socket)
{
	int family = BPF_CORE_READ(socket, ops, family);

	return family == AF_INET || family == AF_INET6 || family == AF_PACKET;
}

/*
 * The task that makes a socket owns it. A kernel thread does so on behalf of somebody else: up to
 * 5.11 the workers of io_uring are such.
 */
static __always_inline void note_owner(struct socket *socket)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct skbt_owner owner = { .pid = bpf_get_current_pid_tgid() >> 32 };
	__u64 inode;

	if (!watching || !can_have_packets(socket) || (BPF_CORE_READ(task, flags) & PF_KTHREAD))
		return;
	inode = BPF_CORE_READ((struct socket_alloc *)socket, vfs_inode.i_ino);
	owner.cgroup = bpf_get_current_cgroup_id();
	BPF_CORE_READ_INTO(&owner.comm, task, group_leader, comm);
	bpf_map_update_elem(&owners, &inode, &owner, BPF_ANY);
	owners_changed();
}

/* A connection is its listener's until somebody accepts it. */
static __always_inline void note_child(struct sock *listener, struct sock *child)
{
	__u64 key = owner_key(listener), waiting;
	const struct skbt_owner *owner = key ? bpf_map_lookup_elem(&owners, &key) : NULL;
	struct skbt_owner copy;

	if (!watching || !owner)
		return;
	copy = *owner; /* 5.10 takes no value of a map for a value of this one */
	waiting = waiting_key(child);
	bpf_map_update_elem(&owners, &waiting, &copy, BPF_ANY);
	owners_changed();
}

static __always_inline void forget_waiting(struct sock *sk)
{
	__u64 waiting = waiting_key(sk);

	bpf_map_delete_elem(&owners, &waiting);
	owners_changed();
}

static __always_inline void forget_owner(struct inode *file)
{
	__u64 inode;

	if (!watching)
		return;
	inode = BPF_CORE_READ(file, i_ino);
	bpf_map_delete_elem(&owners, &inode);
	owners_changed();
}

/* Room for a note in the ring; NULL, and counted, if there is none. */
static __always_inline void *reserve_note(__u64 size)
{
	struct cpu_state *cpu;
	__u32 zero = 0;
	void *note;

	cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!cpu)
		return NULL;
	note = bpf_ringbuf_reserve(&ring, size, 0);
	/*
	 * Else clang makes one addition of both and checks note before and after: 5.10 does not see
	 * that what was not NULL then cannot be so now.
	 */
	if (!note) {
		count(cpu, SKBT_LOST_NOTES);
		asm volatile("" ::: "memory");
		return NULL;
	}
	count(cpu, SKBT_NOTES);
	return note;
}

/* A new process has its parent's command line, until it executes a program. */
static __always_inline void note_fork(struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = BPF_CORE_READ(child, tgid), of = BPF_CORE_READ(parent, tgid);
	struct skbt_process *note;

	if (!watching || pid == of) /* a thread */
		return;
	note = reserve_note(sizeof(*note));
	if (!note)
		return;
	note->type = SKBT_FORK;
	note->pid = pid;
	note->parent = of;
	note->ts = bpf_ktime_get_ns();
	note->len = 0;
	bpf_ringbuf_submit(note, BPF_RB_NO_WAKEUP);
}

static __always_inline void note_exec(struct task_struct *task)
{
	struct skbt_process *note;

	if (!watching)
		return;
	note = reserve_note(sizeof(*note) + SKBT_ARGS);
	if (!note)
		return;
	note->type = SKBT_EXEC;
	note->pid = BPF_CORE_READ(task, tgid);
	note->parent = 0;
	note->ts = bpf_ktime_get_ns();
	note->len = read_args(note->args, task);
	bpf_ringbuf_submit(note, BPF_RB_NO_WAKEUP);
}

/* Hierarchies of version 1, which number from 1, have ids of their own. */
static __always_inline void note_cgroup(struct cgroup *cgroup, const char *path)
{
	struct skbt_cgroup *note;

	if (!watching || BPF_CORE_READ(cgroup, root, hierarchy_id))
		return;
	note = reserve_note(sizeof(*note));
	if (!note)
		return;
	note->type = SKBT_CGROUP;
	note->id = BPF_CORE_READ(cgroup, kn, id);
	if (bpf_probe_read_kernel_str(note->path, sizeof(note->path), path) < 0)
		note->path[0] = 0;
	bpf_ringbuf_submit(note, BPF_RB_NO_WAKEUP);
}

#endif

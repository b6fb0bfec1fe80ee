/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a packet is: the process that the packet's socket belongs to. The map owners is filled by
 * user space with the sockets that are there at the start, and by processes.bpf.h with those that
 * are made later.
 */
#ifndef SKBTRACE_OWNER_BPF_H
#define SKBTRACE_OWNER_BPF_H

#include "window.bpf.h"

enum { OWNERS = 1 << 14 }; /* sockets; of more, those looked up longest ago are forgotten */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, OWNERS);
	__type(key, __u64); /* inode of the socket's file, or waiting_key() */
	__type(value, struct skbt_owner);
} owners SEC(".maps");

/* How often owners has changed since the start: what was looked up before may be wrong then. */
volatile __u64 owners_changes = 0;

static __always_inline void owners_changed(void)
{
	__sync_fetch_and_add(&owners_changes, 1);
}

/* The last owner that was looked up: events of a packet follow each other. */
struct kept_owner {
	__u64 key; /* 0 = none */
	__u64 changes;
	struct skbt_owner owner; /* pid 0: the key has none */
};

/* The socket that a function was called with for a packet: from a shim to trace_skb(). */
struct known_socket {
	struct sk_buff *skb; /* NULL = none */
	struct sock *sk;
};

/*
 * Stands for a connection that waits to be accepted, and has no file. With the peer's port, as the
 * next connection may be at the same address. No inode: the address is a kernel's.
 */
static __always_inline __u64 waiting_key(const struct sock *sk)
{
	return (__u64)sk ^ (__u64)MEMBER(sk, __sk_common.skc_dport) << 48;
}

/*
 * The socket's key in owners: the number of its file as /proc/PID/fd shows it; 0 = it has none. A
 * connection has none before it is accepted, and after it is closed; a request stands for the
 * socket that listens.
 */
static __always_inline __u64 owner_key(const struct sock *sk)
{
	const struct socket_alloc *file;
	__u64 waiting;
	__u8 state;

	if (!sk)
		return 0;
	state = MEMBER(sk, __sk_common.skc_state);
	if (state == TCP_TIME_WAIT)
		return 0;
	if (state == TCP_NEW_SYN_RECV) {
		sk = MEMBER(sk, __sk_common.skc_listener);
		if (!sk)
			return 0;
	}
	/* struct socket is the first member of struct socket_alloc. */
	file = (const void *)MEMBER(sk, sk_socket);
	if (file)
		return MEMBER(file, vfs_inode.i_ino);
	waiting = waiting_key(sk);
	return bpf_map_lookup_elem(&owners, &waiting) ? waiting : 0;
}

/* own is skb->sk: the sender's, or the receiver's where that was looked up early. */
static __always_inline const struct sock *
socket_of(const struct known_socket *known, const struct sock *own, const struct sk_buff *addr)
{
	return known->skb == addr && known->sk ? known->sk : own;
}

static __always_inline const struct sock *packet_socket(const struct known_socket *known,
							const struct sk_buff *skb,
							const struct sk_buff *addr)
{
	return socket_of(known, skb->sk, addr);
}

static __always_inline bool owner_is(__u64 key, __u32 pid)
{
	const struct skbt_owner *owner = key ? bpf_map_lookup_elem(&owners, &key) : NULL;

	return owner && owner->pid == pid;
}

static __always_inline void look_up_owner(struct kept_owner *kept, __u64 key)
{
	const struct skbt_owner *owner;

	kept->key = key;
	/* Before the look-up: of a change meanwhile it is asked again next time. */
	kept->changes = owners_changes;
	owner = bpf_map_lookup_elem(&owners, &key);
	if (owner)
		kept->owner = *owner;
	else
		__builtin_memset(&kept->owner, 0, sizeof(kept->owner));
}

static __always_inline void put_owner(struct skbt_record *rec, struct kept_owner *kept, __u64 key)
{
	if (!key)
		return;
	if (kept->key != key || kept->changes != owners_changes)
		look_up_owner(kept, key);
	rec->owner_pid = kept->owner.pid;
	rec->owner_cgroup = kept->owner.cgroup;
	__builtin_memcpy(rec->owner_comm, kept->owner.comm, sizeof(rec->owner_comm));
}

#endif

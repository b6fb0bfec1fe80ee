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
	__type(key, __u64); /* inode of the socket's file */
	__type(value, struct skbt_owner);
} owners SEC(".maps");

/* The socket that a function was called with for a packet: from a shim to trace_skb(). */
struct known_socket {
	struct sk_buff *skb; /* NULL = none */
	struct sock *sk;
};

/* A member, loaded where it is or copied. */
#define MEMBER(ptr, member)                                                                        \
	(config.direct ? ((typeof(ptr))bpf_rdonly_cast((ptr), 0))->member                          \
		       : BPF_CORE_READ((ptr), member))

/*
 * Number of the socket's file as /proc/PID/fd shows it; 0 = it has none. A connection has none
 * before it is accepted, and after it is closed; a request stands for the socket that listens.
 */
static __always_inline __u64 socket_inode(const struct sock *sk)
{
	const struct socket_alloc *file;
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
	return file ? MEMBER(file, vfs_inode.i_ino) : 0;
}

/* skb->sk is the sender's, or the receiver's where that was looked up early. */
static __always_inline const struct sock *packet_socket(const struct known_socket *known,
							const struct sk_buff *skb,
							const struct sk_buff *addr)
{
	return known->skb == addr && known->sk ? known->sk : skb->sk;
}

static __always_inline bool owner_is(__u64 inode, __u32 pid)
{
	const struct skbt_owner *owner = inode ? bpf_map_lookup_elem(&owners, &inode) : NULL;

	return owner && owner->pid == pid;
}

static __always_inline void put_owner(struct skbt_record *rec, __u64 inode)
{
	const struct skbt_owner *owner = inode ? bpf_map_lookup_elem(&owners, &inode) : NULL;

	if (!owner)
		return;
	rec->owner_pid = owner->pid;
	rec->owner_cgroup = owner->cgroup;
	__builtin_memcpy(rec->owner_comm, owner->comm, sizeof(rec->owner_comm));
}

#endif

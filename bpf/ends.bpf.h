/* SPDX-License-Identifier: GPL-2.0-only */
/* The two ends of a socket's traffic, and a frame as it would have them, for the packet filter. */
#ifndef SKBTRACE_ENDS_BPF_H
#define SKBTRACE_ENDS_BPF_H

#include "kernel_types.h"
#include "top.h"

#define AF_INET       2
#define AF_INET6      10
#define SOCK_STREAM   1
#define SOCK_RAW      3
#define IPPROTO_TCP   6
#define IPPROTO_MPTCP 262
#define ETH_P_IP      0x0800
#define ETH_P_IPV6    0x86dd

/* Of struct sockaddr_in and sockaddr_in6, which are the same for programs and the kernel. */
struct name {
	__u16 family;
	__be16 port;
	__u8 addr4[4]; /* of IPv6: the flow label */
	__u8 addr6[16];
};

enum {
	FRAME_L3 = 14,
	FRAME_MAX = FRAME_L3 + 40 + 4, /* up to the ports of IPv6 */
};

/* As the filter's body without Ethernet header wants it: 12 unknown bytes, EtherType, IP. */
struct frame {
	__u8 bytes[64];
};

static __always_inline bool is_stream(const struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_type) == SOCK_STREAM;
}

static __always_inline bool is_zero(const __u8 *addr)
{
	const __u32 *word = (const __u32 *)addr;

	return !(word[0] | word[1] | word[2] | word[3]);
}

/* ::ffff:a.b.c.d */
static __always_inline bool is_mapped(const __u8 *addr)
{
	const __u32 *word = (const __u32 *)addr;

	return !(word[0] | word[1]) && word[2] == bpf_htonl(0xffff);
}

static __always_inline void unmap(__u8 *addr)
{
	__u32 *word = (__u32 *)addr;

	word[0] = word[3];
	word[1] = word[2] = word[3] = 0;
}

/* Whom a datagram goes to or comes from: of a connection it is the socket's peer. */
static __always_inline void read_name(struct skbt_ends *ends, const void *from)
{
	__u32 *word = (__u32 *)ends->raddr;
	struct name name = {};

	if (bpf_probe_read_kernel(&name, 8, from))
		return;
	if (name.family == AF_INET6) {
		if (bpf_probe_read_kernel(&name, sizeof(name), from))
			return;
		__builtin_memcpy(ends->raddr, name.addr6, 16);
	} else if (name.family == AF_INET) {
		__builtin_memset(ends->raddr, 0, 16);
		if (ends->family == AF_INET6) {
			word[2] = bpf_htonl(0xffff);
			__builtin_memcpy(&word[3], name.addr4, 4);
		} else {
			__builtin_memcpy(&word[0], name.addr4, 4);
		}
	} else {
		return;
	}
	ends->rport = bpf_ntohs(name.port);
}

/*
 * ends is all 0. msg: of the call, with the address that it names, or NULL. False: no socket of IP.
 */
static __always_inline bool find_ends(struct skbt_ends *ends, struct sock *sk, struct msghdr *msg)
{
	void *name = NULL;

	ends->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (ends->family != AF_INET && ends->family != AF_INET6)
		return false;
	ends->proto = BPF_CORE_READ(sk, sk_protocol);
	ends->rport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	/* Of raw sockets it holds the protocol. */
	if (BPF_CORE_READ(sk, sk_type) != SOCK_RAW)
		ends->lport = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (ends->family == AF_INET) {
		BPF_CORE_READ_INTO((__be32 *)ends->laddr, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__be32 *)ends->raddr, sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO((struct in6_addr *)ends->laddr, sk,
				   __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)ends->raddr, sk, __sk_common.skc_v6_daddr);
	}
	if (msg && ends->proto != IPPROTO_TCP && ends->proto != IPPROTO_MPTCP)
		name = BPF_CORE_READ(msg, msg_name);
	if (name)
		read_name(ends, name);
	if (ends->family == AF_INET6 &&
	    (is_mapped(ends->raddr) || (is_zero(ends->raddr) && is_mapped(ends->laddr)))) {
		ends->family = AF_INET;
		unmap(ends->raddr);
		unmap(ends->laddr);
	}
	return true;
}

static __always_inline void put_ports(__u8 *at, const struct skbt_ends *ends, bool sent)
{
	__u16 *port = (__u16 *)at;

	port[0] = bpf_htons(sent ? ends->lport : ends->rport);
	port[1] = bpf_htons(sent ? ends->rport : ends->lport);
}

/* A frame that goes to the peer, or comes from it. Its length. */
static __always_inline __u32 make_frame(struct frame *frame, const struct skbt_ends *ends,
					bool sent)
{
	const __u8 *from = sent ? ends->laddr : ends->raddr;
	const __u8 *to = sent ? ends->raddr : ends->laddr;
	__u8 *b = frame->bytes;
	__u8 proto = ends->proto == IPPROTO_MPTCP ? IPPROTO_TCP : ends->proto;

	__builtin_memset(frame, 0, sizeof(*frame));
	if (ends->family == AF_INET) {
		*(__u16 *)(b + 12) = bpf_htons(ETH_P_IP);
		b[FRAME_L3] = 0x45;
		b[FRAME_L3 + 9] = proto;
		__builtin_memcpy(b + FRAME_L3 + 12, from, 4);
		__builtin_memcpy(b + FRAME_L3 + 16, to, 4);
		put_ports(b + FRAME_L3 + 20, ends, sent);
		return FRAME_L3 + 24;
	}
	*(__u16 *)(b + 12) = bpf_htons(ETH_P_IPV6);
	b[FRAME_L3] = 0x60;
	b[FRAME_L3 + 6] = proto;
	__builtin_memcpy(b + FRAME_L3 + 8, from, 16);
	__builtin_memcpy(b + FRAME_L3 + 24, to, 16);
	put_ports(b + FRAME_L3 + 40, ends, sent);
	return FRAME_L3 + 44;
}

#endif

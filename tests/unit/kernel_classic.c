/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_classic.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(sizeof(struct skb_cbpf) == sizeof(struct sock_filter), "one layout");

int kernel_classic_open(struct kernel_classic *k)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return -errno;
	k->from = pair[0];
	k->to = pair[1];
	return 0;
}

void kernel_classic_close(struct kernel_classic *k)
{
	close(k->from);
	close(k->to);
}

int kernel_classic_attach(const struct kernel_classic *k, const struct skb_cbpf *insns,
			  uint32_t cnt)
{
	struct sock_fprog prog = { .len = (uint16_t)cnt, .filter = (struct sock_filter *)insns };

	if (cnt > BPF_MAXINSNS)
		return -EINVAL;
	return setsockopt(k->to, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

int64_t kernel_classic_run(const struct kernel_classic *k, const uint8_t *data, uint32_t len)
{
	uint8_t buf[SKB_FILTER_WINDOW_MAX];
	ssize_t got;

	if (send(k->from, data, len, 0) != (ssize_t)len)
		return KERNEL_CLASSIC_DROPPED - (int64_t)errno;
	got = recv(k->to, buf, sizeof(buf), 0);
	if (got >= 0)
		return got;
	return errno == EAGAIN ? KERNEL_CLASSIC_DROPPED : KERNEL_CLASSIC_DROPPED - (int64_t)errno;
}

static bool shifts_by_x(const struct skb_cbpf *insn)
{
	return insn->code == (BPF_ALU | BPF_LSH | BPF_X) ||
	       insn->code == (BPF_ALU | BPF_RSH | BPF_X);
}

static bool loads_by_x(const struct skb_cbpf *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_IND;
}

/*
 * Asks the reference interpreter: instruction i, if it is reached, becomes a jump to a tail that
 * returns whether X + add >= limit, and every other end returns 0.
 */
static bool reaches_with(const struct skb_cbpf *insns, uint32_t cnt, uint32_t i, uint32_t add,
			 uint32_t limit, const uint8_t *data, uint32_t len)
{
	const struct skb_cbpf tail[] = {
		{ .code = BPF_MISC | BPF_TXA },
		{ .code = BPF_ALU | BPF_ADD | BPF_K, .k = add },
		{ .code = BPF_JMP | BPF_JGE | BPF_K, .jf = 1, .k = limit },
		{ .code = BPF_RET | BPF_K, .k = 1 },
		{ .code = BPF_RET | BPF_K, .k = 0 },
	};
	struct skb_cbpf *copy = malloc((cnt + 5) * sizeof(*copy));
	bool reached;

	if (!copy)
		abort();
	memcpy(copy, insns, cnt * sizeof(*copy));
	memcpy(copy + cnt, tail, sizeof(tail));
	for (uint32_t j = 0; j < cnt; j++) {
		if (BPF_CLASS(copy[j].code) == BPF_RET)
			copy[j] = tail[4];
	}
	copy[i] = (struct skb_cbpf){ .code = BPF_JMP | BPF_JA, .k = cnt - i - 1 };
	reached = skb_filter_run_classic(copy, cnt + 5, data, len, len);
	free(copy);
	return reached;
}

bool kernel_classic_may_differ(const struct skb_cbpf *insns, uint32_t cnt, const uint8_t *data,
			       uint32_t len)
{
	for (uint32_t i = 0; i < cnt; i++) {
		if (shifts_by_x(&insns[i]) && reaches_with(insns, cnt, i, 0, 32, data, len))
			return true;
		if (loads_by_x(&insns[i]) &&
		    reaches_with(insns, cnt, i, insns[i].k, (uint32_t)SKF_LL_OFF, data, len))
			return true;
	}
	return false;
}

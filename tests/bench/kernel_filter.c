/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "skb_filter.h"

/* A socket may have two of these without more than its share of memory, net.core.optmem_max. */
enum { PROGRAM_MAX = 1500 };

struct kernel_filter {
	struct sock_fprog programs[KERNEL_FILTER_MODES];
	uint32_t copies;
	int from, to;
};

_Static_assert(sizeof(struct skb_cbpf) == sizeof(struct sock_filter), "same layout");

static int set_program(struct sock_fprog *prog, const void *insns, uint32_t cnt, uint32_t copies)
{
	prog->len = (uint16_t)(cnt * copies);
	prog->filter = calloc(prog->len, sizeof(*prog->filter));
	if (!prog->filter)
		return -ENOMEM;
	for (uint32_t i = 0; i < copies; i++)
		memcpy(prog->filter + i * cnt, insns, cnt * sizeof(*prog->filter));
	return 0;
}

/* Every return goes on with the next copy, or drops the packet after the last. */
static void chain_copies(const struct sock_fprog *prog, uint32_t cnt)
{
	for (uint32_t i = 0; i < prog->len; i++) {
		uint32_t next = (i / cnt + 1) * cnt;

		if (BPF_CLASS(prog->filter[i].code) != BPF_RET)
			continue;
		if (next == prog->len)
			prog->filter[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
		else
			prog->filter[i] =
				(struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, next - i - 1);
	}
}

static int set_programs(struct kernel_filter *f, const struct skb_cbpf *insns, uint32_t cnt)
{
	static const struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	int err;

	err = set_program(&f->programs[KERNEL_FILTER_REAL], insns, cnt, 1);
	if (!err)
		err = set_program(&f->programs[KERNEL_FILTER_DROPS], insns, cnt, f->copies);
	if (!err)
		err = set_program(&f->programs[KERNEL_FILTER_NOTHING], &drop, 1, 1);
	if (!err)
		chain_copies(&f->programs[KERNEL_FILTER_DROPS], cnt);
	return err;
}

int kernel_filter_new(const struct skb_cbpf *insns, uint32_t cnt, uint32_t copies,
		      struct kernel_filter **out)
{
	struct kernel_filter *f;
	int pair[2], err;

	*out = NULL;
	if (cnt > PROGRAM_MAX)
		return -E2BIG;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->copies = cnt * copies > PROGRAM_MAX ? PROGRAM_MAX / cnt : copies;
	f->from = f->to = -1;
	err = set_programs(f, insns, cnt);
	if (!err && socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		err = -errno;
	if (err) {
		kernel_filter_free(f);
		return err;
	}
	f->from = pair[0];
	f->to = pair[1];
	*out = f;
	return 0;
}

uint32_t kernel_filter_copies(const struct kernel_filter *f)
{
	return f->copies;
}

void kernel_filter_free(struct kernel_filter *f)
{
	if (!f)
		return;
	if (f->from >= 0)
		close(f->from);
	if (f->to >= 0)
		close(f->to);
	for (int mode = 0; mode < KERNEL_FILTER_MODES; mode++)
		free(f->programs[mode].filter);
	free(f);
}

int kernel_filter_attach(const struct kernel_filter *f, enum kernel_filter_mode mode)
{
	return setsockopt(f->to, SOL_SOCKET, SO_ATTACH_FILTER, &f->programs[mode],
			  sizeof(f->programs[mode]))
		       ? -errno
		       : 0;
}

int kernel_filter_verdict(const struct kernel_filter *f, const uint8_t *packet, uint32_t len,
			  uint32_t *verdict)
{
	uint8_t got[2048];
	ssize_t n;
	int err;

	err = kernel_filter_attach(f, KERNEL_FILTER_REAL);
	if (err)
		return err;
	if (send(f->from, packet, len, 0) < 0)
		return -errno;
	n = recv(f->to, got, sizeof(got), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && errno != EAGAIN)
		return -errno;
	*verdict = n < 0 ? 0 : (uint32_t)n;
	return 0;
}

int kernel_filter_run(const struct kernel_filter *f, const uint8_t *packet, uint32_t len,
		      uint32_t times)
{
	struct iovec iov = { .iov_base = (void *)packet, .iov_len = len };
	struct mmsghdr batch[KERNEL_FILTER_BATCH] = { 0 };
	int sent;

	for (uint32_t i = 0; i < KERNEL_FILTER_BATCH; i++) {
		batch[i].msg_hdr.msg_iov = &iov;
		batch[i].msg_hdr.msg_iovlen = 1;
	}
	for (uint32_t done = 0; done < times; done += KERNEL_FILTER_BATCH) {
		sent = sendmmsg(f->from, batch, KERNEL_FILTER_BATCH, MSG_DONTWAIT);
		if (sent != KERNEL_FILTER_BATCH)
			return sent < 0 ? -errno : -EAGAIN;
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "netlink.h"

enum { ANSWER = 16384, SEQUENCE = 1, PATIENCE_US = 500000 };

void *netlink_begin(struct netlink_request *r, uint16_t type, bool dump, size_t size)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(r->space);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
	h->nlmsg_seq = SEQUENCE;
	return mnl_nlmsg_put_extra_header(h, size);
}

static int receive(struct mnl_socket *s, mnl_cb_t each, void *ctx)
{
	char answer[ANSWER] __attribute__((aligned(8)));
	ssize_t n;
	int more;

	do {
		n = mnl_socket_recvfrom(s, answer, sizeof(answer));
		if (n < 0)
			return -errno;
		more = mnl_cb_run(answer, n, SEQUENCE, mnl_socket_get_portid(s), each, ctx);
	} while (more > 0);
	return more < 0 ? -errno : 0;
}

int netlink_ask(int protocol, struct netlink_request *r, mnl_cb_t each, void *ctx)
{
	const struct timeval patience = { .tv_usec = PATIENCE_US };
	struct mnl_socket *s = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	int err = 0;

	if (!s)
		return -errno;
	setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(s, &r->header, r->header.nlmsg_len) < 0)
		err = -errno;
	if (!err)
		err = receive(s, each, ctx);
	mnl_socket_close(s);
	return err;
}

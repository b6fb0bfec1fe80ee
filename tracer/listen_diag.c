/* SPDX-License-Identifier: GPL-2.0-only */
#include "listen_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns_visit.h"

struct dump {
	struct listen_list *list;
	bool udp;
	__u32 netns; /* asked for; 0 = all */
	__u32 here;  /* where the thread is */
	int err;
};

static struct skbt_listener *append(struct listen_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	char(*ifnames)[SKBT_IFNAME_LEN];
	struct skbt_listener *sockets;

	if (list->count == list->room) {
		sockets = realloc(list->sockets, room * sizeof(*sockets));
		if (!sockets)
			return NULL;
		list->sockets = sockets;
		ifnames = realloc(list->ifnames, room * sizeof(*ifnames));
		if (!ifnames)
			return NULL;
		list->ifnames = ifnames;
		list->room = room;
	}
	memset(&list->sockets[list->count], 0, sizeof(*list->sockets));
	memset(list->ifnames[list->count], 0, sizeof(*list->ifnames));
	return &list->sockets[list->count++];
}

/* An IPv6 socket bound to ::ffff:a.b.c.d is one of IPv4, as the probe of new ones says. */
static void put_address(struct skbt_ends *ends, const struct inet_diag_msg *msg)
{
	bool mapped = msg->idiag_family == AF_INET6 &&
		      IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)msg->id.idiag_src);

	ends->family = mapped ? AF_INET : msg->idiag_family;
	if (ends->family == AF_INET)
		memcpy(ends->laddr, msg->id.idiag_src + (mapped ? 3 : 0), 4);
	else
		memcpy(ends->laddr, msg->id.idiag_src, 16);
}

static int take_message(struct dump *d, const struct inet_diag_msg *msg, uint8_t proto)
{
	struct skbt_listener *l;

	if (!msg->id.idiag_sport || (proto == IPPROTO_UDP && msg->id.idiag_dport))
		return 0;
	l = append(d->list);
	if (!l)
		return -ENOMEM;
	l->inode = msg->idiag_inode;
	l->netns = d->here;
	put_address(&l->ends, msg);
	l->ends.proto = proto;
	l->ends.lport = ntohs(msg->id.idiag_sport);
	/* Of a socket that listens the send queue is the length of the backlog. */
	l->backlog = proto == IPPROTO_TCP ? msg->idiag_wqueue : 0;
	l->ifindex = msg->id.idiag_if;
	if (l->ifindex)
		if_indextoname(l->ifindex, d->list->ifnames[d->list->count - 1]);
	return 0;
}

/* One datagram of the answer. 1 = it is complete, 0 = more comes. */
static int take_answer(struct dump *d, const void *data, ssize_t len, uint8_t proto)
{
	const struct nlmsghdr *h;
	int err = 0;

	for (h = data; NLMSG_OK(h, len) && !err; h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(h))->error ?: -EPROTO;
		err = take_message(d, NLMSG_DATA(h), proto);
	}
	return err;
}

static int ask(int fd, uint8_t family, uint8_t proto)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} q = {
		.header = { .nlmsg_len = sizeof(q),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.request = { .sdiag_family = family,
			     .sdiag_protocol = proto,
			     .idiag_states = 1 << (proto == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE) },
	};

	return send(fd, &q, sizeof(q), 0) < 0 ? -errno : 0;
}

static int dump_family(struct dump *d, uint8_t family, uint8_t proto)
{
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t len;
	int err;

	if (fd < 0)
		return -errno;
	err = ask(fd, family, proto);
	while (!err) {
		len = recv(fd, &answer, sizeof(answer), 0);
		if (len < 0 && errno == EINTR)
			continue;
		err = len < 0 ? -errno : take_answer(d, &answer, len, proto);
	}
	close(fd);
	return err < 0 ? err : 0;
}

/* All are asked for, also if one cannot be told, as UDP where there is no udp_diag. */
static bool dump_netns(const struct netns_place *place, void *ctx)
{
	static const struct {
		uint8_t family, proto;
	} kinds[] = {
		{ AF_INET, IPPROTO_TCP },
		{ AF_INET6, IPPROTO_TCP },
		{ AF_INET, IPPROTO_UDP },
		{ AF_INET6, IPPROTO_UDP },
	};
	struct dump *d = ctx;
	int err = 0;

	if (d->netns && place->inode != d->netns)
		return false;
	d->here = place->inode;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && err != -ENOMEM; i++) {
		if (kinds[i].proto == IPPROTO_UDP && !d->udp)
			continue;
		err = dump_family(d, kinds[i].family, kinds[i].proto);
		if (err && !d->err)
			d->err = err;
	}
	return err == -ENOMEM || d->netns;
}

int listen_list_read(struct listen_list *list, bool udp, __u32 netns)
{
	struct dump d = { .list = list, .udp = udp, .netns = netns };
	int err;

	memset(list, 0, sizeof(*list));
	err = netns_visit(dump_netns, &d, &list->complete);
	return err ? err : d.err;
}

void listen_list_close(struct listen_list *list)
{
	free(list->sockets);
	free(list->ifnames);
	memset(list, 0, sizeof(*list));
}

struct lookup {
	__u32 netns, ifindex;
	char *name;
};

static bool look_up(const struct netns_place *place, void *ctx)
{
	struct lookup *l = ctx;
	char name[IF_NAMESIZE];

	if (place->inode != l->netns)
		return false;
	if (if_indextoname(l->ifindex, name))
		memcpy(l->name, name, SKBT_IFNAME_LEN);
	return true;
}

void listen_ifname(__u32 netns, __u32 ifindex, char name[SKBT_IFNAME_LEN])
{
	struct lookup l = { .netns = netns, .ifindex = ifindex, .name = name };
	bool complete;

	memset(name, 0, SKBT_IFNAME_LEN);
	if (ifindex)
		netns_visit(look_up, &l, &complete);
}

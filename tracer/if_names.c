/* SPDX-License-Identifier: GPL-2.0-only */
#include "if_names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "if_table.h"

enum {
	PLACES = 256,        /* namespaces that are followed, each with a socket */
	MESSAGE_MAX = 32768, /* what the kernel puts into one answer to a dump */
	EVENTS = 32,
};

struct place {
	uint32_t netns;
	int fd;
};

struct if_names {
	struct netns_names *netns_names;
	unsigned int look; /* of netns_names, that the places are from */
	int epoll;
	struct place places[PLACES]; /* the first is our own namespace */
	size_t count;
	struct if_table table;
	char message[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static int ask_for_all(int fd)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* A socket of the calling thread's namespace, on which all links and then their changes come. */
static int open_socket(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err = -errno;
	if (!err)
		err = ask_for_all(fd);
	if (err)
		close(fd);
	return err ? err : fd;
}

static void take_link(struct if_names *n, uint32_t netns, struct nlmsghdr *header)
{
	struct ifinfomsg *link = NLMSG_DATA(header);
	int len = (int)IFLA_PAYLOAD(header);

	/* Bridges tell of their ports in messages of AF_BRIDGE: those are no interfaces that go. */
	if (len < 0 || link->ifi_family != AF_UNSPEC)
		return;
	if (header->nlmsg_type == RTM_DELLINK) {
		if_table_gone(&n->table, netns, link->ifi_index);
		return;
	}
	for (struct rtattr *a = IFLA_RTA(link); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_IFNAME)
			if_table_put(&n->table, netns, link->ifi_index, RTA_DATA(a));
}

static void take_messages(struct if_names *n, const struct place *p)
{
	ssize_t size;

	while ((size = recv(p->fd, n->message, sizeof(n->message), 0)) > 0 || errno == ENOBUFS) {
		struct nlmsghdr *header = (void *)n->message;

		/* Some were lost: all of them once more. */
		if (size < 0) {
			ask_for_all(p->fd);
			continue;
		}
		for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size))
			if (header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_DELLINK)
				take_link(n, p->netns, header);
	}
}

static int add_place(struct if_names *n, uint32_t netns)
{
	struct place *p = &n->places[n->count];
	struct epoll_event event = { .events = EPOLLIN };

	if (n->count == PLACES)
		return -ENOSPC;
	p->fd = open_socket();
	if (p->fd < 0)
		return p->fd;
	event.data.u32 = netns;
	if (epoll_ctl(n->epoll, EPOLL_CTL_ADD, p->fd, &event)) {
		close(p->fd);
		return -errno;
	}
	p->netns = netns;
	n->count++;
	if_table_forget(&n->table, netns);
	take_messages(n, p);
	return 0;
}

static const struct place *place_of(const struct if_names *n, uint32_t netns)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->places[i].netns == netns)
			return &n->places[i];
	return NULL;
}

static bool enter(const char *name)
{
	char path[4096];
	int fd, err;

	snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	return !err;
}

/* In a thread of its own, because setns() moves its caller. */
static void *add_places(void *arg)
{
	struct if_names *n = arg;
	const char *name;
	uint32_t netns;

	for (size_t at = 0; (name = netns_names_next(n->netns_names, &at, &netns));)
		if (!place_of(n, netns) && enter(name))
			add_place(n, netns);
	return NULL;
}

static bool is_named(const struct if_names *n, uint32_t wanted)
{
	uint32_t netns;

	for (size_t at = 0; netns_names_next(n->netns_names, &at, &netns);)
		if (netns == wanted)
			return true;
	return false;
}

/* A socket holds its namespace, which would outlive its name: it is closed as soon as that goes. */
static void drop_places(struct if_names *n)
{
	for (size_t i = n->count; i-- > 1;) {
		if (is_named(n, n->places[i].netns))
			continue;
		close(n->places[i].fd);
		if_table_gone(&n->table, n->places[i].netns, 0);
		n->places[i] = n->places[--n->count];
	}
}

/* Interfaces of namespaces whose names are not even remembered: their numbers may be others'. */
static void forget_ended(struct if_names *n)
{
	for (size_t i = 0; i < n->table.count;) {
		uint32_t netns = n->table.entries[i].netns;

		if (!place_of(n, netns) && !netns_name(n->netns_names, netns))
			if_table_forget(&n->table, netns);
		else
			while (i < n->table.count && n->table.entries[i].netns == netns)
				i++;
	}
}

static void follow_namespaces(struct if_names *n)
{
	pthread_t thread;

	n->look = netns_names_look(n->netns_names);
	drop_places(n);
	forget_ended(n);
	if (!pthread_create(&thread, NULL, add_places, n))
		pthread_join(thread, NULL);
}

struct if_names *if_names_new(struct netns_names *nn)
{
	struct if_names *n = calloc(1, sizeof(*n));
	uint32_t own = 0;

	if (!n)
		return NULL;
	n->netns_names = nn;
	n->epoll = epoll_create1(EPOLL_CLOEXEC);
	netns_inode_of("/proc/self/ns/net", &own);
	if (n->epoll < 0 || add_place(n, own)) {
		if_names_free(n);
		return NULL;
	}
	follow_namespaces(n);
	return n;
}

void if_names_free(struct if_names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->count; i++)
		close(n->places[i].fd);
	if (n->epoll >= 0)
		close(n->epoll);
	free(n);
}

void if_names_follow(struct if_names *n)
{
	struct epoll_event events[EVENTS];
	int count;

	if (n->look != netns_names_look(n->netns_names))
		follow_namespaces(n);
	count = epoll_wait(n->epoll, events, EVENTS, 0);
	for (int i = 0; i < count; i++) {
		const struct place *p = place_of(n, events[i].data.u32);

		if (p)
			take_messages(n, p);
	}
}

const char *if_name(const struct if_names *n, uint32_t netns, uint32_t ifindex)
{
	const struct if_entry *e = if_table_find(&n->table, netns, ifindex);

	return e ? e->name : NULL;
}

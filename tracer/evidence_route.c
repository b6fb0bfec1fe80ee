/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence about where packets go and come from: routes, rp_filter, neighbours, forwarding. */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "evidence_impl.h"
#include "netlink.h"
#include "verdict_names.h"

struct route {
	int error; /* 0, or what the look-up failed with, negative */
	uint8_t type;
	uint32_t ifindex;
	int gateway_family; /* 0 = none */
	uint8_t gateway[16];
};

static size_t address_size(int family)
{
	return family == AF_INET6 ? 16 : 4;
}

static int take_route(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	struct route *r = ctx;

	r->type = m->rtm_type;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		size_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == RTA_OIF && len == sizeof(r->ifindex))
			r->ifindex = mnl_attr_get_u32(a);
		if (mnl_attr_get_type(a) == RTA_GATEWAY && len <= sizeof(r->gateway)) {
			memcpy(r->gateway, mnl_attr_get_payload(a), len);
			r->gateway_family = len == 16 ? AF_INET6 : AF_INET;
		}
	}
	return MNL_CB_OK;
}

/* src NULL, iif 0: as for a packet that is made here. */
static void look_up(const struct question *q, const uint8_t *dst, const uint8_t *src, uint32_t iif,
		    struct route *r)
{
	size_t size = address_size(q->family);
	struct netlink_request request;
	struct rtmsg *m = netlink_begin(&request, RTM_GETROUTE, false, sizeof(*m));

	memset(r, 0, sizeof(*r));
	m->rtm_family = q->family;
	m->rtm_dst_len = size * 8;
	mnl_attr_put(&request.header, RTA_DST, size, dst);
	if (src) {
		m->rtm_src_len = size * 8;
		mnl_attr_put(&request.header, RTA_SRC, size, src);
	}
	if (iif)
		mnl_attr_put_u32(&request.header, RTA_IIF, iif);
	if (q->mark)
		mnl_attr_put_u32(&request.header, RTA_MARK, q->mark);
	r->error = netlink_ask(NETLINK_ROUTE, &request, take_route, r);
}

/* What a look-up fails with where the answer is a route of such a type. */
static const char *error_text(int error)
{
	switch (-error) {
	case EINVAL:
		return "blackhole";
	case EACCES:
		return "prohibit";
	case EXDEV:
		return "source address refused";
	case EADDRNOTAVAIL:
		return "refused for these addresses";
	default:
		return strerror(-error);
	}
}

/* "via 10.0.0.1 dev eth0", "blackhole", "Network is unreachable" */
static void describe_route(const struct route *r, char *text, size_t size)
{
	const char *type = route_type_name(r->type);
	char name[IF_NAMESIZE] = "?", gateway[EVIDENCE_WORD];
	bool plain = r->type == RTN_UNICAST;

	if (r->error) {
		snprintf(text, size, "%s", error_text(r->error));
		return;
	}
	if (r->ifindex)
		if_indextoname(r->ifindex, name);
	snprintf(text, size, "%s%s%s%s%s%s",
		 plain  ? ""
		 : type ? type
			: "unknown type",
		 plain || !r->ifindex ? "" : " ", r->gateway_family ? "via " : "",
		 r->gateway_family ? evidence_address(r->gateway_family, r->gateway, gateway) : "",
		 r->gateway_family ? " " : "", r->ifindex ? "dev " : "");
	if (r->ifindex)
		strncat(text, name, size - strlen(text) - 1);
}

static void put_route_values(struct evidence_item *item, const struct route *r)
{
	char name[IF_NAMESIZE], gateway[EVIDENCE_WORD];
	const char *type = route_type_name(r->type);

	if (r->error) {
		evidence_word(item, "error", error_text(r->error));
		return;
	}
	if (type)
		evidence_word(item, "type", type);
	if (r->ifindex && if_indextoname(r->ifindex, name))
		evidence_word(item, "dev", name);
	if (r->gateway_family)
		evidence_word(item, "gateway",
			      evidence_address(r->gateway_family, r->gateway, gateway));
}

/*
 * EINVAL is what a blackhole answers, and the kernel where such addresses may not come in (its own
 * source, loopback, a group that nobody has joined). Only the blackhole answers so to everybody.
 */
static void look_up_way_in(const struct question *q, struct route *r)
{
	struct route own;

	look_up(q, q->dst, q->src, q->ifindex, r);
	if (r->error != -EINVAL)
		return;
	look_up(q, q->dst, NULL, 0, &own);
	if (own.error != -EINVAL)
		r->error = -EADDRNOTAVAIL;
}

bool evidence_route(const struct question *q, struct evidence_item *item)
{
	bool came_in = !q->outgoing && q->ifindex;
	char dst[EVIDENCE_WORD], text[EVIDENCE_TEXT / 2];
	struct route r;

	if (!q->family)
		return false;
	if (came_in)
		look_up_way_in(q, &r);
	else
		look_up(q, q->dst, NULL, 0, &r);
	describe_route(&r, text, sizeof(text));
	evidence_address(q->family, q->dst, dst);
	if (came_in)
		evidence_text(item, "route to %s from %s: %s%s", dst, q->ifname, text,
			      !r.error && r.ifindex == q->ifindex ? ", back where it came from"
								  : "");
	else
		evidence_text(item, "route to %s: %s", dst, text);
	put_route_values(item, &r);
	return true;
}

bool evidence_rp_filter(const struct question *q, struct evidence_item *item)
{
	char src[EVIDENCE_WORD], text[EVIDENCE_TEXT / 2];
	int64_t all, own;
	struct route r;

	if (q->family != AF_INET || !q->ifname[0] ||
	    !evidence_sysctl("ipv4/conf/all/rp_filter", NULL, &all) ||
	    !evidence_sysctl("ipv4/conf/%s/rp_filter", q->ifname, &own))
		return false;
	look_up(q, q->src, NULL, 0, &r);
	describe_route(&r, text, sizeof(text));
	evidence_text(item, "rp_filter %d on %s (all %d, %s %d); route back to %s: %s",
		      (int)(all > own ? all : own), q->ifname, (int)all, q->ifname, (int)own,
		      evidence_address(AF_INET, q->src, src), text);
	evidence_number(item, "effective", all > own ? all : own);
	evidence_number(item, "all", all);
	evidence_number(item, "interface", own);
	put_route_values(item, &r);
	return true;
}

struct neighbour {
	bool found;
	uint16_t state;
	size_t mac_len;
	uint8_t mac[6];
};

static int take_neighbour(const struct nlmsghdr *h, void *ctx)
{
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	struct neighbour *n = ctx;

	n->found = true;
	n->state = m->ndm_state;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		if (mnl_attr_get_type(a) != NDA_LLADDR || mnl_attr_get_payload_len(a) != 6)
			continue;
		memcpy(n->mac, mnl_attr_get_payload(a), 6);
		n->mac_len = 6;
	}
	return MNL_CB_OK;
}

static const char *state_name(uint16_t state)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} names[] = {
		{ NUD_INCOMPLETE, "INCOMPLETE" }, { NUD_REACHABLE, "REACHABLE" },
		{ NUD_STALE, "STALE" },           { NUD_DELAY, "DELAY" },
		{ NUD_PROBE, "PROBE" },           { NUD_FAILED, "FAILED" },
		{ NUD_NOARP, "NOARP" },           { NUD_PERMANENT, "PERMANENT" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (state & names[i].bit)
			return names[i].name;
	return "NONE";
}

/* The next hop: what the packet carries, else what a look-up says. */
static bool next_hop(const struct question *q, int *family, uint8_t *addr, uint32_t *ifindex)
{
	struct route r = { .ifindex = q->out_ifindex, .gateway_family = q->gateway_family };

	memcpy(r.gateway, q->gateway, sizeof(r.gateway));
	if (!r.ifindex)
		look_up(q, q->dst, NULL, 0, &r);
	if (r.error || !r.ifindex)
		return false;
	*family = r.gateway_family ? r.gateway_family : q->family;
	*ifindex = r.ifindex;
	memcpy(addr, r.gateway_family ? r.gateway : q->dst, 16);
	return true;
}

bool evidence_neighbour(const struct question *q, struct evidence_item *item)
{
	char address[EVIDENCE_WORD], name[IF_NAMESIZE] = "?", mac[EVIDENCE_WORD] = "";
	struct netlink_request request;
	struct neighbour n = { 0 };
	struct ndmsg *m;
	uint32_t ifindex;
	uint8_t addr[16];
	int family, err;

	if (!q->family || !next_hop(q, &family, addr, &ifindex))
		return false;
	m = netlink_begin(&request, RTM_GETNEIGH, false, sizeof(*m));
	m->ndm_family = family;
	m->ndm_ifindex = ifindex;
	mnl_attr_put(&request.header, NDA_DST, address_size(family), addr);
	err = netlink_ask(NETLINK_ROUTE, &request, take_neighbour, &n);
	if (err && err != -ENOENT)
		return false;
	if_indextoname(ifindex, name);
	evidence_address(family, addr, address);
	if (n.mac_len)
		evidence_mac_text(n.mac, mac);
	evidence_text(item, "neighbour %s on %s: %s%s%s", address, name,
		      n.found ? state_name(n.state) : "no entry", *mac ? " " : "", mac);
	evidence_word(item, "address", address);
	evidence_word(item, "dev", name);
	evidence_word(item, "state", n.found ? state_name(n.state) : "no entry");
	if (*mac)
		evidence_word(item, "mac", mac);
	return true;
}

bool evidence_forwarding(const struct question *q, struct evidence_item *item)
{
	bool six = q->family == AF_INET6;
	int64_t all, own;

	if (!q->family || !q->ifname[0] ||
	    !evidence_sysctl(six ? "ipv6/conf/all/forwarding" : "ipv4/conf/all/forwarding", NULL,
			     &all) ||
	    !evidence_sysctl(six ? "ipv6/conf/%s/forwarding" : "ipv4/conf/%s/forwarding", q->ifname,
			     &own))
		return false;
	evidence_text(item, "net.ipv%c.conf.%s.forwarding = %d, of all %d", six ? '6' : '4',
		      q->ifname, (int)own, (int)all);
	evidence_number(item, "interface", own);
	evidence_number(item, "all", all);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence about interfaces: addresses, MTU, state, XDP, bridge ports. */
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "evidence_impl.h"
#include "netlink.h"

enum {
	VLANS = 8, /* named in a text */
	IF_OPER_LAST = 6,
};

struct vlan {
	uint16_t flags, id;
};

struct link {
	bool found;
	uint32_t ifindex, mtu, flags, master, xdp_id;
	uint8_t operstate, carrier, xdp_mode;
	bool has_mac, has_state, has_carrier, vlan_filtering;
	uint8_t mac[6], port_state;
	char name[IF_NAMESIZE], kind[16], port_kind[16];
	struct vlan vlans[VLANS];
	unsigned int vlan_count; /* all, also those not in the list */
};

static void copy_name(char *to, size_t size, const struct nlattr *a)
{
	snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(a), mnl_attr_get_str(a));
}

static void read_port(const struct nlattr *data, struct link *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, data)
	{
		if (mnl_attr_get_type(a) != IFLA_BRPORT_STATE)
			continue;
		l->port_state = mnl_attr_get_u8(a);
		l->has_state = true;
	}
}

static void read_bridge(const struct nlattr *data, struct link *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, data)
	{
		if (mnl_attr_get_type(a) == IFLA_BR_VLAN_FILTERING)
			l->vlan_filtering = mnl_attr_get_u8(a);
	}
}

static void read_info(const struct nlattr *info, struct link *l)
{
	const struct nlattr *a, *data = NULL, *port = NULL;

	mnl_attr_for_each_nested(a, info)
	{
		switch (mnl_attr_get_type(a)) {
		case IFLA_INFO_KIND:
			copy_name(l->kind, sizeof(l->kind), a);
			break;
		case IFLA_INFO_SLAVE_KIND:
			copy_name(l->port_kind, sizeof(l->port_kind), a);
			break;
		case IFLA_INFO_DATA:
			data = a;
			break;
		case IFLA_INFO_SLAVE_DATA:
			port = a;
			break;
		}
	}
	/* What the data mean depends on the kind. */
	if (port && strcmp(l->port_kind, "bridge") == 0)
		read_port(port, l);
	if (data && strcmp(l->kind, "bridge") == 0)
		read_bridge(data, l);
}

static void read_xdp(const struct nlattr *xdp, struct link *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, xdp)
	{
		if (mnl_attr_get_type(a) == IFLA_XDP_ATTACHED)
			l->xdp_mode = mnl_attr_get_u8(a);
		if (mnl_attr_get_type(a) == IFLA_XDP_PROG_ID)
			l->xdp_id = mnl_attr_get_u32(a);
	}
}

static void read_attribute(const struct nlattr *a, struct link *l)
{
	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		copy_name(l->name, sizeof(l->name), a);
		break;
	case IFLA_ADDRESS:
		l->has_mac = mnl_attr_get_payload_len(a) == sizeof(l->mac);
		if (l->has_mac)
			memcpy(l->mac, mnl_attr_get_payload(a), sizeof(l->mac));
		break;
	case IFLA_MTU:
		l->mtu = mnl_attr_get_u32(a);
		break;
	case IFLA_MASTER:
		l->master = mnl_attr_get_u32(a);
		break;
	case IFLA_OPERSTATE:
		l->operstate = mnl_attr_get_u8(a);
		break;
	case IFLA_CARRIER:
		l->carrier = mnl_attr_get_u8(a);
		l->has_carrier = true;
		break;
	case IFLA_LINKINFO:
		read_info(a, l);
		break;
	case IFLA_XDP:
		read_xdp(a, l);
		break;
	}
}

static int take_link(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	struct link *l = ctx;

	l->found = true;
	l->ifindex = m->ifi_index;
	l->flags = m->ifi_flags;
	mnl_attr_for_each(a, h, sizeof(*m)) read_attribute(a, l);
	return MNL_CB_OK;
}

static bool get_link(uint32_t ifindex, struct link *l)
{
	struct netlink_request request;
	struct ifinfomsg *m;

	memset(l, 0, sizeof(*l));
	if (!ifindex)
		return false;
	m = netlink_begin(&request, RTM_GETLINK, false, sizeof(*m));
	m->ifi_index = ifindex;
	return netlink_ask(NETLINK_ROUTE, &request, take_link, l) == 0 && l->found;
}

bool evidence_mac(const struct question *q, struct evidence_item *item)
{
	char to[EVIDENCE_WORD], own[EVIDENCE_WORD];
	struct link l;

	if (!q->has_mac || !get_link(q->ifindex, &l) || !l.has_mac)
		return false;
	evidence_mac_text(q->mac, to);
	evidence_mac_text(l.mac, own);
	evidence_text(item, "frame to %s, %s has %s", to, l.name, own);
	evidence_word(item, "destination", to);
	evidence_word(item, "interface", own);
	return true;
}

bool evidence_mtu(const struct question *q, struct evidence_item *item)
{
	uint32_t ifindex = q->out_ifindex ? q->out_ifindex : q->ifindex;
	struct link l;

	if (!get_link(ifindex, &l))
		return false;
	evidence_text(item, "packet of %u B, MTU of %s %u B", q->len, l.name, l.mtu);
	evidence_word(item, "dev", l.name);
	evidence_number(item, "mtu", l.mtu);
	evidence_number(item, "len", q->len);
	return true;
}

/* RFC 2863, as ip link shows them. */
static const char *operstate_name(uint8_t state)
{
	static const char *const names[IF_OPER_LAST + 1] = {
		"UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP",
	};

	return state <= IF_OPER_LAST ? names[state] : "?";
}

bool evidence_link(const struct question *q, struct evidence_item *item)
{
	struct link l;

	if (!get_link(q->ifindex ? q->ifindex : q->out_ifindex, &l))
		return false;
	evidence_text(item, "%s (%s) is %s, state %s%s", l.name, *l.kind ? l.kind : "device",
		      l.flags & IFF_UP ? "up" : "down", operstate_name(l.operstate),
		      l.has_carrier && !l.carrier ? ", no carrier" : "");
	evidence_word(item, "dev", l.name);
	evidence_word(item, "kind", *l.kind ? l.kind : "device");
	evidence_number(item, "up", !!(l.flags & IFF_UP));
	evidence_word(item, "state", operstate_name(l.operstate));
	evidence_number(item, "carrier", l.carrier);
	return true;
}

bool evidence_xdp(const struct question *q, struct evidence_item *item)
{
	static const char *const modes[] = { "none", "driver", "generic", "offloaded", "several" };
	struct link l;

	if (!get_link(q->ifindex, &l) || l.xdp_mode >= sizeof(modes) / sizeof(modes[0]))
		return false;
	if (l.xdp_mode)
		evidence_text(item, "XDP program %u on %s, %s", l.xdp_id, l.name,
			      modes[l.xdp_mode]);
	else
		evidence_text(item, "no XDP program on %s", l.name);
	evidence_word(item, "mode", modes[l.xdp_mode]);
	evidence_number(item, "program", l.xdp_id);
	return true;
}

static void read_vlans(const struct nlattr *list, struct link *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, list)
	{
		struct bridge_vlan_info info;

		if (mnl_attr_get_type(a) != IFLA_BRIDGE_VLAN_INFO ||
		    mnl_attr_get_payload_len(a) < sizeof(info))
			continue;
		memcpy(&info, mnl_attr_get_payload(a), sizeof(info));
		if (l->vlan_count < VLANS)
			l->vlans[l->vlan_count] = (struct vlan){ info.flags, info.vid };
		l->vlan_count++;
	}
}

static int take_vlans(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	struct link *l = ctx;

	if ((uint32_t)m->ifi_index != l->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		if (mnl_attr_get_type(a) == IFLA_AF_SPEC)
			read_vlans(a, l);
	}
	return MNL_CB_OK;
}

/* Only a dump has them. */
static void get_vlans(struct link *l)
{
	struct netlink_request request;
	struct ifinfomsg *m = netlink_begin(&request, RTM_GETLINK, true, sizeof(*m));

	m->ifi_family = AF_BRIDGE;
	mnl_attr_put_u32(&request.header, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN);
	netlink_ask(NETLINK_ROUTE, &request, take_vlans, l);
}

static void put_vlans(const struct link *l, char *text, size_t size)
{
	size_t used = 0;

	for (unsigned int i = 0; i < l->vlan_count && i < VLANS && used < size; i++)
		used += snprintf(text + used, size - used, "%s%u%s", i ? ", " : "", l->vlans[i].id,
				 l->vlans[i].flags & BRIDGE_VLAN_INFO_PVID ? " PVID" : "");
	if (l->vlan_count > VLANS && used < size)
		snprintf(text + used, size - used, ", ...");
	if (!l->vlan_count)
		snprintf(text, size, "none");
}

bool evidence_bridge_port(const struct question *q, struct evidence_item *item)
{
	static const char *const states[] = { "disabled", "listening", "learning", "forwarding",
					      "blocking" };
	struct link l, bridge;
	char vlans[EVIDENCE_TEXT / 2];
	const char *state;

	if (!get_link(q->ifindex, &l) || !l.has_state || !get_link(l.master, &bridge))
		return false;
	get_vlans(&l);
	state = l.port_state <= BR_STATE_BLOCKING ? states[l.port_state] : "?";
	put_vlans(&l, vlans, sizeof(vlans));
	evidence_text(item, "%s is a port of %s, %s; VLAN filtering %s, VLANs: %s", l.name,
		      bridge.name, state, bridge.vlan_filtering ? "on" : "off", vlans);
	evidence_word(item, "bridge", bridge.name);
	evidence_word(item, "state", state);
	evidence_number(item, "vlan_filtering", bridge.vlan_filtering);
	evidence_word(item, "vlans", vlans);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "changes.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <string.h>

#include "digits.h"
#include "verdict_names.h"

enum {
	VLAN_VID_MASK = 0xfff,
	TUNNEL_MIN = 20, /* bytes of the smallest header that a tunnel adds: IPIP */
};

/* Protocols that carry packets; port 0 = whatever the port. */
static const struct tunnel {
	const char *proto;
	uint16_t port;
	const char *name;
} tunnels[] = {
	{ "UDP", 4789, "VXLAN" },      { "UDP", 8472, "VXLAN" }, /* Linux's own default */
	{ "UDP", 6081, "GENEVE" },     { "UDP", 2152, "GTP" },   { "UDP", 1701, "L2TP" },
	{ "UDP", 51820, "WIREGUARD" }, { "UDP", 4500, "ESP" }, /* RFC 3948 */
	{ "GRE", 0, "GRE" },           { "IPIP", 0, "IPIP" },    { "IPV6", 0, "SIT" },
	{ "ESP", 0, "ESP" },           { "L2TP", 0, "L2TP" },    { "MPLS", 0, "MPLS" },
};

static const char *tunnel_of(const struct packet_state *s)
{
	for (size_t i = 0; s->proto && i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
		if (strcmp(tunnels[i].proto, s->proto) == 0 &&
		    (!tunnels[i].port || (s->has_ports && tunnels[i].port == s->dport)))
			return tunnels[i].name;
	return NULL;
}

static uint16_t vlan_of(const struct skbt_record *rec)
{
	const uint8_t *tag = rec->bytes + 2 * ETH_ALEN;
	uint16_t type = tag[0] << 8 | tag[1];

	if (rec->vlan_proto)
		return rec->vlan_tci & VLAN_VID_MASK;
	if (rec->start == SKBT_L2 && rec->caplen >= ETH_HLEN + 2 &&
	    (type == ETH_P_8021Q || type == ETH_P_8021AD))
		return (tag[2] << 8 | tag[3]) & VLAN_VID_MASK;
	return VLAN_NONE;
}

static void flow_of(const struct packet *p, const struct packet_state *before,
		    struct packet_state *s)
{
	/* Without a header a protocol may still be known, from skb->protocol: of no use here. */
	if (!p->family && before && before->family) {
		s->proto = before->proto;
		s->family = before->family;
		memcpy(s->src, before->src, sizeof(s->src));
		memcpy(s->dst, before->dst, sizeof(s->dst));
	} else {
		s->proto = p->proto;
		s->family = p->family;
		memcpy(s->src, p->src, sizeof(s->src));
		memcpy(s->dst, p->dst, sizeof(s->dst));
	}
	if (p->has_ports) {
		s->has_ports = true;
		s->sport = p->sport;
		s->dport = p->dport;
	} else if (before && before->proto == s->proto) {
		s->has_ports = before->has_ports;
		s->sport = before->sport;
		s->dport = before->dport;
	}
}

void packet_state_of(const struct event *ev, const struct packet_state *before,
		     struct packet_state *s)
{
	const struct skbt_record *rec = ev->rec;

	memset(s, 0, sizeof(*s));
	flow_of(&ev->packet, before, s);
	memcpy(s->ifname, rec->ifname[0] || !before ? rec->ifname : before->ifname,
	       sizeof(s->ifname));
	s->netns = rec->netns || !before ? rec->netns : before->netns;
	s->wirelen = rec->start != SKBT_NO_HEADER || !before ? rec->wirelen : before->wirelen;
	s->mark = rec->mark;
	s->len = rec->len;
	s->vlan = vlan_of(rec);
	s->ip_summed = rec->ip_summed;
	s->ct_info = rec->ct_info;
}

/* NULL as text: there is none. */
static struct change *add(struct changes *out, const char *what, bool has_column)
{
	struct change *c = &out->list[out->count++];

	c->what = what;
	c->has_column = has_column;
	c->from_known = c->to_known = true;
	c->from[0] = c->to[0] = '\0';
	return c;
}

static void number(char *to, uint64_t n)
{
	to[put_decimal(to, n, 1)] = '\0';
}

static void add_numbers(struct changes *out, const char *what, bool has_column, uint64_t from,
			uint64_t to)
{
	struct change *c = add(out, what, has_column);

	number(c->from, from);
	number(c->to, to);
}

static void copy_text(char *to, bool *known, const char *text)
{
	size_t len = text ? strnlen(text, CHANGE_TEXT - 1) : 0;

	*known = text;
	memcpy(to, text ? text : "", len);
	to[len] = '\0';
}

static void add_texts(struct changes *out, const char *what, bool has_column, const char *from,
		      const char *to)
{
	struct change *c = add(out, what, has_column);

	copy_text(c->from, &c->from_known, from);
	copy_text(c->to, &c->to_known, to);
}

static void add_addresses(struct changes *out, const char *what, const struct packet_state *before,
			  const uint8_t *from, const struct packet_state *after, const uint8_t *to)
{
	struct change *c = add(out, what, false);

	c->from[put_ip_address(c->from, before->family, from)] = '\0';
	c->to[put_ip_address(c->to, after->family, to)] = '\0';
}

/* "10.0.0.1 > 10.0.0.2 ICMP" */
static void put_flow(char *to, const struct packet_state *s, const char *proto)
{
	to += put_ip_address(to, s->family, s->src);
	to = stpcpy(to, " > ");
	to += put_ip_address(to, s->family, s->dst);
	*to++ = ' ';
	stpcpy(to, proto ? proto : "-");
}

/* A header of a tunnel came or went: no addresses were changed then. */
static bool compare_tunnels(const struct packet_state *a, const struct packet_state *b,
			    struct changes *out)
{
	bool on = b->wirelen >= a->wirelen + TUNNEL_MIN;
	bool off = a->wirelen >= b->wirelen + TUNNEL_MIN;
	const char *from, *to;
	struct change *c;

	if (!on && !off)
		return false;
	from = tunnel_of(a);
	to = tunnel_of(b);
	if (on ? !to : !from)
		return false;
	c = add(out, on ? "encapsulated" : "decapsulated", false);
	put_flow(c->from, a, from ? from : a->proto);
	put_flow(c->to, b, to ? to : b->proto);
	return true;
}

static void compare_flows(const struct packet_state *a, const struct packet_state *b,
			  struct changes *out)
{
	bool src = a->family != b->family || memcmp(a->src, b->src, sizeof(a->src)) != 0;
	bool dst = a->family != b->family || memcmp(a->dst, b->dst, sizeof(a->dst)) != 0;
	bool proto = a->proto && b->proto && strcmp(a->proto, b->proto) != 0;
	bool ports = a->has_ports && b->has_ports;

	if (!a->family || !b->family)
		return;
	if ((src || dst || proto) && compare_tunnels(a, b, out))
		return;
	if (src)
		add_addresses(out, "src", a, a->src, b, b->src);
	if (ports && a->sport != b->sport)
		add_numbers(out, "sport", false, a->sport, b->sport);
	if (dst)
		add_addresses(out, "dst", a, a->dst, b, b->dst);
	if (ports && a->dport != b->dport)
		add_numbers(out, "dport", false, a->dport, b->dport);
	if (proto)
		add_texts(out, "proto", false, a->proto, b->proto);
}

static void compare_ifaces(const struct packet_state *a, const struct packet_state *b,
			   struct changes *out)
{
	struct change *c;

	if (memcmp(a->ifname, b->ifname, sizeof(a->ifname)) == 0)
		return;
	c = add(out, "iface", true);
	c->from_known = a->ifname[0];
	memcpy(c->from, a->ifname, sizeof(a->ifname));
	c->from[sizeof(a->ifname)] = '\0';
	memcpy(c->to, b->ifname, sizeof(b->ifname));
	c->to[sizeof(b->ifname)] = '\0';
}

static void compare_vlans(const struct packet_state *a, const struct packet_state *b,
			  struct changes *out)
{
	struct change *c;

	if (a->vlan == b->vlan)
		return;
	c = add(out, "vlan", false);
	c->from_known = a->vlan != VLAN_NONE;
	c->to_known = b->vlan != VLAN_NONE;
	if (c->from_known)
		number(c->from, a->vlan);
	if (c->to_known)
		number(c->to, b->vlan);
}

static void put_mark(char *to, uint32_t mark)
{
	to = stpcpy(to, "0x");
	to[put_hex(to, mark, 1)] = '\0';
}

static void compare_marks(const struct packet_state *a, const struct packet_state *b,
			  struct changes *out)
{
	struct change *c;

	if (a->mark == b->mark)
		return;
	c = add(out, "mark", false);
	put_mark(c->from, a->mark);
	put_mark(c->to, b->mark);
}

/* linux/skbuff.h, CHECKSUM_NONE to CHECKSUM_PARTIAL */
static const char *checksum_name(uint8_t ip_summed)
{
	static const char *const names[] = { "NONE", "UNNECESSARY", "COMPLETE", "PARTIAL" };

	return names[ip_summed & 3];
}

bool changes_between(const struct packet_state *a, const struct packet_state *b,
		     struct changes *out)
{
	out->count = 0;
	if (memcmp(a, b, sizeof(*a)) == 0)
		return false;
	compare_flows(a, b, out);
	if (a->netns && a->netns != b->netns)
		add_numbers(out, "netns", true, a->netns, b->netns);
	compare_ifaces(a, b, out);
	compare_vlans(a, b, out);
	compare_marks(a, b, out);
	if (a->len != b->len)
		add_numbers(out, "len", true, a->len, b->len);
	if (a->ip_summed != b->ip_summed)
		add_texts(out, "csum", false, checksum_name(a->ip_summed),
			  checksum_name(b->ip_summed));
	if (a->ct_info != b->ct_info)
		add_texts(out, "ct", false, ct_state_name(a->ct_info), ct_state_name(b->ct_info));
	return true;
}

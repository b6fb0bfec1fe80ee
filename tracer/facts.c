/* SPDX-License-Identifier: GPL-2.0-only */
#include "facts.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "decode_impl.h"

enum {
	DEVICE_UP = 1, /* IFF_UP of linux/if.h, which does not go with the C library's */
	IPV6_HEADER = 40,
	ICMP6 = 58,
	FRAGMENT_BITS = 0x3fff, /* offset and MF */
	DF_BIT = 0x4000,
	CHECKSUM_PARTIAL = 3, /* skb->ip_summed: the device is to write it */
	TCP_FIN_SYN_RST_ACK = 0x17,
	TCP_FIN_BIT = 0x01,
	TCP_SYN_BIT = 0x02,
	TCP_ACK_BIT = 0x10,
};

enum checksum { CSUM_UNKNOWN, CSUM_GOOD, CSUM_BAD };

/* The parts of a packet that facts are made of. */
struct view {
	const struct event *ev;
	const struct skbt_record *rec;
	const struct skbt_drop *drop; /* never NULL */
	struct bytes ip;              /* from the IP header on; empty = there is none */
	struct bytes l4;              /* behind it; empty also for later fragments */
	uint32_t ip_room;             /* bytes from the IP header to the packet's end */
	uint32_t ip_len;              /* that the IP header says */
	uint16_t ethertype;
	uint8_t version; /* 4, 6, by EtherType; 0 = no IP */
	uint8_t protocol;
	enum checksum checksum; /* of TCP, UDP or ICMP */
};

static void find_ip(struct view *v)
{
	const struct skbt_record *rec = v->rec;
	struct bytes frame = { rec->bytes, rec->caplen < SKBT_SNAP ? rec->caplen : SKBT_SNAP };
	size_t at = 2 * ETH_ALEN;

	if (rec->start == SKBT_NO_HEADER)
		return;
	v->ethertype = get_u16(frame, at);
	while (v->ethertype == ETH_P_8021Q || v->ethertype == ETH_P_8021AD) {
		at += 4;
		v->ethertype = get_u16(frame, at);
	}
	v->version = v->ethertype == ETH_P_IP ? 4 : v->ethertype == ETH_P_IPV6 ? 6 : 0;
	if (!v->version)
		return;
	v->ip = skip(frame, at + 2);
	v->ip_room = rec->wirelen > at + 2 ? rec->wirelen - (at + 2) : 0;
}

static void find_l4(struct view *v)
{
	size_t header = IPV6_HEADER;

	if (v->version == 4) {
		header = (get_u8(v->ip, 0) & 15) * 4;
		v->ip_len = get_u16(v->ip, 2);
		v->protocol = get_u8(v->ip, 9);
		if (header < 20 || get_u16(v->ip, 6) & (FRAGMENT_BITS >> 1))
			return;
	} else {
		v->ip_len = get_u16(v->ip, 4) + IPV6_HEADER;
		v->protocol = get_u8(v->ip, 6);
	}
	v->l4 = skip(v->ip, header);
}

static void look_at(struct view *v, const struct event *ev)
{
	static const struct skbt_drop nothing;

	*v = (struct view){ .ev = ev, .rec = ev->rec, .drop = ev->drop ? ev->drop : &nothing };
	find_ip(v);
	if (v->version)
		find_l4(v);
}

static bool knows(const struct view *v, enum skbt_drop_known what)
{
	return v->drop->known & what;
}

static bool is_otherhost(const struct view *v)
{
	return v->rec->pkt_type == PACKET_OTHERHOST;
}

static bool mac_is_ours(const struct view *v)
{
	return knows(v, SKBT_KNOWN_DEVICE) && v->rec->start == SKBT_L2 &&
	       v->rec->caplen >= ETH_ALEN &&
	       memcmp(v->rec->bytes, v->drop->dev_addr, ETH_ALEN) == 0;
}

static bool is_group(const struct view *v, const uint8_t *addr)
{
	return v->version == 4 ? addr[0] >= 224 : v->version == 6 && addr[0] == 0xff;
}

static const uint8_t *source(const struct view *v)
{
	static const uint8_t none[16];

	if (v->version == 4 && v->ip.len >= 20)
		return v->ip.at + 12;
	return v->version == 6 && v->ip.len >= IPV6_HEADER ? v->ip.at + 8 : none;
}

static const uint8_t *destination(const struct view *v)
{
	static const uint8_t none[16];

	if (v->version == 4 && v->ip.len >= 20)
		return v->ip.at + 16;
	return v->version == 6 && v->ip.len >= IPV6_HEADER ? v->ip.at + 24 : none;
}

/* What a host sends to a group it may get itself, as PACKET_LOOPBACK. */
static bool group_traffic(const struct view *v)
{
	return v->rec->pkt_type == PACKET_BROADCAST || v->rec->pkt_type == PACKET_MULTICAST ||
	       v->rec->pkt_type == PACKET_LOOPBACK;
}

/* Only the route tells a broadcast to the addresses of a network (10.0.0.255) from unicast. */
static bool in_group_frame(const struct view *v)
{
	uint8_t type = v->rec->route.type;

	return v->version && group_traffic(v) && !is_group(v, destination(v)) &&
	       knows(v, SKBT_KNOWN_ROUTE) && (type == RTN_UNICAST || type == RTN_LOCAL);
}

static bool ttl_out(const struct view *v)
{
	return v->version && v->ip.len >= 9 && get_u8(v->ip, v->version == 4 ? 8 : 7) <= 1;
}

static bool too_big(const struct view *v)
{
	return v->version && knows(v, SKBT_KNOWN_ROUTE) && !v->rec->gso_size &&
	       v->ip_len > v->drop->route_mtu;
}

static bool dont_fragment(const struct view *v)
{
	return v->version == 4 && get_u16(v->ip, 6) & DF_BIT;
}

static bool bad_header(const struct view *v)
{
	if (!v->version || !v->ip.len)
		return false;
	if (get_u8(v->ip, 0) >> 4 != v->version)
		return true;
	return v->version == 4 && ((get_u8(v->ip, 0) & 15) < 5 ||
				   (v->ip.len >= 4 && v->ip_len < (get_u8(v->ip, 0) & 15) * 4u));
}

static uint32_t add_words(struct bytes b, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get_u16(b, i);
	return len % 2 ? sum + (get_u8(b, len - 1) << 8) : sum;
}

/* RFC 1071 */
static bool adds_up(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static bool bad_header_csum(const struct view *v)
{
	size_t len = (get_u8(v->ip, 0) & 15) * 4;

	return v->version == 4 && len >= 20 && len <= v->ip.len &&
	       !adds_up(add_words(v->ip, len, 0));
}

static bool truncated(const struct view *v)
{
	if (!v->version)
		return false;
	return v->ip.len < (v->version == 4 ? 20u : IPV6_HEADER) || v->ip_len > v->ip_room;
}

static enum checksum judged(uint32_t sum)
{
	return adds_up(sum) ? CSUM_GOOD : CSUM_BAD;
}

/* Known only where all of the packet is in the record, and the checksum is to be there. */
static enum checksum checksum_of(const struct view *v)
{
	size_t size = v->version == 4 ? 4 : 16;
	size_t len = v->ip_len - (v->ip.len - v->l4.len);
	struct bytes src = { source(v), size }, dst = { destination(v), size };
	uint32_t sum = v->protocol + (uint32_t)len;

	if (!v->l4.len || v->ip_len < v->ip.len - v->l4.len || len > v->l4.len || len < 8 ||
	    v->rec->ip_summed == CHECKSUM_PARTIAL)
		return CSUM_UNKNOWN;
	if (v->version == 4 && get_u16(v->ip, 6) & FRAGMENT_BITS)
		return CSUM_UNKNOWN;
	switch (v->protocol) {
	case IPPROTO_UDP:
		if (v->version == 4 && !get_u16(v->l4, 6))
			return CSUM_GOOD; /* none is needed */
		break;
	case IPPROTO_ICMP:
		return v->version == 4 ? judged(add_words(v->l4, len, 0)) : CSUM_UNKNOWN;
	case IPPROTO_TCP:
	case ICMP6:
		break;
	default:
		return CSUM_UNKNOWN;
	}
	return judged(add_words(v->l4, len, add_words(src, size, add_words(dst, size, sum))));
}

static bool bad_csum(const struct view *v)
{
	return v->checksum == CSUM_BAD;
}

static bool good_csum(const struct view *v)
{
	return v->checksum == CSUM_GOOD || v->drop->csum_valid ||
	       v->rec->ip_summed == CHECKSUM_PARTIAL;
}

static bool unsure_csum(const struct view *v)
{
	return v->version && !good_csum(v);
}

static bool ip_options(const struct view *v)
{
	return v->version == 4 && (get_u8(v->ip, 0) & 15) > 5;
}

static bool has_route(const struct view *v)
{
	return knows(v, SKBT_KNOWN_ROUTE);
}

static bool forwarding_off(const struct view *v)
{
	return (v->version == 4 && knows(v, SKBT_KNOWN_IPV4) && !v->drop->forwarding4) ||
	       (v->version == 6 && knows(v, SKBT_KNOWN_IPV6) && !v->drop->forwarding6);
}

static bool route_is(const struct view *v, uint8_t type, int error)
{
	return knows(v, SKBT_KNOWN_ROUTE) &&
	       (v->rec->route.type == type || v->drop->route_error == error);
}

static bool route_prohibits(const struct view *v)
{
	return route_is(v, RTN_PROHIBIT, -EACCES);
}

static bool route_blackhole(const struct view *v)
{
	return route_is(v, RTN_BLACKHOLE, -EINVAL);
}

static bool route_unreachable(const struct view *v)
{
	return knows(v, SKBT_KNOWN_ROUTE) && v->drop->route_error == -EHOSTUNREACH;
}

/* For IPv6 also what a rule of type unreachable says (fib6_rule_action of net/ipv6/fib6_rules.c).
 */
static bool no_route(const struct view *v)
{
	return knows(v, SKBT_KNOWN_ROUTE) && v->drop->route_error == -ENETUNREACH;
}

static bool rp_filter(const struct view *v)
{
	return v->version == 4 && v->drop->rp_filter;
}

static bool rp_loose(const struct view *v)
{
	return v->version == 4 && v->drop->rp_filter == 2;
}

static bool src_own(const struct view *v)
{
	return v->drop->own_src;
}

static bool src_group(const struct view *v)
{
	return v->version && is_group(v, source(v));
}

static bool is_loopback(const struct view *v, const uint8_t *addr)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return v->version == 4 ? addr[0] == 127
			       : v->version == 6 && memcmp(addr, loopback6, 16) == 0;
}

static bool src_loopback(const struct view *v)
{
	return is_loopback(v, source(v));
}

static bool dst_loopback(const struct view *v)
{
	return is_loopback(v, destination(v));
}

static bool dst_multicast(const struct view *v)
{
	return v->version && is_group(v, destination(v)) &&
	       (v->version == 6 || destination(v)[0] < 240);
}

static bool dev_down(const struct view *v)
{
	return knows(v, SKBT_KNOWN_DEVICE) && !(v->drop->dev_flags & DEVICE_UP);
}

static bool no_carrier(const struct view *v)
{
	return v->drop->no_carrier;
}

static bool ipv6_off(const struct view *v)
{
	return v->drop->disable_ipv6;
}

static bool is_tcp(const struct view *v)
{
	return v->version && v->protocol == IPPROTO_TCP;
}

static bool is_syn(const struct view *v)
{
	return is_tcp(v) && (get_u8(v->l4, 13) & TCP_FIN_SYN_RST_ACK) == TCP_SYN_BIT;
}

static bool is_fin(const struct view *v)
{
	return is_tcp(v) && (get_u8(v->l4, 13) & TCP_FIN_SYN_RST_ACK & ~TCP_ACK_BIT) == TCP_FIN_BIT;
}

/* Without headers (on a socket's queue) the skb has only the data. */
static bool tcp_no_data(const struct view *v)
{
	size_t headers = v->ip.len - v->l4.len + (get_u8(v->l4, 12) >> 4) * 4u;

	return is_tcp(v) && v->l4.len >= 20 && v->ip_len <= headers;
}

static bool is_icmp(const struct view *v)
{
	return v->version && v->protocol == (v->version == 4 ? (int)IPPROTO_ICMP : (int)ICMP6);
}

static bool known_ethertype(const struct view *v)
{
	return v->version || v->ethertype == ETH_P_ARP;
}

static bool no_device(const struct view *v)
{
	return v->ev->drop && !knows(v, SKBT_KNOWN_DEVICE);
}

static bool no_reasons(const struct view *v)
{
	return v->ev->drop && !v->ev->most_reasons;
}

static bool is_no_packet(const struct view *v)
{
	uint16_t family = v->drop->sk_family;

	return knows(v, SKBT_KNOWN_SOCKET) && v->rec->start == SKBT_NO_HEADER &&
	       !v->rec->protocol && !v->rec->ifindex && family != AF_INET && family != AF_INET6 &&
	       family != AF_PACKET;
}

static bool rule_of_nft(const struct view *v)
{
	return v->ev->rule && v->ev->rule->chain[0];
}

static bool rule_of_iptables(const struct view *v)
{
	return v->ev->rule && !v->ev->rule->chain[0] && v->ev->rule->table[0];
}

static bool socket_waits(const struct view *v)
{
	return knows(v, SKBT_KNOWN_SOCKET) && v->drop->sk_state == TCP_TIME_WAIT;
}

static bool socket_listens(const struct view *v)
{
	return knows(v, SKBT_KNOWN_SOCKET) && v->drop->sk_state == TCP_LISTEN;
}

static bool buffer_full(const struct view *v)
{
	return v->drop->sk_rcvbuf &&
	       (int64_t)v->drop->sk_rmem + v->rec->len >= (int64_t)v->drop->sk_rcvbuf;
}

static const struct {
	bool (*holds)(const struct view *v);
	const char *words;
} facts[FACTS] = {
#define FACT(name, function, text) [FACT_##name] = { function, text },
#include "facts.def"
#undef FACT
};

uint64_t facts_of(const struct event *ev)
{
	uint64_t bits = 0;
	struct view v;

	look_at(&v, ev);
	v.checksum = checksum_of(&v);
	for (int i = 0; i < FACTS; i++)
		bits |= (uint64_t)facts[i].holds(&v) << i;
	return bits;
}

const char *fact_words(enum fact fact)
{
	return facts[fact].words;
}

void facts_values(const struct event *ev, struct explain_values *values)
{
	const struct skbt_record *rec = ev->rec;
	struct view v;

	look_at(&v, ev);
	*values = (struct explain_values){
		.len = v.ip_len ? v.ip_len : rec->len,
		.mtu = v.drop->route_mtu,
		.rcvbuf = v.drop->sk_rcvbuf,
		.rmem = v.drop->sk_rmem,
		.ttl = v.version ? get_u8(v.ip, v.version == 4 ? 8 : 7) : 0,
		.ethertype = v.ethertype,
		.protocol = v.protocol,
	};
	memcpy(values->iface, rec->ifname, sizeof(values->iface));
	memcpy(values->out, rec->route.dev, sizeof(values->out));
	memcpy(values->mac, v.drop->dev_addr, sizeof(values->mac));
	if (rec->start == SKBT_L2 && rec->caplen >= ETH_ALEN)
		memcpy(values->dmac, rec->bytes, sizeof(values->dmac));
}

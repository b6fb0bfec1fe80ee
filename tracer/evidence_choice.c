/* SPDX-License-Identifier: GPL-2.0-only */
/* Which evidence a drop asks for. */
#include <string.h>

#include "evidence.h"
#include "words.h"

#define K(kind) (1U << EVIDENCE_##kind)

struct choice {
	const char *words;
	unsigned int kinds;
};

static const struct choice by_reason[] = {
	{ "IP_INHDR IP_CSUM TCP_CSUM UDP_CSUM ICMP_CSUM PKT_TOO_SMALL IP_NOPROTO UNHANDLED_PROTO",
	  0 },
	{ "OTHERHOST", K(MAC) },
	{ "NETFILTER_DROP", K(RULE) },
	{ "IP_RPFILTER", K(RPFILTER) },
	{ "IP_INNOROUTES", K(ROUTE) | K(FORWARDING) },
	{ "IP_INADDRERRORS", K(FORWARDING) | K(ROUTE) },
	{ "IP_OUTNOROUTES", K(ROUTE) },
	{ "NEIGH_FAILED NEIGH_CREATEFAIL NEIGH_QUEUEFULL", K(NEIGH) },
	{ "PKT_TOO_BIG", K(MTU) },
	{ "SOCKET_RCVBUFF SOCKET_BACKLOG", K(RCVBUF) | K(CONNECTION) },
	{ "PROTO_MEM", K(RCVBUF) | K(MEMORY) },
	{ "NO_SOCKET TCP_CLOSE", K(LISTENERS) },
	{ "TCP_LISTEN_OVERFLOW TCP_FLAGS TCP_OLD_SEQUENCE TCP_INVALID_SEQUENCE "
	  "TCP_INVALID_ACK_SEQUENCE TCP_RFC7323_PAWS TCP_RESET TCP_ABORT_ON_DATA TCP_ZEROWINDOW",
	  K(CONNECTION) },
	{ "QDISC_DROP QDISC_OVERLIMIT QDISC_CONGESTED FQ_BAND_LIMIT FQ_HORIZON_LIMIT FQ_FLOW_LIMIT "
	  "CAKE_FLOOD",
	  K(QDISC) | K(LINK) },
	{ "TC_INGRESS TC_EGRESS", K(TC) },
	{ "XDP", K(XDP) },
	{ "BRIDGE_INGRESS_STP_STATE BRIDGE_NO_EGRESS_PORT", K(BRIDGE_PORT) },
	{ "DEV_READY VXLAN_VNI_NOT_FOUND IPV6DISABLED", K(LINK) },
};

/* Of one reason the place tells more. */
static const struct {
	const char *reason;
	struct choice choice;
} by_both[] = {
	{ "IP_INHDR", { "ip_forward ip6_forward", K(ROUTE) } },
};

/* Where the kernel gives none, or one that the list above does not have. */
static const struct choice by_function[] = {
	{ "ip_rcv_core ip_rcv ip6_rcv_core ipv6_rcv", K(MAC) },
	{ "nf_hook_slow nft_do_chain", K(RULE) },
	{ "ip_error", K(FORWARDING) | K(ROUTE) | K(RPFILTER) },
	{ "ip_rcv_finish_core", K(RPFILTER) | K(FORWARDING) | K(ROUTE) },
	{ "ip6_pkt_drop", K(ROUTE) | K(FORWARDING) },
	{ "neigh_invalidate __neigh_event_send arp_error_report", K(NEIGH) },
	{ "ip_forward ip_exceeds_mtu", K(MTU) | K(ROUTE) },
	{ "ip6_forward", K(MTU) | K(ROUTE) | K(FORWARDING) },
	{ "__ip_queue_xmit ip_queue_xmit", K(ROUTE) },
	{ "udp_queue_rcv_one_skb udpv6_queue_rcv_one_skb __udp_queue_rcv_skb",
	  K(RCVBUF) | K(MEMORY) },
	{ "__udp4_lib_rcv __udp6_lib_rcv udp_rcv udpv6_rcv", K(LISTENERS) },
	{ "tcp_v4_rcv tcp_v6_rcv", K(LISTENERS) | K(CONNECTION) },
	{ "kfree_skb_list kfree_skb_list_reason __tcf_kfree_skb_list __dev_queue_xmit",
	  K(QDISC) | K(TC) | K(LINK) },
	{ "br_handle_frame br_handle_frame_finish br_forward __br_forward br_handle_vlan "
	  "br_allowed_ingress __allowed_ingress",
	  K(BRIDGE_PORT) },
	{ "dst_discard dst_discard_out ip6_pkt_prohibit ip6_pkt_discard", K(ROUTE) },
	{ "vxlan_rcv", K(LINK) },
	{ "__netif_receive_skb_core", K(TC) | K(LINK) },
	{ "do_xdp_generic netif_receive_generic_xdp bpf_prog_run_generic_xdp", K(XDP) },
};

unsigned int evidence_for(const char *reason, const char *func)
{
	for (size_t i = 0; i < sizeof(by_both) / sizeof(by_both[0]); i++)
		if (strcmp(by_both[i].reason, reason) == 0 &&
		    words_have_function(by_both[i].choice.words, func))
			return by_both[i].choice.kinds;
	for (size_t i = 0; i < sizeof(by_reason) / sizeof(by_reason[0]); i++)
		if (words_have(by_reason[i].words, reason, strlen(reason)))
			return by_reason[i].kinds;
	for (size_t i = 0; i < sizeof(by_function) / sizeof(by_function[0]); i++)
		if (words_have_function(by_function[i].words, func))
			return by_function[i].kinds;
	return 0;
}

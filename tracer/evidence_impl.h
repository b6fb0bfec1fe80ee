/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to evidence*.c. */
#ifndef TRACER_EVIDENCE_IMPL_H
#define TRACER_EVIDENCE_IMPL_H

#include <net/if.h>
#include <stddef.h>

#include "evidence.h"

/* What is asked. No pointers and no padding that is not 0: the cache compares bytes. */
struct question {
	uint32_t netns;
	uint32_t kinds; /* bits 1 << enum evidence_kind */
	uint32_t ifindex;
	uint32_t pid; /* one that may be in that namespace, 0 = none known */
	uint32_t out_ifindex;
	uint32_t len;
	uint32_t mark;
	int32_t family; /* AF_INET, AF_INET6 or 0 */
	uint8_t src[16], dst[16], gateway[16];
	uint16_t sport, dport;
	uint8_t gateway_family;
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP, else 0 */
	uint8_t outgoing; /* it was made here */
	uint8_t has_mac;
	uint8_t mac[6]; /* destination */
	uint8_t has_verdict;
	uint8_t ip_protocol; /* also IPPROTO_ICMP, IPPROTO_ICMPV6; 0 = another, or not known */
	uint8_t reserved[8];
	char ifname[IF_NAMESIZE];
	char out_name[IF_NAMESIZE];
	struct skbt_verdict verdict;
};

_Static_assert(offsetof(struct question, verdict) == 136, "there is a gap before the verdict");

/* Fills item->text and values. Called inside the namespace. False: nothing to tell. */
typedef bool evidence_fn(const struct question *q, struct evidence_item *item);

evidence_fn evidence_mac, evidence_mtu, evidence_link, evidence_xdp, evidence_bridge_port;
evidence_fn evidence_qdisc, evidence_tc;
evidence_fn evidence_route, evidence_rp_filter, evidence_neighbour, evidence_forwarding;
evidence_fn evidence_listeners, evidence_receive_buffer, evidence_connection, evidence_memory;
evidence_fn evidence_rule;

/*
 * The kernel loads the modules that tell of sockets when they are first asked, which takes longer
 * than anybody waits for evidence.
 */
void evidence_sockets_prepare(void);

void evidence_text(struct evidence_item *item, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void evidence_number(struct evidence_item *item, const char *name, int64_t number);
void evidence_word(struct evidence_item *item, const char *name, const char *text);

/* An address, or "-" for family 0; in text of at least EVIDENCE_WORD bytes. */
const char *evidence_address(int family, const uint8_t *addr, char *text);
const char *evidence_mac_text(const uint8_t *mac, char *text);

/* "\tudp dport 8080 drop # handle 7", a line of what nft -a prints: its text. NULL = not in there.
 */
char *nft_rule(char *listing, uint64_t handle);

/*
 * Whether nft(8) takes it for the name of a table or chain, and nothing else. The kernel takes any
 * name, and nft reads its arguments as a program: what the owner of a namespace calls a table must
 * not become a command. size: of the member; a name that fills it was cut.
 */
bool nft_takes_name(const char *name, size_t size);

/* A rule of iptables says of a packet: */
enum fit {
	NO_FIT,
	MAY_FIT, /* it has conditions that are not understood here, or another rule before it
		    decided */
	FITS,
};

/* The first rule of the chain that drops such packets, in *rule, or its policy. Cuts the listing.
 */
enum fit iptables_rule(const struct question *q, const char *chain, char *listing, char *rule,
		       size_t size);

/* net.ipv4.conf.eth0.forwarding and its like, in this thread's namespace: false = not there. */
bool evidence_sysctl(const char *format, const char *ifname, int64_t *value);

#endif

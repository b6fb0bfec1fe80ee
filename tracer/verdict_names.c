/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdict_names.h"

#include <stddef.h>
#include <string.h>

#define NAME_OF(names, i) ((i) < sizeof(names) / sizeof((names)[0]) ? (names)[i] : NULL)

enum { STOLEN = 2, VERDICT_MASK = 0xff, ERRNO_SHIFT = 16, XMIT_MASK = 0xffff };

/* linux/netfilter.h */
static const char *const nf_verdicts[] = { "DROP", "ACCEPT", "STOLEN", "QUEUE", "REPEAT", "STOP" };

/* linux/pkt_cls.h, from TC_ACT_UNSPEC, -1; the last one is net/pkt_cls.h's */
static const char *const tc_actions[] = { "UNSPEC",   "OK",     "RECLASSIFY", "SHOT",
					  "PIPE",     "STOLEN", "QUEUED",     "REPEAT",
					  "REDIRECT", "TRAP",   "CONSUMED" };

/* linux/bpf.h */
static const char *const xdp_actions[] = { "ABORTED", "DROP", "PASS", "TX", "REDIRECT" };

/* linux/netdevice.h, NET_XMIT_ */
static const char *const xmit_results[] = { "SUCCESS", "DROP", "CN" };

/*
 * From 6.7 (e0d4593140b0) a hook can free the packet itself and says STOLEN, with the error in the
 * upper half.
 */
static const char *nf_verdict(uint64_t result)
{
	uint64_t verdict = result & VERDICT_MASK;

	if (verdict == STOLEN && result >> ERRNO_SHIFT)
		return nf_verdicts[0];
	return NAME_OF(nf_verdicts, verdict);
}

static const char *hook_verdict(int64_t result)
{
	return result < 0 ? "DROP" : result == 0 ? "STOLEN" : result == 1 ? "ACCEPT" : NULL;
}

const char *verdict_name(const struct skbt_verdict *v)
{
	switch (v->kind) {
	case SKBT_VERDICT_NF:
		return nf_verdict(v->result);
	case SKBT_VERDICT_HOOK:
		return hook_verdict(v->result);
	case SKBT_VERDICT_TC:
		return NAME_OF(tc_actions, (uint64_t)(v->result + 1));
	case SKBT_VERDICT_XDP:
		return NAME_OF(xdp_actions, (uint64_t)v->result);
	case SKBT_VERDICT_QDISC:
		return v->result < 0 ? NULL
				     : NAME_OF(xmit_results, (uint64_t)v->result & XMIT_MASK);
	default:
		return NULL;
	}
}

enum { INET = 1, IPV4 = 2, ARP = 3, NETDEV = 5, BRIDGE = 7, IPV6 = 10 }; /* NFPROTO_ */

static const char *const ip_hooks[] = { "PREROUTING", "INPUT",       "FORWARD",
					"OUTPUT",     "POSTROUTING", "INGRESS" };
static const char *const bridge_hooks[] = { "PREROUTING", "INPUT",       "FORWARD",
					    "OUTPUT",     "POSTROUTING", "BROUTING" };
static const char *const arp_hooks[] = { "INPUT", "OUTPUT", "FORWARD" };
static const char *const netdev_hooks[] = { "INGRESS", "EGRESS" };

const char *verdict_hook(const struct skbt_verdict *v)
{
	if (!v->has_hook)
		return NULL;
	switch (v->family) {
	case INET:
	case IPV4:
	case IPV6:
		return NAME_OF(ip_hooks, v->hook);
	case BRIDGE:
		return NAME_OF(bridge_hooks, v->hook);
	case ARP:
		return NAME_OF(arp_hooks, v->hook);
	case NETDEV:
		return NAME_OF(netdev_hooks, v->hook);
	default:
		return NULL;
	}
}

const char *verdict_family(const struct skbt_verdict *v)
{
	static const char *const names[] = {
		[INET] = "inet",     [IPV4] = "ip",       [ARP] = "arp",
		[NETDEV] = "netdev", [BRIDGE] = "bridge", [IPV6] = "ip6"
	};

	return NAME_OF(names, v->family);
}

const char *verdict_chain(const struct skbt_verdict *v)
{
	if (v->chain[0])
		return v->chain;
	return v->table[0] ? verdict_hook(v) : NULL;
}

/* enum ip_conntrack_info of linux/netfilter/nf_conntrack_common.h, in the words of iptables. */
const char *ct_state_name(uint8_t ct_info)
{
	static const char *const names[] = {
		NULL, "ESTABLISHED", "RELATED",   "NEW", "ESTABLISHED_REPLY", "RELATED_REPLY",
		NULL, NULL,          "UNTRACKED",
	};

	return NAME_OF(names, ct_info);
}

/* RTN_ of linux/rtnetlink.h */
const char *route_type_name(uint8_t type)
{
	static const char *const names[] = {
		NULL,        "unicast",   "local",       "broadcast", "anycast",
		"multicast", "blackhole", "unreachable", "prohibit",
	};

	return NAME_OF(names, type);
}

const char *bridge_decision(const char *func)
{
	static const struct {
		const char *func, *words;
	} decisions[] = {
#define DECISION(function, text) { function, text },
#include "decisions.def"
#undef DECISION
	};

	if (!func || strncmp(func, "br_", 3) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++)
		if (strcmp(decisions[i].func, func) == 0)
			return decisions[i].words;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <linux/if_packet.h>
#include <string.h>

#include "facts.h"

enum { ANY = -1 };

#define ANYWHERE ""
#define F(name)  ((uint64_t)1 << FACT_##name)
#define NO_FACT  ((uint64_t)0)

#define WHEN(reasons, functions, facts, cause, advice)                                             \
	{ reasons, functions, ANY, facts, false, cause, advice },
#define ROUTINE(reasons, functions, facts, cause)                                                  \
	{ reasons, functions, ANY, facts, true, cause, NULL },
#define REASON(reasons, functions, cause, advice)                                                  \
	{ reasons, functions, ANY, NO_FACT, false, cause, advice },
#define FUNCTION(functions, pkt_type, cause, advice)                                               \
	{ "-", functions, pkt_type, NO_FACT, false, cause, advice },

const struct explanation_entry explanation_entries[] = {
#include "explanations.def"
};

const size_t explanation_entry_count = sizeof(explanation_entries) / sizeof(explanation_entries[0]);

/* Is text[0..len) one of the words of list? */
static bool has_word(const char *list, const char *text, size_t len)
{
	while (*list) {
		size_t word = strcspn(list, " ");

		if (word == len && memcmp(list, text, len) == 0)
			return true;
		list += word + strspn(list + word, " ");
	}
	return false;
}

static bool fits(const struct explanation_entry *e, const char *reason, const char *func,
		 int pkt_type, uint64_t facts)
{
	if (e->reasons && !has_word(e->reasons, reason, strlen(reason)))
		return false;
	/* Compilers append .isra.0, .constprop.0, .part.0 to names. */
	if (*e->functions && !has_word(e->functions, func, strcspn(func, ".")))
		return false;
	return (e->pkt_type == ANY || e->pkt_type == pkt_type) && (facts & e->facts) == e->facts;
}

const struct explanation_entry *explain_find(const char *reason, const char *func, int pkt_type,
					     uint64_t facts)
{
	for (size_t i = 0; i < explanation_entry_count; i++)
		if (fits(&explanation_entries[i], reason, func, pkt_type, facts))
			return &explanation_entries[i];
	return NULL;
}

#define K(kind) (1U << EVIDENCE_##kind)

static const struct {
	const char *word; /* reason, or function */
	unsigned int kinds;
} wanted[] = {
	{ "OTHERHOST", K(MAC) },
	{ "ip_rcv_core", K(MAC) },
	{ "NETFILTER_DROP", K(RULE) },
	{ "nf_hook_slow", K(RULE) },
	{ "IP_RPFILTER", K(RPFILTER) },
	{ "IP_INNOROUTES", K(ROUTE) | K(FORWARDING) },
	{ "IP_INADDRERRORS", K(FORWARDING) | K(ROUTE) },
	{ "IP_OUTNOROUTES", K(ROUTE) },
	{ "ip_error", K(FORWARDING) | K(ROUTE) | K(RPFILTER) },
	{ "ip_rcv_finish_core", K(RPFILTER) | K(FORWARDING) | K(ROUTE) },
	{ "NEIGH_FAILED", K(NEIGH) },
	{ "neigh_invalidate", K(NEIGH) },
	{ "PKT_TOO_BIG", K(MTU) },
	{ "ip_forward", K(MTU) | K(ROUTE) },
	{ "SOCKET_RCVBUFF", K(RCVBUF) | K(MEMORY) },
	{ "udp_queue_rcv_one_skb", K(RCVBUF) },
	{ "__udp_queue_rcv_skb", K(RCVBUF) },
	{ "NO_SOCKET", K(LISTENERS) },
	{ "__udp4_lib_rcv", K(LISTENERS) },
	{ "tcp_v4_rcv", K(LISTENERS) | K(CONNECTION) },
	{ "QDISC_DROP", K(QDISC) },
	{ "QDISC_OVERLIMIT", K(QDISC) },
	{ "kfree_skb_list", K(QDISC) },
	{ "TC_INGRESS", K(TC) },
	{ "BRIDGE_INGRESS_STP_STATE", K(BRIDGE_PORT) },
	{ "br_handle_frame", K(BRIDGE_PORT) },
	{ "XDP", K(XDP) },
};

static unsigned int kinds_for(const char *reason, const char *func)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strcmp(wanted[i].word, reason) ||
		    has_word(wanted[i].word, func, strcspn(func, ".")))
			return wanted[i].kinds;
	return 0;
}

void explain_drop(const struct event *ev, struct explanation *out)
{
	bool given = ev->reason && strcmp(ev->reason, "NOT_SPECIFIED") != 0;
	const struct explanation_entry *e =
		explain_find(given ? ev->reason : "-", ev->func ? ev->func : "", ev->rec->pkt_type,
			     facts_of(ev));

	*out = (struct explanation){ 0 };
	if (!e)
		return;
	out->cause = e->cause;
	out->advice = e->advice;
	out->inferred = !given;
	out->routine = e->routine;
	out->evidence =
		e->routine ? 0 : kinds_for(given ? ev->reason : "", ev->func ? ev->func : "");
	facts_values(ev, &out->values);
}

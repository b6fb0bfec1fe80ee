/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence about queueing disciplines and the filters of tc. */
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "evidence_impl.h"
#include "netlink.h"

struct qdisc {
	uint32_t ifindex;
	bool found;
	char kind[16];
	uint32_t handle;
	struct gnet_stats_queue queue;
};

static void read_stats(const struct nlattr *stats, struct gnet_stats_queue *queue)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, stats)
	{
		if (mnl_attr_get_type(a) == TCA_STATS_QUEUE &&
		    mnl_attr_get_payload_len(a) >= sizeof(*queue))
			memcpy(queue, mnl_attr_get_payload(a), sizeof(*queue));
	}
}

/* Of several (a tree, or a queue for each processor) the one that dropped most is told of. */
static int take_qdisc(const struct nlmsghdr *h, void *ctx)
{
	const struct tcmsg *m = mnl_nlmsg_get_payload(h);
	struct qdisc *best = ctx, one = { .ifindex = best->ifindex, .handle = m->tcm_handle };
	const struct nlattr *a;

	if ((uint32_t)m->tcm_ifindex != best->ifindex || m->tcm_parent == TC_H_INGRESS)
		return MNL_CB_OK;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		if (mnl_attr_get_type(a) == TCA_KIND)
			snprintf(one.kind, sizeof(one.kind), "%.*s",
				 (int)mnl_attr_get_payload_len(a), mnl_attr_get_str(a));
		if (mnl_attr_get_type(a) == TCA_STATS2)
			read_stats(a, &one.queue);
	}
	if (best->found && one.queue.drops <= best->queue.drops)
		return MNL_CB_OK;
	*best = one;
	best->found = true;
	return MNL_CB_OK;
}

bool evidence_qdisc(const struct question *q, struct evidence_item *item)
{
	uint32_t ifindex = q->ifindex ? q->ifindex : q->out_ifindex;
	struct qdisc best = { .ifindex = ifindex };
	struct netlink_request request;
	struct tcmsg *m = netlink_begin(&request, RTM_GETQDISC, true, sizeof(*m));
	char name[IF_NAMESIZE] = "?";

	m->tcm_ifindex = ifindex;
	if (!ifindex || netlink_ask(NETLINK_ROUTE, &request, take_qdisc, &best) || !best.found)
		return false;
	if_indextoname(ifindex, name);
	evidence_text(item,
		      "qdisc %s %x: of %s: %u dropped, %u over limits, %u packets wait (%u B)",
		      best.kind, best.handle >> 16, name, best.queue.drops, best.queue.overlimits,
		      best.queue.qlen, best.queue.backlog);
	evidence_word(item, "dev", name);
	evidence_word(item, "kind", best.kind);
	evidence_number(item, "drops", best.queue.drops);
	evidence_number(item, "overlimits", best.queue.overlimits);
	evidence_number(item, "packets", best.queue.qlen);
	evidence_number(item, "bytes", best.queue.backlog);
	return true;
}

struct filters_found {
	char text[EVIDENCE_TEXT / 3];
	size_t used;
	uint32_t last; /* priority and protocol of the filter before */
};

static int take_filter(const struct nlmsghdr *h, void *ctx)
{
	const struct tcmsg *m = mnl_nlmsg_get_payload(h);
	struct filters_found *f = ctx;
	const struct nlattr *a;

	/* One of a priority is enough: its others are its entries. */
	if (m->tcm_info == f->last)
		return MNL_CB_OK;
	f->last = m->tcm_info;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		if (mnl_attr_get_type(a) == TCA_KIND && f->used < sizeof(f->text))
			f->used += snprintf(f->text + f->used, sizeof(f->text) - f->used,
					    "%s%.*s pref %u", f->used ? ", " : "",
					    (int)mnl_attr_get_payload_len(a), mnl_attr_get_str(a),
					    m->tcm_info >> 16);
	}
	return MNL_CB_OK;
}

static void find_filters(uint32_t ifindex, uint32_t parent, struct filters_found *f)
{
	struct netlink_request request;
	struct tcmsg *m = netlink_begin(&request, RTM_GETTFILTER, true, sizeof(*m));

	memset(f, 0, sizeof(*f));
	m->tcm_ifindex = ifindex;
	m->tcm_parent = parent;
	netlink_ask(NETLINK_ROUTE, &request, take_filter, f);
}

bool evidence_tc(const struct question *q, struct evidence_item *item)
{
	uint32_t ifindex = q->ifindex ? q->ifindex : q->out_ifindex;
	struct filters_found in, out;
	char name[IF_NAMESIZE] = "?";

	if (!ifindex)
		return false;
	find_filters(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), &in);
	find_filters(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), &out);
	if (!in.used && !out.used)
		return false;
	if_indextoname(ifindex, name);
	evidence_text(item, "tc filters of %s:%s%s%s%s%s", name, in.used ? " ingress " : "",
		      in.text, in.used && out.used ? ";" : "", out.used ? " egress " : "",
		      out.text);
	evidence_word(item, "ingress", in.text);
	evidence_word(item, "egress", out.text);
	return true;
}

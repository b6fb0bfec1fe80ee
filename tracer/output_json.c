/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON lines, schema 1: every key of a type in every line of that type, null = unknown. */
#include <sys/socket.h>

#include "explain.h"
#include "frames.h"
#include "hexdump.h"
#include "json_evidence.h"
#include "json_journey.h"
#include "json_source.h"
#include "json_writer.h"
#include "output_impl.h"
#include "struct_dump.h"
#include "verdict_names.h"

/* text of a fixed-size field: the kernel ends it with a zero byte, but that is not ours to trust */
static inline void field_or_null(struct json *j, const char *key, bool known, const char *text,
				 size_t size)
{
	json_key(j, key);
	if (known && text[0])
		json_string_n(j, text, strnlen(text, size));
	else
		json_null(j);
}

static const char *context_name(uint8_t context)
{
	return context == SKBT_TASK      ? "task"
	       : context == SKBT_SOFTIRQ ? "softirq"
	       : context == SKBT_HARDIRQ ? "hardirq"
					 : NULL;
}

static void put_origin(struct json *j, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	bool task = task_known(rec);

	json_put_u64(j, "cpu", rec->cpu);
	json_put_u64_or_null(j, "packet_id", rec->packet_id, rec->packet_id);
	json_put_u64_or_null(j, "parent_id", rec->parent_id, rec->parent_id);
	json_key(j, "skb");
	json_begin_raw(j);
	lb_hex(j->line, rec->skb);
	json_end_raw(j);
	json_put_string(j, "func", ev->func);
	json_put_u64_or_null(j, "pid", task, rec->pid);
	json_put_u64_or_null(j, "tid", task, rec->tid);
	field_or_null(j, "comm", task, rec->comm, sizeof(rec->comm));
	json_put_string(j, "context", context_name(rec->context));
	json_put_u64_or_null(j, "netns", rec->netns, rec->netns);
	json_put_string(j, "netns_name", ev->netns_name);
	json_put_u64_or_null(j, "ifindex", rec->ifindex, rec->ifindex);
	field_or_null(j, "ifname", true, rec->ifname, sizeof(rec->ifname));
}

static void put_who(struct json *j, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;

	json_put_string(j, "cmdline", ev->cmdline);
	json_put_u64_or_null(j, "owner_pid", rec->owner_pid, rec->owner_pid);
	field_or_null(j, "owner_comm", rec->owner_pid, rec->owner_comm, sizeof(rec->owner_comm));
	json_put_string(j, "owner_cmdline", ev->owner_cmdline);
	json_put_string(j, "owner_cgroup", ev->owner_cgroup);
	json_put_string(j, "owner_container", ev->owner_container);
}

static void put_packet(struct json *j, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	const struct packet *p = &ev->packet;

	json_put_string(j, "pkt_type", pkt_type_name(rec->pkt_type));
	json_put_u64(j, "mark", rec->mark);
	json_put_u64(j, "len", rec->len);
	json_put_string(j, "proto", p->proto);
	json_put_address(j, "src", p->family, p->src);
	json_put_address(j, "dst", p->family, p->dst);
	json_put_u64_or_null(j, "sport", p->has_ports, p->sport);
	json_put_u64_or_null(j, "dport", p->has_ports, p->dport);
}

static void put_stack(struct json *j, const struct output *o, const struct skbt_record *rec)
{
	json_key(j, "stack");
	if (!rec->stack_len) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (uint32_t i = 0; i < rec->stack_len && i < SKBT_STACK_DEPTH; i++) {
		json_begin_raw(j);
		lb_symbol(j->line, o->env.symbols, rec->stack[i]);
		json_end_raw(j);
	}
	json_end_array(j);
}

static void put_struct(struct json *j, const struct output *o, const char *key,
		       const struct kernel_layout *layout, const uint8_t *image)
{
	json_key(j, key);
	if (!image) {
		json_null(j);
		return;
	}
	json_begin_raw(j);
	struct_dump(j->line, layout, image, o->env.symbols, "\\n");
	json_end_raw(j);
}

/* What -x and --skb ask for. */
static void put_inside(struct json *j, const struct output *o, const struct event *ev)
{
	json_key(j, "bytes");
	if (ev->bytes) {
		json_begin_raw(j);
		hex_string(j->line, ev->bytes, ev->bytes_len);
		json_end_raw(j);
	} else {
		json_null(j);
	}
	put_struct(j, o, "skb_dump", o->env.skb_layout, ev->skb_image);
	put_struct(j, o, "shinfo_dump", o->env.shinfo_layout, ev->shinfo_image);
}

static void put_location(struct json *j, const struct event *ev)
{
	json_key(j, "location");
	if (!ev->func && !ev->rec->site) {
		json_null(j);
		return;
	}
	json_begin_raw(j);
	if (ev->func) {
		lb_text(j->line, ev->func);
		lb_char(j->line, '+');
		lb_hex(j->line, ev->location_offset);
	} else {
		lb_hex(j->line, ev->rec->site);
	}
	json_end_raw(j);
}

static void put_drop(struct json *j, const struct output *o, const struct event *ev)
{
	char text[EXPLAIN_TEXT];

	json_put_string(j, "reason", ev->reason);
	json_put_u64_or_null(j, "reason_code", ev->has_reason, ev->rec->reason);
	put_location(j, ev);
	json_put_source(j, drop_source(&o->env, ev->rec));
	json_put_string(j, "cause", explain_text(text, ev, ev->why.cause));
	json_key(j, "cause_inferred");
	json_bool(j, ev->why.inferred);
	json_put_string(j, "advice", explain_text(text, ev, ev->why.advice));
	json_key(j, "routine");
	json_bool(j, ev->why.routine);
	json_put_evidence(j, ev->evidence);
}

static void put_verdict(struct json *j, const struct skbt_verdict *v)
{
	json_key(j, "returned");
	json_bool(j, v);
	json_key(j, "result");
	if (v)
		json_i64(j, v->result);
	else
		json_null(j);
	json_put_string(j, "verdict", v ? verdict_name(v) : NULL);
	json_put_string(j, "hook", v ? verdict_hook(v) : NULL);
	json_put_string(j, "family", v ? verdict_family(v) : NULL);
	field_or_null(j, "table", v, v ? v->table : "", sizeof(v->table));
	json_put_string(j, "chain", v ? verdict_chain(v) : NULL);
	json_put_u64_or_null(j, "rule", v && v->rule, v ? v->rule : 0);
}

static void put_route(struct json *j, const struct skbt_route *r)
{
	json_key(j, "route");
	if (!r->ifindex) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	field_or_null(j, "dev", true, r->dev, sizeof(r->dev));
	json_put_address(j, "gateway", r->gw_family, r->gateway);
	json_put_string(j, "type", route_type_name(r->type));
	json_put_u64_or_null(j, "table", r->table, r->table);
	json_end_object(j);
}

static int json_event(struct output *o, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	struct json j = { .line = &o->line };

	json_begin_line(&j, rec->type == SKBT_DROP ? "drop" : "path", ev->wall_ns);
	put_origin(&j, ev);
	put_who(&j, ev);
	put_packet(&j, ev);
	put_stack(&j, o, rec);
	json_put_stack_source(&j, &o->env, rec);
	json_key(&j, "delta_ns");
	if (rec->prev_ts)
		json_i64(&j, (int64_t)(rec->ts - rec->prev_ts)); /* two CPUs may swap places */
	else
		json_null(&j);
	put_verdict(&j, ev->verdict);
	json_put_string(&j, "decision", ev->decision);
	json_put_string(&j, "ct_state", ct_state_name(rec->ct_info));
	put_route(&j, &rec->route);
	json_put_journey(&j, ev);
	put_inside(&j, o, ev);
	if (rec->type == SKBT_DROP)
		put_drop(&j, o, ev);
	json_end_object(&j);
	return lb_next_line(&o->line);
}

static void put_lost(struct json *j, const struct run_counts *counts)
{
	json_put_u64(j, "lost", run_counts_lost(counts));
	json_key(j, "lost_by");
	json_begin_object(j);
	json_put_u64(j, "ring", counts->counter[SKBT_LOST_RING]);
	json_put_u64(j, "nested", counts->counter[SKBT_LOST_NESTED]);
	json_end_object(j);
}

int json_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns)
{
	struct json j = { .line = &o->line };

	json_begin_line(&j, "lost", wall_ns);
	put_lost(&j, counts);
	json_end_object(&j);
	return lb_end_line(&o->line);
}

int json_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		 uint64_t wall_ns)
{
	const uint64_t *counter = counts->counter;
	struct json j = { .line = &o->line };

	json_begin_line(&j, "summary", wall_ns);
	json_put_u64(&j, "hits", counter[SKBT_HITS]);
	json_put_u64(&j, "matched", counter[SKBT_HITS] - counter[SKBT_UNMATCHED]);
	json_put_u64(&j, "emitted", counter[SKBT_EMITTED]);
	json_put_u64(&j, "counted", counter[SKBT_COUNTED]);
	json_put_u64(&j, "not_sampled", counter[SKBT_NOT_SAMPLED]);
	put_lost(&j, counts);
	json_put_u64(&j, "missed", counts->missed);
	json_put_u64(&j, "untracked", counter[SKBT_UNTRACKED]);
	json_put_u64(&j, "returns_lost", counter[SKBT_LOST_CALLS]);
	json_put_u64(&j, "notes_lost", counter[SKBT_LOST_NOTES]);
	json_put_u64(&j, "attached", info->attached);
	json_put_u64(&j, "skipped", info->skipped);
	json_put_string(&j, "backend", info->backend);
	json_put_string(&j, "kernel", info->kernel);
	json_put_hops(&j, counts, info);
	json_end_object(&j);
	return lb_end_line(&o->line);
}

static int json_begin(struct output *o)
{
	(void)o;
	return 0;
}

const struct output_ops output_json_ops = {
	.name = "json",
	.begin = json_begin,
	.event = json_event,
	.lost = json_lost,
	.summary = json_summary,
};

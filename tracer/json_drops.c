/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_drops.h"

#include <sys/socket.h>

#include "clock.h"
#include "explain.h"
#include "json_source.h"
#include "json_writer.h"
#include "source_lines.h"

/* The last packet, with the keys that it has as an event. */
static void put_packet(struct json *j, const struct drop_sample *s)
{
	const struct packet *p = s ? &s->ev.packet : NULL;
	const char *ifname = s && s->rec.ifname[0] ? s->rec.ifname : NULL;

	json_put_u64_or_null(j, "netns", s && s->rec.netns, s ? s->rec.netns : 0);
	json_put_string(j, "netns_name", s ? s->ev.netns_name : NULL);
	json_key(j, "ifname");
	json_string_n(j, ifname, ifname ? strnlen(ifname, sizeof(s->rec.ifname)) : 0);
	json_put_string(j, "pkt_type", s ? pkt_type_name(s->rec.pkt_type) : NULL);
	json_put_u64_or_null(j, "len", s, s ? s->rec.len : 0);
	json_put_string(j, "proto", p ? p->proto : NULL);
	json_put_address(j, "src", p ? p->family : 0, p ? p->src : NULL);
	json_put_address(j, "dst", p ? p->family : 0, p ? p->dst : NULL);
	json_put_u64_or_null(j, "sport", p && p->has_ports, p ? p->sport : 0);
	json_put_u64_or_null(j, "dport", p && p->has_ports, p ? p->dport : 0);
}

static int put_row(struct output *o, const struct drop_row *row, uint64_t wall_ns,
		   uint64_t wall_offset)
{
	const struct event *ev = row->sample ? &row->sample->ev : NULL;
	struct json j = { .line = &o->line };
	const struct ksym *sym = ksyms_at(o->env.symbols, row->place.site, NULL);
	const char *reason =
		o->env.reasons ? drop_reason_name(o->env.reasons, row->place.reason) : NULL;

	char words[EXPLAIN_TEXT];

	json_begin_line(&j, "drops", wall_ns);
	json_put_string(&j, "func", sym ? sym->name : NULL);
	json_key(&j, "location");
	json_begin_raw(&j);
	lb_symbol(j.line, o->env.symbols, row->place.site);
	json_end_raw(&j);
	json_put_source(&j, source_lines_at(o->env.sources, row->place.site, true));
	json_put_string(&j, "reason", reason);
	json_put_u64_or_null(&j, "reason_code", o->env.reasons, row->place.reason);
	json_put_u64(&j, "count", row->count);
	/* Thousandths: the schema has no fractions. */
	json_put_u64(&j, "per_1000s", (uint64_t)(row->rate * 1000 + 0.5));
	json_put_u64(&j, "last_ts", row->last_ts + wall_offset);
	put_packet(&j, row->sample);
	json_put_string(&j, "cause", ev ? explain_text(words, ev, ev->why.cause) : NULL);
	json_key(&j, "cause_inferred");
	json_bool(&j, ev && ev->why.inferred);
	json_put_string(&j, "advice", ev ? explain_text(words, ev, ev->why.advice) : NULL);
	json_key(&j, "routine");
	json_bool(&j, ev && ev->why.routine);
	json_end_object(&j);
	return lb_next_line(&o->line);
}

static void put_nulls(struct json *j, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_put_string(j, keys[i], NULL);
}

/* Drops for which the kernel side had no row. Its keys are those of put_row(), in the same order.
 */
static int put_others(struct output *o, uint64_t count, uint64_t wall_ns)
{
	struct json j = { .line = &o->line };
	static const char *const place[] = { "func",    "location", "source",
					     "inlined", "reason",   "reason_code" };
	static const char *const packet[] = {
		"per_1000s", "last_ts",        "netns",  "netns_name", "ifname", "pkt_type",
		"len",       "proto",          "src",    "dst",        "sport",  "dport",
		"cause",     "cause_inferred", "advice", "routine",
	};

	json_begin_line(&j, "drops", wall_ns);
	put_nulls(&j, place, sizeof(place) / sizeof(place[0]));
	json_put_u64(&j, "count", count);
	put_nulls(&j, packet, sizeof(packet) / sizeof(packet[0]));
	json_end_object(&j);
	return lb_next_line(&o->line);
}

int json_drops(struct output *o, struct drop_table *table, const struct run_counts *counts,
	       const struct run_info *info, uint64_t wall_ns)
{
	uint64_t offset = wall_ns - clock_now(), unlisted = counts->counter[SKBT_UNLISTED];
	size_t count;
	struct drop_row *const *rows = drop_table_rows(table, &count);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = put_row(o, rows[i], wall_ns, offset);
	if (!err && unlisted)
		err = put_others(o, unlisted, wall_ns);
	return err ? err : json_summary(o, counts, info, wall_ns);
}

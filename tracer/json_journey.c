/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_journey.h"

#include "changes.h"
#include "latency.h"

static inline void put_text(struct json *j, const char *key, bool known, const char *text)
{
	json_key(j, key);
	json_string(j, known ? text : NULL);
}

static void put_changes(struct json *j, const struct changes *changes)
{
	json_key(j, "changes");
	if (!changes) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (unsigned int i = 0; i < changes->count; i++) {
		const struct change *c = &changes->list[i];

		json_begin_object(j);
		put_text(j, "what", true, c->what);
		put_text(j, "from", c->from_known, c->from);
		put_text(j, "to", c->to_known, c->to);
		json_end_object(j);
	}
	json_end_array(j);
}

void json_put_journey(struct json *j, const struct event *ev)
{
	json_key(j, "total_ns");
	if (ev->has_total)
		json_i64(j, ev->total_ns);
	else
		json_null(j);
	put_changes(j, ev->changes);
}

static void put_number(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_u64(j, value);
}

static void put_hop(struct json *j, const struct hop *hop, uint64_t all)
{
	char text[HOP_NAME];

	json_begin_object(j);
	put_text(j, "from", true, hop->other ? "other" : hop_end_name(&hop->from, text));
	put_text(j, "to", true, hop->other ? "other" : hop_end_name(&hop->to, text));
	put_number(j, "count", hop->count);
	put_number(j, "sum_ns", hop->sum_ns);
	/* Thousandths: the schema has no fractions. */
	put_number(j, "permille", all ? (uint64_t)(1000.0 * hop->sum_ns / all + 0.5) : 0);
	put_number(j, "p50_ns", hop->p50_ns);
	put_number(j, "p99_ns", hop->p99_ns);
	put_number(j, "max_ns", hop->max_ns);
	json_end_object(j);
}

void json_put_hops(struct json *j, const struct run_counts *counts, const struct run_info *info)
{
	const struct hop *hops;
	uint64_t all;
	size_t n;

	put_number(j, "below_min_latency", counts->fast);
	json_key(j, "hops");
	if (!info->latency) {
		json_null(j);
		return;
	}
	n = latency_hops(info->latency, &hops);
	all = latency_sum(info->latency);
	json_begin_array(j);
	for (size_t i = 0; i < n; i++)
		put_hop(j, &hops[i], all);
	json_end_array(j);
}

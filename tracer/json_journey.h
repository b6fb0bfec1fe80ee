/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON keys about a packet's way: times, what changed, and the hops of the summary. */
#ifndef TRACER_JSON_JOURNEY_H
#define TRACER_JSON_JOURNEY_H

#include "event.h"
#include "json_writer.h"

/* "total_ns" and "changes" */
void json_put_journey(struct json *j, const struct event *ev);

/* "below_min_latency" and "hops" */
void json_put_hops(struct json *j, const struct run_counts *counts, const struct run_info *info);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "count_output.h"
#include "json_writer.h"
#include "netns_names.h"

static void put_place(struct json *j, const struct count_line *l, const struct count_names *names)
{
	uint32_t netns = l->device.ifindex ? l->device.netns : names->netns_inode;

	json_put_string(j, "expression", names->expressions[l->expression]);
	json_put_u64_or_null(j, "netns", netns, netns);
	json_put_string(j, "netns_name",
			names->netns && netns ? netns_name(names->netns, netns) : NULL);
	json_put_u64_or_null(j, "ifindex", l->device.ifindex, l->device.ifindex);
	json_key(j, "ifname");
	if (l->device.ifindex)
		json_string_n(j, l->device.name, strnlen(l->device.name, SKBT_IFNAME_LEN));
	else
		json_string(j, names->iface);
}

static void put_counts(struct json *j, const struct count_line *l)
{
	json_put_u64(j, "in_packets", l->in.packets);
	json_put_u64(j, "in_bytes", l->in.bytes);
	json_put_u64(j, "out_packets", l->out.packets);
	json_put_u64(j, "out_bytes", l->out.bytes);
}

static void put_totals(struct json *j, const struct count_line *l)
{
	json_put_u64(j, "total_in_packets", l->in.packets);
	json_put_u64(j, "total_in_bytes", l->in.bytes);
	json_put_u64(j, "total_out_packets", l->out.packets);
	json_put_u64(j, "total_out_bytes", l->out.bytes);
}

static int flushed(struct linebuf *line, FILE *out)
{
	int err = lb_end_line(line);

	return err ? err : fflush(out) ? -errno : 0;
}

/* The interval has a line for each of the totals, in the same order: it was made from them. */
int count_json(FILE *out, const struct count_table *interval, const struct count_table *total,
	       const struct count_names *names, uint64_t when, uint64_t interval_ns)
{
	struct linebuf line;
	struct json j = { .line = &line };
	int err = 0;

	lb_init(&line, out);
	for (size_t i = 0; i < interval->count && !err; i++) {
		j.comma = false;
		json_begin_line(&j, "count", when);
		json_put_u64(&j, "interval_ns", interval_ns);
		put_place(&j, &interval->lines[i], names);
		put_counts(&j, &interval->lines[i]);
		put_totals(&j, &total->lines[i]);
		json_end_object(&j);
		err = flushed(&line, out);
	}
	return err;
}

int count_json_summary(FILE *out, const struct count_table *total, const struct count_names *names,
		       uint64_t when, const struct count_run *run)
{
	struct linebuf line;
	struct json j = { .line = &line };

	lb_init(&line, out);
	json_begin_line(&j, "summary", when);
	json_put_u64(&j, "duration_ns", run->duration_ns);
	json_key(&j, "totals");
	json_begin_array(&j);
	for (size_t i = 0; i < total->count; i++) {
		json_begin_object(&j);
		put_place(&j, &total->lines[i], names);
		put_counts(&j, &total->lines[i]);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_put_u64(&j, "missed", run->missed);
	json_put_string(&j, "backend", run->places);
	json_put_string(&j, "kernel", run->kernel);
	json_end_object(&j);
	return flushed(&line, out);
}

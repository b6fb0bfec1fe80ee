/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "count_output.h"
#include "netns_names.h"
#include "text_fields.h"

static int result(FILE *out)
{
	return fflush(out) || ferror(out) ? -errno : 0;
}

int count_text_header(FILE *out, bool by_device)
{
	fputs("TIME    ", out);
	if (by_device)
		fprintf(out, " %-12s %-15s", "NETNS", "IFACE");
	fprintf(out, " %12s %14s %12s %14s  EXPRESSION\n", "IN_PACKETS", "IN_BYTES", "OUT_PACKETS",
		"OUT_BYTES");
	return result(out);
}

static void put_device(FILE *out, const struct skbt_device *d, const struct count_names *names)
{
	const char *name = names->netns ? netns_name(names->netns, d->netns) : NULL;
	struct linebuf b;

	if (!d->ifindex) {
		fprintf(out, " %-12s %-15s ", "-", "-");
		return;
	}
	lb_init(&b, out);
	lb_char(&b, ' ');
	if (name)
		put_safe(&b, name, SIZE_MAX);
	else
		lb_u64(&b, d->netns);
	lb_pad_to(&b, 14);
	put_safe(&b, d->name, SKBT_IFNAME_LEN);
	lb_pad_to(&b, 30);
	lb_write_out(&b);
}

int count_text(FILE *out, const struct count_table *t, const struct count_names *names,
	       bool by_device, uint64_t when)
{
	time_t seconds = (time_t)(when / 1000000000);
	char time[16] = "total";
	struct tm tm;

	if (when && localtime_r(&seconds, &tm))
		strftime(time, sizeof(time), "%H:%M:%S", &tm);
	for (size_t i = 0; i < t->count; i++) {
		const struct count_line *l = &t->lines[i];
		const char *expression = names->expressions[l->expression];

		if (by_device && count_line_is_empty(l))
			continue;
		fprintf(out, "%-8s", time);
		if (by_device)
			put_device(out, &l->device, names);
		else
			putc(' ', out);
		fprintf(out, "%12" PRIu64 " %14" PRIu64 " %12" PRIu64 " %14" PRIu64 "  %s\n",
			(uint64_t)l->in.packets, (uint64_t)l->in.bytes, (uint64_t)l->out.packets,
			(uint64_t)l->out.bytes, *expression ? expression : "-");
	}
	return result(out);
}

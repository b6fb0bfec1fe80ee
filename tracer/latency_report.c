/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of --latency for people: the largest shares first. */
#include <inttypes.h>

#include "latency.h"

enum { ROWS = 20 }; /* what one looks at; the JSON output has all of them */

/* As "1.2us"; in a buffer of 16. */
static const char *time_text(uint64_t ns, char text[16])
{
	if (ns < 1000000)
		snprintf(text, 16, "%.1fus", ns / 1e3);
	else if (ns < 1000000000)
		snprintf(text, 16, "%.1fms", ns / 1e6);
	else
		snprintf(text, 16, "%.1fs", ns / 1e9);
	return text;
}

static void put_row(FILE *f, const struct hop *hop, double all, const char *name)
{
	char p50[16], p99[16], max[16];

	fprintf(f, "%5.1f%% %9" PRIu64 " %9s %9s %9s  %s\n", all ? 100 * hop->sum_ns / all : 0,
		hop->count, time_text(hop->p50_ns, p50), time_text(hop->p99_ns, p99),
		time_text(hop->max_ns, max), name);
}

/* What the rows that are not shown have together; percentiles cannot be added up. */
static void put_rest(FILE *f, const struct hop *hops, size_t n, double all)
{
	struct hop rest = { 0 };
	char max[16];

	for (size_t i = 0; i < n; i++) {
		rest.count += hops[i].count;
		rest.sum_ns += hops[i].sum_ns;
		if (hops[i].max_ns > rest.max_ns)
			rest.max_ns = hops[i].max_ns;
	}
	fprintf(f, "%5.1f%% %9" PRIu64 " %9s %9s %9s  other (%zu more)\n",
		all ? 100 * rest.sum_ns / all : 0, rest.count, "-", "-",
		time_text(rest.max_ns, max), n);
}

void latency_report(FILE *f, struct latency *l)
{
	const struct hop *hops;
	size_t n = latency_hops(l, &hops), shown = n > ROWS ? ROWS : n;
	char from[HOP_NAME], to[HOP_NAME], name[2 * HOP_NAME + 4];
	double all = latency_sum(l);

	if (!n) {
		fputs("no time to tell of: no packet had two events\n", f);
		return;
	}
	fprintf(f, "%6s %9s %9s %9s %9s  %s\n", "SHARE", "COUNT", "P50", "P99", "MAX",
		"FROM -> TO");
	for (size_t i = 0; i < shown; i++) {
		snprintf(name, sizeof(name), "%s -> %s", hop_end_name(&hops[i].from, from),
			 hop_end_name(&hops[i].to, to));
		put_row(f, &hops[i], all, hops[i].other ? "other" : name);
	}
	if (n > shown)
		put_rest(f, hops + shown, n - shown, all);
}

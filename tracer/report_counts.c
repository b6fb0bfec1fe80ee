/* SPDX-License-Identifier: GPL-2.0-only */
#include "report_counts.h"

#include <inttypes.h>

static const size_t buffer_limit = 1024 * 1024 * 1024;

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void report_losing(FILE *f, const struct run_counts *counts)
{
	fprintf(f, "lost %" PRIu64 " event%s so far: %" PRIu64 " buffer full, %" PRIu64 " nested\n",
		run_counts_lost(counts), plural(run_counts_lost(counts)),
		(uint64_t)counts->counter[SKBT_LOST_RING],
		(uint64_t)counts->counter[SKBT_LOST_NESTED]);
}

static void advise_buffer(FILE *f, uint64_t lost, size_t buffer_size)
{
	size_t kib = buffer_size * 2 / 1024;
	char larger[64] = "";

	if (buffer_size * 2 <= buffer_limit)
		snprintf(larger, sizeof(larger), "a larger buffer (--buffer %zu%c) or ",
			 kib % 1024 ? kib : kib / 1024, kib % 1024 ? 'K' : 'M');
	fprintf(f, "  lost %" PRIu64 ": the buffer was full; use %sa narrower filter\n", lost,
		larger);
}

void report_counts(FILE *f, const struct run_counts *counts, const struct options *o)
{
	const uint64_t *counter = counts->counter;

	if (options_count_drops(o))
		fprintf(f, "%" PRIu64 " drop%s, %" PRIu64 " lost\n", counts->drops,
			plural(counts->drops), run_counts_lost(counts));
	else
		fprintf(f,
			"%" PRIu64 " packet%s, %" PRIu64 " event%s, %" PRIu64 " drop%s, %" PRIu64
			" lost\n",
			counts->packets, plural(counts->packets), counts->events,
			plural(counts->events), counts->drops, plural(counts->drops),
			run_counts_lost(counts));
	if (counter[SKBT_LOST_RING])
		advise_buffer(f, counter[SKBT_LOST_RING], o->buffer_size);
	if (counter[SKBT_LOST_NESTED])
		fprintf(f,
			"  lost %" PRIu64 ": probes interrupted each other too deeply on one CPU; "
			"choose fewer functions (--hooks, --func)\n",
			counter[SKBT_LOST_NESTED]);
	if (counts->missed)
		fprintf(f,
			"  missed %" PRIu64
			": the kernel skipped these hits, as one probe ran inside "
			"another; choose fewer functions (--hooks, --func)\n",
			counts->missed);
	if (counts->routine)
		fprintf(f,
			"  not shown %" PRIu64
			": freed as drops while nothing was lost; -v shows them\n",
			counts->routine);
	if (counts->fast)
		fprintf(f, "  not shown %" PRIu64 ": packets that took less than --min-latency\n",
			counts->fast);
	if (counter[SKBT_LOST_NOTES])
		fprintf(f,
			"  %" PRIu64
			" note%s lost, as the buffer was full: %snew processes may lack "
			"their command lines\n",
			counter[SKBT_LOST_NOTES], plural(counter[SKBT_LOST_NOTES]),
			o->want_ends ? "ends of packets are missing, and " : "");
	if (counter[SKBT_NOT_SAMPLED])
		fprintf(f,
			"  not shown %" PRIu64
			": events of packets that --sample or --rate did not choose\n",
			counter[SKBT_NOT_SAMPLED]);
	if (counter[SKBT_LOST_CALLS])
		fprintf(f,
			"  %" PRIu64 " return%s not shown: too many calls at once; use a narrower "
			"filter\n",
			counter[SKBT_LOST_CALLS], plural(counter[SKBT_LOST_CALLS]));
	if (!counter[SKBT_UNTRACKED])
		return;
	if (o->sample || o->rate)
		fprintf(f,
			"  %" PRIu64 " of them because there were too many packets at once to "
			"remember the choice; use a narrower filter\n",
			counter[SKBT_UNTRACKED]);
	else
		fprintf(f,
			"  %" PRIu64
			" event%s without a packet number: too many packets at once; use a "
			"narrower filter\n",
			counter[SKBT_UNTRACKED], plural(counter[SKBT_UNTRACKED]));
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many events a second the user side turns into lines: record -> packet number -> decode ->
 * explanation -> what changed -> output, live and held back for --group, as tracer/reader.c does
 * it, with records made up once and lines written to /dev/null. Prints figures for report.awk, the
 * best of several rounds, by the CPU time of this process.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decode.h"
#include "explain.h"
#include "fabricate.h"
#include "output.h"
#include "packet_numbers.h"
#include "view.h"

enum {
	ROUNDS = 5,
	RECORDS = 1024,          /* different ones, so that nothing is the same as just before */
	EVENTS_OF_A_PACKET = 18, /* what the default hooks see of a UDP packet over a veth */
	DROP_EVERY = 64,
	TICK_EVERY = 256,
};

/* Ethernet, IPv4 and the transport: what a record has of a packet. */
static const uint8_t headers[][60] = {
	{ 2, 0,  0,  0, 0, 2,  2,  0, 0, 0,  0,  1, 8, 0,    0x45, 0, 0, 92, 0x12, 0x34, 0x40,
	  0, 64, 17, 0, 0, 10, 77, 1, 1, 10, 77, 1, 2, 0xc3, 0x50, 0, 9, 0,  72,   0,    0 },
	{ 2,    0,    0,    0, 0,  2, 2, 0, 0,   0,   0,    1,   8,    0,    0x45, 0, 0,    60,
	  0x12, 0x35, 0x40, 0, 64, 6, 0, 0, 192, 168, 100,  200, 10,   77,   1,    2, 0xc3, 0x51,
	  1,    0xbb, 1,    2, 3,  4, 5, 6, 7,   8,   0xa0, 2,   0xfa, 0xf0, 0,    0, 0,    0 },
	{ 2, 0,  0, 0, 0, 2,  2,  0, 0, 0,  0,  1, 8, 0, 0x45, 0, 0, 84, 0x12, 0x36, 0x40,
	  0, 64, 1, 0, 0, 10, 77, 1, 1, 10, 77, 1, 2, 8, 0,    0, 0, 0,  7,    0,    1 },
};

static struct skbt_record records[RECORDS];

static void make_records(void)
{
	for (uint32_t i = 0; i < RECORDS; i++) {
		struct skbt_record *rec = &records[i];

		fabricate_path();
		*rec = fabricated.rec;
		rec->type = i % DROP_EVERY ? SKBT_PATH : SKBT_DROP;
		rec->context = i & 4 ? SKBT_SOFTIRQ : SKBT_TASK;
		rec->start = SKBT_L2;
		rec->protocol = 8; /* ETH_P_IP in network byte order */
		rec->caplen = 60;
		rec->packet_id = 1 + i / EVENTS_OF_A_PACKET;
		memcpy(rec->bytes, headers[i % 3], sizeof(headers[0]));
		rec->bytes[29] = (uint8_t)i; /* the last byte of the source address */
	}
}

static void describe(void *ctx, struct skbt_record *rec, struct event *ev)
{
	static const char *const funcs[] = { "ip_output", "__dev_queue_xmit", "veth_xmit",
					     "ip_rcv" };

	ev->func = funcs[rec->ts / 1000 & 3];
	ev->netns_name = "client";
	ev->wall_ns = 1700000000000000000 + rec->ts;
	packet_decode_next(ctx, rec, &ev->packet);
	if (rec->type == SKBT_DROP) {
		ev->has_reason = true;
		ev->reason = "NETFILTER_DROP";
		explain_drop(ev, &ev->why);
	}
}

static int handle(struct view *view, struct packet_numbers *numbers, uint64_t i)
{
	struct skbt_record *rec = &fabricated.rec;
	uint64_t id;
	int err;

	*rec = records[i % RECORDS];
	id = rec->packet_id + i / RECORDS * RECORDS;
	rec->ts += i * 1000;
	rec->packet_id = packet_number(numbers, id);
	err = view_record(view, rec, sizeof(*rec));
	if (i % EVENTS_OF_A_PACKET == EVENTS_OF_A_PACKET - 1)
		view_end(view, &(struct skbt_end){ .packet_id = packet_number_known(numbers, id),
						   .ts = rec->ts });
	return err ? err : i % TICK_EVERY ? 0 : view_tick(view, 0);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Events a second; below 0: failed. */
static double one_round(const char *format, uint64_t events)
{
	const struct options o = { .group = !strcmp(format, "group"),
				   .latency = !strcmp(format, "group") };
	struct output_env env = { .out = fopen("/dev/null", "w"),
				  .err = fopen("/dev/null", "w"),
				  .options = &o };
	struct packet_numbers *numbers = packet_numbers_new();
	struct last_decoded decoded = { 0 };
	const struct view_source source = { .describe = describe, .ctx = &decoded };
	struct output *out;
	struct view *view;
	double start;
	int err = 0;

	if (!env.out || !env.err || !numbers)
		return -1;
	setvbuf(env.out, NULL, _IONBF, 0); /* as in tracer/run.c */
	out = output_new(format, &env);
	view = out ? view_new(&o, out, &source) : NULL;
	if (!view || output_begin(out))
		return -1;
	start = cpu_seconds();
	for (uint64_t i = 0; i < events && !err; i++)
		err = handle(view, numbers, i);
	if (!err)
		err = view_finish(view, UINT64_MAX);
	if (!err)
		err = output_flush(out);
	start = cpu_seconds() - start;
	view_free(view);
	output_free(out);
	packet_numbers_free(numbers);
	fclose(env.out);
	fclose(env.err);
	return err ? -1 : events / start;
}

int main(int argc, char **argv)
{
	static const char *const formats[] = { "text", "json", "group" };
	uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 300000;
	const char *only = argc > 2 ? argv[2] : NULL; /* one format, for a profiler */

	make_records();
	for (int f = 0; f < 3; f++) {
		double best = 0, rate;

		if (only && strcmp(only, formats[f]) != 0)
			continue;
		for (int round = 0; round < ROUNDS; round++) {
			rate = one_round(formats[f], events);
			if (rate < 0) {
				fprintf(stderr, "decode_bench: %s failed\n", formats[f]);
				return 1;
			}
			if (rate > best)
				best = rate;
		}
		printf("host\tdecode\t%s\tlines/s\t%.0f\n", formats[f], best);
	}
	return 0;
}

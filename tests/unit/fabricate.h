/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up events for the tests of the outputs: what the reader would hand to them. */
#ifndef TESTS_FABRICATE_H
#define TESTS_FABRICATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../tracer/output.h"

union fabricated_record {
	struct skbt_record rec;
	uint8_t space[SKBT_RECORD_MAX];
};

static union fabricated_record fabricated;

/* The text of an output, and what it says on the side. */
struct capture {
	char *out, *err;
	size_t out_size, err_size, seen, err_seen;
	struct output_env env;
	struct output *output;
};

/* An echo request passing ip_output in task context, one microsecond after the one before. */
static inline struct event fabricate_path(void)
{
	struct event ev = { .wall_ns = 1700000000123456789, .func = "ip_output" };
	struct skbt_record *rec = &fabricated.rec;

	memset(&fabricated, 0, sizeof(fabricated));
	rec->type = SKBT_PATH;
	rec->context = SKBT_TASK;
	rec->pkt_type = 4; /* PACKET_OUTGOING */
	rec->start = SKBT_L3;
	rec->cpu = 1;
	rec->ts = 5000001000;
	rec->prev_ts = 5000000000;
	rec->packet_id = 3;
	rec->skb = 0xffff888003a1c200;
	rec->pid = 2345;
	rec->tid = 2346;
	rec->netns = 4026532201;
	rec->ifindex = 2;
	rec->len = 84;
	strcpy(rec->comm, "ping");
	strcpy(rec->ifname, "c0");
	ev.rec = rec;
	ev.netns_name = "client";
	ev.packet = (struct packet){
		.proto = "ICMP",
		.family = AF_INET,
		.src = { 10, 77, 8, 1 },
		.dst = { 10, 77, 8, 131 },
		.detail = "echo request id 7 seq 1 ttl 64 DF",
	};
	return ev;
}

/* The same packet in a softirq, dropped in ip_forward, with a stack. */
static inline struct event fabricate_drop(void)
{
	struct event ev = fabricate_path();
	struct skbt_record *rec = &fabricated.rec;

	rec->type = SKBT_DROP;
	rec->context = SKBT_SOFTIRQ;
	rec->pkt_type = 0; /* PACKET_HOST */
	rec->ts = 5000042700;
	rec->prev_ts = 5000041000;
	rec->netns = 4026532300;
	strcpy(rec->ifname, "r0");
	rec->site = 0xffffffff810012b1;
	rec->reason = 93;
	rec->stack_len = 3;
	memcpy(fabricated.space + sizeof(*rec),
	       (uint64_t[]){ 0xffffffff810012b1, 0xffffffff8100305c, 0xffffffff81000fff }, 24);
	ev.wall_ns += 41700;
	ev.func = "ip_forward";
	ev.location_offset = 0x2b1;
	ev.netns_name = "router";
	ev.reason = "PKT_TOO_BIG";
	ev.has_reason = true;
	ev.why.cause = "too large";
	ev.why.advice = "send less";
	return ev;
}

/* Three bytes, and of each struct len and, in the skb, mark as another reading of it. */
static inline void fabricate_inside(struct event *ev, struct output_env *env)
{
	static struct kernel_member members[] = {
		{ .name = 0, .bit = 0, .bits = 32 },
		{ .name = 4, .bit = 32, .bits = 32, .alternative = true },
	};
	static char names[] = "len\0mark";
	static const struct kernel_layout layout = {
		.size = 8, .members = members, .count = 2, .names = names
	};
	static const uint8_t skb[8] = { 84, 0, 0, 0, 7 }, shinfo[8] = { 99 };

	env->skb_layout = &layout;
	env->shinfo_layout = &layout;
	ev->bytes = (const uint8_t *)"\0E\n";
	ev->bytes_len = 3;
	ev->skb_image = skb;
	ev->shinfo_image = shinfo;
}

static inline struct ksyms *fabricate_symbols(void)
{
	static const char text[] = "ffffffff81001000 T ip_forward\n"
				   "ffffffff81002000 t ip_forward_finish\n"
				   "ffffffff81003000 T ip_rcv\n";
	char path[] = "/tmp/skbtrace-test-XXXXXX";
	struct ksyms *symbols = NULL;
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1 ||
	    ksyms_open(path, &symbols))
		abort();
	close(fd);
	unlink(path);
	return symbols;
}

static inline void capture_begin(struct capture *c, const char *name, const struct options *o)
{
	c->env.out = open_memstream(&c->out, &c->out_size);
	c->env.err = open_memstream(&c->err, &c->err_size);
	c->env.options = o;
	c->output = output_new(name, &c->env);
	if (!c->output || output_begin(c->output))
		abort();
}

/* What was written to out since the last call. Valid until the next call. */
static inline const char *capture_text(struct capture *c)
{
	static char text[65536];

	output_flush(c->output);
	snprintf(text, sizeof(text), "%s", c->out + c->seen);
	c->seen = c->out_size;
	return text;
}

static inline const char *capture_messages(struct capture *c)
{
	const char *since;

	fflush(c->env.err);
	since = c->err + c->err_seen;
	c->err_seen = c->err_size;
	return since;
}

static inline void capture_end(struct capture *c)
{
	output_free(c->output);
	fclose(c->env.out);
	fclose(c->env.err);
	free(c->out);
	free(c->err);
	memset(c, 0, sizeof(*c));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of --group: a block for each packet. Its first line begins with "#", its events with the
 * time since the block's first one, its last line with "=". Copies are nested, indented.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "changes.h"
#include "evidence.h"
#include "explain.h"
#include "frames.h"
#include "text_fields.h"
#include "text_packet.h"
#include "text_verdict.h"

enum {
	INDENT = 4,    /* columns a level */
	TIME_END = 12, /* times of an event are right-aligned up to here: since the first one, */
	HOP_END = 21,  /* and since the packet's previous one; */
	CPU_AT = 23,   /* the other columns begin here, */
	NETNS_AT = 27, /* all of it behind the indent of the level */
	IFACE_AT = 40,
	FUNCTION_AT = 51,
	CHANGES_AT = 77,
	NOTE_AT = 14,   /* notes of the end and of stacks begin here, */
	NOTE_TEXT = 22, /* their text here */
	DEPTH_MAX = 8,  /* what is nested deeper is not indented further */
};

static const char *const red = "\033[1;31m", *const bold = "\033[1m", *const plain = "\033[0m";

struct group {
	bool open; /* inside a block */
	size_t indent;
	uint64_t start_ts;
	struct skbt_route route; /* shown last in this block */
};

static void paint(struct output *o, const char *color)
{
	if (o->env.color)
		lb_raw(&o->line, color);
}

static size_t indent_of(unsigned int depth)
{
	return INDENT * (depth < DEPTH_MAX ? depth : DEPTH_MAX);
}

/* Before the first byte of a line only. */
static void indent(struct linebuf *b, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		lb_char(b, ' ');
}

static void put_number(struct linebuf *b, uint64_t number)
{
	lb_char(b, number ? '#' : '-');
	if (number)
		lb_u64(b, number);
}

static void put_wall_clock(struct output *o, uint64_t wall_ns)
{
	time_t second = wall_ns / 1000000000;
	char text[16];
	struct tm tm;

	localtime_r(&second, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	lb_text(&o->line, text);
	if (o->env.options->time_style == TIME_SECONDS)
		return;
	lb_microseconds(&o->line, wall_ns);
}

static int put_head(struct output *o, uint64_t number, uint64_t parent, bool continued,
		    const struct event *first)
{
	const struct group *g = o->state;
	struct linebuf *b = &o->line;

	indent(b, g->indent);
	paint(o, bold);
	put_number(b, number);
	if (parent) {
		lb_text(b, " from ");
		put_number(b, parent);
	}
	if (continued)
		lb_text(b, " (continued)");
	lb_char(b, ' ');
	put_packet(b, &first->packet, first->rec->len, NULL, 0);
	lb_text(b, ", ");
	put_process(b, first->rec);
	lb_text(b, ", ");
	put_wall_clock(o, first->wall_ns);
	paint(o, plain);
	return lb_next_line(b);
}

static int group_packet_begin(struct output *o, const struct packet_whole *w,
			      const struct event *first)
{
	struct group *g = o->state;

	g->open = true;
	g->indent = indent_of(w->depth);
	g->start_ts = w->start_ts;
	memset(&g->route, 0, sizeof(g->route));
	return put_head(o, w->number, w->parent, w->continued, first);
}

/* Shifts what was appended since the line was at bytes long, so that it ends at that column. */
static void align_right(struct linebuf *b, size_t at, size_t end)
{
	size_t len = b->len - at, by = lb_column(b) < end ? end - lb_column(b) : 0;

	memmove(lb_room(b, by) - len + by, b->data + at, len);
	memset(b->data + at, ' ', by);
	lb_put(b, by);
}

static void put_times(struct output *o, const struct event *ev)
{
	const struct group *g = o->state;
	struct linebuf *b = &o->line;
	size_t at;

	indent(b, g->indent);
	at = b->len;
	put_delta(b, (int64_t)(ev->rec->ts - g->start_ts));
	align_right(b, at, g->indent + TIME_END);
	lb_char(b, ' ');
	at = b->len;
	if (ev->has_hop)
		put_duration(b, ev->hop_ns);
	else
		lb_char(b, '-');
	align_right(b, at, g->indent + HOP_END);
}

/* Before each thing of the last column. */
static void begin_thing(struct output *o, bool *first)
{
	const struct group *g = o->state;

	if (*first)
		lb_pad_to(&o->line, g->indent + CHANGES_AT);
	else
		lb_text(&o->line, "; ");
	*first = false;
}

static void put_event_changes(struct output *o, const struct event *ev)
{
	struct group *g = o->state;
	bool first = true;

	for (unsigned int i = 0; ev->changes && i < ev->changes->count; i++) {
		const struct change *c = &ev->changes->list[i];

		/* These have columns here; the length has not. */
		if (strcmp(c->what, "netns") == 0 || strcmp(c->what, "iface") == 0)
			continue;
		begin_thing(o, &first);
		put_change(o, c);
	}
	if (is_new_route(&ev->rec->route, &g->route)) {
		begin_thing(o, &first);
		put_route(&o->line, &ev->rec->route);
		g->route = ev->rec->route;
	}
}

static int put_note(struct output *o, const char *label, const char *prefix, const char *text)
{
	const struct group *g = o->state;

	if (!text)
		return 0;
	lb_pad_to(&o->line, g->indent + NOTE_AT);
	paint(o, bold);
	lb_text(&o->line, label);
	paint(o, plain);
	lb_pad_to(&o->line, g->indent + NOTE_TEXT);
	lb_text(&o->line, prefix);
	lb_text(&o->line, text);
	return lb_next_line(&o->line);
}

static int put_stack(struct output *o, const struct skbt_record *rec)
{
	const struct group *g = o->state;
	struct linebuf *b = &o->line;

	if (!rec->stack_len)
		return 0;
	lb_pad_to(b, g->indent + NOTE_AT);
	lb_text(b, "stack");
	lb_pad_to(b, g->indent + NOTE_TEXT);
	for (uint32_t i = 0; i < rec->stack_len && i < SKBT_STACK_DEPTH; i++) {
		if (i)
			lb_text(b, " < ");
		put_frame(b, &o->env, rec, i);
	}
	return lb_next_line(b);
}

static int group_event(struct output *o, const struct event *ev)
{
	struct group *g = o->state;
	const struct skbt_record *rec = ev->rec;
	struct linebuf *b = &o->line;
	bool drop = rec->type == SKBT_DROP;
	int err = 0;

	if (!g->open) { /* it has no number, so nobody knows of which packet it is */
		g->indent = 0;
		g->start_ts = rec->ts;
		err = put_head(o, 0, 0, false, ev);
	}
	if (err)
		return err;
	if (drop && !ev->why.routine)
		paint(o, red);
	put_times(o, ev);
	lb_pad_to(b, g->indent + CPU_AT);
	lb_u64(b, rec->cpu);
	lb_pad_to(b, g->indent + NETNS_AT);
	put_netns(o, ev);
	lb_pad_to(b, g->indent + IFACE_AT);
	put_safe(b, rec->ifname, sizeof(rec->ifname));
	lb_pad_to(b, g->indent + FUNCTION_AT);
	put_function(b, ev);
	if (drop) {
		lb_text(b, ev->why.routine ? " FREE " : " DROP ");
		lb_text(b, ev->reason ? ev->reason : "-");
		paint(o, plain);
	}
	if (ev->verdict) {
		lb_char(b, ' ');
		put_verdict(b, ev->verdict);
	}
	if (ev->decision) {
		lb_char(b, ' ');
		lb_text(b, ev->decision);
	}
	put_event_changes(o, ev);
	err = lb_next_line(b);
	if (!err)
		err = put_stack(o, rec);
	return err ? err : put_inside(o, ev, g->indent);
}

static void put_fate(struct output *o, const struct packet_whole *w)
{
	struct linebuf *b = &o->line;

	switch (w->fate) {
	case FATE_DROPPED:
		lb_text(b, w->last->why.routine ? "freed in " : "dropped in ");
		put_function(b, w->last);
		if (w->last->reason) {
			lb_text(b, ": ");
			lb_text(b, w->last->reason);
		}
		break;
	case FATE_DELIVERED:
		lb_text(b, "delivered ");
		lb_text(b, w->fate_words);
		break;
	case FATE_CONSUMED:
		lb_text(b, "ended after ");
		put_function(b, w->last);
		break;
	case FATE_ALIVE:
		lb_text(b, "still alive after ");
		put_function(b, w->last);
		lb_text(b, ": ");
		lb_text(b, w->fate_words);
		break;
	}
	/* Reading, a program frees what it has read; other tasks are there by chance. */
	if (w->end && w->end->context == SKBT_TASK && w->fate == FATE_DELIVERED) {
		lb_text(b, ", freed by ");
		put_safe(b, w->end->comm, sizeof(w->end->comm));
		lb_char(b, '/');
		lb_u64(b, w->end->pid);
	}
	if (w->delivered_as) {
		lb_text(b, "; delivered as ");
		put_number(b, w->delivered_as);
	}
}

static int group_packet_end(struct output *o, const struct packet_whole *w)
{
	struct group *g = o->state;
	bool drop = w->fate == FATE_DROPPED;
	char words[EXPLAIN_TEXT], source[FRAMES_TEXT];
	int err;

	g->indent = indent_of(w->depth);
	indent(&o->line, g->indent);
	paint(o, drop && !w->last->why.routine ? red : bold);
	lb_text(&o->line, "= ");
	put_number(&o->line, w->number);
	lb_text(&o->line, " took ");
	put_duration(&o->line, w->total_ns);
	lb_text(&o->line, ", ");
	put_fate(o, w);
	paint(o, plain);
	err = lb_next_line(&o->line);
	if (!err && drop)
		err = put_note(o, "cause", w->last->why.inferred ? "probably: " : "",
			       explain_text(words, w->last, w->last->why.cause));
	if (!err && drop)
		err = put_note(o, "advice", "", explain_text(words, w->last, w->last->why.advice));
	for (unsigned int i = 0; drop && w->last->evidence && i < w->last->evidence->count; i++)
		if (!err)
			err = put_note(o, i ? "" : "evidence", "",
				       w->last->evidence->items[i].text);
	if (!err && drop && !w->last->rec->stack_len)
		err = put_note(o, "source", "", drop_source_text(source, &o->env, w->last->rec));
	if (w->depth) /* on with its parent, or a sibling's head */
		g->indent = indent_of(w->depth - 1);
	else
		g->open = false;
	return err;
}

static int group_begin(struct output *o)
{
	tzset();
	o->state = calloc(1, sizeof(struct group));
	return o->state ? 0 : -ENOMEM;
}

const struct output_ops output_group_ops = {
	.name = "group",
	.begin = group_begin,
	.event = group_event,
	.packet_begin = group_packet_begin,
	.packet_end = group_packet_end,
	.lost = text_lost,
	.summary = text_summary,
};

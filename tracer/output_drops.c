/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbtrace drops: a table of places and reasons. On a terminal it is shown anew in place, elsewhere
 * at each --interval, and in any case at the end. As JSON it is a line for each row, at the end.
 */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "drop_table.h"
#include "explain.h"
#include "json_drops.h"
#include "output_impl.h"
#include "report_counts.h"
#include "text_fields.h"
#include "text_packet.h"

enum {
	ROWS = 1024, /* as many as the kernel side has (probes.c) */
	RATE_END = 20,
	AGE_END = 30,
	PLACE_AT = 32,
	REASON_AT = 70,
	NETNS_AT = 96,
	IFACE_AT = 106,
	PACKET_AT = 114,
	PACKET_WIDTH = 40, /* what most packets take */
	COUNT_END = 10,
	NOTE = 14,
	NOTE_TEXT = 22,
	HEAD_AND_REST = 3, /* lines of a screen that are no rows */
};

#define SECOND_NS 1000000000ULL

static const char *const home = "\033[H", *const erase_line = "\033[K",
			 *const erase_rest = "\033[J";
static const char *const bold = "\033[1m", *const plain = "\033[0m";

struct drops {
	struct drop_table *table;
	uint64_t began, interval, shown_at, rates_at;
};

static int drops_begin(struct output *o)
{
	struct drops *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	o->state = d;
	d->table = drop_table_new(ROWS, false);
	if (!d->table)
		return -ENOMEM;
	/* JSON has rows at the end only; the interval then just says how long to run. */
	if (!o->env.options->json)
		d->interval = o->env.options->interval_ns ?: (o->env.terminal ? SECOND_NS : 0);
	d->began = d->shown_at = d->rates_at = clock_now();
	return 0;
}

static void drops_end(struct output *o)
{
	struct drops *d = o->state;

	if (d)
		drop_table_free(d->table);
}

static int drops_event(struct output *o, const struct event *ev)
{
	struct drops *d = o->state;

	return drop_table_sample(d->table, ev);
}

/* Ends with its last digit at that column. */
static void put_right(struct linebuf *b, size_t end, const char *text)
{
	size_t len = strlen(text);

	if (lb_column(b))
		lb_char(b, ' ');
	while (lb_column(b) + len < end)
		lb_char(b, ' ');
	lb_text(b, text);
}

static void put_age(struct linebuf *b, uint64_t ns)
{
	char text[32];

	if (ns < 100 * SECOND_NS)
		snprintf(text, sizeof(text), "%.1fs", (double)ns / SECOND_NS);
	else
		snprintf(text, sizeof(text), "%llus", (unsigned long long)(ns / SECOND_NS));
	put_right(b, AGE_END, text);
}

static int end_line(struct output *o)
{
	struct linebuf *b = &o->line;

	if (o->env.terminal) {
		/* A table has one line a row: what does not fit is not shown. */
		if (o->env.columns && lb_column(b) > (size_t)o->env.columns)
			b->len -= lb_column(b) - o->env.columns;
		if (o->env.color)
			lb_raw(b, plain);
		lb_raw(b, erase_line);
	}
	return lb_next_line(b);
}

/* Where the screen ends before the last column would, that is a line of its own. */
static bool is_narrow(const struct output *o)
{
	return o->env.columns && o->env.columns < PACKET_AT + PACKET_WIDTH;
}

static int put_titles(struct output *o)
{
	struct linebuf *b = &o->line;
	FILE *rows = b->out;
	int err = lb_flush(b);

	if (err)
		return err;
	if (o->env.terminal)
		lb_raw(b, home);
	if (o->env.color)
		lb_raw(b, bold);
	put_right(b, COUNT_END, "COUNT");
	put_right(b, RATE_END, "PER_SECOND");
	put_right(b, AGE_END, "LAST");
	lb_pad_to(b, PLACE_AT);
	lb_text(b, "PLACE");
	lb_pad_to(b, REASON_AT);
	lb_text(b, "REASON");
	lb_pad_to(b, NETNS_AT);
	lb_text(b, "NETNS");
	lb_pad_to(b, IFACE_AT);
	lb_text(b, "IFACE");
	if (!is_narrow(o)) {
		lb_pad_to(b, PACKET_AT);
		lb_text(b, "LAST PACKET");
	}
	if (o->env.color && !o->env.terminal)
		lb_raw(b, plain);
	/* As with events: where the rows are piped on, titles go beside them. */
	b->out = o->env.terminal ? rows : o->env.err;
	err = end_line(o);
	if (!err && !o->env.terminal)
		err = lb_flush(b);
	b->out = rows;
	return o->env.terminal ? err : 0;
}

static const char *reason_of(const struct output *o, const struct drop_row *row)
{
	const char *name = row->sample ? row->sample->ev.reason : NULL;

	if (!name && o->env.reasons)
		name = drop_reason_name(o->env.reasons, row->place.reason);
	return name;
}

static int put_narrow_packet(struct output *o, const struct drop_sample *s)
{
	struct linebuf *b = &o->line;

	lb_pad_to(b, NOTE);
	lb_text(b, "packet");
	lb_pad_to(b, NOTE_TEXT);
	put_packet(b, &s->ev.packet, s->rec.len, NULL, 0);
	return end_line(o);
}

static int put_cause(struct output *o, const struct event *ev)
{
	struct linebuf *b = &o->line;
	char words[EXPLAIN_TEXT];

	if (!ev->why.cause)
		return 0;
	lb_pad_to(b, NOTE);
	lb_text(b, "cause");
	lb_pad_to(b, NOTE_TEXT);
	if (ev->why.inferred)
		lb_text(b, "probably: ");
	if (ev->why.routine)
		lb_text(b, "routine, nothing is lost: ");
	lb_text(b, explain_text(words, ev, ev->why.cause));
	return end_line(o);
}

static int put_row(struct output *o, const struct drop_row *row, uint64_t now)
{
	const struct drop_sample *s = row->sample;
	const char *reason = reason_of(o, row);
	struct linebuf *b = &o->line;
	char number[32];
	int err;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)row->count);
	put_right(b, COUNT_END, number);
	snprintf(number, sizeof(number), "%.1f", row->rate);
	put_right(b, RATE_END, number);
	put_age(b, now > row->last_ts ? now - row->last_ts : 0);
	lb_pad_to(b, PLACE_AT);
	lb_symbol(b, o->env.symbols, row->place.site);
	lb_pad_to(b, REASON_AT);
	lb_text(b, reason ? reason : "-");
	if (!s)
		return end_line(o);
	lb_pad_to(b, NETNS_AT);
	put_netns(o, &s->ev);
	lb_pad_to(b, IFACE_AT);
	put_safe(b, s->rec.ifname, sizeof(s->rec.ifname));
	if (!is_narrow(o)) {
		lb_pad_to(b, PACKET_AT);
		put_packet(b, &s->ev.packet, s->rec.len, NULL, 0);
	}
	err = end_line(o);
	if (!err && is_narrow(o))
		err = put_narrow_packet(o, s);
	return err ? err : put_cause(o, &s->ev);
}

/* What the rows that are not shown have together. */
static int put_others(struct output *o, uint64_t count, size_t rows)
{
	struct linebuf *b = &o->line;
	char number[64];

	if (!count)
		return 0;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
	put_right(b, COUNT_END, number);
	lb_pad_to(b, PLACE_AT);
	if (rows)
		snprintf(number, sizeof(number), "others (%zu rows)", rows);
	lb_text(b, rows ? number : "others");
	return end_line(o);
}

/* unlisted: drops for which the kernel side had no row; whole: all rows, even off the screen. */
static int put_table(struct output *o, uint64_t unlisted, bool whole, uint64_t now)
{
	struct drops *d = o->state;
	const int per_row = is_narrow(o) ? 3 : 2, lines = o->env.rows - HEAD_AND_REST;
	size_t count, shown, room = lines > per_row ? (size_t)(lines / per_row) : 1;
	struct drop_row *const *rows = drop_table_rows(d->table, &count);
	uint64_t others = unlisted;
	int err = put_titles(o);

	shown = count;
	if (!whole && o->env.rows && shown > room)
		shown = room;
	for (size_t i = 0; i < count && !err; i++) {
		if (i < shown)
			err = put_row(o, rows[i], now);
		else
			others += rows[i]->count;
	}
	if (!err)
		err = put_others(o, others, count - shown);
	if (!err && o->env.terminal) {
		lb_raw(&o->line, erase_rest);
	}
	return err;
}

static int read_rows(struct output *o)
{
	struct drops *d = o->state;

	return o->env.read_drops(o->env.drops_source, drop_table_count, d->table);
}

static int drops_tick(struct output *o, uint64_t now)
{
	struct drops *d = o->state;
	int err;

	if (!d->interval || now - d->shown_at < d->interval)
		return 0;
	err = read_rows(o);
	if (err)
		return err;
	drop_table_rates(d->table, now - d->rates_at);
	d->shown_at = d->rates_at = now;
	err = put_table(o, 0, false, now);
	/* Tables that follow each other are told apart by a blank line. */
	if (!err && !o->env.terminal)
		err = lb_next_line(&o->line);
	return err;
}

static int drops_summary(struct output *o, const struct run_counts *counts,
			 const struct run_info *info, uint64_t wall_ns)
{
	uint64_t now = clock_now(), unlisted = counts->counter[SKBT_UNLISTED];
	struct drops *d = o->state;
	int err = read_rows(o);

	if (err)
		return err;
	/* The last table is about the whole run. */
	drop_table_average(d->table, now - d->began);
	if (o->env.options->json)
		return json_drops(o, d->table, counts, info, wall_ns);
	err = put_table(o, unlisted, true, now);
	return err ? err : text_summary(o, counts, info, wall_ns);
}

static int drops_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns)
{
	return o->env.options->json ? json_lost(o, counts, wall_ns) : text_lost(o, counts, wall_ns);
}

const struct output_ops output_drops_ops = {
	.name = "drops",
	.begin = drops_begin,
	.end = drops_end,
	.event = drops_event,
	.tick = drops_tick,
	.lost = drops_lost,
	.summary = drops_summary,
};

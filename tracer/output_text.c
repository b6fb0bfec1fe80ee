/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text: one event a line, columns without spaces in them except the last, notes of a drop indented
 * below it. On a terminal, what is as in the line above and of the same packet is a dot.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "changes.h"
#include "evidence.h"
#include "explain.h"
#include "frames.h"
#include "function_cells.h"
#include "latency.h"
#include "output_impl.h"
#include "piece.h"
#include "report_counts.h"
#include "text_fields.h"
#include "text_packet.h"
#include "text_verdict.h"

enum column { CPU, PROCESS, NETNS, IFACE, PKT, FUNCTION, TYPE, PACKET, COLUMNS };

static const char *const titles[COLUMNS] = { "CPU", "PROCESS",  "NETNS", "IFACE",
					     "PKT", "FUNCTION", "TYPE",  "PACKET" };

/* Where the columns begin; a longer field pushes the next ones, which catch up when they can. */
static const unsigned int wide[COLUMNS] = { 17, 22, 38, 47, 54, 60, 83, 94 };
static const unsigned int narrow[COLUMNS] = { 16, 19, 31, 39, 45, 48, 66, 75 };

enum {
	NARROW_BELOW = 110, /* columns of a terminal */
	TIME_END = 15,      /* the time is right-aligned up to here on a terminal */
};

static const char *const red = "\033[1;31m", *const bold = "\033[1m", *const plain = "\033[0m";

struct text {
	const unsigned int *start; /* wide or narrow */
	time_t second;             /* that clock[] holds */
	char clock[9];             /* HH:MM:SS */
	uint64_t first_ts;         /* of the run; 0 = no event yet */
	uint64_t base_ts;          /* of the last line with a full time */
	uint32_t noted_pid;        /* whose command lines were shown last: the task's, */
	uint32_t noted_owner;      /* and the socket's owner's */
	struct function_cells functions;
	struct piece place;        /* PROCESS to PKT of the line above */
	struct piece packet;       /* likewise its addresses and so on, */
	struct piece route;        /* and its route */
	struct packet last_packet; /* line above, for the terminal */
	struct skbt_record last;   /* likewise; at the end, as it ends with an open array */
};

/* Names come from whoever could set them: nothing in them may move the cursor or split a column. */
void put_safe(struct linebuf *b, const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	for (size_t i = 0; i < len; i++)
		lb_char(b, text[i] == ' ' ? '_' : printable(text[i]));
	if (len == 0)
		lb_char(b, '-');
}

void put_words(struct linebuf *b, const char *text)
{
	for (; *text; text++)
		lb_char(b, *text == ' ' ? ' ' : printable(*text));
}

static void put_clock(struct linebuf *b, struct text *t, uint64_t wall_ns)
{
	time_t second = wall_ns / 1000000000;
	struct tm tm;

	if (second != t->second || !t->clock[0]) {
		t->second = second;
		localtime_r(&second, &tm);
		strftime(t->clock, sizeof(t->clock), "%H:%M:%S", &tm);
	}
	lb_bytes(b, t->clock, sizeof(t->clock) - 1);
}

/* n thousandths with that many digits of the fraction. */
static void put_thousandths(struct linebuf *b, uint64_t n, unsigned int digits)
{
	lb_u64(b, n / 1000);
	lb_char(b, '.');
	lb_digits(b, digits == 1 ? n % 1000 / 100 : n % 1000, digits);
}

void put_delta(struct linebuf *b, int64_t ns)
{
	lb_char(b, ns < 0 ? '-' : '+'); /* CPUs may hand in their events out of order */
	put_duration(b, ns < 0 ? -(uint64_t)ns : (uint64_t)ns);
}

void put_duration(struct linebuf *b, uint64_t n)
{
	if (n < 1000000) {
		put_thousandths(b, n, 1);
		lb_text(b, "us");
	} else if (n < 1000000000) {
		put_thousandths(b, n / 1000, 1);
		lb_text(b, "ms");
	} else {
		put_thousandths(b, n / 1000000, 1);
		lb_text(b, "s");
	}
}

/* Shifts what the line holds so far to end at TIME_END; a piped line never begins with a space,
 * so that one can tell notes from events. */
static void align_time(struct output *o)
{
	struct linebuf *b = &o->line;
	size_t len = lb_column(b), by;
	char *time;

	if (!o->env.terminal || len >= TIME_END)
		return;
	by = TIME_END - len;
	time = lb_room(b, by) - len;
	memmove(time + by, time, len);
	memset(time, ' ', by);
	lb_put(b, by);
}

static void put_time(struct output *o, const struct event *ev, bool same)
{
	enum time_style style = o->env.options->time_style;
	struct linebuf *b = &o->line;
	struct text *t = o->state;

	if (!t->first_ts)
		t->first_ts = ev->rec->ts;
	if (style == TIME_SINCE_FIRST) {
		int64_t ns = (int64_t)(ev->rec->ts - t->first_ts);

		if (ns < 0)
			lb_char(b, '-');
		put_thousandths(b, ns < 0 ? -(uint64_t)ns : (uint64_t)ns, 3);
		align_time(o);
	} else if (style == TIME_MICROSECONDS && same) {
		put_delta(b, (int64_t)(ev->rec->ts - t->base_ts));
		align_time(o);
	} else {
		put_clock(b, t, ev->wall_ns);
		if (style == TIME_MICROSECONDS)
			lb_microseconds(b, ev->wall_ns);
		t->base_ts = ev->rec->ts;
	}
}

static void put_name_and_pid(struct linebuf *b, const char *comm, uint32_t pid)
{
	put_safe(b, comm, SKBT_COMM_LEN);
	lb_char(b, '/');
	lb_u64(b, pid);
}

/* No task is the cause of what an interrupt does: then the owner of the packet's socket is told. */
void put_process(struct linebuf *b, const struct skbt_record *rec)
{
	if (task_known(rec)) {
		put_name_and_pid(b, rec->comm, rec->pid);
		return;
	}
	lb_text(b, rec->context == SKBT_SOFTIRQ ? "softirq" : "hardirq");
	if (!rec->owner_pid)
		return;
	lb_char(b, '>');
	put_name_and_pid(b, rec->owner_comm, rec->owner_pid);
}

void put_netns(struct output *o, const struct event *ev)
{
	if (ev->netns_name && !o->env.options->numeric)
		put_safe(&o->line, ev->netns_name, SIZE_MAX);
	else if (ev->rec->netns)
		lb_u64(&o->line, ev->rec->netns);
	else
		lb_char(&o->line, '-');
}

void put_function(struct linebuf *b, const struct event *ev)
{
	bool drop = ev->rec->type == SKBT_DROP;

	if (ev->func) {
		lb_text(b, ev->func);
		if (drop) {
			lb_char(b, '+');
			lb_hex(b, ev->location_offset);
		} else if (ev->verdict) {
			lb_text(b, "()");
		}
	} else if (drop && ev->rec->site) {
		lb_hex(b, ev->rec->site);
	} else {
		lb_char(b, '-');
	}
}

static bool same_process(const struct skbt_record *a, const struct skbt_record *b)
{
	if (a->context != b->context)
		return false;
	if (!task_known(a))
		return a->owner_pid == b->owner_pid;
	return a->pid == b->pid && memcmp(a->comm, b->comm, sizeof(a->comm)) == 0;
}

static void put_new_route(struct linebuf *b, const struct skbt_route *route,
			  const struct skbt_route *last)
{
	if (!is_new_route(route, last))
		return;
	lb_text(b, ", ");
	put_route(b, route);
}

static void put_column(struct linebuf *b, const struct text *t, enum column c)
{
	lb_pad_to(b, t->start[c]);
}

/* The first event of a copy names its original. */
static void put_number(struct linebuf *b, const struct skbt_record *rec)
{
	lb_char(b, rec->packet_id ? '#' : '-');
	if (rec->packet_id)
		lb_u64(b, rec->packet_id);
	if (rec->parent_id && !rec->prev_ts) {
		lb_text(b, "<#");
		lb_u64(b, rec->parent_id);
	}
}

/* The columns that a packet's next line may leave out; same = NULL: none. */
static void put_place(struct output *o, const struct event *ev, const struct skbt_record *same)
{
	const struct skbt_record *rec = ev->rec;
	struct linebuf *b = &o->line;
	const struct text *t = o->state;

	if (same && same_process(rec, same))
		lb_char(b, '.');
	else
		put_process(b, rec);
	put_column(b, t, NETNS);
	if (same && rec->netns == same->netns)
		lb_char(b, '.');
	else
		put_netns(o, ev);
	put_column(b, t, IFACE);
	if (same && memcmp(rec->ifname, same->ifname, sizeof(rec->ifname)) == 0)
		lb_char(b, '.');
	else
		put_safe(b, rec->ifname, sizeof(rec->ifname));
}

/* PROCESS to PKT, where nothing is left out, and all that they are made of. */
static void make_place(struct output *o, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	const char *name = ev->netns_name ? ev->netns_name : "";
	struct linebuf *b = &o->line;
	struct text *t = o->state;
	struct {
		uint64_t packet_id, parent_id;
		uint32_t pid, owner_pid, netns, context;
		char comm[SKBT_COMM_LEN], ifname[SKBT_IFNAME_LEN], owner_comm[SKBT_COMM_LEN];
		char netns_name[32];
	} key = {
		.packet_id = rec->packet_id,
		.parent_id = rec->prev_ts ? 0 : rec->parent_id,
		.pid = rec->pid,
		.owner_pid = rec->owner_pid,
		.netns = rec->netns,
		.context = rec->context,
	};
	size_t at = b->len, len = strlen(name);
	bool fits = lb_column(b) == t->start[PROCESS]; /* columns behind it, too */

	memcpy(key.comm, rec->comm, sizeof(key.comm));
	memcpy(key.ifname, rec->ifname, sizeof(key.ifname));
	memcpy(key.owner_comm, rec->owner_comm, sizeof(key.owner_comm));
	memcpy(key.netns_name, name, len < sizeof(key.netns_name) ? len : 0);
	if (fits && piece_again(&t->place, b, ev->alike, &key, sizeof(key)))
		return;
	put_place(o, ev, NULL);
	put_column(b, t, PKT);
	put_number(b, rec);
	if (fits && len < sizeof(key.netns_name))
		piece_keep(&t->place, b, at, ev->alike, &key, sizeof(key));
}

static void put_place_again(struct output *o, const struct event *ev)
{
	struct linebuf *b = &o->line;
	struct text *t = o->state;

	put_column(b, t, PROCESS);
	if (lb_column(b) != t->start[PROCESS] || !piece_alike(&t->place, b, ev->alike))
		make_place(o, ev);
}

static void make_packet(struct output *o, const struct event *ev)
{
	struct text *t = o->state;
	size_t at = o->line.len;
	struct {
		uint64_t serial, len;
	} key = { .serial = ev->packet.serial, .len = ev->rec->len };

	if (key.serial && piece_again(&t->packet, &o->line, ev->alike, &key, sizeof(key)))
		return;
	put_packet(&o->line, &ev->packet, ev->rec->len, NULL, 0);
	piece_keep(&t->packet, &o->line, at, ev->alike, &key, sizeof(key));
}

static void make_route(struct output *o, const struct event *ev)
{
	const struct skbt_route *route = &ev->rec->route;
	struct text *t = o->state;
	size_t at = o->line.len;

	if (piece_again(&t->route, &o->line, ev->alike, route, sizeof(*route)))
		return;
	put_new_route(&o->line, route, NULL);
	piece_keep(&t->route, &o->line, at, ev->alike, route, sizeof(*route));
}

/* The packet and its route, where nothing is left out. */
static void put_packet_again(struct output *o, const struct event *ev)
{
	const struct text *t = o->state;

	if (!piece_alike(&t->packet, &o->line, ev->alike))
		make_packet(o, ev);
	if (!piece_alike(&t->route, &o->line, ev->alike))
		make_route(o, ev);
}

static void put_packet_since(struct output *o, const struct event *ev, const struct text *same)
{
	put_packet(&o->line, &ev->packet, ev->rec->len, &same->last_packet, same->last.len);
	put_new_route(&o->line, &ev->rec->route, &same->last.route);
}

static void put_function_and_type(struct output *o, const struct event *ev, const struct text *same)
{
	const char *type = pkt_type_name(ev->rec->pkt_type);
	struct linebuf *b = &o->line;
	const struct text *t = o->state;

	put_function(b, ev);
	put_column(b, t, TYPE);
	lb_text(b, same && ev->rec->pkt_type == same->last.pkt_type ? "." : type ? type : "-");
	put_column(b, t, PACKET);
}

/* Where nothing is left out and nothing stands behind the function's name. */
static void put_function_again(struct output *o, const struct event *ev)
{
	struct linebuf *b = &o->line;
	struct text *t = o->state;
	bool fits = lb_column(b) == t->start[FUNCTION];
	size_t at = b->len;

	if (fits && function_cells_again(&t->functions, b, ev))
		return;
	put_function_and_type(o, ev, NULL);
	if (fits)
		function_cells_keep(&t->functions, b, at, ev);
}

static void put_what(struct output *o, const struct event *ev, const struct text *same)
{
	const struct skbt_record *rec = ev->rec;
	struct linebuf *b = &o->line;
	const struct text *t = o->state;
	size_t packet_at;

	put_column(b, t, FUNCTION);
	if (same || rec->type == SKBT_DROP || ev->verdict)
		put_function_and_type(o, ev, same);
	else
		put_function_again(o, ev);
	if (rec->type == SKBT_DROP) {
		lb_text(b, ev->why.routine ? "FREE " : "DROP ");
		lb_text(b, ev->reason ? ev->reason : "-");
		lb_char(b, ' ');
	}
	if (ev->verdict) {
		put_verdict(b, ev->verdict);
		lb_text(b, "; ");
	}
	if (ev->decision) {
		lb_text(b, ev->decision);
		lb_text(b, "; ");
	}
	packet_at = b->len;
	if (same)
		put_packet_since(o, ev, same);
	else
		put_packet_again(o, ev);
	if (ev->changes && ev->changes->count)
		put_text_changes(o, ev, packet_at);
	if (o->env.columns && lb_column(b) > (size_t)o->env.columns && b->len > packet_at + 1)
		lb_break_at(b, packet_at, TEXT_NOTE_AT);
}

/*
 * Command lines: of the process in the column, and of the socket's owner if that is another one.
 * Below drops, and (-v) below others where the line above tells of other processes.
 */
static int put_who(struct output *o, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	struct text *t = o->state;
	bool task = task_known(rec), same, owner;
	int err = 0;

	same = (task ? rec->pid : 0) == t->noted_pid && rec->owner_pid == t->noted_owner;
	if (rec->type != SKBT_DROP && same)
		return 0;
	t->noted_pid = task ? rec->pid : 0;
	t->noted_owner = rec->owner_pid;
	owner = rec->owner_pid && (!task || rec->owner_pid != rec->pid);
	if (task)
		err = text_note(o, "process", "", ev->cmdline);
	if (!err && owner)
		err = text_note(o, "owner", "", ev->owner_cmdline);
	if (!err && rec->owner_pid && ev->owner_container)
		err = text_note(o, "in", "container ", ev->owner_container);
	return err;
}

static int text_event(struct output *o, const struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	struct text *t = o->state;
	struct linebuf *b = &o->line;
	bool drop = rec->type == SKBT_DROP;
	bool same = o->env.terminal && rec->packet_id && rec->packet_id == t->last.packet_id;
	bool red_line = drop && o->env.color && !ev->why.routine;
	char words[EXPLAIN_TEXT], source[FRAMES_TEXT];
	int err;

	if (red_line)
		lb_raw(b, red);
	put_time(o, ev, same);
	put_column(b, t, CPU);
	lb_u64(b, rec->cpu);
	if (same) {
		put_column(b, t, PROCESS);
		put_place(o, ev, &t->last);
		put_column(b, t, PKT);
		put_number(b, rec);
	} else {
		put_place_again(o, ev);
	}
	put_what(o, ev, same ? t : NULL);
	if (red_line)
		lb_raw(b, plain);
	err = lb_next_line(b);
	if (!err && drop)
		err = text_note(o, "cause", ev->why.inferred ? "probably: " : "",
				explain_text(words, ev, ev->why.cause));
	if (!err && drop)
		err = text_note(o, "advice", "", explain_text(words, ev, ev->why.advice));
	if (!err && drop)
		err = text_evidence(o, ev->evidence);
	if (!err && drop && !rec->stack_len)
		err = text_note(o, "source", "", drop_source_text(source, &o->env, rec));
	if (!err && (drop || o->env.options->verbose))
		err = put_who(o, ev);
	if (!err)
		err = text_stack(o, rec);
	if (!err)
		err = put_inside(o, ev, 0);
	if (o->env.terminal) {
		t->last = *rec;
		t->last_packet = ev->packet;
	}
	return err;
}

/* Titles are not an event: where events are piped on, they go beside them. */
static int print_titles(struct output *o, const struct text *t)
{
	struct linebuf *b = &o->line;
	FILE *events = b->out;
	int err;

	if (o->env.color)
		lb_raw(b, bold);
	lb_text(b, "TIME");
	for (enum column c = CPU; c < COLUMNS; c++) {
		put_column(b, t, c);
		lb_text(b, titles[c]);
	}
	if (o->env.color)
		lb_raw(b, plain);
	b->out = o->env.terminal ? events : o->env.err;
	err = lb_end_line(b);
	b->out = events;
	/* A broken error stream is no reason to keep the events back. */
	return o->env.terminal ? err : 0;
}

static int text_begin(struct output *o)
{
	struct text *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	tzset();
	o->state = t;
	t->start = o->env.columns && o->env.columns < NARROW_BELOW ? narrow : wide;
	return print_titles(o, t);
}

int text_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns)
{
	(void)wall_ns;
	report_losing(o->env.err, counts);
	return 0;
}

int text_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		 uint64_t wall_ns)
{
	int err = output_flush(o);

	(void)wall_ns;
	/* It comes last, though on another stream. */
	if (err)
		return err;
	report_counts(o->env.err, counts, o->env.options);
	if (info->latency)
		latency_report(o->env.err, info->latency);
	return 0;
}

const struct output_ops output_text_ops = {
	.name = "text",
	.begin = text_begin,
	.event = text_event,
	.lost = text_lost,
	.summary = text_summary,
};

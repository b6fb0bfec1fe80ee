/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to the text outputs: the fields that they share. */
#ifndef TRACER_TEXT_FIELDS_H
#define TRACER_TEXT_FIELDS_H

#include "output_impl.h"

enum { TEXT_NOTE_AT = 22 }; /* column: what an event's line has no room for goes on here */

static inline char printable(char c)
{
	return c > ' ' && c < 0x7f ? c : '?';
}

/* What others could set: nothing in it can move the cursor or split a column. "-" if empty. */
void put_safe(struct linebuf *b, const char *text, size_t size);

/* Likewise, a line of words: blanks stay. */
void put_words(struct linebuf *b, const char *text);

/* "+3.1us" */
void put_delta(struct linebuf *b, int64_t ns);

/* "3.1us" */
void put_duration(struct linebuf *b, uint64_t ns);

void put_process(struct linebuf *b, const struct skbt_record *rec);
void put_netns(struct output *o, const struct event *ev);
void put_function(struct linebuf *b, const struct event *ev);

/* "src 10.0.0.2 -> 192.0.2.1"; what there is none of is "none". */
struct change;
void put_change(struct output *o, const struct change *c);

/* What changed (ev->changes) and has no column of its own, behind a packet that began where the
 * line was at bytes long. */
void put_text_changes(struct output *o, const struct event *ev, size_t packet_at);

/* Below an event, the notes that -x and --skb ask for. Returns 0 or the negative errno of writing.
 */
int put_inside_notes(struct output *o, const struct event *ev, size_t indent);

static inline int put_inside(struct output *o, const struct event *ev, size_t indent)
{
	bool any = ev->bytes || ev->skb_image || ev->shinfo_image;

	return any ? put_inside_notes(o, ev, indent) : 0;
}

/*
 * Notes, each a line, or several on a terminal: a label, and prefix and text (NULL: no note). They
 * return 0 or the negative errno of writing.
 */
struct evidence_list;
int text_note(struct output *o, const char *label, const char *prefix, const char *text);
int text_stack(struct output *o, const struct skbt_record *rec);
int text_evidence(struct output *o, const struct evidence_list *list);

int text_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns);
int text_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		 uint64_t wall_ns);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands below an event: a label and words, folded where a terminal ends. */
#include "evidence.h"
#include "frames.h"
#include "text_fields.h"

enum {
	LABEL_AT = 14,
	NOTE_AT = TEXT_NOTE_AT,
};

static const char *const bold = "\033[1m", *const plain = "\033[0m";

static void begin_note(struct output *o, const char *label)
{
	struct linebuf *b = &o->line;

	lb_pad_to(b, LABEL_AT);
	if (o->env.color)
		lb_raw(b, bold);
	lb_text(b, label);
	if (o->env.color)
		lb_raw(b, plain);
	lb_pad_to(b, NOTE_AT);
}

/* Called after a word of a note that began where the line was at bytes long. */
static void fold_note(struct output *o, size_t at, bool first)
{
	if (!first && o->env.columns && lb_column(&o->line) > (size_t)o->env.columns)
		lb_break_at(&o->line, at, NOTE_AT);
}

int text_note(struct output *o, const char *label, const char *prefix, const char *text)
{
	struct linebuf *b = &o->line;
	bool first = true;

	if (!text)
		return 0;
	begin_note(o, label);
	lb_text(b, prefix);
	while (*text) {
		size_t len = strcspn(text, " "), at;

		if (!first)
			lb_char(b, ' ');
		at = b->len;
		for (size_t i = 0; i < len; i++)
			lb_char(b, printable(text[i]));
		fold_note(o, at, first);
		first = false;
		text += len;
		text += *text == ' ';
	}
	return lb_next_line(b);
}

int text_stack(struct output *o, const struct skbt_record *rec)
{
	struct linebuf *b = &o->line;

	if (!rec->stack_len)
		return 0;
	begin_note(o, "stack");
	for (uint32_t i = 0; i < rec->stack_len && i < SKBT_STACK_DEPTH; i++) {
		size_t at;

		if (i)
			lb_char(b, ' ');
		at = b->len;
		if (i)
			lb_text(b, "< ");
		put_frame(b, &o->env, rec, i);
		fold_note(o, at, i == 0);
	}
	return lb_next_line(b);
}

int text_evidence(struct output *o, const struct evidence_list *list)
{
	int err = 0;

	for (unsigned int i = 0; list && i < list->count && !err; i++)
		err = text_note(o, i ? "" : "evidence", "", list->items[i].text);
	return err;
}

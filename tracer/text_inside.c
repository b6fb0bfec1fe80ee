/* SPDX-License-Identifier: GPL-2.0-only */
/* What -x and --skb ask for, as notes of the text outputs. */
#include "hexdump.h"
#include "struct_dump.h"
#include "text_fields.h"

enum {
	NOTE = 14,      /* the label begins here, behind the indent, */
	NOTE_TEXT = 22, /* the text here, */
	INDENT_MAX = 64,
};

struct note {
	size_t indent;
	char next_line[1 + INDENT_MAX + NOTE_TEXT + 1]; /* between two lines */
};

static void begin_note(struct output *o, const struct note *n, const char *label)
{
	lb_pad_to(&o->line, n->indent + NOTE);
	if (o->env.color)
		lb_raw(&o->line, "\033[1m");
	lb_text(&o->line, label);
	if (o->env.color)
		lb_raw(&o->line, "\033[0m");
	lb_pad_to(&o->line, n->indent + NOTE_TEXT);
}

static int put_struct(struct output *o, const struct note *n, const char *label,
		      const struct kernel_layout *layout, const uint8_t *image)
{
	if (!image)
		return 0;
	begin_note(o, n, label);
	struct_dump(&o->line, layout, image, o->env.symbols, n->next_line);
	return lb_next_line(&o->line);
}

int put_inside_notes(struct output *o, const struct event *ev, size_t indent)
{
	struct note n = { .indent = indent < INDENT_MAX ? indent : INDENT_MAX };
	int err = 0;

	n.next_line[0] = '\n';
	memset(n.next_line + 1, ' ', n.indent + NOTE_TEXT);
	if (ev->bytes) {
		begin_note(o, &n, "bytes");
		hexdump(&o->line, ev->bytes, ev->bytes_len, n.next_line);
		err = lb_next_line(&o->line);
	}
	if (!err)
		err = put_struct(o, &n, "skb", o->env.skb_layout, ev->skb_image);
	if (!err)
		err = put_struct(o, &n, "shinfo", o->env.shinfo_layout, ev->shinfo_image);
	return err;
}

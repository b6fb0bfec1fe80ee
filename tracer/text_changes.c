/* SPDX-License-Identifier: GPL-2.0-only */
#include "changes.h"
#include "text_fields.h"

static const char *const bold = "\033[1;33m", *const plain = "\033[0m";

void put_change(struct output *o, const struct change *c)
{
	struct linebuf *b = &o->line;

	if (o->env.color)
		lb_raw(b, bold);
	lb_text(b, c->what);
	lb_char(b, ' ');
	lb_text(b, c->from_known ? c->from : "none");
	lb_text(b, " -> ");
	lb_text(b, c->to_known ? c->to : "none");
	if (o->env.color)
		lb_raw(b, plain);
}

void put_text_changes(struct output *o, const struct event *ev, size_t packet_at)
{
	struct linebuf *b = &o->line;

	for (unsigned int i = 0; i < ev->changes->count; i++) {
		const struct change *c = &ev->changes->list[i];

		if (c->has_column)
			continue;
		/* The dot says that nothing has changed. */
		if (b->len == packet_at + 1 && b->data[packet_at] == '.') {
			b->len--;
		} else {
			lb_text(b, "; ");
		}
		put_change(o, c);
	}
}

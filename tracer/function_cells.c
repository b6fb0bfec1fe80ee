/* SPDX-License-Identifier: GPL-2.0-only */
#include "function_cells.h"

/* Names lie 8 bytes apart or more; multiplied by 2^64 / golden ratio. */
static size_t place_of(const struct event *ev)
{
	return ((uintptr_t)ev->func >> 3) * 0x9e3779b97f4a7c15 >> 32 & (FUNCTION_CELLS - 1);
}

bool function_cells_again(const struct function_cells *f, struct linebuf *b, const struct event *ev)
{
	const struct function_cell *c = &f->cells[place_of(ev)];

	if (!ev->func || c->func != ev->func || c->pkt_type != ev->rec->pkt_type)
		return false;
	lb_short(b, c->text, c->len);
	return true;
}

void function_cells_keep(struct function_cells *f, const struct linebuf *b, size_t at,
			 const struct event *ev)
{
	struct function_cell *c = &f->cells[place_of(ev)];

	/* The line may have been written out in the middle of it. */
	if (b->len < at || b->len - at > sizeof(c->text))
		return;
	c->func = ev->func;
	c->pkt_type = ev->rec->pkt_type;
	c->len = b->len - at;
	memcpy(c->text, b->data + at, c->len);
}

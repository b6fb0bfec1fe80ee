/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The columns FUNCTION and TYPE as they were put before: events come from a few dozen functions,
 * again and again.
 */
#ifndef TRACER_FUNCTION_CELLS_H
#define TRACER_FUNCTION_CELLS_H

#include "event.h"
#include "linebuf.h"

enum { FUNCTION_CELLS = 256 };

/* All 0: none. */
struct function_cells {
	struct function_cell {
		const char *func; /* as in struct event: one address, one name */
		uint32_t pkt_type, len;
		char text[LB_SHORT];
	} cells[FUNCTION_CELLS];
};

/* Appends them; false: they are for the caller to make. */
bool function_cells_again(const struct function_cells *f, struct linebuf *b,
			  const struct event *ev);

/* Keeps what was appended since the line was at bytes long, if it is short. */
void function_cells_keep(struct function_cells *f, const struct linebuf *b, size_t at,
			 const struct event *ev);

#endif

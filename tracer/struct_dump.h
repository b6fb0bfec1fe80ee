/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel struct holds, as text: "name = value", one member a line, without those that are 0.
 */
#ifndef TRACER_STRUCT_DUMP_H
#define TRACER_STRUCT_DUMP_H

#include "../kernel-compat/kernel_compat.h"
#include "linebuf.h"

/*
 * bytes: the struct as it lies in the kernel, l->size of them. between is put between two lines.
 * What is written is ASCII without controls, quotes and backslashes. symbols names functions, may
 * be NULL. Of the array frags only the elements that nr_frags counts are shown.
 */
void struct_dump(struct linebuf *b, const struct kernel_layout *l, const uint8_t *bytes,
		 const struct ksyms *symbols, const char *between);

#endif

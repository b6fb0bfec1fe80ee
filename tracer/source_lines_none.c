/* SPDX-License-Identifier: GPL-2.0-only */
/* source_lines.h where there is no libdw. */
#include "source_lines.h"

#include <stddef.h>

struct source_lines *source_lines_new(const struct ksyms *symbols)
{
	(void)symbols;
	return NULL;
}

struct source_lines *source_lines_of_file(const char *path, const char *notes)
{
	(void)path;
	(void)notes;
	return NULL;
}

void source_lines_free(struct source_lines *s)
{
	(void)s;
}

const struct source_place *source_lines_at(struct source_lines *s, uint64_t addr,
					   bool return_address)
{
	(void)s;
	(void)addr;
	(void)return_address;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that tell where in the kernel's source a place is (source_lines.h); null = not known. */
#ifndef TRACER_JSON_SOURCE_H
#define TRACER_JSON_SOURCE_H

#include "json_writer.h"
#include "output.h"

struct source_place;

/* source and inlined */
void json_put_source(struct json *j, const struct source_place *p);

/* stack_source and stack_inlined: the same of each frame of the record's stack. */
void json_put_stack_source(struct json *j, const struct output_env *env,
			   const struct skbt_record *rec);

#endif

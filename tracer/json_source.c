/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_source.h"

#include <stdio.h>

#include "frames.h"
#include "source_lines.h"

static void put_line(struct json *j, const struct source_place *p)
{
	char text[SOURCE_FILE + 16];

	if (p)
		snprintf(text, sizeof(text), "%s:%u", p->frames[0].file, p->frames[0].line);
	json_string(j, p ? text : NULL);
}

static void put_inlined(struct json *j, const struct source_place *p)
{
	if (!p) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (unsigned int n = 0; n + 1 < p->count; n++)
		json_string(j, p->frames[n].function);
	json_end_array(j);
}

void json_put_source(struct json *j, const struct source_place *p)
{
	json_key(j, "source");
	put_line(j, p);
	json_key(j, "inlined");
	put_inlined(j, p);
}

static bool any_known(const struct output_env *env, const struct skbt_record *rec, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (frame_source(env, rec, i))
			return true;
	return false;
}

static void put_frames(struct json *j, const struct output_env *env, const struct skbt_record *rec,
		       uint32_t count, void (*put)(struct json *, const struct source_place *))
{
	if (!count) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (uint32_t i = 0; i < count; i++)
		put(j, frame_source(env, rec, i));
	json_end_array(j);
}

void json_put_stack_source(struct json *j, const struct output_env *env,
			   const struct skbt_record *rec)
{
	uint32_t count = rec->stack_len < SKBT_STACK_DEPTH ? rec->stack_len : SKBT_STACK_DEPTH;

	if (!any_known(env, rec, count))
		count = 0;
	json_key(j, "stack_source");
	put_frames(j, env, rec, count, put_line);
	json_key(j, "stack_inlined");
	put_frames(j, env, rec, count, put_inlined);
}

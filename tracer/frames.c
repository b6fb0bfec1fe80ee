/* SPDX-License-Identifier: GPL-2.0-only */
#include "frames.h"

#include <stdio.h>

#include "source_lines.h"

static void put_file(struct linebuf *b, const struct source_frame *f)
{
	if (!f->file[0])
		return;
	lb_text(b, " (");
	lb_text(b, f->file);
	lb_char(b, ':');
	lb_u64(b, f->line);
	lb_char(b, ')');
}

const struct source_place *frame_source(const struct output_env *env, const struct skbt_record *rec,
					uint32_t i)
{
	/* A path event's first frame is the beginning of the function that was entered. */
	bool returns = i > 0 || rec->type == SKBT_DROP;

	return source_lines_at(env->sources, rec->stack[i], returns);
}

void put_frame(struct linebuf *b, const struct output_env *env, const struct skbt_record *rec,
	       uint32_t i)
{
	const struct source_place *p = frame_source(env, rec, i);

	for (unsigned int n = 0; p && n + 1 < p->count; n++) {
		lb_text(b, p->frames[n].function);
		put_file(b, &p->frames[n]);
		lb_text(b, " < ");
	}
	lb_symbol(b, env->symbols, rec->stack[i]);
	if (p)
		put_file(b, &p->frames[p->count - 1]);
}

const struct source_place *drop_source(const struct output_env *env, const struct skbt_record *rec)
{
	return source_lines_at(env->sources, rec->site, true);
}

const char *drop_source_text(char text[FRAMES_TEXT], const struct output_env *env,
			     const struct skbt_record *rec)
{
	const struct source_place *p = drop_source(env, rec);
	size_t used = 0;

	if (!p)
		return NULL;
	for (unsigned int n = 0; n < p->count && used < FRAMES_TEXT; n++)
		used += snprintf(text + used, FRAMES_TEXT - used, "%s%s (%s:%u)", n ? " < " : "",
				 p->frames[n].function, p->frames[n].file, p->frames[n].line);
	return text;
}

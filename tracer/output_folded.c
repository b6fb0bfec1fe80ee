/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --folded: "frame;frame;...;reason count" a line, the outermost frame first, as tools for flame
 * graphs want it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drop_table.h"
#include "output_impl.h"
#include "source_lines.h"
#include "text_fields.h"

enum {
	ROWS = 4096, /* as many as the kernel side has (probes.c) */
	LINE_MAX_LEN = 16384,
};

struct folded {
	struct drop_table *table;
};

struct folded_line {
	char *text;
	uint64_t count;
};

static int folded_begin(struct output *o)
{
	struct folded *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	o->state = f;
	f->table = drop_table_new(ROWS, true);
	return f->table ? 0 : -ENOMEM;
}

static void folded_end(struct output *o)
{
	struct folded *f = o->state;

	if (f)
		drop_table_free(f->table);
}

static int folded_event(struct output *o, const struct event *ev)
{
	struct folded *f = o->state;

	return drop_table_sample(f->table, ev);
}

static size_t add(char *text, size_t used, const char *word)
{
	size_t len = strlen(word);

	if (used + len + 2 > LINE_MAX_LEN)
		return used;
	if (used)
		text[used++] = ';';
	memcpy(text + used, word, len + 1);
	return used + len;
}

/* Names without offsets: a function is one box of the graph wherever in it the next one is called.
 * Inlined functions are boxes above it, named as perf's scripts do. */
static size_t add_frame(const struct output *o, char *text, size_t used, uint64_t addr)
{
	const struct ksym *sym = o->env.symbols ? ksyms_at(o->env.symbols, addr, NULL) : NULL;
	const struct source_place *p = source_lines_at(o->env.sources, addr, true);
	char word[SOURCE_FUNCTION + 8];

	snprintf(word, sizeof(word), "0x%llx", (unsigned long long)addr);
	used = add(text, used, sym ? sym->name : word);
	for (unsigned int n = p ? p->count - 1 : 0; n-- > 0;) {
		snprintf(word, sizeof(word), "%s_[i]", p->frames[n].function);
		used = add(text, used, word);
	}
	return used;
}

static char *fold(const struct output *o, const struct drop_row *row)
{
	const char *reason =
		o->env.reasons ? drop_reason_name(o->env.reasons, row->place.reason) : NULL;
	char text[LINE_MAX_LEN] = "";
	size_t used = 0;

	for (uint32_t i = row->frame_count; i-- > 0;)
		used = add_frame(o, text, used, row->frames[i]);
	if (!row->frame_count)
		used = add_frame(o, text, used, row->place.site);
	add(text, used, reason ? reason : "-");
	return strdup(text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct folded_line *)a)->text, ((const struct folded_line *)b)->text);
}

/* Stacks that differ only in offsets are one line. */
static size_t merge(struct folded_line *lines, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept && strcmp(lines[kept - 1].text, lines[i].text) == 0) {
			lines[kept - 1].count += lines[i].count;
			free(lines[i].text);
		} else {
			lines[kept++] = lines[i];
		}
	}
	return kept;
}

static int put_line(struct output *o, const char *text, uint64_t count)
{
	lb_text(&o->line, text);
	lb_char(&o->line, ' ');
	lb_u64(&o->line, count);
	return lb_next_line(&o->line);
}

static int put_lines(struct output *o, uint64_t unlisted)
{
	struct folded *f = o->state;
	size_t count, made = 0;
	struct drop_row *const *rows = drop_table_rows(f->table, &count);
	struct folded_line *lines = calloc(count + 1, sizeof(*lines));
	int err = lines ? 0 : -ENOMEM;

	for (; !err && made < count; made++) {
		lines[made].count = rows[made]->count;
		lines[made].text = fold(o, rows[made]);
		if (!lines[made].text)
			err = -ENOMEM;
	}
	if (!err)
		made = merge(lines, made);
	for (size_t i = 0; i < made; i++) {
		if (!err)
			err = put_line(o, lines[i].text, lines[i].count);
		free(lines[i].text);
	}
	free(lines);
	if (!err && unlisted)
		err = put_line(o, "[others]", unlisted);
	return err;
}

static int folded_summary(struct output *o, const struct run_counts *counts,
			  const struct run_info *info, uint64_t wall_ns)
{
	struct folded *f = o->state;
	int err = o->env.read_drops(o->env.drops_source, drop_table_count, f->table);

	if (!err)
		err = put_lines(o, counts->counter[SKBT_UNLISTED]);
	return err ? err : text_summary(o, counts, info, wall_ns);
}

const struct output_ops output_folded_ops = {
	.name = "folded",
	.begin = folded_begin,
	.end = folded_end,
	.event = folded_event,
	.lost = text_lost,
	.summary = folded_summary,
};

/* SPDX-License-Identifier: GPL-2.0-only */
#include "fate.h"

#include <string.h>

#define FATE(function, text)       { function, text },
#define FREES(function)            { function, NULL },
#define RELEASE(program, function) { function, NULL },

static const struct fate_entry {
	const char *func;
	const char *words; /* NULL = releases memory */
} fates[] = {
#include "fates.def"
#include "release.def"
};

static const struct fate_entry *find(const char *func)
{
	for (size_t i = 0; func && i < sizeof(fates) / sizeof(fates[0]); i++)
		if (strcmp(fates[i].func, func) == 0)
			return &fates[i];
	return NULL;
}

bool fate_tells_more(const struct event *earlier, const struct event *later)
{
	const struct fate_entry *entry;

	if (earlier->rec->type == SKBT_DROP || later->rec->type == SKBT_RETURN)
		return false;
	entry = later->rec->type == SKBT_DROP ? NULL : find(later->func);
	return !entry || entry->words;
}

enum fate fate_of(const struct event *last, bool ended, const char **words)
{
	const struct fate_entry *entry;

	*words = NULL;
	/* The drop is the end: there may be no note of it. */
	if (last->rec->type == SKBT_DROP)
		return FATE_DROPPED;
	if (!ended)
		return FATE_ALIVE;
	entry = find(last->func);
	if (entry)
		*words = entry->words;
	return *words ? FATE_DELIVERED : FATE_CONSUMED;
}

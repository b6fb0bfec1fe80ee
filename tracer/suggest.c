/* SPDX-License-Identifier: GPL-2.0-only */
#include "suggest.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"

enum { NAMES = 3 }; /* as many as one reads in a message */

struct names {
	const char *name[NAMES];
	size_t count; /* of all, also those that have no place */
};

/* The shortest ones get the places: they have least beside what was asked for. */
static void note(struct names *names, const char *name)
{
	size_t at = names->count < NAMES ? names->count : NAMES;

	for (size_t i = 0; i < at; i++)
		if (!strcmp(names->name[i], name))
			return;
	names->count++;
	for (; at > 0 && strlen(names->name[at - 1]) > strlen(name); at--)
		if (at < NAMES)
			names->name[at] = names->name[at - 1];
	if (at < NAMES)
		names->name[at] = name;
}

static void write_names(const struct names *names, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < names->count && i < NAMES && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s", i ? ", " : "", names->name[i]);
	if (names->count > NAMES && len < size)
		snprintf(buf + len, size - len, ", ...");
}

/* Names in which the expression fits somewhere, and if there are none, those spelt most like it. */
static void find_like(const struct hook_plan *plan, const char *func, const regex_t *regex,
		      struct names *like)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (!regexec(regex, plan->targets[i].name, 0, NULL, 0))
			note(like, plan->targets[i].name);
	while (like->count < NAMES) {
		struct nearest nearest;
		size_t before = like->count;

		nearest_init(&nearest, func);
		for (size_t i = 0; i < plan->target_count; i++) {
			const char *name = plan->targets[i].name;
			bool known = false;

			for (size_t k = 0; k < like->count; k++)
				known |= !strcmp(like->name[k], name);
			if (!known)
				nearest_offer(&nearest, name);
		}
		if (!nearest_best(&nearest))
			return;
		for (size_t i = 0; i < plan->target_count && like->count == before; i++)
			if (!strcmp(plan->targets[i].name, nearest_best(&nearest)))
				note(like, plan->targets[i].name);
	}
}

static struct hook_plan *every_function(const struct ksyms *symbols, struct kernel_btf *kb,
					const regex_t *func)
{
	struct hook_choice choice = { .all = true, .func = func };
	struct hook_plan *plan = NULL;

	return hook_plan_new(symbols, kb, &choice, &plan) ? NULL : plan;
}

static int explain_func(const struct ksyms *symbols, struct kernel_btf *kb, const struct options *o,
			const regex_t *regex, struct error *e)
{
	const char *where = o->all ? "function" : "function of the hook table";
	struct names names = { 0 };
	struct hook_plan *plan;
	char text[256];
	int err;

	plan = o->all ? NULL : every_function(symbols, kb, regex);
	for (size_t i = 0; plan && i < plan->target_count; i++)
		note(&names, plan->targets[i].name);
	if (names.count) {
		write_names(&names, text, sizeof(text));
		err = error_set(e, EXIT_KERNEL, -ENOENT,
				"--func \"%s\" matches no %s, but others (%s): add --all", o->func,
				where, text);
		goto out;
	}
	hook_plan_free(plan);
	plan = every_function(symbols, kb, NULL);
	if (plan)
		find_like(plan, o->func, regex, &names);
	write_names(&names, text, sizeof(text));
	err = error_set(e, EXIT_KERNEL, -ENOENT,
			"--func \"%s\" matches no %s; it has to match a whole name%s%s", o->func,
			where, *text ? ", and there are " : "", text);
out:
	hook_plan_free(plan);
	return err;
}

int nothing_chosen(const struct ksyms *symbols, struct kernel_btf *kb, const struct options *o,
		   struct error *e)
{
	regex_t regex;
	int err;

	if (!o->func || regcomp(&regex, o->func, REG_EXTENDED))
		return error_set(e, EXIT_KERNEL, -ENOENT, "no function is chosen: %s",
				 o->module_count ? "none of the modules has one that takes a packet"
						 : "--exclude matches them all");
	err = explain_func(symbols, kb, o, &regex, e);
	regfree(&regex);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* --drops, and the forms in which drops are counted: what goes together. */
#include <errno.h>
#include <string.h>

#include "option_table.h"

#define SECOND_NS 1000000000ULL

static const struct option_spec *given(const struct parse *p, const char *const *names)
{
	for (size_t i = 0; i < option_table_len; i++) {
		if (!option_table[i].name || !p->seen[i])
			continue;
		for (const char *const *name = names; *name; name++)
			if (strcmp(*name, option_table[i].name) == 0)
				return &option_table[i];
	}
	return NULL;
}

static int refuse(struct parse *p, const char *const *names, const char *why)
{
	const struct option_spec *spec = given(p, names);

	return spec ? error_set(p->e, EXIT_USAGE, -EINVAL, "%s %s", option_name(spec).text, why)
		    : 0;
}

static int check_forms(struct parse *p)
{
	const struct options *o = p->o;

	if (o->drop_summary && !o->drops)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "--summary is a table of drops: give --drops too, or say skbtrace "
				 "drops");
	if (o->json && o->folded)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "--folded has a form of its own: leave out --json");
	return 0;
}

/* Before the interval gets its default. */
static void settle_times(struct options *o)
{
	if (o->interval || o->intervals)
		o->interval_ns = (o->interval ? o->interval : 1) * SECOND_NS;
	if (o->intervals && !o->duration_ns)
		o->duration_ns = o->intervals * o->interval_ns;
}

int settle_drops(struct parse *p)
{
	static const char *const of_functions[] = { "route",   "iptable", "bridge", "hooks",
						    "all",     "module",  "func",   "exclude",
						    "backend", NULL };
	static const char *const of_journeys[] = { "group", "latency", "min-latency", NULL };
	static const char *const of_events[] = { "bytes", "snaplen", "skb", NULL };
	static const char *const of_stacks[] = { "dropstack", "callstack", NULL };
	struct options *o = p->o;
	int err;

	o->drop_summary |= o->command == COMMAND_DROPS;
	o->drops |= o->folded || o->command == COMMAND_DROPS;
	/* skbtrace drops --folded */
	o->drop_summary &= !o->folded;
	if (o->drops)
		settle_times(o);
	err = check_forms(p);
	if (err || !o->drops)
		return err;
	err = refuse(p, of_functions,
		     "chooses functions, and --drops traces none: use one or the other");
	if (!err)
		err = refuse(p, of_journeys,
			     "follows packets through functions, and --drops traces none");
	if (!err && options_count_drops(o))
		err = refuse(p, of_events, "shows single drops, which here are only counted");
	if (!err && o->drop_summary)
		err = refuse(p, of_stacks, "shows stacks: for their counts use --folded");
	o->drop_stack |= o->folded;
	return err;
}

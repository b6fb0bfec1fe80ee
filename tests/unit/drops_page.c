/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints docs/DROPS.md from the table of explanations; the test drops_page compares. */
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "facts.h"

static void print_words(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, " ");

		if (len == 1 && *list == '-')
			printf("no reason");
		else
			printf("`%.*s`", (int)len, list);
		list += len + strspn(list + len, " ");
		if (*list)
			printf(", ");
	}
}

static void print_facts(uint64_t facts)
{
	const char *between = "";

	for (int i = 0; i < FACTS; i++) {
		if (!(facts >> i & 1))
			continue;
		printf("%s%s", between, fact_words(i));
		between = "; ";
	}
}

static void print_entry(const struct explanation_entry *e)
{
	printf("### %s\n\n", e->cause);
	printf("- reason: ");
	print_words(e->reasons);
	if (*e->functions) {
		printf("\n- dropped in: ");
		print_words(e->functions);
	}
	if (e->pkt_type == 3)
		printf("\n- if: it is marked as another host's");
	if (e->facts) {
		printf("\n- if: ");
		print_facts(e->facts);
	}
	if (e->advice)
		printf("\n- what to do: %s", e->advice);
	printf("\n\n");
}

static void print_all(bool routine)
{
	for (size_t i = 0; i < explanation_entry_count; i++)
		if (explanation_entries[i].routine == routine)
			print_entry(&explanation_entries[i]);
}

int main(void)
{
	printf("<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
	       "<!-- Printed by build/tests/unit/drops_page from tracer/explanations.def. -->\n"
	       "# What drops mean\n\n"
	       "What skbtrace says as `cause` and `advice` of a drop. The first entry that fits is "
	       "taken, so\n"
	       "special ones stand before general ones. \"No reason\" is a kernel before 5.17, or "
	       "the reason\n"
	       "NOT_SPECIFIED: then the cause is concluded from the place and from facts, text "
	       "output begins\n"
	       "it with \"probably:\", and JSON has `\"cause_inferred\":true`. Words in braces are "
	       "filled in.\n\n"
	       "## Lost packets\n\n");
	print_all(false);
	printf("## Routine\n\n"
	       "skbs that the kernel frees as drops, while no traffic is lost. They are shown as "
	       "FREE, and "
	       "JSON has\n`\"routine\":true`.\n\n");
	print_all(true);
	return 0;
}

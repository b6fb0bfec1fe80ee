/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <linux/if_packet.h>
#include <string.h>

#include "evidence.h"
#include "facts.h"
#include "words.h"

enum { ANY = -1 };

#define ANYWHERE ""
#define F(name)  ((uint64_t)1 << FACT_##name)
#define NO_FACT  ((uint64_t)0)

#define WHEN(reasons, functions, facts, cause, advice)                                             \
	{ reasons, functions, ANY, facts, false, cause, advice },
#define ROUTINE(reasons, functions, facts, cause)                                                  \
	{ reasons, functions, ANY, facts, true, cause, NULL },
#define REASON(reasons, functions, cause, advice)                                                  \
	{ reasons, functions, ANY, NO_FACT, false, cause, advice },
#define FUNCTION(functions, pkt_type, cause, advice)                                               \
	{ "-", functions, pkt_type, NO_FACT, false, cause, advice },

const struct explanation_entry explanation_entries[] = {
#include "explanations.def"
};

const size_t explanation_entry_count = sizeof(explanation_entries) / sizeof(explanation_entries[0]);

static bool fits(const struct explanation_entry *e, const char *reason, const char *func,
		 int pkt_type, uint64_t facts)
{
	if (!words_have(e->reasons, reason, strlen(reason)))
		return false;
	if (*e->functions && !words_have_function(e->functions, func))
		return false;
	return (e->pkt_type == ANY || e->pkt_type == pkt_type) && (facts & e->facts) == e->facts;
}

const struct explanation_entry *explain_find(const char *reason, const char *func, int pkt_type,
					     uint64_t facts)
{
	for (size_t i = 0; i < explanation_entry_count; i++)
		if (fits(&explanation_entries[i], reason, func, pkt_type, facts))
			return &explanation_entries[i];
	return NULL;
}

void explain_drop(const struct event *ev, struct explanation *out)
{
	bool given = ev->reason && strcmp(ev->reason, "NOT_SPECIFIED") != 0;
	const struct explanation_entry *e =
		explain_find(given ? ev->reason : "-", ev->func ? ev->func : "", ev->rec->pkt_type,
			     facts_of(ev));

	*out = (struct explanation){ 0 };
	if (!e)
		return;
	out->cause = e->cause;
	out->advice = e->advice;
	out->inferred = !given && !ev->rule;
	out->routine = e->routine;
	out->evidence =
		e->routine ? 0 : evidence_for(given ? ev->reason : "", ev->func ? ev->func : "");
	facts_values(ev, &out->values);
}

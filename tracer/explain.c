/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <linux/if_packet.h>
#include <stddef.h>
#include <string.h>

enum { ANY = -1 };

#define ANYWHERE ""

struct entry {
	const char *reasons;   /* words; "" = for drops without a reason */
	const char *functions; /* words; "" = any */
	int pkt_type;          /* of the packet, or ANY */
	const char *cause, *advice;
};

#define REASON(reasons, functions, cause, advice)    { reasons, functions, ANY, cause, advice },
#define FUNCTION(functions, pkt_type, cause, advice) { "", functions, pkt_type, cause, advice },

static const struct entry entries[] = {
#include "explanations.def"
};

/* Is text[0..len) one of the words of list? Nothing is the only word of an empty list. */
static bool has_word(const char *list, const char *text, size_t len)
{
	if (!*list)
		return len == 0;
	while (*list) {
		size_t word = strcspn(list, " ");

		if (word == len && memcmp(list, text, len) == 0)
			return true;
		list += word + strspn(list + word, " ");
	}
	return false;
}

static bool fits(const struct entry *e, const char *reason, const char *func, uint8_t pkt_type)
{
	if (!has_word(e->reasons, reason, strlen(reason)))
		return false;
	/* Compilers append .isra.0, .constprop.0, .part.0 to names. */
	if (*e->functions && !has_word(e->functions, func, strcspn(func, ".")))
		return false;
	return e->pkt_type == ANY || e->pkt_type == pkt_type;
}

void explain_drop(const struct event *ev, struct explanation *out)
{
	bool given = ev->reason && strcmp(ev->reason, "NOT_SPECIFIED") != 0;
	const char *reason = given ? ev->reason : "";
	const char *func = ev->func ? ev->func : "";

	*out = (struct explanation){ 0 };
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		const struct entry *e = &entries[i];

		if (!fits(e, reason, func, ev->rec->pkt_type))
			continue;
		out->cause = e->cause;
		out->advice = e->advice;
		out->inferred = !given;
		return;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "aids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool traces_packets(const struct options *o)
{
	return !o->drops;
}

/* --drops can do without, and is there sooner: see docs/INTERNALS.md. */
static bool wants_owners(const struct options *o)
{
	return !o->drops || o->pid;
}

/* Functions of release.def are not in the hook table. */
static bool traces_release(const struct options *o)
{
	return o->all;
}

static bool follows(const struct options *o)
{
	return !o->no_follow && !o->drops;
}

enum { NO_SKB = -1 };
#define AID(program, function, module, skb, wanted)                                                \
	{ program, function, module, skb, false, wanted },
static const struct aid aids[] = {
#include "aids.def"
};
enum { AIDS = sizeof(aids) / sizeof(aids[0]) };

static bool usable(const struct aid *aid, const struct ksym *sym, struct kernel_btf *kb)
{
	struct skb_arg skb;

	if (sym->module && strcmp(sym->module, aid->module) != 0)
		return false;
	if (aid->skb == NO_SKB)
		return true;
	return !kernel_btf_skb_arg(kb, aid->function, sym->module, &skb) && skb.index == aid->skb &&
	       !skb.indirect;
}

int aids_find(const struct ksyms *ks, struct kernel_btf *kb, const struct options *o,
	      struct aid_target **targets, size_t *count)
{
	*count = 0;
	*targets = calloc(AIDS, sizeof(**targets));
	if (!*targets)
		return -ENOMEM;
	for (size_t i = 0; i < AIDS; i++) {
		size_t symbols = 0;
		const struct ksym *sym = ksyms_named(ks, aids[i].function, &symbols);

		if (!sym || symbols != 1 || !aids[i].wanted(o) || !usable(&aids[i], sym, kb))
			continue;
		(*targets)[*count].aid = &aids[i];
		(*targets)[(*count)++].addr = sym->addr;
	}
	return 0;
}

const char *release_program(const char *symbol)
{
	static const struct {
		const char *function, *program;
	} releases[] = {
#define RELEASE(program, function) { function, program },
#include "release.def"
	};
	size_t len = strcspn(symbol, ".");

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (!strncmp(releases[i].function, symbol, len) && !releases[i].function[len])
			return releases[i].program;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks of the table that this kernel has, and why the others cannot be used. functions.c does
 * the same for every function with an skb.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"

/* A name of a hook: the words of hook->name and hook->others, one after the other. */
struct names {
	const char *rest; /* of hook->others */
	char word[128];
};

static const char *first_name(struct names *names, const struct hook *hook)
{
	names->rest = hook->others;
	return hook->name;
}

static const char *next_name(struct names *names)
{
	size_t len;

	names->rest += strspn(names->rest, " ");
	len = strcspn(names->rest, " ");
	if (len == 0 || len >= sizeof(names->word))
		return NULL;
	memcpy(names->word, names->rest, len);
	names->word[len] = '\0';
	names->rest += len;
	return names->word;
}

bool whole_match(const regex_t *regex, const char *name)
{
	regmatch_t m;

	/* POSIX: the leftmost match, and of these the longest; so a whole match is the one found.
	 */
	return regexec(regex, name, 1, &m, 0) == 0 && m.rm_so == 0 &&
	       (size_t)m.rm_eo == strlen(name);
}

static bool any_name_matches(const regex_t *regex, const struct hook *hook)
{
	struct names names;

	for (const char *name = first_name(&names, hook); name; name = next_name(&names))
		if (whole_match(regex, name))
			return true;
	return false;
}

static bool is_chosen(const struct hook *hook, const struct hook_choice *choice)
{
	bool all = !choice->groups && !choice->route;

	if (!all && !(choice->groups & (1u << hook->group)) && !(choice->route && hook->route))
		return false;
	if (choice->func && !any_name_matches(choice->func, hook))
		return false;
	return !choice->exclude || !any_name_matches(choice->exclude, hook);
}

/* A function of another module with the same name is another function. */
static bool may_be(const struct hook *hook, const struct ksym *sym)
{
	return !sym->module || strcmp(sym->module, hook->module) == 0;
}

/* No function of its own: .cold and .part are pieces of one. */
static bool is_piece(const struct ksym *sym)
{
	return strstr(sym->name, ".cold") || strstr(sym->name, ".part");
}

static const char *pick_symbol(const struct ksyms *ks, const struct hook *hook, const char *name,
			       const struct ksym **out)
{
	const struct ksym *sym, *exact = NULL, *variant = NULL;
	size_t cursor = 0, exacts = 0, variants = 0;

	while ((sym = ksyms_variant(ks, name, &cursor))) {
		if (!may_be(hook, sym) || is_piece(sym))
			continue;
		if (sym->name[strlen(name)] == '\0') {
			exact = sym;
			exacts++;
		} else {
			variant = sym;
			variants++;
		}
	}
	*out = exact ? exact : variant;
	if (exacts > 1 || (!exacts && variants > 1))
		return "several functions of this name";
	return *out ? NULL : "not on this kernel";
}

const char *why_no_skb(int err)
{
	switch (err) {
	case -ENODATA:
		return "takes no skb here";
	case -ERANGE:
		return "its skb is not in a register";
	case -ENOTSUP:
		return "compiled into a variant with other arguments";
	case -ESTALE:
		return "no BTF for its module";
	default:
		return "BTF does not describe it";
	}
}

/* The symbol's compiled variant counts for the table's position as it does for BTF's. */
static bool is_plain(const struct ksym *sym)
{
	return !strchr(sym->name, '.');
}

static const char *find_skb(struct kernel_btf *kb, const struct hook *hook, struct hook_target *t,
			    const struct ksym *sym)
{
	int err = kernel_btf_skb_arg(kb, sym->name, sym->module, &t->skb);

	if (err == -ESTALE && is_plain(sym) && table_skb_arg(kb, hook->proto, &t->skb) == 0) {
		t->assumed = true;
		return NULL;
	}
	return err ? why_no_skb(err) : NULL;
}

static const char *try_name(const struct ksyms *ks, struct kernel_btf *kb, const struct hook *hook,
			    const char *name, struct hook_target *t)
{
	const struct ksym *sym;
	const char *why = pick_symbol(ks, hook, name, &sym);

	if (why)
		return why;
	*t = (struct hook_target){
		.hook = hook,
		.name = hook->name,
		.symbol = sym->name,
		.module = sym->module,
		.addr = sym->addr,
	};
	return find_skb(kb, hook, t, sym);
}

/* Else why not: what is wrong with the first name that the kernel has. */
const char *plan_find_hook(const struct ksyms *ks, struct kernel_btf *kb, const struct hook *hook,
			   struct hook_target *t)
{
	static const char not_here[] = "not on this kernel";
	const char *why = NULL, *this;
	struct names names;

	for (const char *name = first_name(&names, hook); name; name = next_name(&names)) {
		this = try_name(ks, kb, hook, name, t);
		if (!this)
			return NULL;
		if (!why && strcmp(this, not_here) != 0)
			why = this;
	}
	if (why)
		return why;
	if (*hook->module && !ksyms_has_module(ks, hook->module))
		return "not on this kernel, or its module is not loaded";
	return not_here;
}

static int by_address(const void *a, const void *b)
{
	const struct hook_target *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* The array with room for one more, or NULL. */
static void *make_room(void *array, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? *room * 2 : 256;

	if (count < *room)
		return array;
	array = realloc(array, more * size);
	if (array)
		*room = more;
	return array;
}

int plan_add_target(struct hook_plan *plan, const struct hook_target *t)
{
	struct hook_target *list =
		make_room(plan->targets, &plan->target_room, plan->target_count, sizeof(*t));

	if (!list)
		return -ENOMEM;
	plan->targets = list;
	plan->targets[plan->target_count++] = *t;
	return 0;
}

int plan_add_skip(struct hook_plan *plan, const struct hook_skip *skip)
{
	struct hook_skip *list =
		make_room(plan->skips, &plan->skip_room, plan->skip_count, sizeof(*skip));

	if (!list)
		return -ENOMEM;
	plan->skips = list;
	plan->skips[plan->skip_count++] = *skip;
	return 0;
}

static int plan_table(const struct ksyms *ks, struct kernel_btf *kb,
		      const struct hook_choice *choice, struct hook_plan *plan)
{
	int err = 0;

	for (size_t i = 0; i < hook_table_len && !err; i++) {
		struct hook_skip skip = { .hook = &hook_table[i], .name = hook_table[i].name };
		struct hook_target t;

		if (!is_chosen(skip.hook, choice))
			continue;
		skip.why = plan_find_hook(ks, kb, skip.hook, &t);
		err = skip.why ? plan_add_skip(plan, &skip) : plan_add_target(plan, &t);
	}
	return err;
}

int hook_plan_new(const struct ksyms *ks, struct kernel_btf *kb, const struct hook_choice *choice,
		  struct hook_plan **out)
{
	struct hook_plan *plan = calloc(1, sizeof(*plan));
	int err;

	*out = NULL;
	if (!plan)
		return -ENOMEM;
	err = choice->all ? plan_functions(ks, kb, choice, plan) : plan_table(ks, kb, choice, plan);
	if (err) {
		hook_plan_free(plan);
		return err;
	}
	if (plan->target_count)
		qsort(plan->targets, plan->target_count, sizeof(*plan->targets), by_address);
	*out = plan;
	return 0;
}

void hook_plan_free(struct hook_plan *plan)
{
	if (!plan)
		return;
	free(plan->targets);
	free(plan->skips);
	free(plan);
}

int hook_plan_skip(struct hook_plan *plan, size_t i, const char *why)
{
	struct hook_skip skip;
	int err;

	if (i >= plan->target_count)
		return -EINVAL;
	skip = (struct hook_skip){
		.hook = plan->targets[i].hook,
		.name = plan->targets[i].name,
		.module = plan->targets[i].module,
		.addr = plan->targets[i].addr,
		.has_skb = true,
		.skb = plan->targets[i].skb,
		.why = why,
	};
	err = plan_add_skip(plan, &skip);
	if (err)
		return err;
	plan->target_count--;
	memmove(&plan->targets[i], &plan->targets[i + 1],
		(plan->target_count - i) * sizeof(*plan->targets));
	return 0;
}

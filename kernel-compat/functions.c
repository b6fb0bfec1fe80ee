/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every function with an skb among its arguments, in vmlinux and in the loaded modules: BTF names
 * them, the symbols say where they are. A function that BTF describes but no symbol names was
 * inlined everywhere and is not on this kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"

struct scan {
	const struct ksyms *ks;
	struct kernel_btf *kb;
	const struct hook_choice *choice;
	struct hook_plan *plan;
	const char *module; /* whose functions these are, as ksyms has it; NULL = vmlinux */
};

static bool in_list(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (;; list++) {
		size_t word = strcspn(list, ",");

		if (word == len && memcmp(list, name, len) == 0)
			return true;
		list += word;
		if (!*list)
			return false;
	}
}

static bool module_chosen(const struct hook_choice *choice, const char *module)
{
	for (size_t i = 0; i < choice->module_count; i++)
		if (in_list(choice->modules[i], module ? module : "vmlinux"))
			return true;
	return !choice->module_count;
}

static bool name_chosen(const struct hook_choice *choice, const char *name)
{
	if (choice->func && !whole_match(choice->func, name))
		return false;
	return !choice->exclude || !whole_match(choice->exclude, name);
}

static int add_symbol(struct scan *s, const struct ksym *sym, const char *why)
{
	struct hook_target t = {
		.name = sym->name, .symbol = sym->name, .module = sym->module, .addr = sym->addr
	};
	int err = kernel_btf_skb_arg(s->kb, sym->name, sym->module, &t.skb);

	if (!why && err == -ENOENT)
		why = "several functions of this name, with their skb at different places";
	else if (!why && err)
		why = why_no_skb(err);
	if (!why)
		return plan_add_target(s->plan, &t);
	return plan_add_skip(s->plan, &(struct hook_skip){ .name = sym->name,
							   .module = sym->module,
							   .addr = sym->addr,
							   .has_skb = !err,
							   .skb = t.skb,
							   .why = why });
}

static bool same_module(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * All symbols of the function: it may be there several times, static in several files. Those with a
 * compiler's suffix are copies that some callers use; which of them cannot be used is worth a word
 * only if the function has no other symbol.
 */
static int add_function(struct scan *s, const char *name, const char *why)
{
	const struct ksym *sym;
	size_t cursor = 0, len = strlen(name);
	bool whole = false;
	int err = 0;

	while ((sym = ksyms_variant(s->ks, name, &cursor)))
		whole |= !sym->name[len] && same_module(sym->module, s->module);
	cursor = 0;
	while (!err && (sym = ksyms_variant(s->ks, name, &cursor))) {
		struct skb_arg unused;

		if (!same_module(sym->module, s->module) || strstr(sym->name, ".cold"))
			continue;
		if (whole && sym->name[len] &&
		    kernel_btf_skb_arg(s->kb, sym->name, sym->module, &unused))
			continue;
		err = add_symbol(s, sym, why);
	}
	return err;
}

static int scan_types(struct scan *s, const struct btf *btf, uint32_t first_id)
{
	uint32_t end = btf__type_cnt(btf);
	int err = 0;

	for (uint32_t id = first_id; id < end && !err; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		struct skb_arg unused;
		const char *name, *why;

		if (!btf_is_func(t) || proto_skb_arg(btf, t->type, &unused) == -ENODATA)
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (!name_chosen(s->choice, name))
			continue;
		why = left_out_name(name, strlen(name));
		err = add_function(s, name, why ? why : left_out_proto(btf, t->type));
	}
	return err;
}

/* These names in brackets are no modules: code made at run time. */
static bool is_module(const char *name)
{
	return strcmp(name, "bpf") != 0 && strncmp(name, "__builtin__", 11) != 0;
}

static int scan_all(struct scan *s)
{
	const struct btf *vmlinux = kernel_btf_vmlinux(s->kb), *btf;
	int err = module_chosen(s->choice, NULL) ? scan_types(s, vmlinux, 1) : 0;

	for (size_t i = 0; !err && (s->module = ksyms_module(s->ks, i)); i++) {
		if (!is_module(s->module) || !module_chosen(s->choice, s->module))
			continue;
		btf = kernel_btf_module(s->kb, s->module);
		if (btf)
			err = scan_types(s, btf, btf__type_cnt(vmlinux));
		else
			s->plan->blind_modules++;
	}
	return err;
}

/* Of modules without BTF (5.10) only what the table says is known. */
static int add_assumed(struct scan *s)
{
	int err = 0;

	for (size_t i = 0; i < hook_table_len && !err; i++) {
		const struct hook *hook = &hook_table[i];
		struct hook_target t;

		if (!*hook->module || plan_find_hook(s->ks, s->kb, hook, &t) || !t.assumed ||
		    !module_chosen(s->choice, t.module) || !name_chosen(s->choice, t.symbol))
			continue;
		t.name = t.symbol;
		err = plan_add_target(s->plan, &t);
	}
	return err;
}

static int targets_by_address(const void *a, const void *b)
{
	const struct hook_target *x = a, *y = b;

	return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : strcmp(x->symbol, y->symbol);
}

static int skips_by_address(const void *a, const void *b)
{
	const struct hook_skip *x = a, *y = b;

	return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : strcmp(x->name, y->name);
}

/* BTF may know a name twice, and a function may have two names: one probe is enough for it. */
static void drop_repeated(struct hook_plan *plan)
{
	size_t n = 0;

	if (plan->target_count)
		qsort(plan->targets, plan->target_count, sizeof(*plan->targets),
		      targets_by_address);
	for (size_t i = 0; i < plan->target_count; i++)
		if (!n || plan->targets[n - 1].addr != plan->targets[i].addr)
			plan->targets[n++] = plan->targets[i];
	plan->target_count = n;
	if (plan->skip_count)
		qsort(plan->skips, plan->skip_count, sizeof(*plan->skips), skips_by_address);
	n = 0;
	for (size_t i = 0; i < plan->skip_count; i++)
		if (!n || plan->skips[n - 1].addr != plan->skips[i].addr)
			plan->skips[n++] = plan->skips[i];
	plan->skip_count = n;
}

int plan_functions(const struct ksyms *ks, struct kernel_btf *kb, const struct hook_choice *choice,
		   struct hook_plan *plan)
{
	struct scan s = { .ks = ks, .kb = kb, .choice = choice, .plan = plan };
	int err = scan_all(&s);

	if (!err && s.plan->blind_modules)
		err = add_assumed(&s);
	if (err)
		return err;
	drop_repeated(plan);
	/* A list that cannot be read says nothing; attaching will tell. */
	if (choice->traceable && traceable_wait(choice->traceable) == 0)
		err = plan_keep_traceable(plan, choice->traceable);
	return err;
}

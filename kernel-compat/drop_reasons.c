/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of drop reasons. The numbers change with nearly every release (5 reasons in 5.17, 128 in
 * 6.18), so they come from the enums of the running kernel: the core's, and since 6.4 those of
 * subsystems, whose values carry the subsystem's number in the high half. Nothing refers to BTF
 * afterwards.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"

struct reason {
	uint32_t code;
	uint32_t name; /* offset into names */
};

struct drop_reasons {
	struct reason *list; /* by code */
	size_t count;
	char *names;
	size_t names_len;
};

enum { SUBSYS_SHIFT = 16 };

static bool ends(const char *s, const char *tail)
{
	size_t len = strlen(s), tail_len = strlen(tail);

	return len >= tail_len && strcmp(s + len - tail_len, tail) == 0;
}

/* Enumerators that count, mask or begin a list are no reasons. */
static bool is_reason(const char *name)
{
	return strncmp(name, "__", 2) != 0 && !ends(name, "_MAX") && !ends(name, "_MASK");
}

/* As the kernel's own table of texts has them. */
static const char *strip_prefix(const char *name)
{
	static const char *const prefixes[] = { "SKB_DROP_REASON_", "SKB_" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], len) == 0)
			return name + len;
	}
	return name;
}

static int add_reason(struct drop_reasons *dr, uint32_t code, const char *name)
{
	size_t len = strlen(name) + 1;
	struct reason *list = realloc(dr->list, (dr->count + 1) * sizeof(*list));
	char *names;

	if (!list)
		return -ENOMEM;
	dr->list = list;
	names = realloc(dr->names, dr->names_len + len);
	if (!names)
		return -ENOMEM;
	dr->names = names;
	memcpy(names + dr->names_len, name, len);
	list[dr->count++] = (struct reason){ code, dr->names_len };
	dr->names_len += len;
	return 0;
}

/* A subsystem's enum may hold verdicts of its own (mac80211: RX_CONTINUE): no high half, no reason.
 */
static int add_enum(struct drop_reasons *dr, const struct btf *btf, const struct btf_type *t,
		    bool core)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		bool wide = btf_is_enum64(t);
		uint64_t value =
			wide ? btf_enum64_value(&btf_enum64(t)[i]) : (uint32_t)btf_enum(t)[i].val;
		uint32_t off = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;
		const char *name = btf__name_by_offset(btf, off);
		bool in_subsystem = value >> SUBSYS_SHIFT;
		int err;

		if (in_subsystem == core || !is_reason(name))
			continue;
		err = add_reason(dr, value, strip_prefix(name));
		if (err)
			return err;
	}
	return 0;
}

/* The reasons of subsystems among the types from first_id on: enum ovs_drop_reason and the like. */
static int add_subsystems(struct drop_reasons *dr, const struct btf *btf, uint32_t first_id)
{
	uint32_t end = btf__type_cnt(btf);

	for (uint32_t id = first_id; id < end; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		int err;

		if (!btf_is_any_enum(t) ||
		    !ends(btf__name_by_offset(btf, t->name_off), "_drop_reason"))
			continue;
		err = add_enum(dr, btf, t, false);
		if (err)
			return err;
	}
	return 0;
}

/* OPENVSWITCH lives in openvswitch, MAC80211_UNUSABLE in mac80211: the name up to a '_', or all. */
static int add_module(struct drop_reasons *dr, struct kernel_btf *kb, const char *subsystem)
{
	const struct btf *btf;
	char module[64];
	size_t len = 0;

	for (; subsystem[len] && subsystem[len] != '_' && len < sizeof(module) - 1; len++)
		module[len] = tolower((unsigned char)subsystem[len]);
	module[len] = '\0';
	btf = kernel_btf_module(kb, module);
	return btf ? add_subsystems(dr, btf, btf__type_cnt(kernel_btf_vmlinux(kb))) : 0;
}

static int add_modules(struct drop_reasons *dr, struct kernel_btf *kb, uint32_t subsys_enum)
{
	static const char prefix[] = "SKB_DROP_REASON_SUBSYS_";
	const struct btf *btf = kernel_btf_vmlinux(kb);
	const struct btf_type *t = btf__type_by_id(btf, subsys_enum);

	for (int i = 0; btf_is_enum(t) && i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_enum(t)[i].name_off);
		int err;

		if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
			continue;
		err = add_module(dr, kb, name + sizeof(prefix) - 1);
		if (err)
			return err;
	}
	return 0;
}

static int by_code(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	return x->code < y->code ? -1 : x->code > y->code;
}

int drop_reasons_new(struct kernel_btf *kb, struct drop_reasons **out)
{
	const struct btf *btf = kernel_btf_vmlinux(kb);
	uint32_t core = kernel_btf_find(kb, "skb_drop_reason", BTF_KIND_ENUM);
	uint32_t subsys = kernel_btf_find(kb, "skb_drop_reason_subsys", BTF_KIND_ENUM);
	struct drop_reasons *dr = calloc(1, sizeof(*dr));
	int err = 0;

	*out = NULL;
	if (!dr)
		return -ENOMEM;
	if (core)
		err = add_enum(dr, btf, btf__type_by_id(btf, core), true);
	if (!err && subsys)
		err = add_subsystems(dr, btf, 1);
	if (!err && subsys)
		err = add_modules(dr, kb, subsys);
	if (err) {
		drop_reasons_free(dr);
		return err;
	}
	if (dr->count)
		qsort(dr->list, dr->count, sizeof(*dr->list), by_code);
	*out = dr;
	return 0;
}

void drop_reasons_free(struct drop_reasons *dr)
{
	if (!dr)
		return;
	free(dr->list);
	free(dr->names);
	free(dr);
}

const char *drop_reason_name(const struct drop_reasons *dr, uint32_t code)
{
	const struct reason key = { .code = code };
	const struct reason *found;

	if (!dr->count)
		return NULL;
	found = bsearch(&key, dr->list, dr->count, sizeof(key), by_code);
	return found ? dr->names + found->name : NULL;
}

bool drop_reasons_have(const struct drop_reasons *dr, const char *name)
{
	for (size_t i = 0; i < dr->count; i++)
		if (strcmp(dr->names + dr->list[i].name, name) == 0)
			return true;
	return false;
}

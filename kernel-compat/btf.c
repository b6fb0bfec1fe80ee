/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF of vmlinux and of modules, with one index of names. libbpf looks names up by walking all
 * types (170,000 on 7.3); a hundred hooks on an emulated machine would wait seconds for that.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat_internal.h"

/* The named types of one BTF object that anyone looks up, without those of its base. */
struct type_index {
	struct btf *btf;
	uint32_t *buckets; /* type id, 0 = free */
	uint32_t mask;
};

struct module_btf {
	char *name;
	struct type_index types; /* btf NULL: no BTF for it */
};

struct kernel_btf {
	char *dir;
	struct type_index vmlinux;
	struct module_btf *modules;
	size_t module_count;
};

/* Thousands have no name, and would all hash to one place. */
static bool is_indexed(const struct btf_type *t)
{
	if (!t->name_off)
		return false;
	return btf_is_func(t) || btf_is_any_enum(t) || btf_is_typedef(t) || btf_is_struct(t);
}

static uint32_t index_hash(const struct type_index *types, const char *name)
{
	return name_hash(name, strlen(name)) & types->mask;
}

static const char *type_name(const struct btf *btf, uint32_t id)
{
	return btf__name_by_offset(btf, btf__type_by_id(btf, id)->name_off);
}

static int index_types(struct type_index *types, uint32_t first_id)
{
	uint32_t end = btf__type_cnt(types->btf), size = 256, wanted = 0;

	for (uint32_t id = first_id; id < end; id++)
		wanted += is_indexed(btf__type_by_id(types->btf, id));
	while (size < wanted + wanted / 2)
		size *= 2;
	types->buckets = calloc(size, sizeof(*types->buckets));
	if (!types->buckets)
		return -ENOMEM;
	types->mask = size - 1;
	for (uint32_t id = first_id; id < end; id++) {
		uint32_t at;

		if (!is_indexed(btf__type_by_id(types->btf, id)))
			continue;
		at = index_hash(types, type_name(types->btf, id));
		while (types->buckets[at])
			at = (at + 1) & types->mask;
		types->buckets[at] = id;
	}
	return 0;
}

/* The next type of this name and kind; *at as left by the last call, index_hash() to begin. */
static uint32_t index_next(const struct type_index *types, const char *name, uint32_t kind,
			   uint32_t *at)
{
	uint32_t id;

	while ((id = types->buckets[*at])) {
		const struct btf_type *t = btf__type_by_id(types->btf, id);

		*at = (*at + 1) & types->mask;
		if (btf_kind(t) != kind && !(kind == BTF_KIND_ENUM && btf_is_enum64(t)))
			continue;
		if (strcmp(btf__name_by_offset(types->btf, t->name_off), name) == 0)
			return id;
	}
	return 0;
}

static void index_free(struct type_index *types)
{
	free(types->buckets);
	btf__free(types->btf);
}

static int parse_file(const char *dir, const char *name, struct btf *base, struct btf **out)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	*out = NULL;
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (access(path, R_OK))
		return -errno;
	*out = base ? btf__parse_split(path, base) : btf__parse(path, NULL);
	return *out ? 0 : -errno;
}

int kernel_btf_open(const char *dir, struct kernel_btf **out)
{
	struct kernel_btf *kb = calloc(1, sizeof(*kb));
	int err = -ENOMEM;

	*out = NULL;
	if (!kb)
		return -ENOMEM;
	kb->dir = strdup(dir ? dir : "/sys/kernel/btf");
	if (!kb->dir)
		goto out;
	err = parse_file(kb->dir, "vmlinux", NULL, &kb->vmlinux.btf);
	if (!err)
		err = index_types(&kb->vmlinux, 1);
out:
	if (err)
		kernel_btf_free(kb);
	else
		*out = kb;
	return err;
}

void kernel_btf_free(struct kernel_btf *kb)
{
	if (!kb)
		return;
	/* Modules first: they refer to the types of vmlinux. */
	for (size_t i = 0; i < kb->module_count; i++) {
		index_free(&kb->modules[i].types);
		free(kb->modules[i].name);
	}
	free(kb->modules);
	index_free(&kb->vmlinux);
	free(kb->dir);
	free(kb);
}

static struct module_btf *add_module(struct kernel_btf *kb, const char *name)
{
	struct module_btf *grown, *module;

	grown = realloc(kb->modules, (kb->module_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	kb->modules = grown;
	module = &grown[kb->module_count];
	memset(module, 0, sizeof(*module));
	module->name = strdup(name);
	if (!module->name)
		return NULL;
	kb->module_count++;
	return module;
}

/* The types of a module, read on first use; a module without readable BTF is remembered as such. */
static const struct type_index *module_types(struct kernel_btf *kb, const char *name)
{
	struct module_btf *module = NULL;

	for (size_t i = 0; i < kb->module_count && !module; i++)
		if (strcmp(kb->modules[i].name, name) == 0)
			module = &kb->modules[i];
	if (!module) {
		module = add_module(kb, name);
		if (!module)
			return NULL;
		if (parse_file(kb->dir, name, kb->vmlinux.btf, &module->types.btf) == 0 &&
		    index_types(&module->types, btf__type_cnt(kb->vmlinux.btf))) {
			index_free(&module->types);
			memset(&module->types, 0, sizeof(module->types));
		}
	}
	return module->types.btf ? &module->types : NULL;
}

const struct btf *kernel_btf_vmlinux(struct kernel_btf *kb)
{
	return kb->vmlinux.btf;
}

const struct btf *kernel_btf_module(struct kernel_btf *kb, const char *module)
{
	const struct type_index *types = module_types(kb, module);

	return types ? types->btf : NULL;
}

uint32_t kernel_btf_find(struct kernel_btf *kb, const char *name, uint32_t kind)
{
	uint32_t at = index_hash(&kb->vmlinux, name);

	return index_next(&kb->vmlinux, name, kind, &at);
}

uint32_t btf_strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return id;
}

int kernel_btf_enumerator(struct kernel_btf *kb, const char *enum_name, const char *name,
			  uint64_t *value)
{
	const struct btf *btf = kb->vmlinux.btf;
	uint32_t id = kernel_btf_find(kb, enum_name, BTF_KIND_ENUM);
	const struct btf_type *t = id ? btf__type_by_id(btf, id) : NULL;

	for (int i = 0; t && i < btf_vlen(t); i++) {
		bool wide = btf_is_enum64(t);
		uint32_t off = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (strcmp(btf__name_by_offset(btf, off), name) != 0)
			continue;
		*value = wide ? btf_enum64_value(&btf_enum64(t)[i]) : (uint32_t)btf_enum(t)[i].val;
		return 0;
	}
	return -ENOENT;
}

/* In bits; *type = the member's. */
static int member_bits(const struct btf *btf, uint32_t struct_id, const char *name, size_t len,
		       uint32_t *type)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, struct_id));
	const struct btf_member *m;
	int off;

	if (!t || !btf_is_composite(t))
		return -ENOENT;
	m = btf_members(t);
	for (int i = 0; i < btf_vlen(t); i++) {
		const char *member = btf__name_by_offset(btf, m[i].name_off);
		int at = btf_member_bit_offset(t, i);

		if (strncmp(member, name, len) == 0 && !member[len]) {
			*type = m[i].type;
			return at;
		}
		off = *member ? -ENOENT : member_bits(btf, m[i].type, name, len, type);
		if (off >= 0)
			return at + off;
	}
	return -ENOENT;
}

int kernel_btf_offset(struct kernel_btf *kb, const char *struct_name, const char *member)
{
	uint32_t id = kernel_btf_find(kb, struct_name, BTF_KIND_STRUCT), type;
	int bits = id ? member_bits(kb->vmlinux.btf, id, member, strlen(member), &type) : -ENOENT;

	return bits < 0 ? bits : bits / 8;
}

int kernel_btf_struct_size(struct kernel_btf *kb, const char *name)
{
	uint32_t id = kernel_btf_find(kb, name, BTF_KIND_STRUCT);

	return id ? (int)btf__type_by_id(kb->vmlinux.btf, id)->size : -ENOENT;
}

static uint32_t struct_of_path(const struct type_index *types, const char *path)
{
	char name[64];
	uint32_t at;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "."), path);
	at = index_hash(types, name);
	return index_next(types, name, BTF_KIND_STRUCT, &at);
}

int kernel_btf_member(struct kernel_btf *kb, const char *module, const char *path)
{
	const struct type_index *types = module ? module_types(kb, module) : NULL;
	uint32_t id = types ? struct_of_path(types, path) : 0;
	int sum = 0, bits;

	if (!id) {
		types = &kb->vmlinux;
		id = struct_of_path(types, path);
	}
	for (path += strcspn(path, "."); *path && id; path += strcspn(path, ".")) {
		path++;
		bits = member_bits(types->btf, id, path, strcspn(path, "."), &id);
		if (bits < 0)
			return bits;
		sum += bits;
	}
	return id ? sum : -ENOENT;
}

uint32_t kernel_btf_func_id(struct kernel_btf *kb, const char *func)
{
	uint32_t at = index_hash(&kb->vmlinux, func);
	uint32_t id = index_next(&kb->vmlinux, func, BTF_KIND_FUNC, &at);

	return id && index_next(&kb->vmlinux, func, BTF_KIND_FUNC, &at) ? 0 : id;
}

/* Two static functions of one name: which of them a symbol is, BTF does not tell. */
static int skb_arg_of_all(const struct type_index *types, const char *func, struct skb_arg *out)
{
	uint32_t at = index_hash(types, func), id;
	struct skb_arg arg;
	int first = -ENOENT, err;
	bool seen = false;

	while ((id = index_next(types, func, BTF_KIND_FUNC, &at))) {
		memset(&arg, 0, sizeof(arg));
		err = proto_skb_arg(types->btf, btf__type_by_id(types->btf, id)->type, &arg);
		if (seen &&
		    (err != first || arg.index != out->index || arg.indirect != out->indirect))
			return -ENOENT;
		arg.sock = arg.sock && (!seen || out->sock);
		first = err;
		*out = arg;
		seen = true;
	}
	return first;
}

static bool has_part(const char *suffix, const char *part)
{
	return strstr(suffix, part) != NULL;
}

/*
 * What the compiler made of a function, by the suffix of its symbol, while BTF describes the
 * source:
 * - .constprop drops arguments that are constant, and so moves the later ones: argument 0 stays
 *   argument 0, because an skb is never a constant;
 * - .isra may pass what a pointer points to instead of the pointer: nothing can be trusted;
 * - .part is the tail of a function and .cold its unlikely blocks: not entered when it is called;
 * - .llvm and the like only make a name unique.
 */
static int check_variant(const char *suffix, const struct skb_arg *arg)
{
	if (has_part(suffix, ".isra") || has_part(suffix, ".part") || has_part(suffix, ".cold"))
		return -ENOTSUP;
	if (has_part(suffix, ".constprop") && arg->index > 0)
		return -ENOTSUP;
	return 0;
}

int kernel_btf_skb_arg(struct kernel_btf *kb, const char *func, const char *module,
		       struct skb_arg *out)
{
	const struct type_index *types = module ? module_types(kb, module) : &kb->vmlinux;
	size_t len = strcspn(func, ".");
	char *base;
	int err;

	if (!types)
		return -ESTALE;
	base = strndup(func, len);
	if (!base)
		return -ENOMEM;
	err = skb_arg_of_all(types, base, out);
	free(base);
	return err ? err : check_variant(func + len, out);
}

uint32_t kernel_btf_tracepoint_id(struct kernel_btf *kb, const char *tracepoint)
{
	char name[64];

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	return kernel_btf_find(kb, name, BTF_KIND_TYPEDEF);
}

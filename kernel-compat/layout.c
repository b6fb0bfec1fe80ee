/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of a kernel struct as a flat list. Made once, so that the kernel's BTF can go before
 * the run begins.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"

enum {
	DEPTH_MAX = 16,    /* structs in structs */
	NAME_MAX = 128,    /* bytes of a member's name, with those that it lies in */
	ELEMENTS_MAX = 64, /* elements of an array that are listed one by one */
};

/* Where in the struct the walk is. */
struct place {
	char name[NAME_MAX]; /* of the member, "" at the top */
	uint32_t bit;
	uint32_t element; /* of the outermost array it lies in */
	bool alternative;
	unsigned int depth;
};

struct walk {
	const struct btf *btf;
	struct kernel_layout *layout;
	size_t names_room, room;
};

static int walk_type(struct walk *w, const struct place *at, uint32_t type, uint32_t bits);

/* The names lie in one piece; its size doubles, and offsets stay right when it moves. */
static int add_name(struct walk *w, const char *name)
{
	struct kernel_layout *l = w->layout;
	size_t len = strlen(name) + 1, room = w->names_room ? w->names_room : 2048;
	char *more;

	while (room < l->names_len + len)
		room *= 2;
	if (room != w->names_room) {
		more = realloc(l->names, room);
		if (!more)
			return -ENOMEM;
		l->names = more;
		w->names_room = room;
	}
	memcpy(l->names + l->names_len, name, len);
	l->names_len += len;
	return 0;
}

static int add_member(struct walk *w, const struct place *at, enum member_format format,
		      uint32_t bits)
{
	struct kernel_layout *l = w->layout;
	struct kernel_member *more;
	size_t name = l->names_len;

	/* One value has to lie within 8 bytes; no struct of the kernel has it otherwise. */
	if (!bits || (format != MEMBER_BYTES && at->bit % 8 + bits > 64))
		return 0;
	if (l->count == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		more = realloc(l->members, w->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->members = more;
	}
	l->members[l->count++] = (struct kernel_member){
		.name = name,
		.bit = at->bit,
		.bits = bits,
		.element = at->element,
		.format = format,
		.alternative = at->alternative,
	};
	return add_name(w, at->name);
}

static bool is_bytes(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, type));

	return t && btf_is_int(t) && t->size == 1;
}

static int walk_array(struct walk *w, const struct place *at, const struct btf_type *t)
{
	const struct btf_array *array = btf_array(t);
	long long size = btf__resolve_size(w->btf, array->type);
	int err = 0;

	if (is_bytes(w->btf, array->type))
		return add_member(w, at, MEMBER_BYTES, 8 * array->nelems);
	if (size <= 0)
		return 0;
	for (uint32_t i = 0; !err && i < array->nelems && i < ELEMENTS_MAX; i++) {
		struct place element = *at;
		size_t len = strlen(at->name);

		snprintf(element.name + len, sizeof(element.name) - len, "[%u]", i);
		element.bit += 8 * size * i;
		if (!strchr(at->name, '['))
			element.element = i;
		element.depth++;
		err = walk_type(w, &element, array->type, 0);
	}
	return err;
}

static const char *name_of(const struct btf *btf, uint32_t offset)
{
	return btf__name_by_offset(btf, offset);
}

/* Whether two structs have members of the same names: what struct_group() of the kernel makes. */
static bool same_members(const struct btf *btf, uint32_t a, uint32_t b)
{
	const struct btf_type *x = btf__type_by_id(btf, a), *y = btf__type_by_id(btf, b);

	if (!btf_is_struct(x) || !btf_is_struct(y) || btf_vlen(x) != btf_vlen(y))
		return false;
	for (int i = 0; i < btf_vlen(x); i++)
		if (strcmp(name_of(btf, btf_members(x)[i].name_off),
			   name_of(btf, btf_members(y)[i].name_off)) != 0)
			return false;
	return true;
}

/* A second name for the same members, which have been listed without it. */
static bool is_group_name(const struct btf *btf, const struct btf_type *parent, int i)
{
	const struct btf_member *m = btf_members(parent);

	if (!btf_is_union(parent) || !*name_of(btf, m[i].name_off))
		return false;
	for (int k = 0; k < i; k++)
		if (!*name_of(btf, m[k].name_off) && same_members(btf, m[k].type, m[i].type))
			return true;
	return false;
}

static int walk_member(struct walk *w, const struct place *at, const struct btf_type *parent, int i)
{
	const struct btf_member *m = &btf_members(parent)[i];
	const char *name = name_of(w->btf, m->name_off);
	struct place inner = *at;
	size_t len = strlen(at->name);

	snprintf(inner.name + len, sizeof(inner.name) - len, "%s%s", len && *name ? "." : "", name);
	inner.bit += btf_member_bit_offset(parent, i);
	inner.alternative |= btf_is_union(parent) && i > 0;
	inner.depth++;
	/* A bit field without a name is room that nobody uses. */
	if (!*name && btf_member_bitfield_size(parent, i))
		return 0;
	return walk_type(w, &inner, m->type, btf_member_bitfield_size(parent, i));
}

static int walk_members(struct walk *w, const struct place *at, const struct btf_type *t)
{
	int err = 0;

	for (int i = 0; !err && i < btf_vlen(t); i++)
		if (!is_group_name(w->btf, t, i))
			err = walk_member(w, at, t, i);
	return err;
}

/* Whether a typedef on the way to the plain type says that the bytes are in network order. */
static bool is_network_order(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf__type_by_id(btf, type);

	for (; t && (btf_is_mod(t) || btf_is_typedef(t)); t = btf__type_by_id(btf, t->type))
		if (strncmp(name_of(btf, t->name_off), "__be", 4) == 0)
			return true;
	return false;
}

static enum member_format number_format(const struct btf *btf, uint32_t type,
					const struct btf_type *t)
{
	if (is_network_order(btf, type))
		return MEMBER_NETWORK;
	return btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED ? MEMBER_SIGNED
								     : MEMBER_UNSIGNED;
}

static bool points_to_function(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *target = btf__type_by_id(btf, btf_strip(btf, t->type));

	return target && btf_is_func_proto(target);
}

/* bits: of a bit field, else 0. */
static int walk_type(struct walk *w, const struct place *at, uint32_t type, uint32_t bits)
{
	const struct btf_type *t = btf__type_by_id(w->btf, btf_strip(w->btf, type));

	if (!t || at->depth > DEPTH_MAX)
		return 0;
	if (btf_is_composite(t))
		return walk_members(w, at, t);
	if (btf_is_array(t))
		return walk_array(w, at, t);
	if (btf_is_ptr(t))
		return add_member(w, at,
				  points_to_function(w->btf, t) ? MEMBER_FUNCTION : MEMBER_POINTER,
				  64);
	if (btf_is_int(t) || btf_is_any_enum(t))
		return add_member(w, at, number_format(w->btf, type, t), bits ? bits : 8 * t->size);
	return 0;
}

int kernel_layout_new(struct kernel_btf *kb, const char *name, struct kernel_layout **out)
{
	uint32_t id = kernel_btf_find(kb, name, BTF_KIND_STRUCT);
	struct walk w = { .btf = kernel_btf_vmlinux(kb) };
	const struct place top = { 0 };
	int err;

	*out = NULL;
	if (!id)
		return -ENOENT;
	w.layout = calloc(1, sizeof(*w.layout));
	if (!w.layout)
		return -ENOMEM;
	w.layout->size = btf__type_by_id(w.btf, id)->size;
	err = walk_type(&w, &top, id, 0);
	if (err)
		kernel_layout_free(w.layout);
	else
		*out = w.layout;
	return err;
}

void kernel_layout_free(struct kernel_layout *l)
{
	if (!l)
		return;
	free(l->members);
	free(l->names);
	free(l);
}

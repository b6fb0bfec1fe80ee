/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: what BTF says about types, members and enumerators. */
#include "where_internal.h"

#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <linux/btf.h>

/* Also in anonymous members of anonymous members; the kernel stays below five. */
#define ANONYMOUS_DEPTH 16

static uint32_t find_complete(const struct btf *btf, const char *name, uint16_t kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	return id > 0 ? (uint32_t)id : 0;
}

uint32_t where_find_struct(const struct btf *btf, const char *name)
{
	return find_complete(btf, name, BTF_KIND_STRUCT);
}

/* The complete type that a forward declaration stands for; the declaration itself if none is. */
static uint32_t complete(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	uint32_t found;

	if (!t || !btf_is_fwd(t))
		return id;
	found = find_complete(btf, btf__name_by_offset(btf, t->name_off),
			      btf_kflag(t) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	return found ? found : id;
}

/* The type behind typedefs and qualifiers, and whether __be16 or __be32 was among them. */
static uint32_t strip(const struct btf *btf, uint32_t id, bool *is_be)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		if (btf_is_typedef(t) && !strncmp(btf__name_by_offset(btf, t->name_off), "__be", 4))
			*is_be = true;
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return complete(btf, id);
}

/*
 * Only since Linux 6.0 (pahole 1.24) does BTF tell the signedness of an enum. Older ones: signed if
 * an enumerator is negative. An unsigned enum with bit 31 in use is then taken as signed, and so
 * are its enumerators: comparing them with each other is right either way.
 */
static bool enum_is_signed(const struct btf_type *t)
{
	const struct btf_enum *e = btf_enum(t);

	if (btf_kflag(t))
		return true;
	for (int i = 0; i < btf_vlen(t); i++) {
		if (e[i].val < 0)
			return true;
	}
	return false;
}

static void describe_integer(const struct btf_type *t, struct where_type *type)
{
	type->size = t->size;
	type->bits = t->size * 8;
	if (btf_is_int(t)) {
		type->is_signed = btf_int_encoding(t) & BTF_INT_SIGNED;
		type->is_bool = btf_int_encoding(t) & BTF_INT_BOOL;
	} else {
		type->is_signed = btf_is_enum64(t) ? btf_kflag(t) : enum_is_signed(t);
	}
	if (type->size > 8 || !type->size || (type->size & (type->size - 1)))
		type->kind = TYPE_OTHER; /* __int128 */
	else
		type->kind = type->size == 8 && !type->is_signed ? TYPE_U64 : TYPE_S64;
}

void where_describe_type(const struct btf *btf, uint32_t id, struct where_type *type)
{
	const struct btf_type *t;

	*type = (struct where_type){ .kind = TYPE_OTHER };
	type->id = strip(btf, id, &type->is_be);
	t = btf__type_by_id(btf, type->id);
	if (!t)
		return;
	if (btf_is_int(t) || btf_is_any_enum(t)) {
		describe_integer(t, type);
	} else if (btf_is_ptr(t)) {
		type->kind = TYPE_POINTER;
		type->target = t->type;
		type->size = WHERE_POINTER_SIZE;
		type->bits = WHERE_POINTER_SIZE * 8;
	} else if (btf_is_composite(t)) {
		type->kind = TYPE_STRUCT;
		type->size = t->size;
	} else if (btf_is_array(t)) {
		type->kind = TYPE_ARRAY;
		type->target = btf_array(t)->type;
		type->count = btf_array(t)->nelems;
		type->size = (uint32_t)btf__resolve_size(btf, type->id);
	}
}

/* Without the struct's kind_flag, a bit field is told by an integer type of odd width. */
static void old_bit_field(const struct btf *btf, struct where_member *m)
{
	bool is_be;
	const struct btf_type *t = btf__type_by_id(btf, strip(btf, m->type_id, &is_be));

	if (!t || !btf_is_int(t))
		return;
	m->bit_off += btf_int_offset(t);
	if (btf_int_bits(t) != t->size * 8)
		m->bits = btf_int_bits(t);
	else if (m->bit_off % 8)
		m->bits = t->size * 8;
}

static bool find_member(const struct btf *btf, uint32_t struct_id, const char *name, int depth,
			struct where_member *out)
{
	const struct btf_type *t = btf__type_by_id(btf, struct_id), *inner;
	const struct btf_member *m = btf_members(t);
	const char *member;
	uint64_t bit_off;

	for (uint32_t i = 0; i < btf_vlen(t); i++, m++) {
		member = btf__name_by_offset(btf, m->name_off);
		bit_off = btf_member_bit_offset(t, i);
		if (!strcmp(member, name)) {
			*out = (struct where_member){ m->type, bit_off,
						      btf_member_bitfield_size(t, i) };
			if (!btf_kflag(t))
				old_bit_field(btf, out);
			return true;
		}
		inner = btf__type_by_id(btf, m->type);
		if (*member || depth == ANONYMOUS_DEPTH || !inner || !btf_is_composite(inner))
			continue;
		if (find_member(btf, m->type, name, depth + 1, out)) {
			out->bit_off += bit_off;
			return true;
		}
	}
	return false;
}

/* The kernel's sources write sk->sk_state for sk->__sk_common.skc_state: a #define, like others. */
static bool find_sock_common(const struct btf *btf, uint32_t struct_id, const char *name,
			     struct where_member *out)
{
	char common_name[WHERE_NAME_SIZE + 1];
	struct where_member common;

	if (strncmp(name, "sk_", 3) || !find_member(btf, struct_id, "__sk_common", 0, &common))
		return false;
	snprintf(common_name, sizeof(common_name), "skc_%s", name + 3);
	if (!find_member(btf, common.type_id, common_name, 0, out))
		return false;
	out->bit_off += common.bit_off;
	return true;
}

bool where_find_member(const struct btf *btf, uint32_t struct_id, const char *name,
		       struct where_member *out)
{
	return find_member(btf, struct_id, name, 0, out) ||
	       find_sock_common(btf, struct_id, name, out);
}

static void name_of_struct(const struct btf *btf, const struct btf_type *t, char *buf, size_t size)
{
	const char *name = btf__name_by_offset(btf, t->name_off);
	bool is_union = btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t));

	if (btf_is_any_enum(t))
		snprintf(buf, size, "enum%s%s", *name ? " " : "", name);
	else
		snprintf(buf, size, "%s%s%s", is_union ? "union" : "struct", *name ? " " : "",
			 name);
}

const char *where_type_name(const struct btf *btf, uint32_t id, char *buf, size_t size)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	char inner[WHERE_NAME_SIZE];

	if (!id || !t)
		snprintf(buf, size, "void");
	else if (btf_is_int(t) || btf_is_float(t) || btf_is_typedef(t))
		snprintf(buf, size, "%s", btf__name_by_offset(btf, t->name_off));
	else if (btf_is_composite(t) || btf_is_fwd(t) || btf_is_any_enum(t))
		name_of_struct(btf, t, buf, size);
	else if (btf_is_ptr(t))
		snprintf(buf, size, "%s *", where_type_name(btf, t->type, inner, sizeof(inner)));
	else if (btf_is_array(t))
		snprintf(buf, size, "%s[%u]",
			 where_type_name(btf, btf_array(t)->type, inner, sizeof(inner)),
			 btf_array(t)->nelems);
	else if (btf_is_mod(t))
		where_type_name(btf, t->type, buf, size);
	else
		snprintf(buf, size, "function");
	return buf;
}

static bool enumerator_value(const struct btf *btf, const struct btf_type *t, const char *name,
			     uint64_t *value, bool *is_u64)
{
	const struct btf_enum *e = btf_enum(t);
	const struct btf_enum64 *e64 = btf_enum64(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		if (btf_is_enum64(t)) {
			if (strcmp(btf__name_by_offset(btf, e64[i].name_off), name))
				continue;
			*value = btf_enum64_value(&e64[i]);
			*is_u64 = !btf_kflag(t) && *value > INT64_MAX;
			return true;
		}
		if (strcmp(btf__name_by_offset(btf, e[i].name_off), name))
			continue;
		*value = enum_is_signed(t) ? (uint64_t)(int64_t)e[i].val : (uint32_t)e[i].val;
		*is_u64 = false;
		return true;
	}
	return false;
}

int where_find_enumerator(const struct btf *btf, uint32_t enum_id, const char *name,
			  uint64_t *value, bool *is_u64)
{
	uint32_t first = enum_id ? enum_id : 1, end = enum_id ? enum_id + 1 : btf__type_cnt(btf);
	const struct btf_type *t;
	uint64_t other = 0;
	bool other_u64;
	int found = 0;

	for (uint32_t id = first; id < end && found < 2; id++) {
		t = btf__type_by_id(btf, id);
		if (!btf_is_any_enum(t) || !enumerator_value(btf, t, name, &other, &other_u64))
			continue;
		if (found && other == *value)
			continue;
		if (!found) {
			*value = other;
			*is_u64 = other_u64;
		}
		found++;
	}
	return found;
}

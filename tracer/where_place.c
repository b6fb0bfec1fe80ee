/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: members and elements: which type they have and where they are. */
#include "where_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <linux/btf.h>

/* Far above the size of any kernel object; keeps every offset in an instruction's 32 bits. */
#define OFFSET_MAX ((uint64_t)1 << 27) /* bytes */

#define TYPE_NAME(ctx, id)                                                                         \
	where_type_name((ctx)->btf, id, (char[WHERE_NAME_SIZE]){ 0 }, WHERE_NAME_SIZE)
#define SOURCE(ctx, n) where_source(ctx, n, (char[WHERE_SOURCE_SIZE]){ 0 })

const char *where_source(const struct where_ctx *ctx, const struct where_node *n, char *buf)
{
	int len = n->end - n->start;

	if (len < WHERE_SOURCE_SIZE)
		snprintf(buf, WHERE_SOURCE_SIZE, "%.*s", len, ctx->expr + n->start);
	else
		snprintf(buf, WHERE_SOURCE_SIZE, "%.*s...", WHERE_SOURCE_SIZE - 4,
			 ctx->expr + n->start);
	return buf;
}

static int fail_aggregate(struct where_ctx *ctx, const struct where_node *n)
{
	if (n->type.kind == TYPE_ARRAY) {
		where_hint(ctx, "name an element: %s[0]", SOURCE(ctx, n));
		return where_fail(ctx, -EINVAL, n->pos, "%s is an array (%s)", SOURCE(ctx, n),
				  TYPE_NAME(ctx, n->type.id));
	}
	if (n->type.kind == TYPE_STRUCT) {
		where_hint(ctx, "name one of its members: %s.MEMBER", SOURCE(ctx, n));
		return where_fail(ctx, -EINVAL, n->pos, "%s is a %s", SOURCE(ctx, n),
				  TYPE_NAME(ctx, n->type.id));
	}
	return where_fail(ctx, -EOPNOTSUPP, n->pos, "%s has a type without use here (%s)",
			  SOURCE(ctx, n), TYPE_NAME(ctx, n->type.id));
}

int where_check_usable(struct where_ctx *ctx, const struct where_node *n)
{
	if (n->type.kind == TYPE_STRUCT || n->type.kind == TYPE_ARRAY || n->type.kind == TYPE_OTHER)
		return fail_aggregate(ctx, n);
	return 0;
}

static int fail_no_members(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_node *left = n->left;

	if (left->type.kind == TYPE_ARRAY) {
		where_hint(ctx, "name an element first: %s[0]", SOURCE(ctx, left));
		return where_fail(ctx, -EINVAL, n->pos, "%s is an array (%s)", SOURCE(ctx, left),
				  TYPE_NAME(ctx, left->type.id));
	}
	if (left->type.id)
		return where_fail(ctx, -EINVAL, n->pos, "%s (%s) has no members", SOURCE(ctx, left),
				  TYPE_NAME(ctx, left->type.id));
	return where_fail(ctx, -EINVAL, n->pos, "%s has no members", SOURCE(ctx, left));
}

/* The struct in front of a '.' or behind the pointer in front of a '->'. */
static int find_struct(struct where_ctx *ctx, struct where_node *n, uint32_t *struct_id)
{
	struct where_node *left = n->left;
	struct where_type target;

	if (left->type.kind == TYPE_STRUCT && n->op == OP_DOT) {
		*struct_id = left->type.id;
		n->base = left->base;
		n->bit_off = left->bit_off;
		return 0;
	}
	if (left->type.kind == TYPE_STRUCT) {
		where_hint(ctx, "write %s.%s", SOURCE(ctx, left), n->text);
		return where_fail(ctx, -EINVAL, n->pos, "%s is a %s, not a pointer to one",
				  SOURCE(ctx, left), TYPE_NAME(ctx, left->type.id));
	}
	if (left->type.kind != TYPE_POINTER)
		return fail_no_members(ctx, n);
	if (n->op == OP_DOT) {
		where_hint(ctx, "write %s->%s", SOURCE(ctx, left), n->text);
		return where_fail(ctx, -EINVAL, n->pos, "%s is a pointer", SOURCE(ctx, left));
	}
	where_describe_type(ctx->btf, left->type.target, &target);
	if (target.kind != TYPE_STRUCT) {
		if (btf_is_fwd(btf__type_by_id(ctx->btf, target.id)))
			where_hint(ctx, "it may belong to a module; only the kernel's own BTF is "
					"looked at");
		return where_fail(ctx, -EINVAL, n->pos,
				  "%s points to %s, which has no known members", SOURCE(ctx, left),
				  TYPE_NAME(ctx, target.id));
	}
	*struct_id = target.id;
	n->base = left;
	n->bit_off = 0;
	return 0;
}

/* A bit field keeps its declared type but has fewer bits. */
static int narrow(struct where_ctx *ctx, struct where_node *n, uint32_t bits)
{
	struct where_type *type = &n->type;

	if (!bits)
		return 0;
	type->bits = bits;
	if (type->kind == TYPE_U64 && bits < 64)
		type->kind = TYPE_S64;
	if (n->bit_off % 8 + bits > 64)
		return where_fail(ctx, -EOPNOTSUPP, n->pos,
				  "the bit field %s is spread over 9 bytes", n->text);
	return 0;
}

static int check_offset(struct where_ctx *ctx, const struct where_node *n)
{
	if (n->bit_off < OFFSET_MAX * 8)
		return 0;
	return where_fail(ctx, -EINVAL, n->pos, "%s is too far from its start", SOURCE(ctx, n));
}

int where_check_member(struct where_ctx *ctx, struct where_node *n)
{
	struct where_member member;
	uint32_t struct_id = 0;
	int err;

	err = find_struct(ctx, n, &struct_id);
	if (err)
		return err;
	if (!where_find_member(ctx->btf, struct_id, n->text, &member)) {
		where_hint_members(ctx, struct_id, n->text);
		return where_fail(ctx, -EINVAL, n->pos, "%s has no member \"%s\"",
				  TYPE_NAME(ctx, struct_id), n->text);
	}
	n->bit_off += member.bit_off;
	where_describe_type(ctx->btf, member.type_id, &n->type);
	err = narrow(ctx, n, member.bits);
	return err ? err : check_offset(ctx, n);
}

static int check_bounds(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_type *array = &n->left->type;

	/* 0 elements: a flexible array, whose length only the kernel knows. */
	if (!array->count || n->right->value < array->count)
		return 0;
	where_hint(ctx, "the last one is %s[%u]", SOURCE(ctx, n->left), array->count - 1);
	return where_fail(ctx, -EINVAL, n->right->pos, "%s has %u elements", SOURCE(ctx, n->left),
			  array->count);
}

int where_check_index(struct where_ctx *ctx, struct where_node *n)
{
	const struct where_node *left = n->left;

	if (left->type.kind != TYPE_ARRAY && left->type.kind != TYPE_POINTER)
		return where_fail(ctx, -EINVAL, n->pos, "%s is neither an array nor a pointer",
				  SOURCE(ctx, left));
	if (n->right->kind != NODE_CONST || n->right->type.kind == TYPE_POINTER)
		return where_fail(ctx, -EINVAL, n->right->pos,
				  "an index must be a constant number");
	if (n->right->value > OFFSET_MAX)
		return where_fail(ctx, -EINVAL, n->right->pos,
				  "the index is negative or too large");
	where_describe_type(ctx->btf, left->type.target, &n->type);
	if (!n->type.size && n->type.kind != TYPE_STRUCT) {
		where_hint(ctx, "its type (%s) has no size", TYPE_NAME(ctx, n->type.id));
		return where_fail(ctx, -EINVAL, n->pos, "%s cannot have an index",
				  SOURCE(ctx, left));
	}
	n->value = n->right->value;
	if (left->type.kind == TYPE_ARRAY) {
		n->base = left->base;
		n->bit_off = left->bit_off;
		if (check_bounds(ctx, n))
			return -EINVAL;
	} else {
		n->base = n->left;
		n->bit_off = 0;
	}
	n->bit_off += n->value * n->type.size * 8;
	return check_offset(ctx, n);
}

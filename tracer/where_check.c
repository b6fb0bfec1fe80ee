/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: gives every node its type, and refuses what makes no sense. */
#include "where_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

/* Below are NULL and error codes: no kernel object is ever there. */
#define LOWEST_ADDRESS 4096

#define SOURCE(ctx, n) where_source(ctx, n, (char[WHERE_SOURCE_SIZE]){ 0 })

static const struct {
	const char *name;
	unsigned int bits;
} swaps[] = { { "htons", 16 }, { "ntohs", 16 }, { "htonl", 32 }, { "ntohl", 32 } };

static int check(struct where_ctx *ctx, struct where_node *n, uint32_t enum_id);

static bool is_number(const struct where_node *n)
{
	return n->type.kind == TYPE_S64 || n->type.kind == TYPE_U64;
}

static bool is_pointer(const struct where_node *n)
{
	return n->type.kind == TYPE_POINTER;
}

static bool is_field(const struct where_node *n)
{
	return n->kind == NODE_MEMBER || n->kind == NODE_INDEX;
}

static void set_number(struct where_node *n, bool is_u64)
{
	n->type = (struct where_type){
		.kind = is_u64 ? TYPE_U64 : TYPE_S64, .size = 8, .bits = 64, .is_signed = !is_u64
	};
}

static void set_constant(struct where_node *n, uint64_t value, bool is_u64)
{
	n->kind = NODE_CONST;
	n->value = value;
	set_number(n, is_u64);
}

static void set_pointer(struct where_node *n, uint32_t target)
{
	n->type = (struct where_type){ .kind = TYPE_POINTER,
				       .target = target,
				       .size = WHERE_POINTER_SIZE,
				       .bits = WHERE_POINTER_SIZE * 8 };
}

static int check_skb(struct where_ctx *ctx, struct where_node *n)
{
	uint32_t id = where_find_struct(ctx->btf, "sk_buff");

	if (!id)
		return where_fail(ctx, -EOPNOTSUPP, n->pos,
				  "the kernel's BTF has no struct sk_buff");
	set_pointer(n, id);
	return 0;
}

static int check_enumerator(struct where_ctx *ctx, struct where_node *n, uint32_t enum_id)
{
	uint64_t value;
	bool is_u64;
	int found = 0;

	if (enum_id)
		found = where_find_enumerator(ctx->btf, enum_id, n->text, &value, &is_u64);
	if (!found)
		found = where_find_enumerator(ctx->btf, 0, n->text, &value, &is_u64);
	if (found > 1) {
		where_hint(ctx, "write the number that is meant");
		return where_fail(ctx, -EINVAL, n->pos,
				  "the kernel has several enumerators %s with different values",
				  n->text);
	}
	if (!found) {
		where_hint_words(ctx, n->text);
		return where_fail(ctx, -EINVAL, n->pos, "\"%s\" is not known", n->text);
	}
	set_constant(n, value, is_u64);
	return 0;
}

/* enum_id: the enum of the other operand, whose enumerators come first; 0 = none. */
static int check_word(struct where_ctx *ctx, struct where_node *n, uint32_t enum_id)
{
	if (!strcmp(n->text, "skb"))
		return check_skb(ctx, n);
	if (!strcmp(n->text, "true") || !strcmp(n->text, "false")) {
		set_constant(n, *n->text == 't', false);
		return 0;
	}
	if (!strcmp(n->text, "NULL")) {
		n->kind = NODE_CONST;
		n->value = 0;
		set_pointer(n, 0);
		return 0;
	}
	return check_enumerator(ctx, n, enum_id);
}

static int check_operand(struct where_ctx *ctx, const struct where_node *n)
{
	if (n->type.kind != TYPE_STRING)
		return where_check_usable(ctx, n);
	where_hint(ctx, "for example: skb->dev->name == \"eth0\"");
	return where_fail(ctx, -EINVAL, n->pos,
			  "a string can only be compared with an array of char, by == or !=");
}

static int check_number(struct where_ctx *ctx, const struct where_node *n, const char *what)
{
	int err = check_operand(ctx, n);

	if (err || is_number(n))
		return err;
	return where_fail(ctx, -EINVAL, n->pos, "%s is a pointer: %s needs a number",
			  SOURCE(ctx, n), what);
}

static int check_unary(struct where_ctx *ctx, struct where_node *n)
{
	int err = check(ctx, n->left, 0);

	if (!err)
		err = n->op == OP_NOT ? check_operand(ctx, n->left)
				      : check_number(ctx, n->left, where_op_text(n->op));
	if (err)
		return err;
	set_number(n, n->op != OP_NOT && n->left->type.kind == TYPE_U64);
	return where_fold_unary(ctx, n);
}

static int fold_swap(struct where_ctx *ctx, struct where_node *n, unsigned int bits)
{
	uint64_t v = n->left->value;

	if (v >> bits) {
		where_hint(ctx, "%s() takes %u bits", n->text, bits);
		return where_fail(ctx, -EINVAL, n->left->pos, "%s does not fit",
				  SOURCE(ctx, n->left));
	}
	set_constant(n, bits == 16 ? htons((uint16_t)v) : htonl((uint32_t)v), false);
	n->is_be = *n->text == 'h';
	return 0;
}

static int check_call(struct where_ctx *ctx, struct where_node *n)
{
	unsigned int bits = 0;
	int err;

	for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
		if (!strcmp(swaps[i].name, n->text))
			bits = swaps[i].bits;
	}
	if (!bits) {
		where_hint(ctx, "there are htons(), ntohs(), htonl() and ntohl()");
		return where_fail(ctx, -EINVAL, n->pos, "there is no function %s()", n->text);
	}
	err = check(ctx, n->left, 0);
	if (!err)
		err = check_number(ctx, n->left, n->text);
	if (err)
		return err;
	if (n->left->kind == NODE_CONST)
		return fold_swap(ctx, n, bits);
	set_number(n, false);
	n->value = bits;
	return 0;
}

static int check_index(struct where_ctx *ctx, struct where_node *n)
{
	int err = check(ctx, n->left, 0);

	if (!err)
		err = check(ctx, n->right, 0);
	return err ? err : where_check_index(ctx, n);
}

static bool is_byte_pointer(struct where_ctx *ctx, const struct where_node *n)
{
	struct where_type target;

	where_describe_type(ctx->btf, n->type.target, &target);
	return is_pointer(n) && target.size == 1;
}

/* One side at least is a pointer. */
static int check_pointers(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_node *pointer = is_pointer(n->left) ? n->left : n->right;
	const struct where_node *other = pointer == n->left ? n->right : n->left;

	if (!where_is_comparison(n->op)) {
		if (n->op == OP_SUB && is_byte_pointer(ctx, n->left) &&
		    is_byte_pointer(ctx, n->right))
			return 0;
		where_hint(ctx, "pointers can be compared and followed, and pointers to bytes "
				"subtracted");
		return where_fail(ctx, -EINVAL, n->pos, "%s is a pointer: '%s' is for numbers",
				  SOURCE(ctx, pointer), where_op_text(n->op));
	}
	if (is_pointer(other))
		return 0;
	if (other->kind == NODE_CONST && (!other->value || other->value >= LOWEST_ADDRESS))
		return 0;
	if (pointer->kind == NODE_CONST)
		where_hint(ctx, "compare numbers with 0");
	else
		where_hint(ctx, "compare it with NULL, another pointer or an address; what it "
				"points to is reached by ->");
	return where_fail(ctx, -EINVAL, n->pos, "%s is a pointer, %s is not", SOURCE(ctx, pointer),
			  SOURCE(ctx, other));
}

static bool fits(const struct where_type *field, const struct where_node *constant)
{
	int64_t v = (int64_t)constant->value, limit;

	if (field->bits == 64)
		return true;
	limit = (int64_t)1 << (field->is_bool ? 1 : field->bits - field->is_signed);
	return v < limit && v >= (field->is_signed ? -limit : 0);
}

/* A field that can never equal the constant: the condition is not what was meant. */
static int check_range(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_node *field = is_field(n->left) ? n->left : n->right;
	const struct where_node *constant = field == n->left ? n->right : n->left;
	const struct where_type *type = &field->type;

	if ((n->op != OP_EQ && n->op != OP_NE) || !is_field(field) || constant->kind != NODE_CONST)
		return 0;
	if (fits(type, constant))
		return 0;
	if (!type->is_signed && !type->is_bool && (int64_t)constant->value < 0 && type->bits >= 8)
		where_hint(ctx, "write its bits: 0x%" PRIx64,
			   constant->value & (UINT64_MAX >> (64 - type->bits)));
	else if (type->is_signed)
		where_hint(ctx, "its values go from %" PRId64 " to %" PRId64,
			   -((int64_t)1 << (type->bits - 1)), ((int64_t)1 << (type->bits - 1)) - 1);
	else
		where_hint(ctx, "its values go from 0 to %" PRIu64,
			   type->is_bool ? 1 : UINT64_MAX >> (64 - type->bits));
	return where_fail(ctx, -EINVAL, constant->pos, "%s can never be %s", SOURCE(ctx, field),
			  SOURCE(ctx, constant));
}

static bool same_both_ways(uint64_t v, unsigned int bits)
{
	return v == (bits == 16 ? htons((uint16_t)v) : htonl((uint32_t)v));
}

static void warn_byte_order(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_node *field = is_field(n->left) ? n->left : n->right;
	const struct where_node *constant = field == n->left ? n->right : n->left;
	char hint[sizeof(ctx->warning.hint)];

	if (!is_field(field) || !field->type.is_be || field->type.bits > 32 ||
	    constant->kind != NODE_CONST || constant->is_be ||
	    same_both_ways(constant->value, field->type.bits))
		return;
	snprintf(hint, sizeof(hint), "write %s(%s)", field->type.bits == 16 ? "htons" : "htonl",
		 SOURCE(ctx, constant));
	where_warn(ctx, constant->pos,
		   "the field is in network byte order and compared as it is stored", hint);
}

/* Members go with their array and the string fits in it. */
static int check_string(struct where_ctx *ctx, struct where_node *n)
{
	const struct where_node *string = n->left->type.kind == TYPE_STRING ? n->left : n->right;
	const struct where_node *array = string == n->left ? n->right : n->left;
	size_t len = strlen(string->text);
	struct where_type element;
	char name[WHERE_NAME_SIZE];

	if (n->op != OP_EQ && n->op != OP_NE)
		return check_operand(ctx, string);
	where_describe_type(ctx->btf, array->type.target, &element);
	where_type_name(ctx->btf, element.id, name, sizeof(name));
	if (array->type.kind == TYPE_POINTER && !strcmp(name, "char")) {
		where_hint(ctx, "compare single characters: %s[0] == '%c'", SOURCE(ctx, array),
			   len ? string->text[0] : 'x');
		return where_fail(ctx, -EOPNOTSUPP, n->pos,
				  "%s is a pointer: strings behind pointers are not compared",
				  SOURCE(ctx, array));
	}
	if (array->type.kind != TYPE_ARRAY || strcmp(name, "char"))
		return check_operand(ctx, string);
	if (array->type.count && len > array->type.count) {
		where_hint(ctx, "%s holds up to %u characters", SOURCE(ctx, array),
			   array->type.count - 1);
		return where_fail(ctx, -EINVAL, string->pos, "the string is too long for it");
	}
	set_number(n, false);
	return 0;
}

static uint32_t enum_of(const struct where_ctx *ctx, const struct where_node *n)
{
	return btf_is_any_enum(btf__type_by_id(ctx->btf, n->type.id)) ? n->type.id : 0;
}

static int check_sides(struct where_ctx *ctx, struct where_node *n)
{
	bool right_first = n->left->kind == NODE_WORD;
	struct where_node *first = right_first ? n->right : n->left;
	struct where_node *second = right_first ? n->left : n->right;
	int err = check(ctx, first, 0);

	return err ? err : check(ctx, second, enum_of(ctx, first));
}

static int check_binary(struct where_ctx *ctx, struct where_node *n)
{
	bool shift = n->op == OP_SHL || n->op == OP_SHR, is_u64;
	int err = check_sides(ctx, n);

	if (err)
		return err;
	if (n->left->type.kind == TYPE_STRING || n->right->type.kind == TYPE_STRING)
		return check_string(ctx, n);
	err = check_operand(ctx, n->left);
	if (!err)
		err = check_operand(ctx, n->right);
	if (!err && (is_pointer(n->left) || is_pointer(n->right)) && !where_is_logical(n->op))
		err = check_pointers(ctx, n);
	else if (!err && where_is_comparison(n->op))
		err = check_range(ctx, n);
	if (err)
		return err;
	if (where_is_comparison(n->op))
		warn_byte_order(ctx, n);
	is_u64 = n->left->type.kind == TYPE_U64 || (!shift && n->right->type.kind == TYPE_U64);
	set_number(n, is_u64 && !where_is_comparison(n->op) && !where_is_logical(n->op));
	return where_fold_binary(ctx, n);
}

static int check(struct where_ctx *ctx, struct where_node *n, uint32_t enum_id)
{
	int err;

	switch (n->kind) {
	case NODE_CONST:
		set_number(n, n->is_u64);
		return 0;
	case NODE_STRING:
		n->type.kind = TYPE_STRING;
		return 0;
	case NODE_WORD:
		return check_word(ctx, n, enum_id);
	case NODE_MEMBER:
		err = check(ctx, n->left, 0);
		return err ? err : where_check_member(ctx, n);
	case NODE_INDEX:
		return check_index(ctx, n);
	case NODE_UNARY:
		return check_unary(ctx, n);
	case NODE_CALL:
		return check_call(ctx, n);
	default:
		return check_binary(ctx, n);
	}
}

int where_check(struct where_ctx *ctx, struct where_node *root)
{
	int err = check(ctx, root, 0);

	return err ? err : check_operand(ctx, root);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: computes what consists of constants, and refuses constants that can never be right. */
#include "where_internal.h"

#include <errno.h>

static void become_constant(struct where_node *n, uint64_t value)
{
	n->kind = NODE_CONST;
	n->value = value;
}

int where_fold_unary(struct where_ctx *ctx, struct where_node *n)
{
	uint64_t v = n->left->value;

	(void)ctx;
	if (n->left->kind != NODE_CONST)
		return 0;
	if (n->op == OP_NOT)
		become_constant(n, !v);
	else
		become_constant(n, n->op == OP_INVERT ? ~v : -v);
	return 0;
}

static uint64_t divide_signed(enum where_op op, int64_t a, int64_t b)
{
	/* The one quotient that does not fit wraps, as the generated code does. */
	if (b == -1)
		return op == OP_DIV ? -(uint64_t)a : 0;
	return (uint64_t)(op == OP_DIV ? a / b : a % b);
}

static uint64_t divide(enum where_op op, uint64_t a, uint64_t b, bool is_unsigned)
{
	if (!is_unsigned)
		return divide_signed(op, (int64_t)a, (int64_t)b);
	return op == OP_DIV ? a / b : a % b;
}

static uint64_t compute(enum where_op op, uint64_t a, uint64_t b, bool is_unsigned)
{
	bool less = is_unsigned ? a < b : (int64_t)a < (int64_t)b;

	switch (op) {
	case OP_OROR:
		return a || b;
	case OP_ANDAND:
		return a && b;
	case OP_OR:
		return a | b;
	case OP_XOR:
		return a ^ b;
	case OP_AND:
		return a & b;
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return less;
	case OP_LE:
		return less || a == b;
	case OP_GT:
		return !less && a != b;
	case OP_GE:
		return !less;
	case OP_SHL:
		return a << b;
	case OP_SHR:
		/* gcc and clang shift the sign in. */
		return is_unsigned ? a >> b : (uint64_t)((int64_t)a >> b);
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
		return a * b;
	default:
		return divide(op, a, b, is_unsigned);
	}
}

/* Constants on the right side that would make the condition fail on every packet. */
static int check_right(struct where_ctx *ctx, const struct where_node *n)
{
	const struct where_node *right = n->right;

	if (right->kind != NODE_CONST)
		return 0;
	if ((n->op == OP_DIV || n->op == OP_MOD) && !right->value)
		return where_fail(ctx, -EINVAL, right->pos, "division by zero");
	if ((n->op == OP_SHL || n->op == OP_SHR) && right->value > 63)
		return where_fail(ctx, -EINVAL, right->pos, "shifts go from 0 to 63");
	return 0;
}

static bool is_unsigned(const struct where_node *n)
{
	return n->type.kind == TYPE_U64 || n->type.kind == TYPE_POINTER;
}

int where_fold_binary(struct where_ctx *ctx, struct where_node *n)
{
	bool shift = n->op == OP_SHL || n->op == OP_SHR;
	int err;

	err = check_right(ctx, n);
	if (err || n->left->kind != NODE_CONST || n->right->kind != NODE_CONST)
		return err;
	become_constant(n, compute(n->op, n->left->value, n->right->value,
				   is_unsigned(n->left) || (!shift && is_unsigned(n->right))));
	return 0;
}

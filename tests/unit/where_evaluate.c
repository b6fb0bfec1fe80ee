/* SPDX-License-Identifier: GPL-2.0-only */
/* Evaluates the conditions of where_fuzz.h: a second implementation of what where.h says. */
#include "where_fuzz_impl.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool is_readable(const struct where_arena *a, const void *p, size_t size)
{
	uint64_t off = (uint64_t)p - (uint64_t)a;

	return p && off <= WHERE_ARENA_SIZE && size <= WHERE_ARENA_SIZE - off;
}

#define NET          skb->dev->nd_net.net
#define OK(p, n)     is_readable(a, p, n)
#define SIZE_S(path) 0
#define SIZE_U(path) 0
#define SIZE_P(path) 0
#define SIZE_A(path) sizeof(path)
#define LEAF(kind, path, guard)                                                                    \
	if (i++ == index) {                                                                        \
		if (!(guard))                                                                      \
			return false;                                                              \
		*v = (uint64_t)(path);                                                             \
		*size = SIZE_##kind(path);                                                         \
		return true;                                                                       \
	}

/* The C compiler knows where everything is. */
bool where_read_leaf(const struct where_arena *a, size_t index, uint64_t *v, size_t *size)
{
	const struct sk_buff *skb = &a->skb;
	size_t i = 0;

#include "where_leaves.def"
	abort();
}

/* False: the whole condition is no match. */
static bool value_of(const struct where_node *n, const struct where_arena *a, uint64_t *v);

static bool divide(size_t op, uint64_t a, uint64_t b, bool is_u64, uint64_t *v)
{
	int64_t x = (int64_t)a, y = (int64_t)b;

	if (!b)
		return false;
	if (is_u64)
		*v = op == DIV ? a / b : a % b;
	else if (y == -1)
		*v = op == DIV ? 0 - a : 0;
	else
		*v = (uint64_t)(op == DIV ? x / y : x % y);
	return true;
}

static bool shift(size_t op, uint64_t a, uint64_t b, bool is_u64, uint64_t *v)
{
	if (b > 63)
		return false;
	if (op == SHL)
		*v = a << b;
	else
		*v = is_u64 ? a >> b : (uint64_t)((int64_t)a >> b);
	return true;
}

static bool compute(const struct where_node *n, uint64_t a, uint64_t b, uint64_t *v)
{
	bool wide = n->left->is_u64 || n->right->is_u64;
	int order =
		wide ? (a > b) - (a < b) : ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b);

	switch (n->op) {
	case SHL:
	case SHR:
		return shift(n->op, a, b, n->left->is_u64, v);
	case DIV:
	case MOD:
		return divide(n->op, a, b, wide, v);
	default:
		break;
	}
	*v = n->op == OR    ? (a | b)
	     : n->op == XOR ? (a ^ b)
	     : n->op == AND ? (a & b)
	     : n->op == ADD ? a + b
	     : n->op == SUB ? a - b
	     : n->op == MUL ? a * b
	     : n->op == EQ  ? order == 0
	     : n->op == NE  ? order != 0
	     : n->op == LT  ? order < 0
	     : n->op == LE  ? order <= 0
	     : n->op == GT  ? order > 0
			    : order >= 0;
	return true;
}

static bool compare_string(const struct where_node *n, const struct where_arena *a, uint64_t *v)
{
	const struct where_node *s = n->left->kind == F_STRING ? n->left : n->right;
	const struct where_node *array = s == n->left ? n->right : n->left;
	uint64_t at;
	size_t size;

	if (!where_read_leaf(a, array->op, &at, &size))
		return false;
	*v = !strncmp((const char *)at, s->string, size) == (n->op == EQ);
	return true;
}

static bool value_of_binary(const struct where_node *n, const struct where_arena *a, uint64_t *v)
{
	uint64_t left, right;

	if (n->left->kind == F_STRING || n->right->kind == F_STRING)
		return compare_string(n, a, v);
	if (!value_of(n->left, a, &left))
		return false;
	if (n->op <= ANDAND && !left == (n->op == ANDAND)) {
		*v = n->op == OROR;
		return true;
	}
	if (!value_of(n->right, a, &right))
		return false;
	if (n->op > ANDAND)
		return compute(n, left, right, v);
	*v = right != 0;
	return true;
}

static bool value_of(const struct where_node *n, const struct where_arena *a, uint64_t *v)
{
	size_t size;

	switch (n->kind) {
	case F_LEAF:
		return where_read_leaf(a, n->op, v, &size);
	case F_CONST:
		*v = n->value;
		return true;
	case F_UNARY:
		if (!value_of(n->left, a, v))
			return false;
		*v = where_unary[n->op] == '!' ? !*v : where_unary[n->op] == '~' ? ~*v : 0 - *v;
		return true;
	case F_CALL:
		if (!value_of(n->left, a, v))
			return false;
		*v = where_calls[n->op][4] == 's' ? ntohs((uint16_t)*v) : ntohl((uint32_t)*v);
		return true;
	default:
		return value_of_binary(n, a, v);
	}
}

bool where_fuzz_matches(const struct where_fuzz *f, const struct where_arena *a)
{
	uint64_t v;

	return value_of(f->root, a, &v) && v;
}

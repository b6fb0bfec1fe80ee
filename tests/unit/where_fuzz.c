/* SPDX-License-Identifier: GPL-2.0-only */
#include "where_fuzz_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct leaf {
	const char *kind, *path;
} leaves[] = {
#define LEAF(kind, path, guard) { #kind, #path },
#include "where_leaves.def"
#undef LEAF
};

static const struct {
	const char *text;
	int precedence;
} binary[] = {
	[OROR] = { "||", 1 }, [ANDAND] = { "&&", 2 }, [OR] = { "|", 3 },  [XOR] = { "^", 4 },
	[AND] = { "&", 5 },   [EQ] = { "==", 6 },     [NE] = { "!=", 6 }, [LT] = { "<", 7 },
	[LE] = { "<=", 7 },   [GT] = { ">", 7 },      [GE] = { ">=", 7 }, [SHL] = { "<<", 8 },
	[SHR] = { ">>", 8 },  [ADD] = { "+", 9 },     [SUB] = { "-", 9 }, [MUL] = { "*", 10 },
	[DIV] = { "/", 10 },  [MOD] = { "%", 10 },
};

const char where_unary[] = "!~-";
const char *const where_calls[4] = { "htons", "ntohs", "htonl", "ntohl" };

uint32_t where_random(struct where_rng *r, uint32_t limit)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (uint32_t)((r->state >> 24) % limit);
}

/* Building. */

static struct where_node *new_node(struct where_fuzz *f, enum kind kind)
{
	if (f->count == NODES_MAX)
		abort();
	f->nodes[f->count] = (struct where_node){ .kind = kind };
	return &f->nodes[f->count++];
}

static bool one_in(struct where_fuzz *f, uint32_t n)
{
	return !where_random(f->rng, n);
}

static struct where_node *pick_leaf(struct where_fuzz *f, const char *kinds)
{
	struct where_node *n = new_node(f, F_LEAF);

	do
		n->op = where_random(f->rng, CNT(leaves));
	while (!strchr(kinds, *leaves[n->op].kind));
	n->is_u64 = *leaves[n->op].kind != 'S';
	return n;
}

static struct where_node *constant(struct where_fuzz *f, uint64_t v, const char *format)
{
	struct where_node *n = new_node(f, F_CONST);

	n->value = v;
	n->is_u64 = v > INT64_MAX;
	snprintf(n->text, sizeof(n->text), format, v);
	return n;
}

static struct where_node *named_constant(struct where_fuzz *f)
{
	static const struct {
		const char *name;
		uint64_t v;
	} names[] = { { "GREEN", 5 }, { "BLUE", 250 }, { "DEEP", (uint64_t)-3 },
		      { "true", 1 },  { "'A'", 'A' },  { "HIGH", 2000000000 },
		      { "7ul", 7 },   { "5u", 5 } };
	uint32_t i = where_random(f->rng, CNT(names));
	struct where_node *n = constant(f, names[i].v, "");

	n->is_u64 = i == 6;
	snprintf(n->text, sizeof(n->text), "%s", names[i].name);
	return n;
}

static struct where_node *pick_constant(struct where_fuzz *f)
{
	static const uint64_t values[] = { 0,          1,          2,          3,
					   7,          31,         64,         255,
					   4095,       65535,      65536,      1 << 30,
					   0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32,
					   1ull << 63, UINT64_MAX, INT64_MAX };
	static const char *const formats[] = { "%" PRIu64, "0x%" PRIx64, "0%" PRIo64 };
	const char *format = formats[where_random(f->rng, CNT(formats))];
	uint64_t v;
	size_t size;

	if (one_in(f, 6))
		return named_constant(f);
	if (one_in(f, 2) || !where_read_leaf(f->arena, pick_leaf(f, "SU")->op, &v, &size))
		v = values[where_random(f->rng, CNT(values))];
	return constant(f, v, format);
}

static struct where_node *number(struct where_fuzz *f, int depth);

static struct where_node *unary_node(struct where_fuzz *f, size_t op, struct where_node *left)
{
	struct where_node *n = new_node(f, F_UNARY);

	n->op = op;
	n->left = left;
	n->is_u64 = where_unary[op] != '!' && left->is_u64;
	return n;
}

static struct where_node *binary_node(struct where_fuzz *f, size_t op, struct where_node *left,
				      struct where_node *right)
{
	struct where_node *n = new_node(f, F_BINARY);

	n->op = op;
	n->left = left;
	n->right = right;
	if (op == SHL || op == SHR)
		n->is_u64 = left->is_u64;
	else
		n->is_u64 = !(op <= ANDAND || (op >= EQ && op <= GE)) &&
			    (left->is_u64 || right->is_u64);
	return n;
}

static struct where_node *pointer(struct where_fuzz *f)
{
	struct where_node *n;

	if (!one_in(f, 3))
		return pick_leaf(f, "P");
	n = constant(f, 0, one_in(f, 2) ? "NULL" : "0");
	n->is_u64 = true;
	return n;
}

static struct where_node *truth(struct where_fuzz *f, int depth)
{
	return one_in(f, 5) ? pick_leaf(f, "P") : number(f, depth);
}

/* Mostly what the array holds, or that with one character changed, missing or too many. */
static struct where_node *string_comparison(struct where_fuzz *f)
{
	struct where_node *array = pick_leaf(f, "A"), *s = new_node(f, F_STRING), *n;
	size_t size = 4, len = 0;
	uint64_t v;

	if (where_read_leaf(f->arena, array->op, &v, &size))
		len = strnlen((const char *)v, size < 63 ? size : 63);
	if (len)
		memcpy(s->string, (const char *)v, len);
	if (len && one_in(f, 4))
		s->string[where_random(f->rng, (uint32_t)len)] = 'q';
	else if (len && one_in(f, 4))
		s->string[len - 1] = '\0';
	else if (len + 1 < size && len < 62 && one_in(f, 4))
		s->string[len] = 'q';
	n = binary_node(f, one_in(f, 2) ? EQ : NE, array, s);
	if (one_in(f, 4)) {
		n->left = s;
		n->right = array;
	}
	return n;
}

static struct where_node *shift_count(struct where_fuzz *f)
{
	if (one_in(f, 2))
		return constant(f, where_random(f->rng, 64), "%" PRIu64);
	return binary_node(f, one_in(f, 4) ? ADD : AND, pick_leaf(f, "SU"),
			   constant(f, 63, "%" PRIu64));
}

static struct where_node *random_binary(struct where_fuzz *f, int depth)
{
	size_t op = where_random(f->rng, CNT(binary));
	struct where_node *left;

	if (op <= ANDAND) {
		left = truth(f, depth);
		return binary_node(f, op, left, truth(f, depth));
	}
	if ((op == EQ || op == NE) && one_in(f, 3))
		return binary_node(f, op, pick_leaf(f, "P"), pointer(f));
	if ((op == EQ || op == NE) && one_in(f, 2))
		return string_comparison(f);
	left = number(f, depth);
	return binary_node(f, op, left, op == SHL || op == SHR ? shift_count(f) : number(f, depth));
}

static struct where_node *number(struct where_fuzz *f, int depth)
{
	struct where_node *n;

	if (!depth || one_in(f, 8))
		return one_in(f, 3) ? pick_constant(f) : pick_leaf(f, "SU");
	switch (where_random(f->rng, 8)) {
	case 0:
		return unary_node(f, 0, truth(f, depth - 1));
	case 1:
		return unary_node(f, 1 + where_random(f->rng, 2), number(f, depth - 1));
	case 2:
		n = new_node(f, F_CALL);
		n->op = where_random(f->rng, CNT(where_calls));
		n->left = one_in(f, 2) ? pick_leaf(f, "SU") : constant(f, 258, "%" PRIu64);
		return n;
	default:
		return random_binary(f, depth - 1);
	}
}

/* Writing down. */

static void put(struct where_fuzz *f, const char *text)
{
	f->length += (size_t)snprintf(f->text + f->length, sizeof(f->text) - f->length, "%s", text);
	if (f->length >= sizeof(f->text))
		f->length = sizeof(f->text) - 1;
}

/* Parentheses where they are needed, and now and then elsewhere. */
static void write_node(struct where_fuzz *f, const struct where_node *n, int min_precedence)
{
	bool parens =
		(n->kind == F_BINARY && binary[n->op].precedence < min_precedence) || one_in(f, 8);

	if (parens)
		put(f, "(");
	if (n->kind == F_LEAF) {
		put(f, leaves[n->op].path);
	} else if (n->kind == F_UNARY) {
		put(f, (char[]){ where_unary[n->op], '\0' });
		write_node(f, n->left, 11);
	} else if (n->kind == F_CALL) {
		put(f, where_calls[n->op]);
		put(f, "(");
		write_node(f, n->left, 0);
		put(f, ")");
	} else if (n->kind == F_BINARY) {
		write_node(f, n->left, binary[n->op].precedence);
		put(f, one_in(f, 4) ? "" : " ");
		put(f, binary[n->op].text);
		put(f, one_in(f, 4) ? "" : " ");
		write_node(f, n->right, binary[n->op].precedence + 1);
	} else if (n->kind == F_STRING) {
		put(f, "\"");
		put(f, n->string);
		put(f, "\"");
	} else {
		put(f, n->text);
	}
	if (parens)
		put(f, ")");
}

struct where_fuzz *where_fuzz_new(struct where_rng *r, const struct where_arena *a)
{
	struct where_fuzz *f = calloc(1, sizeof(*f));

	f->rng = r;
	f->arena = a;
	f->root = truth(f, (int)where_random(r, 6));
	write_node(f, f->root, 0);
	return f;
}

void where_fuzz_free(struct where_fuzz *f)
{
	free(f);
}

const char *where_fuzz_text(const struct where_fuzz *f)
{
	return f->text;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: tokens -> tree, by precedence climbing. Nothing is known about types here. */
#include "where_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct where_ctx *ctx;
	struct where_token token; /* the one to look at */
	int end;                  /* of the token before it */
	int nesting;
};

static int parse_binary(struct parser *p, int min_precedence, struct where_node **out);

static int advance(struct parser *p)
{
	p->end = p->token.pos + p->token.len;
	return where_next_token(p->ctx, p->end, &p->token);
}

static bool at_op(const struct parser *p, enum where_op op)
{
	return p->token.kind == TOKEN_OP && p->token.op == op;
}

/* A node of the current token, which is consumed. */
static int new_node(struct parser *p, enum where_node_kind kind, struct where_node **out)
{
	struct where_node *n = calloc(1, sizeof(*n));
	int err;

	if (!n)
		return where_fail(p->ctx, -ENOMEM, -1, "out of memory");
	n->next = p->ctx->nodes;
	p->ctx->nodes = n;
	n->kind = kind;
	n->op = p->token.op;
	n->value = p->token.value;
	n->is_u64 = p->token.is_u64;
	n->start = n->pos = p->token.pos;
	memcpy(n->text, p->token.text, sizeof(n->text));
	*out = n;
	err = advance(p);
	n->end = p->end;
	return err;
}

static int unexpected(struct parser *p, const char *wanted)
{
	const struct where_token *t = &p->token;

	if (t->kind == TOKEN_END)
		return where_fail(p->ctx, -EINVAL, t->pos, "the condition ends where %s should be",
				  wanted);
	return where_fail(p->ctx, -EINVAL, t->pos, "'%.*s' where %s should be",
			  t->len < 64 ? t->len : 64, p->ctx->expr + t->pos, wanted);
}

static int expect(struct parser *p, enum where_op op, int opened)
{
	if (at_op(p, op))
		return advance(p);
	where_hint(p->ctx, "it closes the '%c' at character %d", p->ctx->expr[opened], opened + 1);
	return unexpected(p, op == OP_CLOSE ? "an operator or ')'" : "']'");
}

static int nest(struct parser *p)
{
	if (++p->nesting <= WHERE_NESTING_MAX)
		return 0;
	where_hint(p->ctx, "parentheses, [] and unary operators nest up to %d deep",
		   WHERE_NESTING_MAX);
	return where_fail(p->ctx, -E2BIG, p->token.pos, "nested too deeply");
}

/* A type name in parentheses: the start of a cast. */
static bool is_type_word(const char *word)
{
	static const char *const words[] = { "struct", "union", "enum",   "unsigned", "signed",
					     "char",   "short", "int",    "long",     "u8",
					     "u16",    "u32",   "u64",    "__u8",     "__u16",
					     "__u32",  "__u64", "__be16", "__be32",   "void" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(word, words[i]))
			return true;
	}
	return false;
}

static int parse_parens(struct parser *p, struct where_node **out)
{
	int opened = p->token.pos, err;

	err = nest(p);
	if (!err)
		err = advance(p);
	if (err)
		return err;
	if (p->token.kind == TOKEN_WORD && is_type_word(p->token.text)) {
		where_hint(p->ctx, "every field is read with the type that the kernel gives it");
		return where_fail(p->ctx, -EOPNOTSUPP, opened, "there are no casts here");
	}
	err = parse_binary(p, 1, out);
	if (!err)
		err = expect(p, OP_CLOSE, opened);
	if (err)
		return err;
	(*out)->in_parens = true;
	(*out)->start = opened;
	(*out)->end = p->end;
	p->nesting--;
	return 0;
}

static int parse_call(struct parser *p, struct where_node *n)
{
	int opened = p->token.pos, err;

	err = nest(p);
	if (!err)
		err = advance(p);
	if (!err)
		err = parse_binary(p, 1, &n->left);
	if (!err)
		err = expect(p, OP_CLOSE, opened);
	n->kind = NODE_CALL;
	n->end = p->end;
	p->nesting--;
	return err;
}

static int parse_primary(struct parser *p, struct where_node **out)
{
	int err;

	switch (p->token.kind) {
	case TOKEN_NUMBER:
		return new_node(p, NODE_CONST, out);
	case TOKEN_STRING:
		return new_node(p, NODE_STRING, out);
	case TOKEN_WORD:
		err = new_node(p, NODE_WORD, out);
		if (!err && at_op(p, OP_OPEN))
			err = parse_call(p, *out);
		return err;
	default:
		break;
	}
	if (at_op(p, OP_OPEN))
		return parse_parens(p, out);
	if (at_op(p, OP_MUL))
		where_hint(p->ctx, "what a pointer points to is written ->member or [0]");
	else if (at_op(p, OP_AND))
		where_hint(p->ctx, "there is no address-of operator");
	return unexpected(p, "a field, a number or '('");
}

static int parse_member(struct parser *p, struct where_node **n)
{
	struct where_node *member;
	enum where_op op = p->token.op;
	int err = advance(p);

	if (err)
		return err;
	if (p->token.kind != TOKEN_WORD)
		return unexpected(p, "the name of a member");
	err = new_node(p, NODE_MEMBER, &member);
	if (err)
		return err;
	member->op = op;
	member->left = *n;
	member->start = (*n)->start;
	*n = member;
	return 0;
}

static int parse_index(struct parser *p, struct where_node **n)
{
	struct where_node *element;
	int err;

	err = nest(p);
	if (!err)
		err = new_node(p, NODE_INDEX, &element);
	if (err)
		return err;
	element->left = *n;
	element->start = (*n)->start;
	*n = element;
	err = parse_binary(p, 1, &element->right);
	if (!err)
		err = expect(p, OP_CLOSE_INDEX, element->pos);
	element->end = p->end;
	p->nesting--;
	return err;
}

static int parse_postfix(struct parser *p, struct where_node **out)
{
	int err = parse_primary(p, out);

	while (!err) {
		if (at_op(p, OP_ARROW) || at_op(p, OP_DOT))
			err = parse_member(p, out);
		else if (at_op(p, OP_OPEN_INDEX))
			err = parse_index(p, out);
		else
			break;
	}
	return err;
}

static int parse_unary(struct parser *p, struct where_node **out)
{
	struct where_node *n;
	int err;

	if (!at_op(p, OP_NOT) && !at_op(p, OP_INVERT) && !at_op(p, OP_SUB))
		return parse_postfix(p, out);
	err = nest(p);
	if (!err)
		err = new_node(p, NODE_UNARY, &n);
	if (err)
		return err;
	if (n->op == OP_SUB)
		n->op = OP_NEGATE;
	*out = n;
	err = parse_unary(p, &n->left);
	n->end = p->end;
	p->nesting--;
	return err;
}

bool where_is_comparison(enum where_op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

bool where_is_logical(enum where_op op)
{
	return op == OP_OROR || op == OP_ANDAND;
}

static bool is_bare_comparison(const struct where_node *n)
{
	return n->kind == NODE_BINARY && where_is_comparison(n->op) && !n->in_parens;
}

static void warn_precedence(struct where_ctx *ctx, const struct where_node *n)
{
	if (n->op != OP_AND && n->op != OP_XOR && n->op != OP_OR)
		return;
	if (is_bare_comparison(n->left) || is_bare_comparison(n->right))
		where_warn(ctx, n->pos, "a comparison binds tighter than &, ^ and |, as in C",
			   "write (a & b) == c, or put the comparison in parentheses");
}

static int parse_binary(struct parser *p, int min_precedence, struct where_node **out)
{
	int err = parse_unary(p, out), precedence;
	struct where_node *n;

	while (!err && p->token.kind == TOKEN_OP) {
		precedence = where_precedence(p->token.op);
		if (!precedence || precedence < min_precedence)
			break;
		err = new_node(p, NODE_BINARY, &n);
		if (err)
			break;
		n->left = *out;
		n->start = n->left->start;
		*out = n;
		err = parse_binary(p, precedence + 1, &n->right);
		if (err)
			break;
		n->end = p->end;
		warn_precedence(p->ctx, n);
	}
	return err;
}

int where_parse(struct where_ctx *ctx, struct where_node **root)
{
	struct parser p = { .ctx = ctx };
	int err;

	err = where_next_token(ctx, 0, &p.token);
	if (err)
		return err;
	if (p.token.kind == TOKEN_END) {
		where_hint(ctx, "for example: skb->len > 1000");
		return where_fail(ctx, -EINVAL, 0, "the condition is empty");
	}
	err = parse_binary(&p, 1, root);
	if (err)
		return err;
	if (p.token.kind == TOKEN_END)
		return 0;
	if (at_op(&p, OP_CLOSE) || at_op(&p, OP_CLOSE_INDEX))
		where_hint(ctx, "no '%c' is open here", p.token.op == OP_CLOSE ? '(' : '[');
	else if (at_op(&p, OP_OPEN))
		where_hint(ctx, "functions of the kernel cannot be called");
	return unexpected(&p, "an operator");
}

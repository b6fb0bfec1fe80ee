/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the parts of --where: text -> tokens -> tree -> types and constants -> eBPF. */
#ifndef TRACER_WHERE_INTERNAL_H
#define TRACER_WHERE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "where.h"

#define WHERE_NAME_SIZE    128 /* a name of the expression with its NUL */
#define WHERE_NESTING_MAX  64  /* parentheses, indices and unary operators within each other */
#define WHERE_POINTER_SIZE 8   /* bytes: only 64-bit kernels run this */

enum where_op {
	OP_NONE,
	/* binary, by precedence */
	OP_OROR,
	OP_ANDAND,
	OP_OR,
	OP_XOR,
	OP_AND,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_SHL,
	OP_SHR,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	/* unary; '-' is OP_SUB to the lexer */
	OP_NOT,
	OP_INVERT,
	OP_NEGATE,
	/* punctuation */
	OP_ARROW,
	OP_DOT,
	OP_OPEN,
	OP_CLOSE,
	OP_OPEN_INDEX,
	OP_CLOSE_INDEX,
	/* of C, not of this language: known for the sake of a good message */
	OP_FOREIGN,
};

enum where_token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_WORD,
	TOKEN_OP,
};

struct where_token {
	enum where_token_kind kind;
	enum where_op op;
	int pos, len;
	uint64_t value;
	bool is_u64;                /* of a number */
	char text[WHERE_NAME_SIZE]; /* of a word or a string, without quotes and escapes */
};

enum where_type_kind {
	TYPE_NONE,
	TYPE_S64, /* every integer but the next ones: its values fit in a signed 64-bit integer */
	TYPE_U64,
	TYPE_POINTER,
	TYPE_STRUCT, /* or union */
	TYPE_ARRAY,
	TYPE_STRING,
	TYPE_OTHER, /* void, function, float, 128 bits: exists but is not usable */
};

struct where_type {
	enum where_type_kind kind;
	uint32_t id; /* BTF type without typedefs and qualifiers; 0 = not a type of the kernel */
	uint32_t target; /* what a pointer points to or an array holds; may be a typedef */
	uint32_t count;  /* elements of an array */
	uint32_t size;   /* bytes in memory */
	uint32_t bits;   /* of an integer or a bit field */
	bool is_signed, is_be, is_bool;
};

enum where_node_kind {
	NODE_CONST,
	NODE_STRING,
	NODE_WORD, /* after the check: `skb` */
	NODE_MEMBER,
	NODE_INDEX, /* left[value] */
	NODE_UNARY,
	NODE_BINARY,
	NODE_CALL, /* text(left) */
};

struct where_node {
	struct where_node *next; /* in the list of all nodes, for freeing */
	enum where_node_kind kind;
	enum where_op op;
	struct where_node *left, *right;
	int pos;        /* of the '^': the operator or the name */
	int start, end; /* the part of the expression that this is */
	bool in_parens;
	uint64_t value; /* of a constant; the index of NODE_INDEX */
	bool is_u64;
	bool is_be; /* a constant made by htons() or htonl() */
	char text[WHERE_NAME_SIZE];
	/* Filled by the check. */
	struct where_type type;
	struct where_node *base; /* MEMBER, INDEX: the pointer that is read through */
	uint64_t bit_off;        /* ... and where, from its target */
};

struct where_ctx {
	const char *expr;
	const struct btf *btf;
	struct where_node *nodes;
	struct where_err *err;
	struct where_err warning;
};

/* where_lex.c */
int where_next_token(struct where_ctx *ctx, int pos, struct where_token *t);
int where_precedence(enum where_op op); /* 0 = not a binary operator; higher binds tighter */
const char *where_op_text(enum where_op op);

/* Fills ctx->err and returns err. */
int where_fail(struct where_ctx *ctx, int err, int pos, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void where_hint(struct where_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void where_warn(struct where_ctx *ctx, int pos, const char *msg, const char *hint);

/* where_parse.c */
int where_parse(struct where_ctx *ctx, struct where_node **root);
bool where_is_comparison(enum where_op op);
bool where_is_logical(enum where_op op); /* && or || */

/* where_types.c */
struct where_member {
	uint32_t type_id;
	uint64_t bit_off;
	uint32_t bits; /* of a bit field; 0 = none */
};

/* id may be a typedef, a qualifier or a forward declaration of something complete. */
void where_describe_type(const struct btf *btf, uint32_t id, struct where_type *type);
bool where_find_member(const struct btf *btf, uint32_t struct_id, const char *name,
		       struct where_member *out);
uint32_t where_find_struct(const struct btf *btf, const char *name); /* 0 = none */

/* "struct net_device *" into buf. */
const char *where_type_name(const struct btf *btf, uint32_t id, char *buf, size_t size);

/* How many different values the enumerator has; 0 = unknown. enum_id 0 = in any enum. */
int where_find_enumerator(const struct btf *btf, uint32_t enum_id, const char *name,
			  uint64_t *value, bool *is_u64);

/* where_names.c: sets the hint to the names that are most like `name`. */
void where_hint_members(struct where_ctx *ctx, uint32_t struct_id, const char *name);
void where_hint_words(struct where_ctx *ctx, const char *name);

/* where_check.c: finds types and places, folds constants. */
int where_check(struct where_ctx *ctx, struct where_node *root);

/* where_place.c: the same for members and elements. */
int where_check_member(struct where_ctx *ctx, struct where_node *n);
int where_check_index(struct where_ctx *ctx, struct where_node *n);
/* Refuses what is not a number, pointer or string, and says why. */
int where_check_usable(struct where_ctx *ctx, const struct where_node *n);
/* The node's part of the expression, cut to fit in a message. */
const char *where_source(const struct where_ctx *ctx, const struct where_node *n, char *buf);
#define WHERE_SOURCE_SIZE 64

/* where_fold.c: both return 0 or a negative errno with the error filled. */
int where_fold_unary(struct where_ctx *ctx, struct where_node *n);
int where_fold_binary(struct where_ctx *ctx, struct where_node *n);

/* where_emit.c */
int where_emit(struct where_ctx *ctx, const struct where_node *root, struct bpf_insn **insns,
	       uint32_t *cnt);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the two halves of where_fuzz.h: conditions are built and written, or evaluated. */
#ifndef TESTS_WHERE_FUZZ_IMPL_H
#define TESTS_WHERE_FUZZ_IMPL_H

#include "where_fuzz.h"

#define NODES_MAX 512

enum kind {
	F_LEAF,
	F_CONST,
	F_UNARY,
	F_BINARY,
	F_CALL,
	F_STRING, /* of a comparison; value = nothing */
};

struct where_node {
	enum kind kind;
	size_t op; /* index in leaves, binary, unary or calls */
	const struct where_node *left, *right;
	uint64_t value;
	bool is_u64;     /* or a pointer */
	char text[32];   /* of a constant, as in the expression */
	char string[64]; /* without quotes */
};

struct where_fuzz {
	struct where_rng *rng;
	const struct where_arena *arena; /* while it is built */
	struct where_node nodes[NODES_MAX];
	size_t count;
	const struct where_node *root;
	char text[WHERE_FUZZ_TEXT];
	size_t length;
};

enum op {
	OROR,
	ANDAND,
	OR,
	XOR,
	AND,
	EQ,
	NE,
	LT,
	LE,
	GT,
	GE,
	SHL,
	SHR,
	ADD,
	SUB,
	MUL,
	DIV,
	MOD,
};

extern const char where_unary[], *const where_calls[4];

/*
 * The value of a line of where_leaves.def, or the address and the size of an array. False: the way
 * there is blocked.
 */
bool where_read_leaf(const struct where_arena *a, size_t index, uint64_t *v, size_t *size);

#endif

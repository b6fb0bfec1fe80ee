/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of the fixture's types, and random conditions on them that are written down as text and
 * evaluated here by a second implementation: fields are read by the C compiler.
 */
#ifndef TESTS_WHERE_FUZZ_H
#define TESTS_WHERE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "where_types_fixture.c"

struct btf;

/*
 * The types of the compiled fixture, for a group of tests. It is in $WHERE_FIXTURE_OBJECT, or where
 * the build put it (a macro of that name), or a file in the working directory.
 */
extern struct btf *fixture_btf;
int where_fixture_setup(void **state);
int where_fixture_teardown(void **state);

struct where_rng {
	uint64_t state; /* not 0 */
};

uint32_t where_random(struct where_rng *r, uint32_t limit);

/* An skb and all that it can point to. `tail` is last: behind it nothing can be read. */
struct where_arena {
	struct sk_buff skb, other;
	struct net_device dev;
	struct net net;
	struct sock sk;
	unsigned char bytes[64];
	char text[16];
	struct tail tail;
};

#define WHERE_ARENA_SIZE (offsetof(struct where_arena, tail) + sizeof(struct tail))

/* Random contents; every pointer leads into the arena, is NULL, or cannot be read. */
void where_arena_fill(struct where_arena *a, struct where_rng *r);

/* Makes a copy of `from` fit to be used at the address `at`. */
void where_arena_move(struct where_arena *to, const struct where_arena *from, uint64_t at);

#define WHERE_FUZZ_TEXT 4000

struct where_fuzz; /* a condition */

/* Constants are taken from `a` now and then, so that comparisons can be equal. */
struct where_fuzz *where_fuzz_new(struct where_rng *r, const struct where_arena *a);
void where_fuzz_free(struct where_fuzz *f);
const char *where_fuzz_text(const struct where_fuzz *f);
bool where_fuzz_matches(const struct where_fuzz *f, const struct where_arena *a);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Random objects for where_fuzz.h. */
#include "where_fuzz.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

struct btf *fixture_btf;

static const char *fixture_object(void)
{
	const char *named = getenv("WHERE_FIXTURE_OBJECT");

#ifdef WHERE_FIXTURE_OBJECT
	return named ? named : WHERE_FIXTURE_OBJECT;
#else
	return named ? named : "where_types_fixture.o";
#endif
}

int where_fixture_setup(void **state)
{
	(void)state;
	fixture_btf = btf__parse(fixture_object(), NULL);
	if (!fixture_btf)
		fprintf(stderr, "no BTF in %s\n", fixture_object());
	return fixture_btf ? 0 : -1;
}

int where_fixture_teardown(void **state)
{
	(void)state;
	btf__free(fixture_btf);
	return 0;
}

/* Every pointer in an arena, for moving it. */
static const size_t pointers[] = {
#define IN_SKB(name)                                                                               \
	offsetof(struct where_arena, skb.name), offsetof(struct where_arena, other.name)
	IN_SKB(next),
	IN_SKB(prev),
	IN_SKB(dev),
	IN_SKB(sk),
	IN_SKB(head),
	IN_SKB(data),
	IN_SKB(tail),
	IN_SKB(destructor),
	offsetof(struct where_arena, dev.nd_net.net),
	offsetof(struct where_arena, dev.ifalias),
	offsetof(struct where_arena, dev.unknown),
	offsetof(struct where_arena, dev.priv),
	offsetof(struct where_arena, dev.open),
	offsetof(struct where_arena, dev.flexible),
};

/* Random bytes, but often small: 0, 1 and 0xff are the interesting ones. */
static void random_bytes(void *to, size_t size, struct where_rng *r)
{
	static const uint8_t common[] = { 0, 0, 1, 0xff };
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = where_random(r, 2) ? common[where_random(r, CNT(common))]
					      : (uint8_t)where_random(r, 256);
}

/* A pointer into the arena, NULL, or one that cannot be read. */
static uint64_t random_pointer(const void *target, struct where_rng *r)
{
	static const uint64_t bad[] = { 0, 0, 16, 0xdead000000000100 };

	return where_random(r, 12) ? (uint64_t)target : bad[where_random(r, CNT(bad))];
}

static void random_text(char *to, size_t size, struct where_rng *r)
{
	static const char *const names[] = {
		"eth0", "lo", "e", "abc", "123456789012345", "with-\xc3\xa9", "",
	};
	size_t len;

	memset(to, 'x', size);
	if (!where_random(r, 4))
		return; /* without NUL */
	strncpy(to, names[where_random(r, CNT(names))], size);
	len = strnlen(to, size);
	if (len + 1 < size && where_random(r, 2))
		to[len + 1] = 'y'; /* behind the NUL anything may stand */
}

static void fill_pointers(struct where_arena *a, struct sk_buff *skb, struct where_rng *r)
{
	const struct {
		size_t offset;
		const void *target;
	} targets[] = {
		{ offsetof(struct sk_buff, next), &a->other },
		{ offsetof(struct sk_buff, prev), &a->skb },
		{ offsetof(struct sk_buff, dev), &a->dev },
		{ offsetof(struct sk_buff, sk), &a->sk },
		{ offsetof(struct sk_buff, head), a->bytes },
		{ offsetof(struct sk_buff, data), a->bytes + 9 },
		{ offsetof(struct sk_buff, tail), &a->tail },
		{ offsetof(struct sk_buff, destructor), a->bytes },
	};
	uint64_t v;

	for (size_t i = 0; i < CNT(targets); i++) {
		v = random_pointer(targets[i].target, r);
		memcpy((char *)skb + targets[i].offset, &v, sizeof(v));
	}
}

void where_arena_fill(struct where_arena *a, struct where_rng *r)
{
	uint64_t net;

	random_bytes(a, WHERE_ARENA_SIZE, r);
	a->skb.flag = where_random(r, 2); /* a bool of another value has no meaning in C */
	a->other.flag = where_random(r, 2);
	fill_pointers(a, &a->skb, r);
	fill_pointers(a, &a->other, r);
	net = random_pointer(&a->net, r);
	memcpy(&a->dev.nd_net.net, &net, sizeof(net));
	a->dev.ifalias = where_random(r, 2) ? a->text : NULL;
	a->dev.unknown = NULL;
	a->dev.priv = a;
	a->dev.open = NULL;
	a->dev.flexible = (struct flexible *)(a->bytes + 16);
	random_text(a->skb.cb, sizeof(a->skb.cb), r);
	random_text(a->dev.name, sizeof(a->dev.name), r);
	random_text(a->dev.label, sizeof(a->dev.label), r);
	random_text(a->dev.unterminated, sizeof(a->dev.unterminated), r);
}

void where_arena_move(struct where_arena *to, const struct where_arena *from, uint64_t at)
{
	uint64_t v;

	memcpy(to, from, WHERE_ARENA_SIZE);
	for (size_t i = 0; i < CNT(pointers); i++) {
		memcpy(&v, (char *)to + pointers[i], sizeof(v));
		if (v - (uint64_t)from >= WHERE_ARENA_SIZE)
			continue;
		v += at - (uint64_t)from;
		memcpy((char *)to + pointers[i], &v, sizeof(v));
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "latency.h"

#include <stdlib.h>
#include <string.h>

enum {
	STEPS_LOG2 = 3,
	STEPS = 1 << STEPS_LOG2, /* of an octave */
	OCTAVES = 42,            /* 2^42 ns are 73 minutes; what is longer counts as that */
	BUCKETS = OCTAVES * STEPS,
	PLACES = 2 * LATENCY_PAIRS, /* of the hash table */
};

struct pair {
	struct hop_end from, to;
	uint64_t count, sum_ns, min_ns, max_ns;
	uint32_t buckets[BUCKETS];
};

struct latency {
	size_t used;
	uint16_t places[PLACES];              /* index into pairs + 1, 0 = free */
	struct pair pairs[LATENCY_PAIRS + 1]; /* the last one: other */
	struct hop hops[LATENCY_PAIRS + 1];
};

struct latency *latency_new(void)
{
	return calloc(1, sizeof(struct latency));
}

void latency_free(struct latency *l)
{
	free(l);
}

/* 0 to 7 have a bucket each; then the highest bit and the three below it choose. */
static size_t bucket_of(uint64_t ns)
{
	int octave;

	if (ns < STEPS)
		return ns;
	octave = 63 - __builtin_clzll(ns) - STEPS_LOG2;
	if (octave + 1 >= OCTAVES)
		return BUCKETS - 1;
	return (octave + 1) * STEPS + (ns >> octave) % STEPS;
}

/* The middle of a bucket. */
static uint64_t bucket_ns(size_t bucket)
{
	size_t octave = bucket / STEPS;

	if (octave == 0)
		return bucket;
	octave--;
	return ((STEPS + bucket % STEPS) << octave) + ((1ULL << octave) >> 1);
}

static bool same_end(const struct hop_end *a, const struct hop_end *b)
{
	return a->func == b->func && a->type == b->type;
}

static uint64_t mix(uint64_t hash, const struct hop_end *end)
{
	return (hash ^ (uint64_t)(uintptr_t)end->func ^ end->type) * 0x9e3779b97f4a7c15;
}

static struct pair *find(struct latency *l, const struct hop_end *from, const struct hop_end *to)
{
	uint64_t at = mix(mix(0, from) >> 7, to) >> 32;

	struct pair *pair;

	for (; l->places[at % PLACES]; at++) {
		pair = &l->pairs[l->places[at % PLACES] - 1];
		if (same_end(&pair->from, from) && same_end(&pair->to, to))
			return pair;
	}
	if (l->used == LATENCY_PAIRS)
		return &l->pairs[LATENCY_PAIRS];
	pair = &l->pairs[l->used];
	l->places[at % PLACES] = ++l->used;
	pair->from = *from;
	pair->to = *to;
	return pair;
}

void latency_add(struct latency *l, struct hop_end from, struct hop_end to, uint64_t ns)
{
	struct pair *pair = find(l, &from, &to);

	if (!pair->count || ns < pair->min_ns)
		pair->min_ns = ns;
	pair->count++;
	pair->sum_ns += ns;
	if (ns > pair->max_ns)
		pair->max_ns = ns;
	pair->buckets[bucket_of(ns)]++;
}

void latency_event(struct latency *l, const struct event *ev, uint8_t type)
{
	if (ev->has_hop)
		latency_add(l, (struct hop_end){ ev->hop_func, ev->hop_type },
			    (struct hop_end){ ev->func, type }, ev->hop_ns);
}

/* The smallest value that is not below that share of all. */
static uint64_t percentile(const struct pair *pair, unsigned int percent)
{
	uint64_t rank = (pair->count * percent + 99) / 100, seen = 0, ns;
	size_t bucket = 0;

	while (bucket < BUCKETS - 1 && (seen += pair->buckets[bucket]) < rank)
		bucket++;
	/* No further off than what really was. */
	ns = bucket_ns(bucket);
	return ns < pair->min_ns ? pair->min_ns : ns > pair->max_ns ? pair->max_ns : ns;
}

static int larger_sum_first(const void *a, const void *b)
{
	const struct hop *x = a, *y = b;

	if (x->sum_ns != y->sum_ns)
		return x->sum_ns < y->sum_ns ? 1 : -1;
	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static struct hop row_of(const struct pair *pair)
{
	return (struct hop){
		.from = pair->from,
		.to = pair->to,
		.count = pair->count,
		.sum_ns = pair->sum_ns,
		.p50_ns = percentile(pair, 50),
		.p99_ns = percentile(pair, 99),
		.max_ns = pair->max_ns,
	};
}

size_t latency_hops(struct latency *l, const struct hop **hops)
{
	size_t n = l->used;

	for (size_t i = 0; i < n; i++)
		l->hops[i] = row_of(&l->pairs[i]);
	if (n)
		qsort(l->hops, n, sizeof(l->hops[0]), larger_sum_first);
	if (l->pairs[LATENCY_PAIRS].count) {
		l->hops[n] = row_of(&l->pairs[LATENCY_PAIRS]);
		l->hops[n++].other = true;
	}
	*hops = l->hops;
	return n;
}

uint64_t latency_sum(const struct latency *l)
{
	uint64_t sum = l->pairs[LATENCY_PAIRS].sum_ns;

	for (size_t i = 0; i < l->used; i++)
		sum += l->pairs[i].sum_ns;
	return sum;
}

const char *hop_end_name(const struct hop_end *end, char text[HOP_NAME])
{
	const char *suffix = end->type == SKBT_DROP     ? " (drop)"
			     : end->type == SKBT_RETURN ? " (return)"
							: "";

	if (end->type == LATENCY_END)
		return "(end)";
	snprintf(text, HOP_NAME, "%s%s", end->func ? end->func : "?", suffix);
	return text;
}

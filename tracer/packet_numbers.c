/* SPDX-License-Identifier: GPL-2.0-only */
#include "packet_numbers.h"

#include <stdlib.h>

enum { WAYS = 4, SETS_LOG2 = 14, SETS = 1 << SETS_LOG2 };

struct place {
	uint64_t id, number;
};

struct packet_numbers {
	uint64_t given;
	struct place sets[SETS][WAYS];
};

struct packet_numbers *packet_numbers_new(void)
{
	return calloc(1, sizeof(struct packet_numbers));
}

void packet_numbers_free(struct packet_numbers *pn)
{
	free(pn);
}

/* Multiplied by 2^64 / golden ratio: ids come in steps of the number of CPUs. */
static size_t set_of(uint64_t id)
{
	return id * 0x9e3779b97f4a7c15 >> (64 - SETS_LOG2);
}

uint64_t packet_number(struct packet_numbers *pn, uint64_t id)
{
	struct place *set = pn->sets[set_of(id)], *oldest = set;

	if (!id)
		return 0;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].id == id)
			return set[i].number;
		if (set[i].number < oldest->number)
			oldest = &set[i];
	}
	oldest->id = id;
	oldest->number = ++pn->given;
	return oldest->number;
}

uint64_t packet_number_known(const struct packet_numbers *pn, uint64_t id)
{
	const struct place *set = pn->sets[set_of(id)];

	for (int i = 0; id && i < WAYS; i++)
		if (set[i].id == id)
			return set[i].number;
	return 0;
}

uint64_t packet_numbers_given(const struct packet_numbers *pn)
{
	return pn->given;
}

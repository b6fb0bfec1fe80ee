/* SPDX-License-Identifier: GPL-2.0-only */
#include "packet_numbers.h"

#include <stdlib.h>

enum { PLACES = 1 << 16 };

struct packet_numbers {
	uint64_t given;
	struct {
		uint64_t id, number;
	} places[PLACES];
};

struct packet_numbers *packet_numbers_new(void)
{
	return calloc(1, sizeof(struct packet_numbers));
}

void packet_numbers_free(struct packet_numbers *pn)
{
	free(pn);
}

uint64_t packet_number(struct packet_numbers *pn, uint64_t id)
{
	/* Ids grow steadily, so neighbours in time have different places. */
	uint64_t place = id % PLACES;

	if (!id)
		return 0;
	if (pn->places[place].id != id) {
		pn->places[place].id = id;
		pn->places[place].number = ++pn->given;
	}
	return pn->places[place].number;
}

uint64_t packet_numbers_given(const struct packet_numbers *pn)
{
	return pn->given;
}

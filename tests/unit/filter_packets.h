/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames that filter tests run on. */
#ifndef TESTS_FILTER_PACKETS_H
#define TESTS_FILTER_PACKETS_H

#include <stdint.h>

#define PACKET_MAX 400

struct packet {
	const char *name;
	uint32_t len;
	uint8_t data[PACKET_MAX];
};

/* Builds all frames; the array lives as long as the program. */
const struct packet *packets_all(uint32_t *cnt);

/* Expressions of filter_corpus.txt, which is next to this source or named by $FILTER_CORPUS.
 * Returns a NULL-terminated array that lives as long as the program; ends it on failure. */
char **corpus_expressions(uint32_t *cnt);

#endif

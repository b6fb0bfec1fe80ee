/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a BPF ring buffer through a small window. libbpf maps all of it, twice in a row, and every
 * page counts as resident memory from the first moment.
 */
#ifndef TRACER_RING_H
#define TRACER_RING_H

#include <stddef.h>

struct ring;

/* Called with each record; a negative return ends ring_consume(). */
typedef int (*ring_record_fn)(void *ctx, const void *data, size_t size);

/* size: of the map. NULL: errno says why. Records are to be no longer than a page. */
struct ring *ring_new(int map_fd, size_t size, ring_record_fn fn, void *ctx);
void ring_free(struct ring *r);

/* Until a record is there, ms milliseconds at most. 0, or a negative errno (-EINTR). */
int ring_wait(const struct ring *r, int ms);
/* Takes all records that are complete. 0, or what fn returned, or a negative errno. */
int ring_consume(struct ring *r);

#endif

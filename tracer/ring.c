/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of the map's memory (kernel/bpf/ringbuf.c): a page with the consumer's position, the only
 * one that can be written; a page with the producer's position; the data, mapped twice in a row, so
 * that a record that crosses the end lies in one piece.
 */
#include "ring.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>

/*
 * Bytes. Moving the window costs a system call, and fills page tables and TLB anew, for some 3,000
 * records.
 */
enum { WINDOW = 1 << 20 };

struct ring {
	int fd;
	ring_record_fn fn;
	void *ctx;
	size_t page, mask;
	unsigned long *consumer; /* positions count on and on; masked they are offsets */
	const unsigned long *producer;
	const char *window; /* NULL or mapped: size + page bytes of the data, from start on */
	size_t size, start;
};

static void *map(const struct ring *r, void *at, size_t len, int prot, size_t offset)
{
	void *p = mmap(at, len, prot, MAP_SHARED | (at ? MAP_FIXED : 0), r->fd, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

static int open_ring(struct ring *r)
{
	r->consumer = map(r, NULL, r->page, PROT_READ | PROT_WRITE, 0);
	if (!r->consumer)
		return -errno;
	r->producer = map(r, NULL, r->page, PROT_READ, r->page);
	return r->producer ? 0 : -errno;
}

struct ring *ring_new(int map_fd, size_t size, ring_record_fn fn, void *ctx)
{
	struct ring *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return NULL;
	r->fd = map_fd;
	r->page = (size_t)sysconf(_SC_PAGESIZE);
	r->mask = size - 1;
	r->size = size < WINDOW ? size : WINDOW;
	r->fn = fn;
	r->ctx = ctx;
	err = open_ring(r);
	if (!err)
		return r;
	ring_free(r);
	errno = -err;
	return NULL;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	if (r->consumer)
		munmap(r->consumer, r->page);
	if (r->producer)
		munmap((void *)r->producer, r->page);
	if (r->window)
		munmap((void *)r->window, r->size + r->page);
	free(r);
}

int ring_wait(const struct ring *r, int ms)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };

	return poll(&p, 1, ms) < 0 ? -errno : 0;
}

/* The header of the record at pos, mapped as a whole. NULL: errno says why. */
static const uint32_t *record_at(struct ring *r, unsigned long pos)
{
	size_t offset = pos & r->mask;

	if (!r->window || offset - r->start >= r->size) {
		r->start = offset & ~(r->page - 1);
		r->window = map(r, (void *)r->window, r->size + r->page, PROT_READ,
				2 * r->page + r->start);
		if (!r->window)
			return NULL;
	}
	return (const uint32_t *)(r->window + (offset - r->start));
}

int ring_consume(struct ring *r)
{
	unsigned long pos = *r->consumer;
	int err = 0;

	while (!err && pos < __atomic_load_n(r->producer, __ATOMIC_ACQUIRE)) {
		const uint32_t *header = record_at(r, pos);
		uint32_t len;

		if (!header)
			return -errno;
		len = __atomic_load_n(header, __ATOMIC_ACQUIRE);
		if (len & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(len & BPF_RINGBUF_DISCARD_BIT))
			err = r->fn(r->ctx, (const char *)header + BPF_RINGBUF_HDR_SZ, len);
		len &= ~BPF_RINGBUF_DISCARD_BIT;
		pos += (len + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
		__atomic_store_n(r->consumer, pos, __ATOMIC_RELEASE);
	}
	return err < 0 ? err : 0;
}

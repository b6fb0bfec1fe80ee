/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring's reader on a file with the layout of a ring's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "ring.h"

enum { SIZE = 1 << 20 };

struct fake {
	int fd;
	size_t page;
	uint8_t *memory;
	unsigned long *consumer, *producer;
	uint32_t expected, seen; /* numbers of records */
	uint32_t stop_at;        /* record that ends ring_consume() */
};

static void fake_open(struct fake *f)
{
	size_t len;

	memset(f, 0, sizeof(*f));
	f->stop_at = UINT32_MAX;
	f->page = (size_t)sysconf(_SC_PAGESIZE);
	len = 2 * f->page + 2 * SIZE;
	f->fd = memfd_create("ring", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	assert_int_equal(ftruncate(f->fd, (off_t)len), 0);
	f->memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	assert_ptr_not_equal(f->memory, MAP_FAILED);
	f->consumer = (void *)f->memory;
	f->producer = (void *)(f->memory + f->page);
}

static void fake_close(struct fake *f)
{
	munmap(f->memory, 2 * f->page + 2 * SIZE);
	close(f->fd);
}

/* To both copies of the data, which in a real ring are the same memory. */
static void put(struct fake *f, unsigned long pos, const void *bytes, size_t len)
{
	uint8_t *data = f->memory + 2 * f->page;

	for (size_t i = 0; i < len; i++) {
		size_t at = (pos + i) & (SIZE - 1);

		data[at] = data[at + SIZE] = ((const uint8_t *)bytes)[i];
	}
}

static uint32_t length_of(uint32_t number)
{
	return 64 + number * 37 % 2000;
}

/* Each record is filled with its number. Returns where its header is. */
static unsigned long write_record(struct fake *f, uint32_t number, uint32_t flags)
{
	uint32_t len = length_of(number), header[2] = { len | flags, 0 }, words[600];
	unsigned long pos = *f->producer;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = number;
	put(f, pos, header, sizeof(header));
	put(f, pos + sizeof(header), words, len);
	*f->producer = pos + ((len + sizeof(header) + 7) & ~7ul);
	return pos;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct fake *f = ctx;
	const uint32_t *words = data;

	assert_int_equal(size, length_of(f->expected));
	for (size_t i = 0; i < size / sizeof(*words); i++)
		assert_int_equal(words[i], f->expected);
	f->seen++;
	return f->expected++ == f->stop_at ? -11 : 0;
}

/* Several times around the ring, so that records cross its end and that of the window. */
static void test_every_record_once(void **unused)
{
	uint32_t number = 0, rounds = 0;
	struct ring *r;
	struct fake f;

	(void)unused;
	fake_open(&f);
	r = ring_new(f.fd, SIZE, on_record, &f);
	assert_non_null(r);
	while (*f.producer < 5ul * SIZE) {
		for (uint32_t burst = 1 + rounds++ % 400; burst; burst--)
			write_record(&f, number++, 0);
		assert_int_equal(ring_consume(r), 0);
		assert_int_equal(f.seen, number);
		assert_int_equal(*f.consumer, *f.producer);
	}
	ring_free(r);
	fake_close(&f);
}

static void test_waits_for_unfinished(void **unused)
{
	unsigned long pos;
	struct ring *r;
	struct fake f;
	uint32_t done = length_of(1);

	(void)unused;
	fake_open(&f);
	r = ring_new(f.fd, SIZE, on_record, &f);
	write_record(&f, 0, 0);
	pos = write_record(&f, 1, BPF_RINGBUF_BUSY_BIT);
	write_record(&f, 2, 0);
	assert_int_equal(ring_consume(r), 0);
	assert_int_equal(f.seen, 1);
	assert_int_equal(*f.consumer, pos);
	put(&f, pos, &done, sizeof(done));
	assert_int_equal(ring_consume(r), 0);
	assert_int_equal(f.seen, 3);
	ring_free(r);
	fake_close(&f);
}

static void test_passes_over_discarded(void **unused)
{
	struct ring *r;
	struct fake f;

	(void)unused;
	fake_open(&f);
	r = ring_new(f.fd, SIZE, on_record, &f);
	write_record(&f, 7, BPF_RINGBUF_DISCARD_BIT);
	write_record(&f, 0, 0);
	assert_int_equal(ring_consume(r), 0);
	assert_int_equal(f.seen, 1);
	assert_int_equal(*f.consumer, *f.producer);
	ring_free(r);
	fake_close(&f);
}

static void test_callback_ends_it(void **unused)
{
	unsigned long third;
	struct ring *r;
	struct fake f;

	(void)unused;
	fake_open(&f);
	f.stop_at = 1;
	r = ring_new(f.fd, SIZE, on_record, &f);
	write_record(&f, 0, 0);
	write_record(&f, 1, 0);
	third = write_record(&f, 2, 0);
	assert_int_equal(ring_consume(r), -11);
	assert_int_equal(*f.consumer, third);
	assert_int_equal(ring_consume(r), 0);
	assert_int_equal(f.seen, 3);
	ring_free(r);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_record_once),
		cmocka_unit_test(test_waits_for_unfinished),
		cmocka_unit_test(test_passes_over_discarded),
		cmocka_unit_test(test_callback_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

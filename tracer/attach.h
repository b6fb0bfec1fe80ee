/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching one program, or several, to many addresses: the two kinds of kprobe behind one form. */
#ifndef TRACER_ATTACH_H
#define TRACER_ATTACH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_program;

struct attach_request {
	struct bpf_program *program; /* NULL = cannot be attached, becomes -ENOTSUP */
	uint64_t addr;
	uint64_t cookie;
	int error; /* result: 0, or why this one was refused */
};

/* Links of one backend; freeing it detaches. */
struct attachment;

/*
 * All requests in as few kprobe.multi links as possible; they share requests[0].program. Refused
 * addresses are found by bisection and left out. Returns an error only if nothing could go on.
 */
int attach_multi(struct attach_request *requests, size_t count, struct attachment **out);

/* One perf event each, from several threads. See probes_attach() for progress and stop. */
int attach_single(struct attach_request *requests, size_t count, bool cookies,
		  void (*progress)(size_t done, size_t all), const volatile sig_atomic_t *stop,
		  struct attachment **out);

void attachment_free(struct attachment *a);

#endif

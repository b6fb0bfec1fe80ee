/* SPDX-License-Identifier: GPL-2.0-only */
/* Who: the processes that send packets, and those that own the sockets of packets. */
#ifndef TRACER_OWNERS_H
#define TRACER_OWNERS_H

#include <sys/types.h>

#include "event.h"

struct owners;

/* NULL: no memory. */
struct owners *owners_new(void);
void owners_free(struct owners *o);

/*
 * Hands the sockets that are there to the kernel side's map, once that sees new ones being made. A
 * socket that several processes hold is given to prefer (0 = none), else to one that is not the
 * first process, as that makes sockets for others.
 */
void owners_scan(struct owners *o, int map_fd, pid_t prefer);

/* A note of the kernel side; those about other things are ignored. */
void owners_note(struct owners *o, const void *note, size_t size);

/* Fills what ev says about processes, valid until the next call. */
void owners_describe(struct owners *o, struct event *ev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a command that goes on begins: the ready line on stderr, and the ready file, which appears,
 * with our process id in it, once all is in place. Scripts wait for it.
 */
#ifndef TRACER_READY_H
#define TRACER_READY_H

#include <stdint.h>

#include "error.h"

/* Removes what an earlier run left and tries the place, so that a bad one is found at once. Both
 * calls do nothing for path NULL and return 0 or a negative errno with *e filled. */
int ready_file_prepare(const char *path, struct error *e);
int ready_file_write(const char *path, struct error *e);

/* "ready in 0.4 s: WHAT, filter "EXPRESSION"MORE"; started is of clock_now(). */
void ready_say(uint64_t started, const char *what, const char *expression, const char *more);

/* Gives stdout a large buffer: call fflush() when the reader is to see what was written. */
void stdout_begin(void);

#endif

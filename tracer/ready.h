/* SPDX-License-Identifier: GPL-2.0-only */
/* The ready file: appears, with our process id in it, once tracing has begun. Scripts wait for it.
 */
#ifndef TRACER_READY_H
#define TRACER_READY_H

#include "error.h"

/* Removes what an earlier run left and tries the place, so that a bad one is found at once. Both
 * calls do nothing for path NULL and return 0 or a negative errno with *e filled. */
int ready_file_prepare(const char *path, struct error *e);
int ready_file_write(const char *path, struct error *e);

#endif

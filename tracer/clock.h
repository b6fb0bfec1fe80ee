/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACER_CLOCK_H
#define TRACER_CLOCK_H

#include <stdint.h>

/* Nanoseconds to add to CLOCK_MONOTONIC, which the kernel side uses, to get the wall clock. */
int64_t clock_wall_offset(void);

/* CLOCK_MONOTONIC now, in nanoseconds. */
uint64_t clock_now(void);

#endif

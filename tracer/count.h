/* SPDX-License-Identifier: GPL-2.0-only */
/* The command count: packets and bytes that match, counted in the kernel at the device. */
#ifndef TRACER_COUNT_H
#define TRACER_COUNT_H

#include "options.h"

int run_count(const struct options *o, struct error *e);

/* -d */
int run_count_dump(const struct options *o, struct error *e);

#endif

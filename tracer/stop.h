/* SPDX-License-Identifier: GPL-2.0-only */
/* How a command that goes on is told to end: SIGINT, SIGTERM or SIGHUP. */
#ifndef TRACER_STOP_H
#define TRACER_STOP_H

#include <signal.h>
#include <stdint.h>

/*
 * From now on the first such signal sets what is returned, and a second one kills. SIGHUP stays
 * ignored under nohup. A closed pipe is an error of writing (EPIPE), no signal.
 */
const volatile sig_atomic_t *stop_catch(void);

/* Sleeps until this time of CLOCK_MONOTONIC (ns), or until told to end. */
void stop_wait(uint64_t until);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that wait in a call for bytes of a socket: the end of such a call is not seen by probes
 * that are attached meanwhile.
 */
#ifndef TRACER_TOP_PENDING_H
#define TRACER_TOP_PENDING_H

#include <stdbool.h>

/* text: of /proc/PID/task/TID/syscall. The descriptor that bytes are awaited from, or -1. */
int top_pending_fd(const char *text);

/* Puts such threads into a map by thread id. */
void top_pending_scan(int map_fd);

/* Whether one is left. */
bool top_pending_any(int map_fd);

#endif

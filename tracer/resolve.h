/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of network namespaces and interfaces on this machine. See also options_resolve(). */
#ifndef TRACER_RESOLVE_H
#define TRACER_RESOLVE_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"

/*
 * given: a name in dir (NULL = /run/netns), a path (it has a '/'), an inode number, or
 * "net:[inode]" as readlink /proc/PID/ns/net prints it. Returns as options_resolve().
 */
int resolve_netns(const char *given, const char *dir, uint32_t *inode, struct error *e);

/* -D: the interfaces of this network namespace and of all others that can be entered. */
int options_list_interfaces(FILE *f);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Control groups by their id, also those that are gone, and the containers that they are. */
#ifndef TRACER_CGROUPS_H
#define TRACER_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

struct cgroup_name {
	uint64_t id;
	char *path;      /* from the root of the hierarchy, "/" = that itself */
	char *container; /* id of a container, 12 or more hexadecimal digits; NULL = none */
};

struct cgroups;

/*
 * Reads the names of all cgroups of the version 2 hierarchy, and again, at most once a second, when
 * an unknown one is asked for. mount NULL = wherever that is mounted; if nowhere, none is known.
 * NULL: no memory.
 */
struct cgroups *cgroups_new(const char *mount);
void cgroups_free(struct cgroups *c);

/* A cgroup that the kernel says was made: it may be gone before the names are read again. */
void cgroups_add(struct cgroups *c, uint64_t id, const char *path);

/* NULL = not known. Valid until the next call. */
const struct cgroup_name *cgroups_find(struct cgroups *c, uint64_t id);

/* The id of the cgroup with this path, 0 = there is none. */
uint64_t cgroups_id(const struct cgroups *c, const char *path);

/* Where in the path of a cgroup the id of a container is, and its length; NULL = it names none. */
const char *container_in(const char *path, size_t *len);

#endif

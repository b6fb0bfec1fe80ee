/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of interfaces by namespace and index, for what the kernel side knows by its index only (the
 * interface of an event is in its record). Followed by rtnetlink in our own namespace and in those
 * with a name; bounded: what does not fit has no name.
 */
#ifndef TRACER_IF_NAMES_H
#define TRACER_IF_NAMES_H

#include <stdint.h>

#include "netns_names.h"

struct if_names;

/* The names of now. nn has to outlive them. NULL: no memory, or no rtnetlink. */
struct if_names *if_names_new(struct netns_names *nn);
void if_names_free(struct if_names *n);

/*
 * Takes in what changed; to be called after netns_names_follow() and before events are read. One
 * system call while nothing changes.
 */
void if_names_follow(struct if_names *n);

/*
 * NULL = not known. One that is gone keeps its name until another has its index, those of a
 * namespace that is gone for two seconds. Valid until the next call of if_names_follow(). Makes no
 * system call.
 */
const char *if_name(const struct if_names *n, uint32_t netns, uint32_t ifindex);

#endif

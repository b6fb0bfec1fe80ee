/* SPDX-License-Identifier: GPL-2.0-only */
/* Process ids: the kernel side sees those of the host, /proc and the user those of their namespace.
 */
#ifndef TRACER_PID_NAMESPACE_H
#define TRACER_PID_NAMESPACE_H

#include <stdbool.h>

#include "error.h"
#include "options.h"

/* Whether both are the same, as this process is in the first PID namespace. If not, /proc/PID is
 * not the process that an event names. */
bool pid_namespace_is_hosts(void);

/* In another namespace: refuses -p, and says on stderr what is not known. 0 or a negative errno. */
int pid_namespace_check(const struct options *o, struct error *e);

#endif

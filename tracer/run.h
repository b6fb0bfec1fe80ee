/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACER_RUN_H
#define TRACER_RUN_H

#include "options.h"

/* Traces as the options say until it is told to stop. Returns 0 or a negative errno with *e set. */
int run_trace(const struct options *o, struct error *e);

/* Prints which functions this kernel lets be traced (probes). */
int run_probes(const struct options *o, struct error *e);

/* Prints who sends and receives, once an interval, until it is told to stop (top). */
int run_top(const struct options *o, struct error *e);

/* Prints the sockets that listen, and those that begin to (listen). */
int run_listen(const struct options *o, struct error *e);

/* Compiles the packet filter and prints it (-d). */
int run_dump_filter(const struct options *o, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loaded kernel side: load, attach, switch on, switch off, detach, in that order. Nothing
 * is traced before probes_activate(), so that all hooks begin at one instant.
 */
#ifndef TRACER_PROBES_H
#define TRACER_PROBES_H

#include <signal.h>

#include "event.h"
#include "machine.h"

struct probes;
struct filters;

/* On failure *e says why. filters are not needed afterwards; m->types are dropped on the way. */
int probes_load(const struct options *o, struct machine *m, const struct filters *filters,
		struct probes **out, struct error *e);

/*
 * Attaches m->plan; targets that the kernel refuses move to the plan's skips. progress (may be
 * NULL) is called now and then. *stop set by a signal handler: returns -EINTR at once.
 */
int probes_attach(struct probes *p, struct machine *m, void (*progress)(size_t done, size_t all),
		  const volatile sig_atomic_t *stop, struct error *e);
const char *probes_backend(const struct probes *p);

void probes_activate(struct probes *p);
void probes_deactivate(struct probes *p);

/* What this thread of ours causes is no drop. */
void probes_hide_thread(struct probes *p, uint32_t tid);

int probes_ring_fd(const struct probes *p);
/* The map of struct skbt_owner by the inode of a socket. */
int probes_owners_fd(const struct probes *p);

/* Bytes of each section of a record, as record_section() wants them. */
const uint32_t *probes_section_sizes(const struct probes *p);

/* Name and address of the function that a path record's site stands for; NULL = unknown. */
const char *probes_site(const struct probes *p, uint64_t site, uint64_t *addr);

/* The kernel side's counters, added up over the CPUs. */
int probes_counts(const struct probes *p, struct run_counts *counts);

/* Calls row() for each place and reason that drops are counted at. */
int probes_drop_counts(const struct probes *p, drop_row_fn *row, void *ctx);

/* Hits that the kernel skipped since probes_activate(), as far as it counts them. */
uint64_t probes_missed(const struct probes *p);

/* Detaches and frees. */
void probes_free(struct probes *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The counts of a run in words, for the stream that people read beside the events. */
#ifndef TRACER_REPORT_COUNTS_H
#define TRACER_REPORT_COUNTS_H

#include <stdio.h>

#include "event.h"
#include "options.h"

/* One line while the run goes on: what is being lost, by class. */
void report_losing(FILE *f, const struct run_counts *counts);

/* The summary at the end; each kind of loss gets a line that says what helps against it. */
void report_counts(FILE *f, const struct run_counts *counts, const struct options *o);

#endif

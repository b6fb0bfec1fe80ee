/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of a packet follow each other, and most differ from the one before in nothing but when it
 * was and in which function. Those get the same number (struct event, alike), so that nobody has to
 * look up, compare or write anew what it stands for.
 */
#ifndef TRACER_ALIKE_H
#define TRACER_ALIKE_H

#include "event.h"

struct alike;

struct alike *alike_new(void); /* NULL: no memory */
void alike_free(struct alike *a);

/*
 * True: rec is like the one before, and ev got what was looked up for that: names, command lines,
 * the packet.
 */
bool alike_again(const struct alike *a, const struct skbt_record *rec, struct event *ev);

/* Gives ev, of which that was looked up, a number of its own. */
void alike_keep(struct alike *a, const struct skbt_record *rec, struct event *ev);

/* What names or processes there are has changed: the next event is like none. */
void alike_forget(struct alike *a);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a packet, as far as its events tell. */
#ifndef TRACER_FATE_H
#define TRACER_FATE_H

#include "output.h"

/* Whether that of two events of a packet, one after the other, tells more about what became of it:
 * a drop does, a return and what only frees memory do not. */
bool fate_tells_more(const struct event *earlier, const struct event *later);

/* last: the event of the packet that tells most. words: how, for FATE_DELIVERED; else NULL. */
enum fate fate_of(const struct event *last, bool ended, const char **words);

#endif

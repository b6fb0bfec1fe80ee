/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet filter asked about sockets (top, listen): on a frame with the socket's addresses,
 * protocol and ports, and nothing else.
 */
#ifndef TRACER_SOCKET_FILTER_H
#define TRACER_SOCKET_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct skb_filter;
struct skbt_ends;

enum { SOCKET_FRAME_MAX = 64 }; /* bytes that the filter's bodies may touch */

/*
 * *out becomes NULL if every socket matches. An expression that asks for what a socket does not
 * tell (flags, lengths, payload, MAC addresses, VLAN tags) is refused. Returns 0 or a negative
 * errno with *e set (EXIT_USAGE).
 */
int socket_filter_new(const char *expression, struct skb_filter **out, struct error *e);

/* As the kernel side does: a frame from the local end to the remote one (sent), or back. f NULL =
 * no filter. */
bool socket_filter_matches(const struct skb_filter *f, const struct skbt_ends *ends, bool sent);

#endif

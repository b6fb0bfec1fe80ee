/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one packet filter: shorthand options (-H, -P, --proto, --icmpid) written as pcap text and
 * joined with the user's own expression.
 */
#ifndef TRACER_EXPRESSION_H
#define TRACER_EXPRESSION_H

#include "error.h"

struct expression_parts {
	char host[64];
	char port[16];
	char proto[8];
	char icmpid[160];
	const char *file; /* -F, or NULL */
};

/* addr: IPv4 or IPv6, or either with /PREFIX (bits after the prefix are cleared: libpcap refuses
 * them). 0, or -EINVAL for anything else. */
int expression_host(struct expression_parts *parts, const char *addr);
void expression_port(struct expression_parts *parts, unsigned int port);
void expression_icmpid(struct expression_parts *parts, unsigned int id);

/* Joins the parts with words[0..count); the text is the caller's to free. */
int expression_join(const struct expression_parts *parts, char **words, int count, char **out,
		    struct error *e);

#endif

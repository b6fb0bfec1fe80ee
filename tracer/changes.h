/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is different from a packet's previous event: NAT, marks, tunnels, devices. What is not known
 * at an event is taken to be as before, so headers that are missing for a while are no change.
 */
#ifndef TRACER_CHANGES_H
#define TRACER_CHANGES_H

#include "event.h"

/* What is compared. All of it is set, padding too: equal states are equal bytes. */
struct packet_state {
	const char *proto;
	uint8_t src[16], dst[16];
	char ifname[SKBT_IFNAME_LEN];
	uint32_t netns, mark, len, wirelen;
	uint16_t sport, dport;
	uint16_t vlan; /* identifier, in the frame or beside it; VLAN_NONE */
	uint8_t family;
	uint8_t has_ports;
	uint8_t ip_summed, ct_info;
	uint8_t reserved[6];
};

enum { VLAN_NONE = 0xffff };

enum {
	CHANGES_MAX = 12,
	CHANGE_TEXT = 112, /* two IPv6 addresses and a protocol */
};

struct change {
	const char *what; /* "src", "mark", "encapsulated", ...: static text */
	bool has_column;  /* the text output shows the new value in a column anyway */
	bool from_known;  /* else there was none, and from is empty */
	bool to_known;    /* likewise */
	char from[CHANGE_TEXT], to[CHANGE_TEXT];
};

struct changes {
	unsigned int count;
	struct change list[CHANGES_MAX];
};

/* The state that an event shows; before, if not NULL, fills in what it does not show. */
void packet_state_of(const struct event *ev, const struct packet_state *before,
		     struct packet_state *state);

/* False: the two are equal, as they are where they are one. */
bool changes_between(const struct packet_state *before, const struct packet_state *after,
		     struct changes *out);

#endif

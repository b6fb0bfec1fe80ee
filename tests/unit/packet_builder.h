/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames written down header by header. Lengths and checksums in headers are plausible constants,
 * not computed: filters do not check them.
 */
#ifndef TESTS_PACKET_BUILDER_H
#define TESTS_PACKET_BUILDER_H

#include "filter_packets.h"

#define A4 "10.9.9.9"
#define B4 "192.168.1.2"
#define A6 "2001:db8::1"
#define B6 "fe80::2"

struct ip4 {
	const char *src, *dst;
	uint8_t proto;
	uint8_t option_words;
	uint16_t frag; /* flags and offset */
	uint8_t ttl;
};

/* A new, empty frame; name has to live as long as the program. */
struct packet *start(const char *name);

/* The rest appends to a frame. */
void bytes(struct packet *p, const void *data, uint32_t len);
void u8(struct packet *p, uint8_t v);
void u16(struct packet *p, uint16_t v);
void u32(struct packet *p, uint32_t v);
void zeros(struct packet *p, uint32_t len);
void address(struct packet *p, const char *text);

/* One with the usual MAC addresses and an EtherType or length. */
struct packet *ether(const char *name, uint16_t type);
void ip4(struct packet *p, struct ip4 h);
void ip6(struct packet *p, uint8_t next, const char *src, const char *dst);
void tcp(struct packet *p, uint16_t sport, uint16_t dport, uint8_t flags, uint8_t option_words);
void udp(struct packet *p, uint16_t sport, uint16_t dport);
void echo(struct packet *p, uint8_t type, uint16_t id);
void text(struct packet *p, const char *data);

/* All frames begun so far. */
const struct packet *packets_built(uint32_t *cnt);

/* filter_packets_types.c: a frame for each type that an expression can name. */
void build_types(void);

#endif

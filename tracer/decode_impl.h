/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to the decoders. Each takes the bytes that begin with its header and checks their
 * number; the accessors never read outside, whatever offset they are given.
 */
#ifndef TRACER_DECODE_IMPL_H
#define TRACER_DECODE_IMPL_H

#include <stddef.h>

#include "decode.h"

struct bytes {
	const uint8_t *at;
	size_t len;
};

static inline uint8_t get_u8(struct bytes b, size_t offset)
{
	return offset < b.len ? b.at[offset] : 0;
}

/* Network byte order. */
static inline uint16_t get_u16(struct bytes b, size_t offset)
{
	return get_u8(b, offset) << 8 | get_u8(b, offset + 1);
}

static inline uint32_t get_u32(struct bytes b, size_t offset)
{
	return (uint32_t)get_u16(b, offset) << 16 | get_u16(b, offset + 2);
}

static inline struct bytes skip(struct bytes b, size_t n)
{
	n = n < b.len ? n : b.len;
	return (struct bytes){ b.at + n, b.len - n };
}

/* Copies n bytes from offset, or nothing if they are not all there. */
void get_copy(struct bytes b, size_t offset, void *to, size_t n);

/*
 * Appends to p->detail, with a space before it if it is not the first. Knows of printf()'s forms
 * only %s, %u and %0Nx, N one digit: vsnprintf() cost more than all other decoding.
 */
void add_detail(struct packet *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What follows VLAN tags and Ethernet, by EtherType (host byte order). */
void decode_arp(struct bytes b, struct packet *p);
void decode_ipv4(struct bytes b, struct packet *p);
void decode_ipv6(struct bytes b, struct packet *p);

/* What follows an IP header, by protocol number. Sets proto even if no byte is there. */
void decode_transport(uint8_t protocol, struct bytes b, struct packet *p);

#endif

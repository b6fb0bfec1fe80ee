/* SPDX-License-Identifier: GPL-2.0-only */
#include "packet_builder.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS_CNT 192

static struct packet packets[PACKETS_CNT];
static uint32_t packet_cnt;

struct packet *start(const char *name)
{
	struct packet *p = &packets[packet_cnt++];

	if (packet_cnt > PACKETS_CNT)
		abort();
	p->name = name;
	p->len = 0;
	return p;
}

void bytes(struct packet *p, const void *data, uint32_t len)
{
	if (p->len + len > PACKET_MAX)
		abort();
	memcpy(p->data + p->len, data, len);
	p->len += len;
}

void u8(struct packet *p, uint8_t v)
{
	bytes(p, &v, 1);
}

void u16(struct packet *p, uint16_t v)
{
	v = htons(v);
	bytes(p, &v, 2);
}

void u32(struct packet *p, uint32_t v)
{
	v = htonl(v);
	bytes(p, &v, 4);
}

void zeros(struct packet *p, uint32_t len)
{
	while (len--)
		u8(p, 0);
}

void address(struct packet *p, const char *text)
{
	uint8_t addr[16];

	if (inet_pton(AF_INET, text, addr) == 1)
		bytes(p, addr, 4);
	else if (inet_pton(AF_INET6, text, addr) == 1)
		bytes(p, addr, 16);
	else
		abort();
}

struct packet *ether(const char *name, uint16_t type)
{
	struct packet *p = start(name);

	bytes(p, "\x52\x54\x00\x12\x34\x56\x52\x54\x00\x65\x43\x21", 12);
	u16(p, type);
	return p;
}

void ip4(struct packet *p, struct ip4 h)
{
	u8(p, 0x45 + h.option_words);
	u8(p, 0);
	u16(p, 120);
	u16(p, 0x1234);
	u16(p, h.frag);
	u8(p, h.ttl ? h.ttl : 64);
	u8(p, h.proto);
	u16(p, 0);
	address(p, h.src);
	address(p, h.dst);
	for (int i = 0; i < h.option_words; i++)
		u32(p, 0x01010100);
}

void ip6(struct packet *p, uint8_t next, const char *src, const char *dst)
{
	u32(p, 0x60000000);
	u16(p, 60);
	u8(p, next);
	u8(p, 64);
	address(p, src);
	address(p, dst);
}

void tcp(struct packet *p, uint16_t sport, uint16_t dport, uint8_t flags, uint8_t option_words)
{
	u16(p, sport);
	u16(p, dport);
	u32(p, 1);
	u32(p, 2);
	u8(p, (uint8_t)((5 + option_words) << 4));
	u8(p, flags);
	u16(p, 1024);
	u32(p, 0);
	zeros(p, option_words * 4);
}

void udp(struct packet *p, uint16_t sport, uint16_t dport)
{
	u16(p, sport);
	u16(p, dport);
	u16(p, 40);
	u16(p, 0);
}

void echo(struct packet *p, uint8_t type, uint16_t id)
{
	u8(p, type);
	u8(p, 0);
	u16(p, 0);
	u16(p, id);
	u16(p, 1);
	zeros(p, 16);
}

void text(struct packet *p, const char *data)
{
	bytes(p, data, (uint32_t)strlen(data));
}

const struct packet *packets_built(uint32_t *cnt)
{
	*cnt = packet_cnt;
	return packets;
}

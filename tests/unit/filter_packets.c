/* SPDX-License-Identifier: GPL-2.0-only */
#include "packet_builder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void build_ip4(void)
{
	struct packet *p = ether("tcp syn to 443", 0x0800);

	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 40000, 443, 0x02, 5);
	p = ether("http get", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0x4000, 0 });
	tcp(p, 40000, 80, 0x18, 3);
	text(p, "GET /hello HTTP/1.1\r\nHost: example\r\n\r\n");
	p = ether("tcp syn-ack, ip options", 0x0800);
	ip4(p, (struct ip4){ B4, A4, 6, 10, 0, 1 });
	tcp(p, 443, 40000, 0x12, 10);
	p = ether("tcp rst, ttl 6", 0x0800);
	ip4(p, (struct ip4){ B4, A4, 6, 0, 0, 6 });
	tcp(p, 22, 40001, 0x04, 0);
	p = ether("tcp, window bytes 6 6 6", 0x0800);
	ip4(p, (struct ip4){ B4, A4, 6, 0, 0, 0 });
	tcp(p, 0x0606, 0x0606, 0x06, 0);
	p = ether("dns query", 0x0800);
	ip4(p, (struct ip4){ A4, "8.8.8.8", 17, 0, 0, 0 });
	udp(p, 5353, 53);
	zeros(p, 20);
	p = ether("udp first fragment", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0x2000, 0 });
	udp(p, 2049, 80);
	p = ether("udp later fragment", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0x00b9, 0 });
	udp(p, 2049, 80);
	p = ether("ping", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 0 });
	echo(p, 8, 7);
	p = ether("ping reply, one option", 0x0800);
	ip4(p, (struct ip4){ B4, A4, 1, 1, 0, 255 });
	echo(p, 0, 7);
	p = ether("sctp", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 132, 0, 0, 0 });
	u16(p, 80);
	u16(p, 443);
	zeros(p, 12);
	p = ether("gre", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 47, 0, 0, 0 });
	u32(p, 0x00000800);
	ip4(p, (struct ip4){ B4, "8.8.8.8", 6, 0, 0, 0 });
	tcp(p, 80, 80, 0x10, 0);
	p = ether("igmp to a group", 0x0800);
	ip4(p, (struct ip4){ A4, "224.0.0.22", 2, 1, 0, 1 });
	zeros(p, 8);
	p = ether("tcp to itself, seq 256, empty ip options", 0x0800);
	ip4(p, (struct ip4){ A4, A4, 6, 10, 0, 0 });
	memset(p->data + 34, 0, 40);
	tcp(p, 53, 53, 0x10, 0);
	memcpy(p->data + 78, "\0\0\1\0", 4);
	p = ether("ping, ttl 4", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 1, 0, 0, 4 });
	echo(p, 8, 7);
	p = ether("ip header byte fc", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	p->data[14] = 0xfc;
	zeros(p, 60);
	p = ether("ip header length 0", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	p->data[14] = 0x40;
	tcp(p, 80, 80, 0x10, 0);
}

static void build_ip6(void)
{
	struct packet *p = ether("tcp6 syn", 0x86dd);

	ip6(p, 6, A6, B6);
	tcp(p, 40000, 443, 0x02, 0);
	p = ether("dns6", 0x86dd);
	ip6(p, 17, A6, B6);
	udp(p, 40000, 53);
	p = ether("ping6", 0x86dd);
	ip6(p, 58, B6, A6);
	echo(p, 128, 9);
	p = ether("neighbour solicitation", 0x86dd);
	ip6(p, 58, B6, "ff02::1:ff00:1");
	u32(p, 0x87000000);
	zeros(p, 4);
	address(p, A6);
	p = ether("tcp6 in a fragment", 0x86dd);
	ip6(p, 44, A6, B6);
	u32(p, 0x06000001);
	u32(p, 77);
	tcp(p, 40000, 443, 0x10, 0);
	p = ether("hop-by-hop", 0x86dd);
	ip6(p, 0, A6, B6);
	u32(p, 0x3a000502);
	u32(p, 0);
	echo(p, 143, 0);
}

static void build_tagged(void)
{
	struct packet *p = ether("vlan 100 tcp", 0x8100);

	u16(p, 0x2064);
	u16(p, 0x0800);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 40000, 443, 0x18, 0);
	p = ether("qinq udp6", 0x88a8);
	u16(p, 200);
	u16(p, 0x8100);
	u16(p, 100);
	u16(p, 0x86dd);
	ip6(p, 17, A6, B6);
	udp(p, 53, 53);
	p = ether("vlan arp", 0x8100);
	u16(p, 5);
	u16(p, 0x0806);
	zeros(p, 28);
	p = ether("mpls", 0x8847);
	u32(p, 100 << 12 | 0x100 | 64);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	udp(p, 1, 80);
	p = ether("two mpls labels", 0x8847);
	u32(p, 100 << 12 | 64);
	u32(p, 1024 << 12 | 0x100 | 64);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 80, 1, 0x10, 0);
	p = ether("pppoe session", 0x8864);
	u16(p, 0x1100);
	u16(p, 7);
	u16(p, 60);
	u16(p, 0x0021);
	ip4(p, (struct ip4){ A4, B4, 6, 0, 0, 0 });
	tcp(p, 80, 443, 0x10, 0);
	p = ether("pppoe discovery", 0x8863);
	u32(p, 0x11090000);
	zeros(p, 20);
}

static void build_others(void)
{
	struct packet *p = ether("arp request", 0x0806);

	bytes(p, "\x00\x01\x08\x00\x06\x04\x00\x01\x52\x54\x00\x65\x43\x21", 14);
	address(p, A4);
	zeros(p, 6);
	address(p, B4);
	zeros(p, 18);
	p = ether("rarp", 0x8035);
	zeros(p, 28);
	p = ether("lldp", 0x88cc);
	zeros(p, 40);
	p = ether("broadcast dhcp", 0x0800);
	memset(p->data, 0xff, 6);
	ip4(p, (struct ip4){ "0.0.0.0", "255.255.255.255", 17, 0, 0, 0 });
	udp(p, 68, 67);
	zeros(p, 30);
	p = ether("stp", 38);
	memcpy(p->data, "\x01\x80\xc2\x00\x00\x00", 6);
	bytes(p, "\x42\x42\x03", 3);
	zeros(p, 35);
	p = ether("geneve", 0x0800);
	ip4(p, (struct ip4){ A4, B4, 17, 0, 0, 0 });
	udp(p, 40000, 6081);
	u32(p, 0x02006558);
	u32(p, 77 << 8);
	zeros(p, 8);
	bytes(p, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00", 14);
	ip4(p, (struct ip4){ B4, "8.8.8.8", 6, 0, 0, 0 });
	tcp(p, 40000, 80, 0x02, 0);
	p = ether("all ones", 0xffff);
	memset(p->data, 0xff, 300);
	p->len = 300;
	p = ether("counting", 0x0800);
	for (int i = 14; i < 330; i++)
		u8(p, (uint8_t)i);
}

const struct packet *packets_all(uint32_t *cnt)
{
	static bool built;

	if (!built) {
		build_ip4();
		build_ip6();
		build_tagged();
		build_others();
		build_types();
		built = true;
	}
	return packets_built(cnt);
}

static FILE *open_corpus(void)
{
	const char *named = getenv("FILTER_CORPUS"), *slash = strrchr(__FILE__, '/');
	char path[512];

	snprintf(path, sizeof(path), "%.*sfilter_corpus.txt",
		 slash ? (int)(slash - __FILE__) + 1 : 0, __FILE__);
	return fopen(named ? named : path, "r");
}

char **corpus_expressions(uint32_t *cnt)
{
	static char *lines[1024];
	static uint32_t line_cnt;
	char line[1024];
	FILE *f;

	*cnt = line_cnt;
	if (line_cnt)
		return lines;
	f = open_corpus();
	if (!f) {
		perror("filter_corpus.txt ($FILTER_CORPUS names another place)");
		exit(1);
	}
	while (line_cnt < 1023 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			lines[line_cnt++] = strdup(line);
	}
	fclose(f);
	*cnt = line_cnt;
	return lines;
}

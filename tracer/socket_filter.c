/* SPDX-License-Identifier: GPL-2.0-only */
#include "socket_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "../bpf/top.h"
#include "../filters/skb_filter.h"

enum {
	ETHERTYPE_AT = 12,
	L3_AT = 14,
	IP_FRAGMENT_AT = L3_AT + 6, /* of IPv6 the protocol */
	IP_PROTO_AT = L3_AT + 9,
	IP_FROM_AT = L3_AT + 12, /* 4 bytes, and behind them the other address */
	IP_END = L3_AT + 20,
	ARP_FROM_AT = L3_AT + 14, /* 4 bytes, and 6 bytes behind them the other one */
	IP6_FROM_AT = L3_AT + 8,  /* 16 bytes, likewise */
	IP6_END = L3_AT + 40,
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_IP6 = 0x86dd,
};

static unsigned int load_size(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

/* Two ports of two bytes each begin at base. */
static bool is_port(uint32_t at, uint32_t base, unsigned int size)
{
	return size == 2 && (at == base || at == base + 2);
}

/* A load at a place of the frame, as libpcap makes it for addresses, protocols and ports. */
static bool is_told(uint32_t at, unsigned int size)
{
	if (at == ETHERTYPE_AT && size == 2)
		return true;
	if ((at == IP_FRAGMENT_AT && size <= 2) || (at == IP_PROTO_AT && size == 1))
		return true;
	/* "host A" and "net A" ask ARP too, which no frame of a socket is. */
	if (size == 4 && (at == ARP_FROM_AT || at == ARP_FROM_AT + 10))
		return true;
	if (at >= IP_FROM_AT && at + size <= IP_END)
		return true;
	if (at >= IP6_FROM_AT && at + size <= IP6_END)
		return size == 4 && (at - IP6_FROM_AT) % 4 == 0;
	/* The protocol behind a fragment header, which no frame of a socket has. */
	return is_port(at, IP6_END, size) || (at == IP6_END && size == 1);
}

static bool insn_is_told(const struct skb_cbpf *insn)
{
	if (BPF_CLASS(insn->code) == BPF_LDX)
		return BPF_MODE(insn->code) != 0xa0 || insn->k == L3_AT; /* BPF_MSH */
	if (BPF_CLASS(insn->code) != BPF_LD)
		return true;
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		return is_told(insn->k, load_size(insn->code));
	case BPF_IND: /* behind a header of IPv4 */
		return is_port(insn->k, L3_AT, load_size(insn->code));
	case 0x80: /* BPF_LEN */
		return false;
	default:
		return true;
	}
}

static bool asks_for_more(const struct skb_filter *f)
{
	const struct skb_cbpf *insns;
	uint32_t cnt;

	if (skb_filter_uses(f) &
	    (SKB_FILTER_USES_VLAN | SKB_FILTER_USES_LEN | SKB_FILTER_USES_MACADDR))
		return true;
	insns = skb_filter_classic(f, &cnt);
	for (uint32_t i = 0; i < cnt; i++)
		if (!insn_is_told(&insns[i]))
			return true;
	return false;
}

static int compile(const char *expression, const struct skb_filter_opts *opts,
		   struct skb_filter **out, struct error *e)
{
	struct skb_filter_err why;
	char caret[256] = "";
	int err = skb_filter_compile(expression, opts, out, &why);

	if (!err)
		return 0;
	skb_filter_caret(expression, why.pos, caret, sizeof(caret));
	return error_set(e, EXIT_USAGE, err, "bad filter: %s%s%s%s%s", why.msg,
			 *why.hint ? "; " : "", why.hint, *caret ? "\n" : "", caret);
}

int socket_filter_new(const char *expression, struct skb_filter **out, struct error *e)
{
	const struct skb_filter_opts opts = { .window_max = SOCKET_FRAME_MAX };
	struct skb_filter *f = NULL;
	int err;

	*out = NULL;
	err = compile(expression, NULL, &f, e);
	if (err)
		return err;
	if (asks_for_more(f))
		err = error_set(e, EXIT_USAGE, -EINVAL,
				"bad filter: of a socket only addresses, protocol and ports are "
				"known, and \"%s\" asks for more",
				expression);
	else if (!skb_filter_matches_all(f))
		err = compile(expression, &opts, out, e);
	skb_filter_free(f);
	return err;
}

static void put16(uint8_t *at, uint16_t n)
{
	at[0] = n >> 8;
	at[1] = n & 0xff;
}

static void put_ports(uint8_t *at, const struct skbt_ends *ends, bool sent)
{
	put16(at, sent ? ends->lport : ends->rport);
	put16(at + 2, sent ? ends->rport : ends->lport);
}

bool socket_filter_matches(const struct skb_filter *f, const struct skbt_ends *ends, bool sent)
{
	const uint8_t *from = sent ? ends->laddr : ends->raddr;
	const uint8_t *to = sent ? ends->raddr : ends->laddr;
	uint8_t frame[SOCKET_FRAME_MAX] = { 0 };
	const struct skb_cbpf *insns;
	uint32_t cnt, len;

	if (!f)
		return true;
	if (ends->family == AF_INET) {
		put16(frame + ETHERTYPE_AT, ETHERTYPE_IP);
		frame[L3_AT] = 0x45;
		frame[IP_PROTO_AT] = (uint8_t)ends->proto;
		memcpy(frame + IP_FROM_AT, from, 4);
		memcpy(frame + IP_FROM_AT + 4, to, 4);
		put_ports(frame + IP_END, ends, sent);
		len = IP_END + 4;
	} else {
		put16(frame + ETHERTYPE_AT, ETHERTYPE_IP6);
		frame[L3_AT] = 0x60;
		frame[L3_AT + 6] = (uint8_t)ends->proto;
		memcpy(frame + IP6_FROM_AT, from, 16);
		memcpy(frame + IP6_FROM_AT + 16, to, 16);
		put_ports(frame + IP6_END, ends, sent);
		len = IP6_END + 4;
	}
	insns = skb_filter_classic(f, &cnt);
	return skb_filter_run_classic(insns, cnt, frame, len, len) != 0;
}

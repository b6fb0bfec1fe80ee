/* SPDX-License-Identifier: GPL-2.0-only */
/* The {placeholders} of explanations.def. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "digits.h"
#include "explain.h"
#include "verdict_names.h"

struct text {
	char *to;
	size_t len;
};

static void put(struct text *t, const char *bytes, size_t n)
{
	size_t room = EXPLAIN_TEXT - 1 - t->len;

	n = n < room ? n : room;
	memcpy(t->to + t->len, bytes, n);
	t->len += n;
}

static void put_number(struct text *t, uint64_t n)
{
	char digits[DECIMAL_MAX];

	put(t, digits, put_decimal(digits, n, 1));
}

static void put_words(struct text *t, const char *words)
{
	put(t, words, strlen(words));
}

/* Interfaces, tables and chains can have any name, and advice is commands for a shell. */
static void put_foreign(struct text *t, const char *name, size_t size)
{
	for (size_t i = 0; i < size && name[i]; i++)
		put(t,
		    isalnum((unsigned char)name[i]) || strchr("_/.-:@+", name[i]) ? name + i : "?",
		    1);
}

static void put_name(struct text *t, const char *name)
{
	if (*name)
		put_foreign(t, name, SKBT_IFNAME_LEN);
	else
		put_words(t, "its interface");
}

static void put_mac(struct text *t, const uint8_t mac[6])
{
	char text[20];

	put(t, text,
	    (size_t)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
			     mac[2], mac[3], mac[4], mac[5]));
}

static void put_address(struct text *t, const struct event *ev, const uint8_t *addr)
{
	char text[ADDRESS_MAX];

	if (ev->packet.family)
		put(t, text, put_ip_address(text, ev->packet.family, addr));
	else
		put_words(t, "its address");
}

static void put_iface(struct text *t, const struct event *ev)
{
	put_name(t, ev->why.values.iface);
}

static void put_out(struct text *t, const struct event *ev)
{
	put_name(t, ev->why.values.out);
}

static void put_src(struct text *t, const struct event *ev)
{
	put_address(t, ev, ev->packet.src);
}

static void put_dst(struct text *t, const struct event *ev)
{
	put_address(t, ev, ev->packet.dst);
}

static void put_own_mac(struct text *t, const struct event *ev)
{
	put_mac(t, ev->why.values.mac);
}

static void put_dmac(struct text *t, const struct event *ev)
{
	put_mac(t, ev->why.values.dmac);
}

static void put_port(struct text *t, const struct event *ev)
{
	if (ev->packet.has_ports)
		put_number(t, ev->packet.dport);
	else
		put_words(t, "its port");
}

static void put_ethertype(struct text *t, const struct event *ev)
{
	char text[8];

	put(t, text, (size_t)snprintf(text, sizeof(text), "0x%04x", ev->why.values.ethertype));
}

/* family table chain, as nft(8) wants them. */
static void put_chain(struct text *t, const struct event *ev)
{
	const struct skbt_verdict *v = ev->rule;
	const char *family = v ? verdict_family(v) : NULL;

	if (!v)
		return put_words(t, "of its rule");
	put_words(t, family ? family : "?");
	put(t, " ", 1);
	put_foreign(t, v->table, sizeof(v->table));
	put(t, " ", 1);
	put_foreign(t, v->chain, sizeof(v->chain));
}

static void put_rule_of_nft(struct text *t, const struct event *ev)
{
	if (ev->rule->rule) {
		put_words(t, "rule ");
		put_number(t, ev->rule->rule);
		put_words(t, " of ");
		return put_chain(t, ev);
	}
	put_words(t, "the policy of ");
	put_chain(t, ev);
	put_words(t, ", or a rule that is not known");
}

static void put_rule_of_iptables(struct text *t, const struct event *ev)
{
	const char *hook = verdict_hook(ev->rule);

	put_words(t, "a rule or the policy of ");
	if (hook) {
		put_words(t, hook);
		put_words(t, " of ");
	}
	put_words(t, "table ");
	put_foreign(t, ev->rule->table, sizeof(ev->rule->table));
}

static void put_rule(struct text *t, const struct event *ev)
{
	if (!ev->rule)
		put_words(t, "one of its rules");
	else if (ev->rule->chain[0])
		put_rule_of_nft(t, ev);
	else
		put_rule_of_iptables(t, ev);
}

#define NUMBER(name)                                                                               \
	static void put_##name(struct text *t, const struct event *ev)                             \
	{                                                                                          \
		put_number(t, ev->why.values.name);                                                \
	}
NUMBER(len)
NUMBER(mtu)
NUMBER(ttl)
NUMBER(protocol)
NUMBER(rcvbuf)

static const struct {
	const char *name;
	void (*put)(struct text *t, const struct event *ev);
} placeholders[] = {
	{ "len", put_len },       { "mtu", put_mtu },     { "ttl", put_ttl },
	{ "src", put_src },       { "dst", put_dst },     { "port", put_port },
	{ "out", put_out },       { "iface", put_iface }, { "protocol", put_protocol },
	{ "mac", put_own_mac },   { "dmac", put_dmac },   { "ethertype", put_ethertype },
	{ "rcvbuf", put_rcvbuf }, { "rule", put_rule },   { "chain", put_chain },
};

/* Returns how many bytes of the text it was, 0 = there is no such placeholder. */
static size_t put_placeholder(struct text *t, const struct event *ev, const char *text)
{
	size_t len = strcspn(text, "}");

	if (!text[len])
		return 0;
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		if (strlen(placeholders[i].name) != len - 1 ||
		    strncmp(placeholders[i].name, text + 1, len - 1) != 0)
			continue;
		placeholders[i].put(t, ev);
		return len + 1;
	}
	return 0;
}

const char *explain_text(char *to, const struct event *ev, const char *text)
{
	struct text t = { .to = to };

	if (!text)
		return NULL;
	while (*text) {
		size_t n = strcspn(text, "{");

		put(&t, text, n);
		text += n;
		if (!*text)
			break;
		n = put_placeholder(&t, ev, text);
		if (!n)
			put(&t, text, 1);
		text += n ? n : 1;
	}
	to[t.len] = '\0';
	return to;
}

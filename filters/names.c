/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which names of an expression libpcap would hand to the resolver.
 *
 * In libpcap's grammar a name takes its meaning from the qualifier in force: `port ssh or http` is
 * two ports. The qualifier in force is the latest one at the same depth of parentheses. Names in
 * the place of a host or network would be looked up with getaddrinfo() or getnetbyname(), which may
 * wait for a name server for many seconds; those are refused. Ports and protocols come from files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DEPTH_MAX 64

enum meaning {
	MEANS_HOST, /* the default */
	MEANS_LINK_HOST,
	MEANS_NET,
	MEANS_GATEWAY,
	MEANS_OTHER,
};

struct scan {
	const char *expr;
	const struct word *w;
	enum meaning now;
	enum meaning outer[DEPTH_MAX];
	int depth;
};

static bool any_of(const struct scan *s, int i, const char *const *texts)
{
	if (i < 0 || s->w[i].kind != WORD_KEYWORD)
		return false;
	for (; *texts; texts++) {
		if (word_is(s->expr, &s->w[i], *texts))
			return true;
	}
	return false;
}

static bool is_direction(const struct scan *s, int i)
{
	static const char *const texts[] = { "src", "dst", NULL };

	return any_of(s, i, texts);
}

/* `type mgt` and the like: these words take a name of their own. */
static bool takes_own_name(const struct scan *s, int i)
{
	static const char *const texts[] = { "on",     "ifname",    "rset", "ruleset",
					     "reason", "action",    "type", "subtype",
					     "dir",    "direction", "llc",  NULL };

	return any_of(s, i, texts);
}

/* Is the qualifier at i headed by a link-level word, as in `ether src or dst host`? */
static bool headed_by_link(const struct scan *s, int i)
{
	static const char *const links[] = { "ether", "link", "fddi", "tr",
					     "wlan",  "ppp",  "slip", NULL };
	static const char *const joins[] = { "and", "or", NULL };

	if (is_direction(s, i - 1))
		i--;
	if (any_of(s, i - 1, joins) && is_direction(s, i - 2))
		i -= 2;
	return any_of(s, i - 1, links);
}

static void note_keyword(struct scan *s, int i)
{
	static const char *const others[] = { "port", "portrange", "proto", "protochain", NULL };
	static const char *const hosts[] = { "host", "src", "dst", NULL };
	static const char *const net[] = { "net", NULL }, *const gateway[] = { "gateway", NULL };

	if (any_of(s, i, others))
		s->now = MEANS_OTHER;
	else if (any_of(s, i, hosts))
		s->now = headed_by_link(s, i) ? MEANS_LINK_HOST : MEANS_HOST;
	else if (any_of(s, i, net))
		s->now = MEANS_NET;
	else if (any_of(s, i, gateway))
		s->now = MEANS_GATEWAY;
}

/* `len-4`: the scanner takes a word with a dash as one name. */
static bool is_subtraction(const struct scan *s, int i)
{
	const char *text = s->expr + s->w[i].pos, *dash = memchr(text, '-', s->w[i].len);
	struct word head = { .pos = s->w[i].pos };

	head.len = dash ? (int)(dash - text) : 0;
	return word_is(s->expr, &head, "len") || word_is(s->expr, &head, "length");
}

static int refuse_name(const struct scan *s, int i, struct skb_filter_err *err)
{
	const char *near = words_nearest(s->expr + s->w[i].pos, s->w[i].len);
	char hint[128];

	if (s->now == MEANS_GATEWAY)
		snprintf(hint, sizeof(hint), "write 'ether host MAC and not host ADDRESS' instead");
	else if (is_subtraction(s, i))
		snprintf(hint, sizeof(hint), "write blanks around '-' to subtract");
	else if (near)
		snprintf(hint, sizeof(hint), "did you mean '%s'? Host names are not looked up: %s",
			 near, "give addresses");
	else
		snprintf(hint, sizeof(hint), "names of hosts and networks are not looked up: %s",
			 "give the address");
	return fail(err, -EINVAL, s->w[i].pos, hint,
		    "'%.*s' is neither an address nor a word of the filter language",
		    s->w[i].len > 100 ? 100 : s->w[i].len, s->expr + s->w[i].pos);
}

/* A keyword that older libpcaps take for a host name. On its own a name is a syntax error. */
static bool is_unknown_keyword(const struct scan *s, int i)
{
	struct skb_cbpf *insns;
	char msg[256];
	uint32_t cnt;

	if (!word_is(s->expr, &s->w[i], "vxlan"))
		return false;
	if (libpcap_compile("vxlan", false, &insns, &cnt, msg, sizeof(msg)))
		return true;
	free(insns);
	return false;
}

int words_refuse_names(const char *expr, const struct word *w, int cnt, struct skb_filter_err *err)
{
	struct scan s = { .expr = expr, .w = w };

	for (int i = 0; i < cnt; i++) {
		if (w[i].kind == WORD_OPEN) {
			if (s.depth == DEPTH_MAX)
				return fail(err, -E2BIG, w[i].pos, "use fewer parentheses",
					    "too complex: parentheses more than %d deep",
					    DEPTH_MAX);
			s.outer[s.depth++] = s.now;
		} else if (w[i].kind == WORD_CLOSE && s.depth) {
			s.now = s.outer[--s.depth];
		} else if (w[i].kind == WORD_KEYWORD) {
			if (is_unknown_keyword(&s, i))
				return fail(err, -EINVAL, w[i].pos, "write 'udp port 4789'",
					    "this libpcap does not know 'vxlan'");
			note_keyword(&s, i);
		} else if (w[i].kind == WORD_NAME && s.now != MEANS_OTHER &&
			   s.now != MEANS_LINK_HOST && !takes_own_name(&s, i - 1)) {
			return refuse_name(&s, i, err);
		}
	}
	return 0;
}

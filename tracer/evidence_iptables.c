/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rule of iptables drops such a packet, from what iptables-save(8) prints. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence_impl.h"

enum {
	WORDS = 64,   /* of a rule */
	CHAINS = 256, /* that users made; with more, any target may be one */
};

static bool in_range(const char *ports, uint16_t port)
{
	char *end;
	unsigned long first = strtoul(ports, &end, 10);
	unsigned long last = *end == ':' ? strtoul(end + 1, NULL, 10) : first;

	return port >= first && port <= last;
}

static bool in_net(const struct question *q, const char *net, const uint8_t *addr)
{
	size_t size = q->family == AF_INET6 ? 16 : 4, bits = size * 8;
	char text[EVIDENCE_WORD];
	const char *slash = strchr(net, '/');
	uint8_t want[16];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(net, "/"), net);
	if (slash && strtoul(slash + 1, NULL, 10) < bits)
		bits = strtoul(slash + 1, NULL, 10);
	if (inet_pton(q->family, text, want) != 1 || memcmp(want, addr, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || (want[bits / 8] ^ addr[bits / 8]) >> (8 - bits % 8) == 0;
}

static enum fit is_protocol(const struct question *q, const char *name)
{
	static const struct {
		const char *name;
		uint8_t number;
	} known[] = {
		{ "tcp", IPPROTO_TCP },       { "udp", IPPROTO_UDP },
		{ "icmp", IPPROTO_ICMP },     { "ipv6-icmp", IPPROTO_ICMPV6 },
		{ "icmpv6", IPPROTO_ICMPV6 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i].name) == 0)
			return q->ip_protocol == known[i].number ? FITS : NO_FIT;
	return q->ip_protocol ? NO_FIT : MAY_FIT;
}

static bool is_interface(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	return len && pattern[len - 1] == '+' ? strncmp(pattern, name, len - 1) == 0
					      : strcmp(pattern, name) == 0;
}

/* One condition; value is the word behind it. */
static enum fit condition(const struct question *q, const char *option, const char *value)
{
	bool fits;

	if (strcmp(option, "-m") == 0)
		return FITS; /* what it is there for follows */
	if (strcmp(option, "-p") == 0)
		return is_protocol(q, value);
	if (strcmp(option, "-s") == 0)
		fits = in_net(q, value, q->src);
	else if (strcmp(option, "-d") == 0)
		fits = in_net(q, value, q->dst);
	else if (strcmp(option, "--sport") == 0)
		fits = in_range(value, q->sport);
	else if (strcmp(option, "--dport") == 0)
		fits = in_range(value, q->dport);
	else if (strcmp(option, "-i") == 0 && *q->ifname)
		fits = is_interface(value, q->ifname);
	else
		return MAY_FIT;
	return fits ? FITS : NO_FIT;
}

/* "-A INPUT -p udp -m udp --dport 4242 -j DROP", which is cut into words. target: what is behind -j
 * or -g, unless the rule does not fit or has none. */
static enum fit fit(const struct question *q, const char *chain, char *line, const char **target)
{
	char *words[WORDS] = { NULL }, *save = NULL;
	enum fit all = FITS, one;
	size_t n = 0;

	for (char *w = strtok_r(line, " ", &save); w && n < WORDS - 1;
	     w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	if (n < 4 || strcmp(words[0], "-A") != 0 || strcmp(words[1], chain) != 0)
		return NO_FIT;
	for (size_t i = 2; i + 1 < n; i++) {
		if (strcmp(words[i], "-j") == 0 || strcmp(words[i], "-g") == 0) {
			*target = words[i + 1];
			return all;
		}
		if (strcmp(words[i], "!") == 0) {
			all = MAY_FIT;
			i += 2;
			continue;
		}
		if (words[i][0] != '-')
			continue;
		one = condition(q, words[i], words[i + 1]);
		if (one == NO_FIT)
			return NO_FIT;
		if (one == MAY_FIT)
			all = MAY_FIT;
	}
	return NO_FIT;
}

/* What has been read of a listing. */
struct listing {
	const char *chains[CHAINS]; /* that users made, with what stands behind their names */
	size_t chain_count;
	bool doubt; /* the packet may have been dropped by what a rule jumped to */
};

/* ":f2b-sshd - [0:0]"; chains of the kernel have a policy for the "-". */
static void note_chain(struct listing *l, const char *line)
{
	const char *policy = strchr(line, ' ');

	if (policy && policy[1] == '-' && l->chain_count < CHAINS)
		l->chains[l->chain_count++] = line + 1;
}

static bool is_users_chain(const struct listing *l, const char *name)
{
	size_t len = strlen(name);

	if (l->chain_count == CHAINS)
		return true;
	for (size_t i = 0; i < l->chain_count; i++)
		if (strncmp(l->chains[i], name, len) == 0 && l->chains[i][len] == ' ')
			return true;
	return false;
}

static enum fit drops(struct listing *l, const struct question *q, const char *chain,
		      const char *line)
{
	const char *target = "";
	char copy[512];
	enum fit one;

	snprintf(copy, sizeof(copy), "%s", line);
	one = fit(q, chain, copy, &target);
	if (strcmp(target, "DROP") == 0 || strcmp(target, "REJECT") == 0)
		return one == FITS && l->doubt ? MAY_FIT : one;
	/* It was dropped: a rule that would have accepted it was not there, or is not understood.
	 */
	l->doubt |= one != NO_FIT && is_users_chain(l, target);
	l->doubt |= one == FITS && (strcmp(target, "ACCEPT") == 0 || strcmp(target, "RETURN") == 0);
	return NO_FIT;
}

enum fit iptables_rule(const struct question *q, const char *chain, char *listing, char *rule,
		       size_t size)
{
	struct listing l = { .chain_count = 0 };
	enum fit best = NO_FIT, one;
	char *line, policy[64];

	snprintf(policy, sizeof(policy), ":%s DROP", chain);
	while (best != FITS && (line = strsep(&listing, "\n"))) {
		if (*line == ':')
			note_chain(&l, line);
		if (best == NO_FIT && strncmp(line, policy, strlen(policy)) == 0) {
			snprintf(rule, size, "policy of %s DROP, or a rule above it", chain);
			best = MAY_FIT;
			continue;
		}
		one = drops(&l, q, chain, line);
		if (one <= best && !(one == MAY_FIT && strncmp(rule, "policy", 6) == 0))
			continue;
		best = one;
		snprintf(rule, size, "%s", line);
	}
	return best;
}

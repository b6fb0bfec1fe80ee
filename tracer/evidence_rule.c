/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evidence about the firewall rule that decided. The event of the verdict names it; its text is
 * what nft(8) or iptables-save(8) print, run in the namespace, where they are installed.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "evidence_impl.h"
#include "verdict_names.h"

enum {
	PATIENCE_MS = 250, /* for a program; what takes longer is ended */
	LISTING = 1 << 16, /* bytes of its output that are looked at */
	WORDS = 64,        /* of a rule of iptables */
};

extern char **environ;

static pid_t start(char *const *argv, int *out)
{
	static const char nowhere[] = "/dev/null";
	posix_spawn_file_actions_t actions;
	int fds[2], err;
	pid_t pid = -1;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, nowhere, O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, nowhere, O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		return -1;
	}
	*out = fds[0];
	return pid;
}

/* What a program prints, up to size - 1 bytes. False: it is not there, failed or took too long. */
static bool run(char *const *argv, char *text, size_t size)
{
	uint64_t until = clock_now() + PATIENCE_MS * 1000000ULL;
	int out, status = 1;
	pid_t pid = start(argv, &out);
	bool ended = false;
	size_t used = 0;

	if (pid < 0)
		return false;
	while (used + 1 < size && clock_now() < until) {
		struct pollfd p = { .fd = out, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, PATIENCE_MS) <= 0)
			break;
		n = read(out, text + used, size - 1 - used);
		ended = n <= 0;
		if (ended)
			break;
		used += n;
	}
	text[used] = '\0';
	close(out);
	if (!ended)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return ended && status == 0;
}

/* The next line of *text, which is moved on; NULL = there is none. */
static char *next_line(char **text)
{
	return *text ? strsep(text, "\n") : NULL;
}

/* "  udp dport 8080 drop # handle 7": its text, without blanks around it. NULL = not in there. */
static char *nft_rule(char *listing, uint64_t handle)
{
	char *line, *mark;

	while ((line = next_line(&listing))) {
		mark = strstr(line, " # handle ");
		if (!mark || strtoull(mark + strlen(" # handle "), NULL, 10) != handle)
			continue;
		*mark = '\0';
		return line + strspn(line, " \t");
	}
	return NULL;
}

static bool nft_text(const struct skbt_verdict *v, char *listing, char **rule)
{
	char table[sizeof(v->table) + 1], chain[sizeof(v->chain) + 1];
	char *argv[] = {
		"nft", "-a", "list", "chain", (char *)verdict_family(v), table, chain, NULL
	};

	snprintf(table, sizeof(table), "%.*s", (int)sizeof(v->table), v->table);
	snprintf(chain, sizeof(chain), "%.*s", (int)sizeof(v->chain), v->chain);
	if (!verdict_family(v) || !run(argv, listing, LISTING))
		return false;
	*rule = nft_rule(listing, v->rule);
	return *rule;
}

static void put_nft(const struct question *q, struct evidence_item *item)
{
	const struct skbt_verdict *v = &q->verdict;
	const char *family = verdict_family(v);
	char *listing = malloc(LISTING), *rule = NULL;

	if (listing && v->rule)
		nft_text(v, listing, &rule);
	if (v->rule)
		evidence_text(item, "rule %llu of %s %.32s %.32s%s%s", (unsigned long long)v->rule,
			      family ? family : "?", v->table, v->chain, rule ? ": " : "",
			      rule ? rule : "");
	else
		evidence_text(item, "policy of %s %.32s %.32s, or a rule that is not known",
			      family ? family : "?", v->table, v->chain);
	evidence_word(item, "family", family ? family : "");
	evidence_word(item, "table", v->table);
	evidence_word(item, "chain", v->chain);
	if (v->rule)
		evidence_number(item, "handle", v->rule);
	free(listing);
}

/* A rule of iptables says of a packet: */
enum fit {
	NO_FIT,
	MAY_FIT, /* it has conditions that are not understood here */
	FITS,
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

static bool is_protocol(const struct question *q, const char *name)
{
	return q->protocol == IPPROTO_TCP   ? strcmp(name, "tcp") == 0
	       : q->protocol == IPPROTO_UDP ? strcmp(name, "udp") == 0
					    : strcmp(name, "tcp") != 0 && strcmp(name, "udp") != 0;
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
		fits = is_protocol(q, value);
	else if (strcmp(option, "-s") == 0)
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

/* "-A INPUT -p udp -m udp --dport 4242 -j DROP", which is cut into words. */
static enum fit fit(const struct question *q, const char *chain, char *line)
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
		if (strcmp(words[i], "-j") == 0)
			return strcmp(words[i + 1], "DROP") == 0 ||
					       strcmp(words[i + 1], "REJECT") == 0
				       ? all
				       : NO_FIT;
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

/* The first rule of the chain that drops such packets, in *rule; or its policy. */
static enum fit find_rule(const struct question *q, const char *chain, char *listing, char *rule,
			  size_t size)
{
	enum fit best = NO_FIT, one;
	char *line, copy[512], policy[64];

	snprintf(policy, sizeof(policy), ":%s DROP", chain);
	while (best != FITS && (line = next_line(&listing))) {
		if (best == NO_FIT && strncmp(line, policy, strlen(policy)) == 0) {
			snprintf(rule, size, "policy of %s DROP, or a rule above it", chain);
			best = MAY_FIT;
			continue;
		}
		snprintf(copy, sizeof(copy), "%s", line);
		one = fit(q, chain, copy);
		if (one <= best && !(one == MAY_FIT && strncmp(rule, "policy", 6) == 0))
			continue;
		best = one;
		snprintf(rule, size, "%s", line);
	}
	return best;
}

static void put_iptables(const struct question *q, struct evidence_item *item)
{
	bool six = q->family == AF_INET6;
	char table[sizeof(q->verdict.table) + 1], rule[EVIDENCE_TEXT] = "";
	const char *chain = verdict_hook(&q->verdict);
	char *argv[] = { six ? "ip6tables-legacy-save" : "iptables-legacy-save", "-t", table,
			 NULL };
	char *listing = malloc(LISTING);
	enum fit found = NO_FIT;

	snprintf(table, sizeof(table), "%.*s", (int)sizeof(q->verdict.table), q->verdict.table);
	if (listing && chain && q->family && run(argv, listing, LISTING))
		found = find_rule(q, chain, listing, rule, sizeof(rule));
	evidence_text(item, "%s of table %s%s%s", chain ? chain : "a chain", table,
		      found == NO_FIT    ? ""
		      : found == MAY_FIT ? ", perhaps: "
					 : ": ",
		      rule);
	evidence_word(item, "table", table);
	evidence_word(item, "chain", chain ? chain : "");
	free(listing);
}

bool evidence_rule(const struct question *q, struct evidence_item *item)
{
	const struct skbt_verdict *v = &q->verdict;

	if (!q->has_verdict)
		return false;
	if (v->kind == SKBT_VERDICT_NF && v->chain[0])
		put_nft(q, item);
	else if (v->kind == SKBT_VERDICT_NF && v->table[0])
		put_iptables(q, item);
	else
		return false;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evidence about the firewall rule that decided. The event of the verdict names it; its text is
 * what nft(8) or iptables-save(8) print, run in the namespace, where they are installed.
 */
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

char *nft_rule(char *listing, uint64_t handle)
{
	char *line, *mark;

	while ((line = strsep(&listing, "\n"))) {
		mark = strstr(line, " # handle ");
		if (!mark || strtoull(mark + strlen(" # handle "), NULL, 10) != handle)
			continue;
		*mark = '\0';
		return line + strspn(line, " \t");
	}
	return NULL;
}

bool nft_takes_name(const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	if (!len || len + 1 >= size || !(isalpha((unsigned char)*name) || *name == '_'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_/.-", name[i]))
			return false;
	return true;
}

static bool nft_text(const struct skbt_verdict *v, char *listing, char **rule)
{
	char *argv[] = { "nft",
			 "-a",
			 "list",
			 "chain",
			 (char *)verdict_family(v),
			 (char *)v->table,
			 (char *)v->chain,
			 NULL };

	if (!nft_takes_name(v->table, sizeof(v->table)) ||
	    !nft_takes_name(v->chain, sizeof(v->chain)))
		return false;
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
		evidence_text(item, "rule %llu of %s %.64s %.128s%s%s", (unsigned long long)v->rule,
			      family ? family : "?", v->table, v->chain, rule ? ": " : "",
			      rule ? rule : "");
	else
		evidence_text(item, "policy of %s %.64s %.128s, or a rule that is not known",
			      family ? family : "?", v->table, v->chain);
	evidence_word(item, "family", family ? family : "");
	evidence_word(item, "table", v->table);
	evidence_word(item, "chain", v->chain);
	if (v->rule)
		evidence_number(item, "handle", v->rule);
	free(listing);
}

static void put_iptables(const struct question *q, struct evidence_item *item)
{
	const char *family = verdict_family(&q->verdict), *chain = verdict_hook(&q->verdict);
	char table[sizeof(q->verdict.table) + 1], rule[EVIDENCE_TEXT] = "", *listing;
	/* Not of ebtables and arptables. */
	const char *program = !family || !q->family        ? NULL
			      : strcmp(family, "ip") == 0  ? "iptables-legacy-save"
			      : strcmp(family, "ip6") == 0 ? "ip6tables-legacy-save"
							   : NULL;
	char *argv[] = { (char *)program, "-t", table, NULL };
	enum fit found = NO_FIT;

	snprintf(table, sizeof(table), "%.*s", (int)sizeof(q->verdict.table), q->verdict.table);
	listing = program && chain ? malloc(LISTING) : NULL;
	if (listing && run(argv, listing, LISTING))
		found = iptables_rule(q, chain, listing, rule, sizeof(rule));
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

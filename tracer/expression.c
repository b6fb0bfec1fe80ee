/* SPDX-License-Identifier: GPL-2.0-only */
#include "expression.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPRESSION_FILE_MAX = 1024 * 1024 };

static void clear_host_bits(uint8_t *addr, unsigned int bits, unsigned int prefix)
{
	for (unsigned int i = prefix; i < bits; i++)
		addr[i / 8] &= ~(0x80 >> i % 8);
}

/* At most three digits, nothing else; -1 if it is not a prefix length up to max. */
static int parse_prefix(const char *text, unsigned int max)
{
	size_t len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len)
		return -1;
	return (unsigned int)atoi(text) <= max ? atoi(text) : -1;
}

int expression_host(struct expression_parts *parts, const char *addr)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	size_t len = strcspn(addr, "/");
	int family, prefix;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, addr, len);
	text[len] = '\0';
	family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, bytes) != 1)
		return -EINVAL;
	if (addr[len] == '\0') {
		inet_ntop(family, bytes, text, sizeof(text));
		snprintf(parts->host, sizeof(parts->host), "host %s", text);
		return 0;
	}
	prefix = parse_prefix(addr + len + 1, family == AF_INET6 ? 128 : 32);
	if (prefix < 0)
		return -EINVAL;
	clear_host_bits(bytes, family == AF_INET6 ? 128 : 32, prefix);
	inet_ntop(family, bytes, text, sizeof(text));
	snprintf(parts->host, sizeof(parts->host), "net %s/%d", text, prefix);
	return 0;
}

void expression_port(struct expression_parts *parts, unsigned int port)
{
	snprintf(parts->port, sizeof(parts->port), "port %u", port);
}

/* RFC 792 echo (8) and echo reply (0), RFC 4443 sections 4.1 and 4.2 (128, 129). */
void expression_icmpid(struct expression_parts *parts, unsigned int id)
{
	snprintf(parts->icmpid, sizeof(parts->icmpid),
		 "(((icmp[0] = 8 or icmp[0] = 0) and icmp[4:2] = %u) or "
		 "((icmp6[0] = 128 or icmp6[0] = 129) and icmp6[4:2] = %u))",
		 id, id);
}

static int read_file(const char *path, char **out, struct error *e)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	int err = 0;

	if (!f)
		return error_set(e, EXIT_USAGE, -errno, "cannot read the filter file %s: %s", path,
				 strerror(errno));
	text = malloc(EXPRESSION_FILE_MAX + 1);
	if (!text) {
		err = error_set(e, EXIT_RUNTIME, -ENOMEM, "no memory for the filter file %s", path);
		goto out;
	}
	len = fread(text, 1, EXPRESSION_FILE_MAX + 1, f);
	if (ferror(f)) {
		err = error_set(e, EXIT_USAGE, -EIO, "cannot read the filter file %s", path);
	} else if (len > EXPRESSION_FILE_MAX || memchr(text, '\0', len)) {
		err = error_set(e, EXIT_USAGE, -EINVAL,
				"the filter file %s is no pcap expression (text of at most 1 MiB)",
				path);
	}
out:
	fclose(f);
	if (err) {
		free(text);
		return err;
	}
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	text[len] = '\0';
	*out = text;
	return 0;
}

static int join_words(char **words, int count, char **out, struct error *e)
{
	size_t size = 1;
	char *text, *end;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	text = end = calloc(1, size);
	if (!text)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "no memory for the filter");
	for (int i = 0; i < count; i++) {
		if (i > 0)
			*end++ = ' ';
		end = stpcpy(end, words[i]);
	}
	*out = text;
	return 0;
}

/* Text that closes a bracket it did not open would come apart when it is put into brackets. */
static int check_brackets(const char *text, struct error *e)
{
	int depth = 0;

	for (const char *p = text; *p && depth >= 0; p++)
		depth += (*p == '(') - (*p == ')');
	if (depth != 0)
		return error_set(e, EXIT_USAGE, -EINVAL,
				 "the filter has a \"%c\" without its \"%c\": %s",
				 depth > 0 ? '(' : ')', depth > 0 ? ')' : '(', text);
	return 0;
}

static int join_parts(const struct expression_parts *parts, const char *own, char **out,
		      struct error *e)
{
	const char *shorthand[] = { parts->proto, parts->host, parts->port, parts->icmpid };
	size_t size = sizeof(*parts) + strlen(own) + 32;
	char *text = calloc(1, size);
	size_t len = 0;

	if (!text)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "no memory for the filter");
	for (size_t i = 0; i < sizeof(shorthand) / sizeof(shorthand[0]); i++) {
		if (shorthand[i][0])
			len += snprintf(text + len, size - len, "%s%s", len ? " and " : "",
					shorthand[i]);
	}
	if (own[0])
		snprintf(text + len, size - len, len ? " and (%s)" : "%s", own);
	*out = text;
	return 0;
}

int expression_join(const struct expression_parts *parts, char **words, int count, char **out,
		    struct error *e)
{
	char *own = NULL;
	int err;

	if (parts->file && count > 0)
		return error_set(
			e, EXIT_USAGE, -EINVAL,
			"the filter is given twice, as words (\"%s ...\") and with -F: use one",
			words[0]);
	if (parts->file)
		err = read_file(parts->file, &own, e);
	else
		err = join_words(words, count, &own, e);
	if (!err)
		err = check_brackets(own, e);
	if (!err)
		err = join_parts(parts, own, out, e);
	free(own);
	return err;
}

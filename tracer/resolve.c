/* SPDX-License-Identifier: GPL-2.0-only */
#include "resolve.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "netns_names.h"
#include "netns_visit.h"
#include "options.h"

/* The first few names of dir, for a message; returns how many there are. */
static int list_names(const char *dir, char *text, size_t size, struct nearest *nearest)
{
	enum { SHOWN = 8 };
	DIR *d = opendir(dir);
	const struct dirent *entry;
	size_t len = 0;
	int count = 0;

	text[0] = '\0';
	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		nearest_offer(nearest, entry->d_name);
		if (count < SHOWN && len < size)
			len += snprintf(text + len, size - len, "%s%s", count ? ", " : "",
					entry->d_name);
		else if (count == SHOWN && len < size)
			len += snprintf(text + len, size - len, ", ...");
		count++;
	}
	if (d)
		closedir(d);
	return count;
}

static int no_such_netns(const char *given, const char *dir, struct error *e)
{
	struct nearest nearest;
	char names[400];

	nearest_init(&nearest, given);
	if (list_names(dir, names, sizeof(names), &nearest) == 0)
		return error_set(e, EXIT_USAGE, -ENOENT,
				 "no network namespace \"%s\": %s has no names; give a path like "
				 "/proc/PID/ns/net or an inode number",
				 given, dir);
	if (nearest_best(&nearest))
		return error_set(
			e, EXIT_USAGE, -ENOENT,
			"no network namespace \"%s\" in %s; did you mean \"%s\"? (it has: %s)",
			given, dir, nearest_best(&nearest), names);
	return error_set(e, EXIT_USAGE, -ENOENT, "no network namespace \"%s\" in %s (it has: %s)",
			 given, dir, names);
}

static int resolve_path(const char *path, uint32_t *inode, struct error *e)
{
	int err = netns_inode_of(path, inode);

	if (err == -EACCES || err == -EPERM)
		return error_set(
			e, EXIT_PRIVILEGE, err,
			"may not look at the network namespace %s: needs CAP_SYS_PTRACE for "
			"another user's process (try sudo)",
			path);
	if (err == -EINVAL)
		return error_set(e, EXIT_USAGE, err,
				 "%s is no network namespace; give a file like /proc/PID/ns/net",
				 path);
	if (err)
		return error_set(e, EXIT_USAGE, err, "no network namespace at %s: %s", path,
				 strerror(-err));
	return 0;
}

/* "4026531840" or "net:[4026531840]" */
static int parse_inode(const char *text, uint32_t *inode)
{
	bool link = strncmp(text, "net:[", 5) == 0;
	const char *digits = link ? text + 5 : text;
	size_t len = strspn(digits, "0123456789");
	unsigned long long n;

	if (len == 0 || len > 10 || strcmp(digits + len, link ? "]" : "") != 0)
		return -EINVAL;
	n = strtoull(digits, NULL, 10);
	if (n == 0 || n > UINT32_MAX)
		return -EINVAL;
	*inode = n;
	return 0;
}

int resolve_netns(const char *given, const char *dir, uint32_t *inode, struct error *e)
{
	char path[4096];
	int err;

	if (!dir)
		dir = NETNS_NAMES_DIR;
	if (strchr(given, '/'))
		return resolve_path(given, inode, e);
	snprintf(path, sizeof(path), "%s/%s", dir, given);
	/* A name may consist of digits, so names come first; "." and ".." are not namespaces. */
	err = netns_inode_of(path, inode);
	if (err == 0 || parse_inode(given, inode) == 0)
		return 0;
	if (err == -EACCES || err == -EPERM)
		return resolve_path(path, inode, e);
	return no_such_netns(given, dir, e);
}

struct iface_search {
	const char *name;
	uint32_t netns; /* look only there; 0 = everywhere */
	bool found, visited;
	struct nearest nearest;
};

static bool search_netns(const struct netns_place *place, void *ctx)
{
	struct iface_search *s = ctx;
	struct if_nameindex *list;

	if (s->netns && place->inode != s->netns)
		return false;
	s->visited = true;
	list = if_nameindex();
	for (struct if_nameindex *i = list; i && i->if_index; i++) {
		nearest_offer(&s->nearest, i->if_name);
		s->found |= strcmp(i->if_name, s->name) == 0;
	}
	if (list)
		if_freenameindex(list);
	return s->found || s->netns;
}

/* Only existence matters: the kernel side compares the name of skb->dev. */
static int check_iface(const struct options *o, struct error *e)
{
	struct iface_search s = { .name = o->iface, .netns = o->netns_inode };
	const char *where_name = o->netns ? o->netns : "", *guess;
	const char *where = o->netns ? " in network namespace " : " in any network namespace";
	bool complete;
	int err;

	nearest_init(&s.nearest, o->iface);
	err = netns_visit(search_netns, &s, &complete);
	if (err)
		return error_set(e, EXIT_RUNTIME, err, "cannot look for interface %s: %s", o->iface,
				 strerror(-err));
	/* What could not be seen may have it, or it may be made during the run there. */
	if (s.found || (s.netns ? !s.visited : !complete))
		return 0;
	guess = nearest_best(&s.nearest);
	return error_set(e, EXIT_USAGE, -ENODEV, "no interface \"%s\"%s%s; %s%s%s", o->iface, where,
			 where_name, guess ? "did you mean \"" : "skbtrace -D lists them",
			 guess ? guess : "", guess ? "\"?" : "");
}

int options_resolve(struct options *o, struct error *e)
{
	int err = 0;

	if (o->netns)
		err = resolve_netns(o->netns, NULL, &o->netns_inode, e);
	if (!err && o->iface)
		err = check_iface(o, e);
	return err;
}

/* pad: spaces before the first address. */
static void print_addresses(FILE *f, const struct ifaddrs *all, const char *name, int pad)
{
	char text[INET6_ADDRSTRLEN];

	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		const struct sockaddr *sa = a->ifa_addr;
		const void *addr;

		if (!sa || strcmp(a->ifa_name, name) != 0)
			continue;
		if (sa->sa_family == AF_INET)
			addr = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
		else if (sa->sa_family == AF_INET6)
			addr = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
		else
			continue;
		fprintf(f, "%*s%s", pad, "", inet_ntop(sa->sa_family, addr, text, sizeof(text)));
		pad = 1;
	}
}

static const char *iface_state(const struct ifaddrs *all, const char *name)
{
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		if (strcmp(a->ifa_name, name) == 0)
			return !(a->ifa_flags & IFF_UP)        ? "down"
			       : !(a->ifa_flags & IFF_RUNNING) ? "no-carrier"
							       : "up";
	}
	return "-";
}

/* The kernel lets control characters into names of interfaces. */
static const char *printable(const char *name, char *buf, size_t size)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++)
		buf[i] = name[i] > ' ' && name[i] < 0x7f ? name[i] : '?';
	buf[i] = '\0';
	return buf;
}

static bool print_netns(const struct netns_place *place, void *ctx)
{
	enum { STATE_WIDTH = 12 };
	struct if_nameindex *list = if_nameindex();
	struct ifaddrs *all = NULL;
	char name[NAME_MAX + 1];
	FILE *f = ctx;

	if (getifaddrs(&all))
		all = NULL;
	fprintf(f, "network namespace %u%s%s%s\n", place->inode, place->name ? " " : "",
		place->name ? printable(place->name, name, sizeof(name)) : "",
		place->own ? " (this one)" : "");
	for (struct if_nameindex *i = list; i && i->if_index; i++) {
		const char *state = iface_state(all, i->if_name);

		fprintf(f, "  %3u  %-15s  %s", i->if_index,
			printable(i->if_name, name, sizeof(name)), state);
		print_addresses(f, all, i->if_name, STATE_WIDTH - (int)strlen(state));
		fputc('\n', f);
	}
	if (all)
		freeifaddrs(all);
	if (list)
		if_freenameindex(list);
	return false;
}

int options_list_interfaces(FILE *f)
{
	bool complete;
	int err = netns_visit(print_netns, f, &complete);

	if (!err && !complete)
		fprintf(stderr,
			"some network namespaces are not listed: they need CAP_SYS_ADMIN and "
			"CAP_SYS_PTRACE (try sudo)\n");
	return err;
}

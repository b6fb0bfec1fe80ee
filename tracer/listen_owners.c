/* SPDX-License-Identifier: GPL-2.0-only */
/* Which processes hold the sockets of a list: the links in /proc/PID/fd. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listen_diag.h"
#include "pid_namespace.h"

static int by_inode(const void *a, const void *b)
{
	uint64_t left = (*(struct skbt_listener *const *)a)->inode;
	uint64_t right = (*(struct skbt_listener *const *)b)->inode;

	return (left > right) - (left < right);
}

struct holders {
	struct skbt_listener **sorted;
	size_t count;
};

static void read_comm(const char *pid, char comm[SKBT_COMM_LEN])
{
	char path[64], text[SKBT_COMM_LEN + 1];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len < 0 ? 0 : len] = '\0';
	memset(comm, 0, SKBT_COMM_LEN);
	memcpy(comm, text, strcspn(text, "\n"));
}

static void holds(const struct holders *h, const char *pid, uint64_t inode)
{
	struct skbt_listener key = { .inode = inode }, *of = &key, **found;
	__u32 number = strtoul(pid, NULL, 10);

	found = bsearch(&of, h->sorted, h->count, sizeof(*h->sorted), by_inode);
	/* Who came before is preferred, but the first process makes sockets for others. */
	if (!found || (*found)->pid > 1)
		return;
	(*found)->pid = number;
	read_comm(pid, (*found)->comm);
}

static void scan_process(const struct holders *h, const char *pid)
{
	const struct dirent *d;
	char path[64], target[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);
		unsigned long long inode;

		target[len < 0 ? 0 : len] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			holds(h, pid, inode);
	}
	if (dir)
		closedir(dir);
}

void listen_list_owners(struct listen_list *list, __u32 prefer)
{
	struct holders h = { .sorted = calloc(list->count ?: 1, sizeof(*h.sorted)) };
	DIR *proc = pid_namespace_is_hosts() ? opendir("/proc") : NULL;
	const struct dirent *d;
	char first[16];

	for (size_t i = 0; h.sorted && i < list->count; i++)
		if (list->sockets[i].inode)
			h.sorted[h.count++] = &list->sockets[i];
	if (h.count)
		qsort(h.sorted, h.count, sizeof(*h.sorted), by_inode);
	snprintf(first, sizeof(first), "%u", prefer);
	if (prefer && h.count)
		scan_process(&h, first);
	while (proc && h.count && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			scan_process(&h, d->d_name);
	if (proc)
		closedir(proc);
	free(h.sorted);
}

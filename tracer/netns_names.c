/* SPDX-License-Identifier: GPL-2.0-only */
#include "netns_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

struct entry {
	uint32_t inode;
	char *name;
};

struct netns_names {
	char *dir;
	struct entry *entries; /* sorted by inode, then name */
	size_t count, room;
	struct timespec changed; /* of the directory, when it was read */
	time_t looked_at;        /* CLOCK_MONOTONIC seconds */
};

int netns_inode_of(const char *path, uint32_t *inode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct statfs fs;
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fstat(fd, &st))
		err = -errno;
	/* The file system first: to some other device the ioctl could mean anything. */
	else if (fs.f_type != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		err = -EINVAL;
	else
		*inode = st.st_ino;
	close(fd);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void forget_all(struct netns_names *nn)
{
	for (size_t i = 0; i < nn->count; i++)
		free(nn->entries[i].name);
	nn->count = 0;
}

static int add(struct netns_names *nn, uint32_t inode, const char *name)
{
	if (nn->count == nn->room) {
		size_t room = nn->room ? 2 * nn->room : 16;
		struct entry *more = realloc(nn->entries, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		nn->entries = more;
		nn->room = room;
	}
	nn->entries[nn->count].inode = inode;
	nn->entries[nn->count].name = strdup(name);
	if (!nn->entries[nn->count].name)
		return -ENOMEM;
	nn->count++;
	return 0;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

static void read_names(struct netns_names *nn)
{
	DIR *dir = opendir(nn->dir);
	const struct dirent *d;
	char path[4096];
	uint32_t inode;
	struct stat st;

	forget_all(nn);
	if (!stat(nn->dir, &st))
		nn->changed = st.st_mtim;
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", nn->dir, d->d_name);
		if (netns_inode_of(path, &inode) == 0 && add(nn, inode, d->d_name))
			break;
	}
	closedir(dir);
	if (nn->count)
		qsort(nn->entries, nn->count, sizeof(*nn->entries), compare);
}

struct netns_names *netns_names_new_from(const char *dir)
{
	struct netns_names *nn = calloc(1, sizeof(*nn));

	if (!nn)
		return NULL;
	nn->dir = strdup(dir);
	if (!nn->dir) {
		free(nn);
		return NULL;
	}
	read_names(nn);
	return nn;
}

struct netns_names *netns_names_new(void)
{
	return netns_names_new_from(NETNS_NAMES_DIR);
}

void netns_names_free(struct netns_names *nn)
{
	if (!nn)
		return;
	forget_all(nn);
	free(nn->entries);
	free(nn->dir);
	free(nn);
}

static const char *find(const struct netns_names *nn, uint32_t inode)
{
	size_t low = 0, high = nn->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nn->entries[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nn->count && nn->entries[low].inode == inode ? nn->entries[low].name : NULL;
}

static bool has_changed(const struct netns_names *nn)
{
	struct stat st;

	return !stat(nn->dir, &st) && (st.st_mtim.tv_sec != nn->changed.tv_sec ||
				       st.st_mtim.tv_nsec != nn->changed.tv_nsec);
}

const char *netns_name(struct netns_names *nn, uint32_t inode)
{
	const char *name = inode ? find(nn, inode) : NULL;

	if (!inode || now() == nn->looked_at)
		return name;
	nn->looked_at = now();
	/* A known inode too: the number of a namespace that is gone soon belongs to another. A new
	 * name's file is there before the namespace is mounted on it, which the directory does not
	 * show. */
	if (name && !has_changed(nn))
		return name;
	read_names(nn);
	return find(nn, inode);
}

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
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Times in nanoseconds, of the clock that the caller of netns_names_follow() reads. */
#define SECOND    1000000000ULL
#define REMEMBER  (2 * SECOND) /* how long the name of a namespace that is gone is still given */
#define SETTLE    (2 * SECOND) /* how long after a change a file may still become a namespace */
#define LOOK_OVER SECOND       /* how often the directory is read because a name is missing */

struct entry {
	uint32_t inode;
	uint64_t gone; /* when the name was found to be gone, 0 = it is there */
	char *name;
};

struct netns_names {
	char *dir;
	struct entry *entries; /* sorted by inode, then name */
	size_t count, room;
	const struct entry *last; /* found; NULL = none, or the entries are others now */
	int inotify, watch;       /* -1 = not there (yet) */
	bool unsettled;           /* the directory has a file that is no namespace */
	bool missed;              /* a name was asked for that is not there */
	uint64_t settle_until;
	uint64_t looked_at; /* when it was last seen to whether a name is missing */
	uint64_t forget_at; /* when the first of the names that are gone is forgotten, 0 = none */
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

static void sort(struct netns_names *nn)
{
	if (nn->count)
		qsort(nn->entries, nn->count, sizeof(*nn->entries), compare);
}

/* Takes the name over, also where there is no memory. */
static int add(struct netns_names *nn, uint32_t inode, char *name, uint64_t gone)
{
	if (name && nn->count == nn->room) {
		size_t room = nn->room ? 2 * nn->room : 16;
		struct entry *more = realloc(nn->entries, room * sizeof(*more));

		if (more) {
			nn->entries = more;
			nn->room = room;
		}
	}
	if (!name || nn->count == nn->room) {
		free(name);
		return -ENOMEM;
	}
	nn->entries[nn->count++] = (struct entry){ .inode = inode, .gone = gone, .name = name };
	return 0;
}

static const struct entry *find(const struct netns_names *nn, size_t count, uint32_t inode)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nn->entries[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && nn->entries[low].inode == inode ? &nn->entries[low] : NULL;
}

static void read_directory(struct netns_names *nn)
{
	DIR *dir = opendir(nn->dir);
	const struct dirent *d;
	char path[4096];
	uint32_t inode;

	nn->unsettled = false;
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", nn->dir, d->d_name);
		if (netns_inode_of(path, &inode))
			nn->unsettled = true;
		else if (add(nn, inode, strdup(d->d_name), 0))
			break;
	}
	closedir(dir);
	sort(nn);
}

/*
 * Packets of a namespace are seen until after its end, and events are read later than they happen:
 * what was named before keeps its name for a while, unless the number has a name again. Not longer,
 * because the kernel gives the number to the next namespace.
 */
static void keep_gone(struct netns_names *nn, struct entry *old, size_t count, uint64_t now)
{
	size_t there = nn->count;

	nn->forget_at = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t gone = old[i].gone ? old[i].gone : now;

		if (now - gone >= REMEMBER || find(nn, there, old[i].inode)) {
			free(old[i].name);
			continue;
		}
		if (add(nn, old[i].inode, old[i].name, gone))
			continue;
		if (!nn->forget_at || gone + REMEMBER < nn->forget_at)
			nn->forget_at = gone + REMEMBER;
	}
	sort(nn);
}

static void read_names(struct netns_names *nn, uint64_t now)
{
	struct entry *old = nn->entries;
	size_t count = nn->count;

	nn->entries = NULL;
	nn->last = NULL;
	nn->count = 0;
	nn->room = 0;
	read_directory(nn);
	keep_gone(nn, old, count, now);
	free(old);
	nn->missed = false;
}

struct netns_names *netns_names_new_from(const char *dir)
{
	struct netns_names *nn = calloc(1, sizeof(*nn));

	if (!nn)
		return NULL;
	nn->inotify = -1;
	nn->watch = -1;
	nn->dir = strdup(dir);
	if (!nn->dir) {
		free(nn);
		return NULL;
	}
	read_names(nn, 0);
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
	for (size_t i = 0; i < nn->count; i++)
		free(nn->entries[i].name);
	if (nn->inotify >= 0)
		close(nn->inotify);
	free(nn->entries);
	free(nn->dir);
	free(nn);
}

const char *netns_name(struct netns_names *nn, uint32_t inode)
{
	if (!inode)
		return NULL;
	if (!nn->last || nn->last->inode != inode)
		nn->last = find(nn, nn->count, inode);
	if (!nn->last)
		nn->missed = true;
	return nn->last ? nn->last->name : NULL;
}

/* True: the directory is watched from now on. */
static bool start_watch(struct netns_names *nn)
{
	if (nn->inotify < 0)
		nn->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (nn->inotify < 0)
		return false;
	nn->watch = inotify_add_watch(nn->inotify, nn->dir,
				      IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR);
	return nn->watch >= 0;
}

/* Whether names came or went since the last call; which, the directory tells. */
static bool has_changed(struct netns_names *nn)
{
	char space[4096] __attribute__((aligned(8)));
	const struct inotify_event *event;
	bool changed = false;
	ssize_t n;

	while ((n = read(nn->inotify, space, sizeof(space))) > 0) {
		changed = true;
		for (char *at = space; at < space + n; at += sizeof(*event) + event->len) {
			event = (const void *)at;
			if (event->mask & IN_IGNORED) /* the directory itself is gone */
				nn->watch = -1;
		}
	}
	return changed;
}

void netns_names_follow(struct netns_names *nn, uint64_t now)
{
	bool look_over = now - nn->looked_at >= LOOK_OVER, changed;

	if (nn->watch >= 0)
		changed = has_changed(nn);
	else
		changed = (!nn->settle_until || look_over) && start_watch(nn);
	if (changed || !nn->settle_until)
		nn->settle_until = now + SETTLE;
	if (look_over)
		nn->looked_at = now;
	/* A new name's file is there before the namespace is mounted on it, which nothing tells. */
	if (changed || (nn->unsettled && now < nn->settle_until) || (nn->missed && look_over) ||
	    (nn->forget_at && now >= nn->forget_at))
		read_names(nn, now);
}

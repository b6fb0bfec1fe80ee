/* SPDX-License-Identifier: GPL-2.0-only */
#include "netns_visit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns_names.h"

struct walk {
	bool (*visit)(const struct netns_place *place, void *ctx);
	void *ctx;
	uint32_t *seen; /* inodes that need not be visited again */
	size_t count, room;
	bool complete, done;
	int err;
};

static bool remember(struct walk *w, uint32_t inode)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->seen[i] == inode)
			return false;
	}
	if (w->count == w->room) {
		size_t room = w->room ? 2 * w->room : 64;
		uint32_t *more = realloc(w->seen, room * sizeof(*more));

		if (!more) {
			w->err = -ENOMEM;
			return false;
		}
		w->seen = more;
		w->room = room;
	}
	w->seen[w->count++] = inode;
	return true;
}

static int enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	return err;
}

static void visit_path(struct walk *w, const char *path, const char *name)
{
	struct netns_place place = { .name = name };
	int err = netns_inode_of(path, &place.inode);

	if (err == 0 && !remember(w, place.inode))
		return;
	if (err == 0)
		err = enter(path);
	if (err == 0)
		w->done = w->visit(&place, w->ctx);
	else if (err == -EACCES || err == -EPERM)
		w->complete = false;
}

static void visit_names(struct walk *w)
{
	DIR *dir = opendir(NETNS_NAMES_DIR);
	const struct dirent *d;
	char path[4096];

	while (dir && !w->done && !w->err && (d = readdir(dir))) {
		snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", d->d_name);
		if (d->d_name[0] != '.')
			visit_path(w, path, d->d_name);
	}
	if (dir)
		closedir(dir);
}

static void visit_processes(struct walk *w)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;
	char path[300];

	while (dir && !w->done && !w->err && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", d->d_name);
		if (strspn(d->d_name, "0123456789") == strlen(d->d_name))
			visit_path(w, path, NULL);
	}
	if (dir)
		closedir(dir);
}

static void *walk_thread(void *arg)
{
	struct walk *w = arg;

	visit_names(w);
	visit_processes(w);
	return NULL;
}

static void visit_own(struct walk *w)
{
	struct netns_names *names = netns_names_new();
	struct netns_place place = { .own = true };

	if (netns_inode_of("/proc/self/ns/net", &place.inode) == 0 && remember(w, place.inode)) {
		place.name = names ? netns_name(names, place.inode) : NULL;
		w->done = w->visit(&place, w->ctx);
	}
	netns_names_free(names);
}

int netns_visit(bool (*visit)(const struct netns_place *place, void *ctx), void *ctx,
		bool *complete)
{
	struct walk w = { .visit = visit, .ctx = ctx, .complete = true };
	pthread_t thread;

	visit_own(&w);
	if (!w.done && !w.err) {
		w.err = -pthread_create(&thread, NULL, walk_thread, &w);
		if (!w.err)
			pthread_join(thread, NULL);
	}
	free(w.seen);
	*complete = w.complete;
	return w.err;
}

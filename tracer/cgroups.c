/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroups.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "clock.h"

enum {
	NAMES = 8192, /* more are forgotten: what is still there is read again */
	PATH_SIZE = 4096,
	DEPTH = 64,
	SHORT_ID = 12, /* digits of a container's id, as its runtime shows it */
	LONG_ID = 64,  /* and whole */
	SECOND = 1000000000,
};

struct cgroups {
	char *mount;               /* NULL = none */
	struct cgroup_name *names; /* sorted by id */
	size_t count;
	uint64_t next_look;
};

/* Digits at the end of a component, of which len bytes count. */
static size_t digits_at_end(const char *component, size_t len)
{
	size_t n = 0;

	while (n < len && isxdigit((unsigned char)component[len - n - 1]))
		n++;
	return n;
}

/*
 * "docker-ID.scope", "cri-containerd-ID.scope", "libpod-ID.scope", "x:cri-containerd:ID", or the id
 * alone. A shorter number behind a name could be anything: the last part of a pod's UUID looks so.
 */
static const char *container_of(const char *component, size_t len, size_t *digits)
{
	static const char scope[] = ".scope";
	const size_t scope_len = sizeof(scope) - 1;
	size_t before;

	if (len > scope_len && !memcmp(component + len - scope_len, scope, scope_len))
		len -= scope_len;
	*digits = digits_at_end(component, len);
	before = len - *digits;
	if (*digits == LONG_ID && before &&
	    (component[before - 1] == '-' || component[before - 1] == ':'))
		return component + before;
	return *digits >= SHORT_ID && !before ? component : NULL;
}

const char *container_in(const char *path, size_t *len)
{
	const char *found = NULL, *at = path;
	size_t digits;

	while (*at) {
		size_t size = strcspn(at, "/");
		const char *id = container_of(at, size, &digits);

		/* The innermost: a container may run others. */
		if (id) {
			found = id;
			*len = digits;
		}
		at += size;
		at += *at == '/';
	}
	return found;
}

/* Place of the id, or where it belongs. */
static size_t place_of(const struct cgroups *c, uint64_t id)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->names[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void forget_all(struct cgroups *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->names[i].path);
		free(c->names[i].container);
	}
	c->count = 0;
}

static void add(struct cgroups *c, uint64_t id, const char *path)
{
	struct cgroup_name *name = &c->names[place_of(c, id)];
	struct cgroup_name new = { .id = id, .path = strdup(path) };
	size_t len;
	const char *container = container_in(path, &len);

	if (!new.path)
		return;
	if (container)
		new.container = strndup(container, len);
	if (name < c->names + c->count && name->id == id) { /* renamed, on version 1 only */
		free(name->path);
		free(name->container);
	} else {
		memmove(name + 1, name, (c->names + c->count++ - name) * sizeof(*name));
	}
	*name = new;
}

/* path is that of the directory fd, and room for those below it. */
static void read_below(struct cgroups *c, int fd, char *path, size_t len, int depth)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *d;

	if (!dir) {
		close(fd);
		return;
	}
	while (depth < DEPTH && (d = readdir(dir))) {
		size_t size = strlen(d->d_name);
		int sub;

		if (d->d_type != DT_DIR || d->d_name[0] == '.' || len + 1 + size >= PATH_SIZE ||
		    c->count == NAMES)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, d->d_name, size + 1);
		add(c, d->d_ino, path);
		sub = openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (sub >= 0)
			read_below(c, sub, path, len + 1 + size, depth + 1);
	}
	closedir(dir);
}

static void read_names(struct cgroups *c)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd;

	c->next_look = clock_now() + SECOND;
	fd = c->mount ? open(c->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	if (c->count == NAMES)
		forget_all(c);
	if (!fstat(fd, &st))
		add(c, st.st_ino, "/");
	read_below(c, fd, path, 0, 0);
}

/* Where systemd and others mount it: alone, or beside version 1. */
static const char *find_mount(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!statfs(places[i], &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	return NULL;
}

struct cgroups *cgroups_new(const char *mount)
{
	struct cgroups *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	if (!mount)
		mount = find_mount();
	if (mount)
		c->mount = strdup(mount);
	c->names = calloc(NAMES, sizeof(*c->names));
	if ((mount && !c->mount) || !c->names) {
		cgroups_free(c);
		return NULL;
	}
	read_names(c);
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	forget_all(c);
	free(c->names);
	free(c->mount);
	free(c);
}

void cgroups_add(struct cgroups *c, uint64_t id, const char *path)
{
	if (c->count == NAMES)
		read_names(c);
	if (c->count < NAMES)
		add(c, id, path);
}

const struct cgroup_name *cgroups_find(struct cgroups *c, uint64_t id)
{
	size_t at = place_of(c, id);

	if (id && (at == c->count || c->names[at].id != id) && clock_now() >= c->next_look) {
		read_names(c);
		at = place_of(c, id);
	}
	return id && at < c->count && c->names[at].id == id ? &c->names[at] : NULL;
}

uint64_t cgroups_id(const struct cgroups *c, const char *path)
{
	char whole[PATH_SIZE];
	struct stat st;

	if (!c->mount)
		return 0;
	snprintf(whole, sizeof(whole), "%s%s", c->mount, path);
	return stat(whole, &st) ? 0 : st.st_ino;
}

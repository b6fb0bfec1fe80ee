/* SPDX-License-Identifier: GPL-2.0-only */
#include "netns_enter.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns_names.h"

static int open_if(const char *path, uint32_t inode)
{
	uint32_t found;
	struct stat st;
	int fd;

	/* That it is a namespace is asked first: to open some other file may do things. */
	if (netns_inode_of(path, &found) || found != inode)
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_ino == inode)
		return fd;
	close(fd);
	return -ENOENT;
}

/* Entries of dir that begin with one of these characters; suffix leads on from there. */
static int search(const char *dir, const char *suffix, int (*wanted)(int), uint32_t inode)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	char path[600];
	int fd = -ENOENT;

	while (d && fd < 0 && (entry = readdir(d))) {
		if (!wanted((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", dir, entry->d_name, suffix);
		fd = open_if(path, inode);
	}
	if (d)
		closedir(d);
	return fd;
}

static int no_dot(int c)
{
	return c != '.';
}

int netns_open(uint32_t inode, pid_t guess)
{
	char path[64];
	int fd = open_if("/proc/thread-self/ns/net", inode);

	if (fd < 0)
		fd = search(NETNS_NAMES_DIR, "", no_dot, inode);
	if (fd < 0 && guess) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", guess);
		fd = open_if(path, inode);
	}
	return fd < 0 ? search("/proc", "/ns/net", isdigit, inode) : fd;
}

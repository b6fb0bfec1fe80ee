/* SPDX-License-Identifier: GPL-2.0-only */
#include "ready.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

/* Given to stdio, because glibc ignores a size without a buffer and takes 4 KB. */
static char stdout_buffer[1 << 16];

static int fail(const char *path, struct error *e)
{
	return error_set(e, EXIT_RUNTIME, -errno, "cannot write the ready file %s: %s", path,
			 strerror(errno));
}

/* Written beside path and renamed, so that whoever sees path finds the process id in it. */
static int write_beside(const char *path, char *beside, size_t size)
{
	int fd, err;

	snprintf(beside, size, "%s.%d", path, getpid());
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	err = dprintf(fd, "%d\n", getpid()) < 0;
	err |= close(fd);
	return err ? -1 : 0;
}

int ready_file_prepare(const char *path, struct error *e)
{
	char beside[PATH_MAX];
	struct stat st;

	if (!path)
		return 0;
	/* Only what we would have made ourselves: a FIFO or a device is somebody else's. */
	if (!lstat(path, &st)) {
		if (!S_ISREG(st.st_mode))
			return error_set(e, EXIT_USAGE, -EINVAL,
					 "the ready file %s is there and is not a regular file; "
					 "name another",
					 path);
		if (unlink(path))
			return fail(path, e);
	}
	if (write_beside(path, beside, sizeof(beside)))
		return fail(path, e);
	unlink(beside);
	return 0;
}

int ready_file_write(const char *path, struct error *e)
{
	char beside[PATH_MAX];

	if (!path)
		return 0;
	if (write_beside(path, beside, sizeof(beside)) || rename(beside, path))
		return fail(path, e);
	return 0;
}

void ready_say(uint64_t started, const char *what, const char *expression, const char *more)
{
	fprintf(stderr, "ready in %.1f s: %s, ", (clock_now() - started) / 1e9, what);
	if (*expression)
		fprintf(stderr, "filter \"%s\"", expression);
	else
		fputs("no packet filter", stderr);
	fprintf(stderr, "%s\n", more);
}

void stdout_begin(void)
{
	setvbuf(stdout, stdout_buffer, _IOFBF, sizeof(stdout_buffer));
}

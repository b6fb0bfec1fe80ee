/* SPDX-License-Identifier: GPL-2.0-only */
#include "top_pending.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "pid_namespace.h"

/* Calls that wait for bytes, and which argument holds flags; -1 = none. */
static const struct {
	long number;
	int flags_arg;
} waiting_calls[] = {
	{ SYS_read, -1 },   { SYS_readv, -1 },   { SYS_recvfrom, 3 },
	{ SYS_recvmsg, 2 }, { SYS_recvmmsg, 3 },
};

int top_pending_fd(const char *text)
{
	unsigned long long args[4];
	long number;

	/* "running", or "-1 SP PC" outside of a call */
	if (sscanf(text, "%ld %llx %llx %llx %llx", &number, &args[0], &args[1], &args[2],
		   &args[3]) != 5)
		return -1;
	for (size_t i = 0; i < sizeof(waiting_calls) / sizeof(waiting_calls[0]); i++) {
		int flags = waiting_calls[i].flags_arg;

		if (waiting_calls[i].number != number)
			continue;
		return flags >= 0 && args[flags] & (MSG_PEEK | MSG_ERRQUEUE) ? -1 : (int)args[0];
	}
	return -1;
}

static bool is_socket(int process, int fd)
{
	char path[32], target[64];
	ssize_t len;

	snprintf(path, sizeof(path), "fd/%d", fd);
	len = readlinkat(process, path, target, sizeof(target));
	return len > 8 && !strncmp(target, "socket:[", 8);
}

static void scan_thread(int map_fd, int process, const char *tid)
{
	char path[64], text[256];
	uint32_t key = strtoul(tid, NULL, 10), value = 1;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "task/%.20s/syscall", tid);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len < 0 ? 0 : len] = '\0';
	fd = top_pending_fd(text);
	if (fd >= 0 && is_socket(process, fd))
		bpf_map_update_elem(map_fd, &key, &value, BPF_ANY);
}

static void scan_process(int map_fd, const char *pid)
{
	const struct dirent *d;
	char path[64];
	int process, tasks;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s", pid);
	process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return;
	tasks = openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = tasks >= 0 ? fdopendir(tasks) : NULL;
	while (dir && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			scan_thread(map_fd, process, d->d_name);
	if (dir)
		closedir(dir);
	else if (tasks >= 0)
		close(tasks);
	close(process);
}

void top_pending_scan(int map_fd)
{
	DIR *proc = pid_namespace_is_hosts() ? opendir("/proc") : NULL;
	const struct dirent *d;

	while (proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			scan_process(map_fd, d->d_name);
	if (proc)
		closedir(proc);
}

bool top_pending_any(int map_fd)
{
	uint32_t key;

	return !bpf_map_get_next_key(map_fd, NULL, &key);
}

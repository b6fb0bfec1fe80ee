/* SPDX-License-Identifier: GPL-2.0-only */
#include "processes.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bpf/skbtrace_abi.h"

/* 4,096 processes; of a set, the one that was longest of no use makes room. */
enum { WAYS = 4, SETS = 1024, CGROUP_FILE = 4096 };

/* Shared by a process and the children that it forks. */
struct args {
	size_t users;
	char text[];
};

struct process {
	uint32_t pid; /* 0 = free */
	bool asked, asked_cgroup;
	uint64_t used;
	struct args *args;
	char *cgroup;
};

struct processes {
	char *proc;
	uint64_t clock;
	struct process sets[SETS][WAYS];
};

static struct args *args_new(const char *text, size_t len)
{
	struct args *args;

	if (len > SKBT_ARGS)
		len = SKBT_ARGS;
	while (len && (!text[len - 1] || text[len - 1] == ' '))
		len--;
	args = len ? malloc(sizeof(*args) + len + 1) : NULL;
	if (!args)
		return NULL;
	args->users = 1;
	for (size_t i = 0; i < len; i++)
		args->text[i] = text[i] ? text[i] : ' ';
	args->text[len] = 0;
	return args;
}

static void args_drop(struct args *args)
{
	if (args && !--args->users)
		free(args);
}

static void forget(struct process *process)
{
	args_drop(process->args);
	free(process->cgroup);
	memset(process, 0, sizeof(*process));
}

static struct process *find(struct processes *p, uint32_t pid)
{
	struct process *set = p->sets[pid % SETS];

	for (int i = 0; pid && i < WAYS; i++) {
		if (set[i].pid != pid)
			continue;
		set[i].used = ++p->clock;
		return &set[i];
	}
	return NULL;
}

static struct process *find_or_make(struct processes *p, uint32_t pid)
{
	struct process *process = find(p, pid), *set = p->sets[pid % SETS];

	if (process)
		return process;
	process = set;
	for (int i = 1; i < WAYS; i++)
		if (set[i].used < process->used)
			process = &set[i];
	forget(process);
	process->pid = pid;
	process->used = ++p->clock;
	return process;
}

struct processes *processes_new(const char *proc)
{
	struct processes *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->proc = strdup(proc ? proc : "/proc");
	if (!p->proc) {
		free(p);
		return NULL;
	}
	return p;
}

void processes_free(struct processes *p)
{
	if (!p)
		return;
	for (int s = 0; s < SETS; s++)
		for (int i = 0; i < WAYS; i++)
			forget(&p->sets[s][i]);
	free(p->proc);
	free(p);
}

void processes_fork(struct processes *p, uint32_t pid, uint32_t parent)
{
	struct process *of = find(p, parent), *process;
	struct args *args = of ? of->args : NULL;

	/* Held first: making room may forget the parent. */
	if (args)
		args->users++;
	process = find(p, pid);
	if (process) /* it had this number before */
		forget(process);
	process = find_or_make(p, pid);
	process->args = args;
	process->asked = args != NULL;
}

void processes_exec(struct processes *p, uint32_t pid, const char *args, size_t len)
{
	struct process *process = find_or_make(p, pid);

	args_drop(process->args);
	process->args = args_new(args, len);
	/* Not asked later instead: by then it may have executed something else. */
	process->asked = true;
}

size_t process_read(const struct processes *p, uint32_t pid, const char *name, char *buf,
		    size_t size)
{
	char path[256];
	ssize_t got;
	int fd;

	buf[0] = 0;
	snprintf(path, sizeof(path), "%s/%u/%s", p->proc, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, buf, size - 1);
	close(fd);
	if (got < 0)
		got = 0;
	buf[got] = 0;
	return got;
}

const char *process_cmdline(struct processes *p, uint32_t pid)
{
	char text[SKBT_ARGS + 1];
	struct process *process;

	if (!pid)
		return NULL;
	process = find_or_make(p, pid);
	if (!process->asked) {
		process->asked = true;
		process->args = args_new(text, process_read(p, pid, "cmdline", text, sizeof(text)));
	}
	return process->args ? process->args->text : NULL;
}

/* Lines are NUMBER:CONTROLLERS:PATH, for version 2 "0::PATH". */
static char *longest_path(char *text)
{
	char *line, *rest = text, *best = NULL;

	while ((line = strsep(&rest, "\n"))) {
		char *path = strchr(line, '/');

		if (path && (!best || strlen(path) > strlen(best)))
			best = path;
	}
	return best;
}

const char *process_cgroup(struct processes *p, uint32_t pid)
{
	struct process *process;
	char text[CGROUP_FILE];
	const char *path;

	if (!pid)
		return NULL;
	process = find_or_make(p, pid);
	if (!process->asked_cgroup) {
		process->asked_cgroup = true;
		process_read(p, pid, "cgroup", text, sizeof(text));
		path = longest_path(text);
		process->cgroup = path ? strdup(path) : NULL;
	}
	return process->cgroup;
}

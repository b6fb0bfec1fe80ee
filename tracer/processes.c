/* SPDX-License-Identifier: GPL-2.0-only */
#include "processes.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bpf/skbtrace_abi.h"
#include "pid_namespace.h"

/* 4,096 processes; of a set, the one that was longest of no use makes room. */
enum { WAYS = 4, SETS = 1024, VERSIONS = 4, CGROUP_FILE = 4096 };

/* Shared by a process and the children that it forks. */
struct args {
	size_t users;
	char text[];
};

/* What it was from a time on. */
struct version {
	uint64_t since;
	bool asked; /* args is what can be known */
	struct args *args;
};

struct process {
	uint32_t pid; /* 0 = free */
	unsigned int count;
	bool asked_cgroup;
	uint64_t used;
	struct version versions[VERSIONS]; /* the newest first: events may be held back */
	char *cgroup;
};

struct processes {
	char *proc; /* empty = there is none about these processes */
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
	for (unsigned int i = 0; i < process->count; i++)
		args_drop(process->versions[i].args);
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

static void change(struct process *process, uint64_t since, bool asked, struct args *args)
{
	struct version *v = process->versions;

	if (process->count == VERSIONS)
		args_drop(v[--process->count].args);
	memmove(v + 1, v, process->count++ * sizeof(*v));
	*v = (struct version){ .since = since, .asked = asked, .args = args };
}

static struct version *version_at(struct process *process, uint64_t ts)
{
	for (unsigned int i = 0; i < process->count; i++)
		if (process->versions[i].since <= ts)
			return &process->versions[i];
	return NULL;
}

struct processes *processes_new(const char *proc)
{
	struct processes *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->proc = strdup(proc ? proc : pid_namespace_is_hosts() ? "/proc" : "");
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

void processes_fork(struct processes *p, uint32_t pid, uint32_t parent, uint64_t ts)
{
	struct process *of = find(p, parent), *process;
	struct args *args = of && of->count ? of->versions[0].args : NULL;

	/* Held first: making room may forget the parent. */
	if (args)
		args->users++;
	process = find_or_make(p, pid);
	free(process->cgroup); /* of another one that had this number */
	process->cgroup = NULL;
	process->asked_cgroup = false;
	change(process, ts, args != NULL, args);
}

void processes_exec(struct processes *p, uint32_t pid, const char *args, size_t len, uint64_t ts)
{
	/* Not asked later instead: by then it may have executed something else. */
	change(find_or_make(p, pid), ts, true, args_new(args, len));
}

size_t process_read(const struct processes *p, uint32_t pid, const char *name, char *buf,
		    size_t size)
{
	char path[256];
	ssize_t got;
	int fd;

	buf[0] = 0;
	if (!*p->proc)
		return 0;
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

const char *process_cmdline(struct processes *p, uint32_t pid, uint64_t ts)
{
	char text[SKBT_ARGS + 1];
	struct process *process;
	struct version *v;

	if (!pid)
		return NULL;
	process = find_or_make(p, pid);
	if (!process->count)
		change(process, 0, false, NULL);
	v = version_at(process, ts);
	/* /proc has the newest only. */
	if (v && !v->asked && v == process->versions) {
		v->asked = true;
		v->args = args_new(text, process_read(p, pid, "cmdline", text, sizeof(text)));
	}
	return v && v->args ? v->args->text : NULL;
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

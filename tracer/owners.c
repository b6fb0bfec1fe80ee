/* SPDX-License-Identifier: GPL-2.0-only */
#include "owners.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cgroups.h"
#include "pid_namespace.h"
#include "processes.h"

struct owners {
	struct processes *processes;
	struct cgroups *cgroups;
	struct cgroup_name v1; /* of the last event's owner */
	/* What the last event was told, and about whom: events of a packet follow each other. */
	struct {
		bool known; /* and nothing was heard of processes since */
		uint32_t pid, owner_pid;
		uint64_t cgroup;
		const char *cmdline, *owner_cmdline, *owner_cgroup, *owner_container;
	} last;
};

struct owners *owners_new(void)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->processes = processes_new(NULL);
	o->cgroups = cgroups_new(NULL);
	if (!o->processes || !o->cgroups) {
		owners_free(o);
		return NULL;
	}
	return o;
}

void owners_free(struct owners *o)
{
	if (!o)
		return;
	processes_free(o->processes);
	cgroups_free(o->cgroups);
	free(o->v1.container);
	free(o);
}

/* The line "0::PATH". */
static uint64_t cgroup_id(struct owners *o, uint32_t pid)
{
	char text[4096], *line, *rest = text;

	process_read(o->processes, pid, "cgroup", text, sizeof(text));
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, "0::", 3))
			return cgroups_id(o->cgroups, line + 3);
	return 0;
}

static void describe_process(struct owners *o, uint32_t pid, struct skbt_owner *owner)
{
	char comm[SKBT_COMM_LEN + 1];

	owner->pid = pid;
	owner->cgroup = cgroup_id(o, pid);
	process_read(o->processes, pid, "comm", comm, sizeof(comm));
	snprintf(owner->comm, sizeof(owner->comm), "%.*s", (int)strcspn(comm, "\n"), comm);
	process_cmdline(o->processes, pid, 0); /* now, as it may be gone when it is asked for */
}

static void scan_process(struct owners *o, int map_fd, uint32_t pid)
{
	struct skbt_owner owner = { 0 };
	const struct dirent *d;
	char path[64], target[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);
		unsigned long long number;
		uint64_t inode;

		target[len < 0 ? 0 : len] = 0;
		if (sscanf(target, "socket:[%llu]", &number) != 1)
			continue;
		if (!owner.pid)
			describe_process(o, pid, &owner);
		inode = number;
		/* What is there is from a process that was preferred, or newer. */
		bpf_map_update_elem(map_fd, &inode, &owner, BPF_NOEXIST);
	}
	closedir(dir);
}

void owners_scan(struct owners *o, int map_fd, pid_t prefer)
{
	DIR *proc;
	const struct dirent *d;

	if (!pid_namespace_is_hosts())
		return;
	proc = opendir("/proc");
	if (prefer)
		scan_process(o, map_fd, prefer);
	while (proc && (d = readdir(proc))) {
		uint32_t pid =
			isdigit((unsigned char)d->d_name[0]) ? strtoul(d->d_name, NULL, 10) : 0;

		if (pid > 1)
			scan_process(o, map_fd, pid);
	}
	scan_process(o, map_fd, 1);
	if (proc)
		closedir(proc);
}

static void process_note(struct owners *o, const struct skbt_process *note, size_t size)
{
	if (size < sizeof(*note))
		return;
	if (note->type == SKBT_FORK)
		processes_fork(o->processes, note->pid, note->parent, note->ts);
	else if (note->len <= size - sizeof(*note))
		processes_exec(o->processes, note->pid, note->args, note->len, note->ts);
}

void owners_note(struct owners *o, const void *note, size_t size)
{
	const struct skbt_cgroup *cgroup = note;

	o->last.known = false;
	switch (*(const uint8_t *)note) {
	case SKBT_FORK:
	case SKBT_EXEC:
		process_note(o, note, size);
		break;
	case SKBT_CGROUP:
		if (size >= sizeof(*cgroup) && cgroup->path[0])
			cgroups_add(o->cgroups, cgroup->id, cgroup->path);
		break;
	}
}

/* Where version 2 has no groups, what /proc says of the process. */
static const struct cgroup_name *v1_cgroup(struct owners *o, uint32_t pid)
{
	const char *path = process_cgroup(o->processes, pid), *container;
	size_t len;

	free(o->v1.container);
	memset(&o->v1, 0, sizeof(o->v1));
	if (!path)
		return NULL;
	o->v1.path = (char *)path;
	container = container_in(path, &len);
	if (container)
		o->v1.container = strndup(container, len);
	return &o->v1;
}

static void look_up(struct owners *o, struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	const struct cgroup_name *cgroup, *v1;

	if (rec->context < SKBT_SOFTIRQ)
		ev->cmdline = process_cmdline(o->processes, rec->pid, rec->ts);
	if (!rec->owner_pid)
		return;
	if (ev->cmdline && rec->owner_pid == rec->pid)
		ev->owner_cmdline = ev->cmdline;
	else
		ev->owner_cmdline = process_cmdline(o->processes, rec->owner_pid, rec->ts);
	cgroup = cgroups_find(o->cgroups, rec->owner_cgroup);
	if (!cgroup || !strcmp(cgroup->path, "/")) {
		v1 = v1_cgroup(o, rec->owner_pid);
		cgroup = v1 ? v1 : cgroup;
	}
	if (cgroup) {
		ev->owner_cgroup = cgroup->path;
		ev->owner_container = cgroup->container;
	}
}

void owners_describe(struct owners *o, struct event *ev)
{
	const struct skbt_record *rec = ev->rec;
	uint32_t pid = rec->context < SKBT_SOFTIRQ ? rec->pid : 0;

	if (!o->last.known || o->last.pid != pid || o->last.owner_pid != rec->owner_pid ||
	    o->last.cgroup != rec->owner_cgroup) {
		look_up(o, ev);
		o->last.known = true;
		o->last.pid = pid;
		o->last.owner_pid = rec->owner_pid;
		o->last.cgroup = rec->owner_cgroup;
		o->last.cmdline = ev->cmdline;
		o->last.owner_cmdline = ev->owner_cmdline;
		o->last.owner_cgroup = ev->owner_cgroup;
		o->last.owner_container = ev->owner_container;
		return;
	}
	ev->cmdline = o->last.cmdline;
	ev->owner_cmdline = o->last.owner_cmdline;
	ev->owner_cgroup = o->last.owner_cgroup;
	ev->owner_container = o->last.owner_container;
}

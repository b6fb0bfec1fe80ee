/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines of processes, also of those that are gone: as the kernel's notes tell when they
 * fork and execute a program, from /proc where they did so before.
 */
#ifndef TRACER_PROCESSES_H
#define TRACER_PROCESSES_H

#include <stddef.h>
#include <stdint.h>

struct processes;

/* proc NULL = "/proc". NULL: no memory. */
struct processes *processes_new(const char *proc);
void processes_free(struct processes *p);

/* Since ts (of records), a new process: it has its parent's command line. */
void processes_fork(struct processes *p, uint32_t pid, uint32_t parent, uint64_t ts);

/* It executes a program; args: as in /proc/PID/cmdline, len 0 = not known. */
void processes_exec(struct processes *p, uint32_t pid, const char *args, size_t len, uint64_t ts);

/*
 * What it was at that time, arguments with blanks between them. NULL = not known, or a kernel
 * thread. Valid until the next call.
 */
const char *process_cmdline(struct processes *p, uint32_t pid, uint64_t ts);

/*
 * The path of its cgroup as /proc said when it was first asked for, of version 1 where version 2
 * has none below the root: the longest of its hierarchies. NULL = not known. Until the next call.
 */
const char *process_cgroup(struct processes *p, uint32_t pid);

/* Reads /proc/PID/NAME, a zero byte at its end. Its length; 0: it cannot be read. */
size_t process_read(const struct processes *p, uint32_t pid, const char *name, char *buf,
		    size_t size);

#endif

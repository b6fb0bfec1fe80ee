/* SPDX-License-Identifier: GPL-2.0-only */
#include "pid_namespace.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FIRST_INODE = 0xeffffffc }; /* PROC_PID_INIT_INO of linux/proc_ns.h, 3.8 to 7.x */

bool pid_namespace_is_hosts(void)
{
	static int known; /* 1: it is, -1: it is not */
	struct stat st;

	if (!known)
		known = stat("/proc/self/ns/pid", &st) || st.st_ino == FIRST_INODE ? 1 : -1;
	return known == 1;
}

int pid_namespace_check(const struct options *o, struct error *e)
{
	if (pid_namespace_is_hosts())
		return 0;
	if (o->pid)
		return error_set(
			e, EXIT_KERNEL, -EOPNOTSUPP,
			"-p needs the PID namespace of the host, as the kernel knows processes by "
			"its numbers; start the container with it (docker run --pid=host)");
	fputs("skbtrace: in a PID namespace of its own: process ids are the host's; command lines, "
	      "who had sockets before, and evidence of drops are not known "
	      "(docker run --pid=host)\n",
	      stderr);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of the task that runs. */
#ifndef SKBTRACE_ARGS_BPF_H
#define SKBTRACE_ARGS_BPF_H

#include "kernel_types.h"
#include "skbtrace_abi.h"

static long (*read_user_bounded)(void *to, __u64 size,
				 const void *from) = (void *)BPF_FUNC_probe_read_user;

/* args: SKBT_ARGS bytes. Returns how many of them are valid; 0 = it cannot be read. */
static __always_inline __u16 read_args(char *args, struct task_struct *task)
{
	__u64 from = BPF_CORE_READ(task, mm, arg_start);
	__u64 size = BPF_CORE_READ(task, mm, arg_end) - from;

	/* In one instruction, or clang checks another copy of the number than the one it uses. */
	asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(size) : "i"((__u64)SKBT_ARGS));
	return read_user_bounded(args, size, (void *)from) ? 0 : size;
}

#endif

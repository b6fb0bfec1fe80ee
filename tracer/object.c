/* SPDX-License-Identifier: GPL-2.0-only */
#include "object.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "inject.h"

static unsigned int verbosity;

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	/* One level quieter than libbpf thinks: its warnings explain our own one-line error. */
	if (verbosity < (level == LIBBPF_DEBUG ? 3 : 2))
		return 0;
	return vfprintf(stderr, format, args);
}

int object_types_begin(struct object_types *t, const struct options *o, struct error *e)
{
	int err;

	verbosity = o->verbose;
	libbpf_set_print(print_libbpf);
	t->fd = -1;
	err = inject_register();
	if (err)
		return error_set(e, EXIT_RUNTIME, err, "libbpf refuses our section names: %s",
				 strerror(-err));
	t->fd = memfd_create("skbtrace-btf", MFD_CLOEXEC);
	if (t->fd < 0)
		return error_set(e, EXIT_RUNTIME, -errno, "cannot make a file in memory: %s",
				 strerror(errno));
	snprintf(t->path, sizeof(t->path), "/proc/self/fd/%d", t->fd);
	return 0;
}

int object_types_fill(const struct object_types *t, struct machine *m, const struct bpf_object *obj,
		      struct error *e)
{
	int err = kernel_btf_extract(m->types, bpf_object__btf(obj), t->fd);

	if (err)
		return error_set(e, EXIT_RUNTIME, err, "cannot extract the kernel's types: %s",
				 strerror(-err));
	machine_drop_types(m);
	return 0;
}

void object_types_end(struct object_types *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

uint64_t object_missed(const struct bpf_object *obj)
{
	struct bpf_program *prog;
	uint64_t missed = 0;

	bpf_object__for_each_program(prog, obj)
	{
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

int object_open_failure(struct error *e)
{
	return error_set(e, EXIT_RUNTIME, -errno, "cannot open the BPF object: %s",
			 strerror(errno));
}

int object_load_failure(const struct machine *m, const struct options *o, int err, struct error *e)
{
	if (*inject_message())
		return error_set(e, EXIT_RUNTIME, err, "cannot put the filter in place: %s",
				 inject_message());
	switch (err) {
	case -ENOMEM:
		return o->command == COMMAND_TRACE
			       ? error_set(e, EXIT_RUNTIME, err,
					   "no memory for a buffer of %zuK; use a smaller --buffer",
					   o->buffer_size / 1024)
			       : error_set(e, EXIT_RUNTIME, err, "no memory for the BPF maps");
	case -E2BIG:
		return error_set(e, EXIT_USAGE, err,
				 "the filter is too large for this kernel's verifier; use nets and "
				 "port ranges");
	case -EACCES: /* a security module says so too */
	case -EINVAL:
		return error_set(
			e, EXIT_KERNEL, err,
			"this kernel refuses our BPF programs (its verifier, or a security "
			"module); please report what -vv shows");
	default:
		return machine_refusal(m, err, "load BPF programs (-vv shows the kernel's words)",
				       e);
	}
}

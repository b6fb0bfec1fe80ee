/* SPDX-License-Identifier: GPL-2.0-only */
/* One link for a list of functions: fentry.multi and kprobe.multi. */
#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include "../kernel-compat/kernel_compat.h"
#include "attach_impl.h"

struct multi {
	struct attach_job *job;
	enum attach_kind kind;
	unsigned long *addrs;
	__u64 *cookies; /* all 0 */
	uint32_t *ids;
};

/* Errors that are not about one function: trying the halves would only repeat them. */
static bool concerns_all(int err)
{
	return err == -EPERM || err == -EACCES || err == -EOPNOTSUPP || err == -ENOMEM ||
	       err == -EMFILE || err == -ENFILE;
}

/*
 * Nobody asks for the cookies. But whoever reads the fdinfo of a link without them (lsof does),
 * makes 6.18.15 panic: bpf_kprobe_multi_show_fdinfo() takes it for granted that they are there.
 */
static int make_link(const struct multi *m, size_t first, size_t count)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	const struct attach_request *r = m->job->requests[first];
	int program_fd = r->program_fd;

	if (m->kind == ATTACH_FENTRY_MULTI)
		return fentry_multi_link(program_fd, m->ids + first, count);
	opts.kprobe_multi.addrs = m->addrs + first;
	opts.kprobe_multi.cookies = m->cookies + first;
	opts.kprobe_multi.cnt = count;
	opts.kprobe_multi.flags = r->on_return ? BPF_F_KPROBE_MULTI_RETURN : 0;
	return bpf_link_create(program_fd, 0, BPF_TRACE_KPROBE_MULTI, &opts);
}

static void set_errors(const struct multi *m, size_t first, size_t count, int err)
{
	for (size_t i = 0; i < count; i++)
		m->job->requests[first + i]->error = err;
}

/*
 * The kernel refuses the whole list for one bad function (ESRCH, ENOENT, EINVAL: gone with its
 * module, notrace, not at a traceable place), so the halves are tried until the culprit stands
 * alone.
 */
static int attach_range(const struct multi *m, size_t first, size_t count)
{
	struct attach_job *job = m->job;
	int fd, err;

	if (!count)
		return 0;
	if (*job->how->stop)
		return -EINTR;
	fd = make_link(m, first, count);
	if (fd >= 0) {
		job->fds[job->links++] = fd;
		set_errors(m, first, count, 0);
		return 0;
	}
	if (concerns_all(fd))
		return fd;
	if (count == 1) {
		set_errors(m, first, count, fd);
		return 0;
	}
	err = attach_range(m, first, count / 2);
	return err ?: attach_range(m, first + count / 2, count - count / 2);
}

static int by_program(const void *a, const void *b)
{
	const struct attach_request *const *x = a, *const *y = b;

	return ((*x)->program_fd > (*y)->program_fd) - ((*x)->program_fd < (*y)->program_fd);
}

/* Those that this kind can try at all come first, in the order of their programs. */
static size_t fill(struct multi *m)
{
	struct attach_job *job = m->job;
	size_t usable = 0;

	qsort(job->requests, job->count, sizeof(*job->requests), by_program);

	for (size_t i = 0; i < job->count; i++) {
		struct attach_request *r = job->requests[i];

		if (r->program_fd < 0 || (m->kind == ATTACH_FENTRY_MULTI && !r->btf_id))
			continue;
		m->addrs[usable] = r->addr;
		m->ids[usable] = r->btf_id;
		job->requests[usable++] = r;
	}
	return usable;
}

/* A link, or several, for the functions of each program. */
static int attach_programs(const struct multi *m, size_t count)
{
	struct attach_request **requests = m->job->requests;
	size_t first = 0, last;
	int err = 0;

	for (; first < count && !err; first = last) {
		for (last = first + 1; last < count; last++)
			if (requests[last]->program_fd != requests[first]->program_fd)
				break;
		err = attach_range(m, first, last - first);
	}
	return err;
}

int attach_multi(struct attach_job *job, enum attach_kind kind)
{
	struct multi m = { .job = job, .kind = kind };
	int err = -ENOMEM;

	m.addrs = calloc(job->count + 1, sizeof(*m.addrs));
	m.cookies = calloc(job->count + 1, sizeof(*m.cookies));
	m.ids = calloc(job->count + 1, sizeof(*m.ids));
	if (m.addrs && m.cookies && m.ids)
		err = attach_programs(&m, fill(&m));
	free(m.addrs);
	free(m.cookies);
	free(m.ids);
	return err;
}

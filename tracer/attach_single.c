/* SPDX-License-Identifier: GPL-2.0-only */
/* One perf event for each function: kernels without a link for many. */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/perf_event.h>

#include "attach_impl.h"

static int read_event_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type;

	if (!f)
		return -errno;
	if (fscanf(f, "%d", &type) != 1)
		type = -EINVAL;
	fclose(f);
	return type;
}

/*
 * The event stays disabled, which spares a call to another CPU: a kprobe's program runs from the
 * moment it is connected, whatever the state of the event (kprobe_perf_func()).
 */
static int attach_one(int event_type, const struct attach_request *r, bool *links)
{
	/* Without a name, config2 is the address: static functions may share a name. */
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event_type,
		.config = r->on_return, /* bit 0 of its format: retprobe */
		.config2 = r->addr,
		.disabled = 1,
	};
	int event, link, err;

	if (r->program_fd < 0)
		return -ENOTSUP;
	event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	/* A link tells what the probe missed (6.7). There are none for this before 5.15. */
	link = *links ? bpf_link_create(r->program_fd, event, BPF_PERF_EVENT, NULL) : -EINVAL;
	if (link >= 0) {
		close(event);
		return link;
	}
	if (!ioctl(event, PERF_EVENT_IOC_SET_BPF, r->program_fd)) {
		*links = false;
		return event;
	}
	err = -errno;
	close(event);
	return err;
}

/* The usual limit of 1,024 open files is less than the skb functions of a kernel. */
static void allow_open_files(size_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= count + 64)
		return;
	limit.rlim_cur = count + 64;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * From one thread: the kernel arms probes one at a time, and threads that wait for its lock only
 * slow it down. 300 probes on an emulated 5.10 take 5.6 s from one thread, 15 s from two or four.
 */
int attach_single(struct attach_job *job)
{
	int event_type = read_event_type();
	bool links = true;

	if (event_type < 0)
		return event_type;
	allow_open_files(job->count);
	for (size_t i = 0; i < job->count; i++) {
		struct attach_request *r = job->requests[i];
		int fd = attach_one(event_type, r, &links);

		r->error = fd < 0 ? fd : 0;
		if (fd >= 0)
			job->fds[job->links++] = fd;
		if (*job->how->stop)
			return -EINTR;
		if (job->how->progress)
			job->how->progress(i + 1, job->count);
	}
	return 0;
}

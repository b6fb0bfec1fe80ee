/* SPDX-License-Identifier: GPL-2.0-only */
/* One perf event for each function: kernels without a link for many. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/perf_event.h>

#include "attach_impl.h"

/*
 * Arming a kprobe waits for grace periods and text patching, so threads wait side by side: 300
 * probes on 5.10 take 20.8 s from one thread and 10.7 s from eight.
 */
enum { WORKERS = 8 };

struct workers {
	void (*work)(struct workers *w, size_t i);
	size_t count;
	const volatile sig_atomic_t *stop; /* or NULL */
	atomic_size_t next, done;
	int *fds;
	/* attaching only: */
	struct attach_job *job;
	int event_type;
};

static void *run_worker(void *arg)
{
	struct workers *w = arg;
	size_t i;

	while (!(w->stop && *w->stop) && (i = atomic_fetch_add(&w->next, 1)) < w->count) {
		w->work(w, i);
		atomic_fetch_add(&w->done, 1);
	}
	return NULL;
}

/* Signals stay with the thread that waits for the workers. Fewer threads than asked for will do. */
static size_t start_workers(pthread_t *threads, struct workers *w)
{
	size_t n = 0, want = w->count < WORKERS ? w->count : WORKERS;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	while (n < want && !pthread_create(&threads[n], NULL, run_worker, w))
		n++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!n)
		run_worker(w);
	return n;
}

static void run_workers(struct workers *w, void (*progress)(size_t done, size_t all))
{
	pthread_t threads[WORKERS];
	size_t started = start_workers(threads, w);

	while (progress && started && !*w->stop && atomic_load(&w->done) < w->count) {
		usleep(20000);
		progress(atomic_load(&w->done), w->count);
	}
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

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

/* Keeps what has to be closed to detach: the event, or the link that holds it. */
static int connect_program(const struct attach_how *how, const struct attach_request *r, int event)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .perf_event.bpf_cookie = r->cookie);
	int link;

	if (!how->cookies)
		return ioctl(event, PERF_EVENT_IOC_SET_BPF, r->program_fd) ? -errno : event;
	link = bpf_link_create(r->program_fd, event, BPF_PERF_EVENT, &opts);
	if (link >= 0)
		close(event);
	return link;
}

/*
 * The event stays disabled, which spares a call to another CPU: a kprobe's program runs from the moment it is connected,
 * whatever the state of the event (kprobe_perf_func()).
 */
static int attach_one(const struct workers *w, const struct attach_request *r)
{
	/* Without a name, config2 is the address: static functions may share a name. */
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = w->event_type,
		.config2 = r->addr,
		.disabled = 1,
	};
	int event, fd;

	if (r->program_fd < 0)
		return -ENOTSUP;
	event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	fd = connect_program(w->job->how, r, event);
	if (fd < 0)
		close(event);
	return fd;
}

static void attach_work(struct workers *w, size_t i)
{
	struct attach_request *r = w->job->requests[i];
	int fd = attach_one(w, r);

	w->fds[i] = fd;
	r->error = fd < 0 ? fd : 0;
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

int attach_single(struct attach_job *job)
{
	struct workers w = {
		.work = attach_work,
		.count = job->count,
		.stop = job->how->stop,
		.fds = job->fds,
		.job = job,
		.event_type = read_event_type(),
	};

	if (w.event_type < 0)
		return w.event_type;
	allow_open_files(job->count);
	for (size_t i = 0; i < job->count; i++)
		job->fds[i] = -1;
	job->links = job->count;
	run_workers(&w, job->how->progress);
	for (size_t i = 0; i < job->count; i++)
		job->attached += job->fds[i] >= 0;
	return *job->how->stop ? -EINTR : 0;
}

static void detach_work(struct workers *w, size_t i)
{
	if (w->fds[i] >= 0)
		close(w->fds[i]);
}

void detach_all(int *fds, size_t count)
{
	struct workers w = { .work = detach_work, .count = count, .fds = fds };

	run_workers(&w, NULL);
}

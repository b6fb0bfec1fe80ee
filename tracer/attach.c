/* SPDX-License-Identifier: GPL-2.0-only */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach_impl.h"

struct attachment {
	int *fds;
	size_t count;
	size_t by_kind[ATTACH_KINDS];
	char names[48];
};

static const char *const kind_names[ATTACH_KINDS] = {
	[ATTACH_FENTRY_MULTI] = "fentry.multi",
	[ATTACH_KPROBE_MULTI] = "kprobe.multi",
	[ATTACH_KPROBE] = "kprobe",
};

struct attachment *attachment_new(void)
{
	return calloc(1, sizeof(struct attachment));
}

void attachment_free(struct attachment *a)
{
	if (!a)
		return;
	detach_all(a->fds, a->count);
	free(a->fds);
	free(a);
}

uint64_t attachment_missed(const struct attachment *a)
{
	uint64_t missed = 0;

	for (size_t i = 0; i < a->count; i++)
		missed += link_missed(a->fds[i]);
	return missed;
}

static int collect(struct attach_job *job, struct attach_request *requests, size_t count)
{
	job->requests = calloc(count + 1, sizeof(struct attach_request *));
	if (!job->requests)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (requests[i].error)
			job->requests[job->count++] = &requests[i];
	return 0;
}

/* Requests that events come of, and that are attached. */
static size_t attached_targets(const struct attach_request *requests, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += !requests[i].error && !requests[i].aid;
	return n;
}

int attach(struct attachment *a, enum attach_kind kind, struct attach_request *requests,
	   size_t count, const struct attach_how *how)
{
	struct attach_job job = { .how = how };
	int *fds = realloc(a->fds, (a->count + count + 1) * sizeof(*fds));
	size_t before = attached_targets(requests, count);
	int err;

	if (!fds)
		return -ENOMEM;
	a->fds = fds;
	job.fds = fds + a->count;
	err = collect(&job, requests, count);
	if (err)
		return err;
	err = kind == ATTACH_KPROBE ? attach_single(&job) : attach_multi(&job, kind);
	a->count += job.links;
	a->by_kind[kind] += attached_targets(requests, count) - before;
	free(job.requests);
	return err;
}

const char *attach_kind_name(enum attach_kind kind)
{
	return kind_names[kind];
}

const char *attachment_names(struct attachment *a)
{
	size_t used = 0;

	a->names[0] = '\0';
	for (int kind = 0; kind < ATTACH_KINDS; kind++)
		if (a->by_kind[kind])
			used += snprintf(a->names + used, sizeof(a->names) - used, "%s%s",
					 used ? " + " : "", kind_names[kind]);
	return a->names;
}

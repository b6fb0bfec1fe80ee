/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files behind attach.h share. */
#ifndef TRACER_ATTACH_IMPL_H
#define TRACER_ATTACH_IMPL_H

#include "attach.h"

/* The requests still to be attached, and room for the descriptors that come of it. */
struct attach_job {
	struct attach_request **requests;
	size_t count;
	const struct attach_how *how;
	int *fds;
	size_t links; /* of fds in use */
};

int attach_multi(struct attach_job *job, enum attach_kind kind);
int attach_single(struct attach_job *job);

/* Hits that this link's probe refused; 0 where it is no link, or none that counts. */
uint64_t link_missed(int fd);

/*
 * Closes them. Many take a while, for each of which the kernel waits: then a child does it after
 * this has returned.
 */
void detach_all(const int *fds, size_t count);

#endif

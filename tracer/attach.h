/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching programs to many functions: the backends behind one form. */
#ifndef TRACER_ATTACH_H
#define TRACER_ATTACH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attach_kind {
	ATTACH_FENTRY_MULTI, /* by btf_id; one link for each program */
	ATTACH_KPROBE_MULTI, /* by addr; likewise */
	ATTACH_KPROBE,       /* by addr; one perf event each, any programs */
	ATTACH_KINDS,
};

struct attach_request {
	uint64_t addr;
	uint32_t btf_id; /* in vmlinux; 0 = not known, no fentry.multi */
	bool on_return;  /* when it returns; all requests of one program alike */
	bool aid;        /* no event comes of it: attachment_names() leaves it out */
	int program_fd;  /* negative = cannot be attached */
	int error;       /* not 0 = still to be attached; afterwards, why it was refused */
};

struct attach_how {
	/* Called now and then, or NULL. */
	void (*progress)(size_t done, size_t all);
	const volatile sig_atomic_t *stop; /* set: return -EINTR soon */
};

/* What is attached. Freeing it detaches. */
struct attachment;

struct attachment *attachment_new(void);
void attachment_free(struct attachment *a);

/*
 * Attaches all requests whose error is not 0. Those that the kernel refuses keep an error, and are
 * no reason to fail: an error is returned if nothing could go on.
 */
int attach(struct attachment *a, enum attach_kind kind, struct attach_request *requests,
	   size_t count, const struct attach_how *how);
/* Hits that the kernel's probes did not hand to a program; 0 where it does not count them. */
uint64_t attachment_missed(const struct attachment *a);
const char *attach_kind_name(enum attach_kind kind);

/* "fentry.multi", or "fentry.multi + kprobe.multi" if both were needed. */
const char *attachment_names(struct attachment *a);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's files in a directory of their own: symbols from a text, BTF from
 * fixtures/kernel_btf.c. */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

#include "kernel_compat.h"

struct kernel_fixture {
	char dir[64];
	struct kernel_btf *kb;
	struct ksyms *ks;
};

/* All of these fail the test that calls them if they cannot do it. */
void fixture_open(struct kernel_fixture *f);
void fixture_close(struct kernel_fixture *f);

/* Writes name in the directory. */
void fixture_write(struct kernel_fixture *f, const char *name, const void *data, size_t size);
/* ksyms_open() on a file with this text. */
int fixture_symbols(struct kernel_fixture *f, const char *text);

/* fixture_open(), fixture_modules(), and fixture_symbols() on this text. */
void fixture_kernel(struct kernel_fixture *f, const char *symbols);

/*
 * Writes BTF for the modules openvswitch (an enum of 64 bits with reasons, functions of the same
 * name that differ) and nf_conntrack, on top of vmlinux's.
 */
void fixture_modules(struct kernel_fixture *f);

#endif

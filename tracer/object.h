/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading a BPF object without libbpf reading all types of the kernel: it is relocated against a
 * file in memory with the few types that it names.
 *
 *	object_types_begin(&types, e);
 *	opts.btf_custom_path = types.path;
 *	skel = NAME_bpf__open_opts(&opts);
 *	object_types_fill(&types, m, skel->obj, e);
 *	(set what has to be set before loading)
 *	err = NAME_bpf__load(skel);
 *	object_types_end(&types);
 *	if (err)
 *		err = object_load_failure(m, o, err, e);
 */
#ifndef TRACER_OBJECT_H
#define TRACER_OBJECT_H

#include "machine.h"

struct bpf_object;

struct object_types {
	int fd;
	char path[32];
};

/* Also shows what libbpf says as far as -v asks for it, and registers the sections of inject.h.
 * Returns 0 or a negative errno with *e filled; object_types_end() is to be called in any case. */
int object_types_begin(struct object_types *t, const struct options *o, struct error *e);

/* Writes the types that obj names, and gives back m's. */
int object_types_fill(const struct object_types *t, struct machine *m, const struct bpf_object *obj,
		      struct error *e);

/* Not before the object is loaded. */
void object_types_end(struct object_types *t);

/* Hits that the kernel skipped because the program was found running on that CPU. */
uint64_t object_missed(const struct bpf_object *obj);

/* Why it could not be opened or loaded: fills *e, returns err. */
int object_open_failure(struct error *e);
int object_load_failure(const struct machine *m, const struct options *o, int err, struct error *e);

#endif

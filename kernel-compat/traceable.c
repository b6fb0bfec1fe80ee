/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel lets be traced: the functions with an ftrace site, and for single kprobes those
 * that are not on their blacklist. The first list has names only. There is one with addresses from
 * 6.5 on, but making it takes the kernel about three times as long.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat_internal.h"

struct traceable {
	const char *path; /* NULL = one of the standard places */
	pthread_t thread;
	bool running;
	int err;
	char *text;
	size_t len;
};

static int read_all(int fd, char **text, size_t *len)
{
	size_t room = 0;
	ssize_t n;

	for (*len = 0;; *len += n) {
		if (*len == room) {
			char *grown = realloc(*text, room = room ? room * 2 : 1 << 18);

			if (!grown)
				return -ENOMEM;
			*text = grown;
		}
		do
			n = read(fd, *text + *len, room - *len);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return n < 0 ? -errno : 0;
	}
}

static void *read_list(void *arg)
{
	static const char *const places[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	struct traceable *t = arg;
	int fd = open(t->path ? t->path : places[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 && !t->path)
		fd = open(places[1], O_RDONLY | O_CLOEXEC);
	t->err = fd < 0 ? -errno : read_all(fd, &t->text, &t->len);
	if (fd >= 0)
		close(fd);
	if (!t->err && !t->len)
		t->err = -ENODATA;
	return NULL;
}

struct traceable *traceable_start(const char *path)
{
	struct traceable *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->path = path;
	t->running = pthread_create(&t->thread, NULL, read_list, t) == 0;
	if (!t->running)
		read_list(t);
	return t;
}

int traceable_wait(struct traceable *t)
{
	if (t->running)
		pthread_join(t->thread, NULL);
	t->running = false;
	return t->err;
}

void traceable_free(struct traceable *t)
{
	if (!t)
		return;
	traceable_wait(t);
	free(t->text);
	free(t);
}

/* The targets by name and module; those of one name hang together behind the first. */
struct name_table {
	const struct hook_plan *plan;
	uint32_t *buckets; /* index of a first target + 1, 0 = free */
	uint32_t mask;
	uint32_t *first;          /* for each target: the first of its name */
	uint16_t *listed, *count; /* for first ones: lines in the list, targets */
};

static bool is_called(const struct hook_target *t, const char *name, size_t len, const char *module,
		      size_t module_len)
{
	return strncmp(t->symbol, name, len) == 0 && !t->symbol[len] &&
	       strlen(t->module ? t->module : "") == module_len &&
	       (!module_len || memcmp(t->module, module, module_len) == 0);
}

/* The bucket of this name: taken by it, or free. */
static uint32_t *bucket_of(struct name_table *n, const char *name, size_t len, const char *module,
			   size_t module_len)
{
	uint32_t at = name_hash(name, len) & n->mask;

	while (n->buckets[at] &&
	       !is_called(&n->plan->targets[n->buckets[at] - 1], name, len, module, module_len))
		at = (at + 1) & n->mask;
	return &n->buckets[at];
}

static int index_targets(struct name_table *n, const struct hook_plan *plan)
{
	size_t size = 64;

	while (size < plan->target_count * 2)
		size *= 2;
	n->plan = plan;
	n->mask = size - 1;
	n->buckets = calloc(size, sizeof(*n->buckets));
	n->first = calloc(plan->target_count + 1, sizeof(*n->first));
	n->listed = calloc(plan->target_count + 1, sizeof(*n->listed));
	n->count = calloc(plan->target_count + 1, sizeof(*n->count));
	if (!n->buckets || !n->first || !n->listed || !n->count)
		return -ENOMEM;
	for (size_t i = 0; i < plan->target_count; i++) {
		const struct hook_target *t = &plan->targets[i];
		uint32_t *bucket = bucket_of(n, t->symbol, strlen(t->symbol), t->module,
					     t->module ? strlen(t->module) : 0);

		if (!*bucket)
			*bucket = i + 1;
		n->first[i] = *bucket - 1;
		n->count[n->first[i]]++;
	}
	return 0;
}

/* A line is "name" or "name [module]". */
static void count_lines(struct name_table *n, const char *p, const char *end)
{
	const char *newline;

	for (; p < end && (newline = memchr(p, '\n', end - p)); p = newline + 1) {
		const char *blank = memchr(p, ' ', newline - p), *module = NULL;
		size_t module_len = 0;
		uint32_t *bucket;

		if (blank && newline - blank > 3 && blank[1] == '[' && newline[-1] == ']') {
			module = blank + 2;
			module_len = newline - blank - 3;
		}
		bucket = bucket_of(n, p, (blank ? blank : newline) - p, module, module_len);
		if (*bucket)
			n->listed[*bucket - 1]++;
	}
}

static int split_targets(struct hook_plan *plan, const struct name_table *n)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < plan->target_count && !err; i++) {
		const struct hook_target *t = &plan->targets[i];
		uint16_t listed = n->listed[n->first[i]];
		struct hook_skip skip = {
			.hook = t->hook,
			.name = t->name,
			.module = t->module,
			.addr = t->addr,
			.has_skb = true,
			.skb = t->skb,
			.why = "the kernel lets no probe be put there",
		};

		if (listed >= n->count[n->first[i]]) {
			plan->targets[kept++] = *t;
			continue;
		}
		if (listed)
			skip.why = "several functions of this name, of which some take no probe";
		err = plan_add_skip(plan, &skip);
	}
	plan->target_count = kept;
	return err;
}

int plan_keep_traceable(struct hook_plan *plan, const struct traceable *t)
{
	struct name_table n = { 0 };
	int err = index_targets(&n, plan);

	if (!err) {
		count_lines(&n, t->text, t->text + t->len);
		err = split_targets(plan, &n);
	}
	free(n.buckets);
	free(n.first);
	free(n.listed);
	free(n.count);
	return err;
}

static void mark_range(struct hook_plan *plan, uint64_t begin, uint64_t end)
{
	size_t low = 0, high = plan->target_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (plan->targets[mid].addr < begin)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < plan->target_count && plan->targets[low].addr < end; low++)
		plan->targets[low].no_kprobe = true;
}

int hook_plan_blacklist(struct hook_plan *plan, const char *path)
{
	FILE *file = fopen(path ? path : "/sys/kernel/debug/kprobes/blacklist", "re");
	unsigned long long begin, end;
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx-%llx", &begin, &end) == 2)
			mark_range(plan, begin, end);
	fclose(file);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "count_output.h"
#include "netns_names.h"

/* In a label's value a backslash, a quote and a newline are written with a backslash. */
static void put_label(FILE *out, const char *name, const char *value, size_t size)
{
	fprintf(out, "%s=\"", name);
	for (size_t i = 0; i < size && value[i]; i++) {
		if (value[i] == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (value[i] == '\\' || value[i] == '"')
			putc('\\', out);
		putc(value[i], out);
	}
	putc('"', out);
}

static void put_netns(FILE *out, uint32_t inode, const struct count_names *names)
{
	const char *name = names->netns ? netns_name(names->netns, inode) : NULL;
	char number[16];

	snprintf(number, sizeof(number), "%" PRIu32, inode);
	put_label(out, "netns", name ? name : number, SIZE_MAX);
}

static void put_sample(FILE *out, const char *metric, const struct count_line *l,
		       const struct count_names *names, const char *direction, uint64_t value)
{
	fprintf(out, "%s{", metric);
	put_label(out, "expression", names->expressions[l->expression], SIZE_MAX);
	putc(',', out);
	/* Of devices that found no place of their own. */
	if (l->device.ifindex) {
		put_netns(out, l->device.netns, names);
		putc(',', out);
		put_label(out, "iface", l->device.name, SKBT_IFNAME_LEN);
	} else {
		fputs("netns=\"\",iface=\"\"", out);
	}
	fprintf(out, ",direction=\"%s\"} %" PRIu64 "\n", direction, value);
}

static void put_head(FILE *out, const char *metric, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s counter\n", metric, help, metric);
}

/* The first namespace of that name: one that was made again has another inode. */
static uint32_t first_of_name(const struct count_table *t, uint32_t inode,
			      const struct count_names *names)
{
	const char *name = names->netns ? netns_name(names->netns, inode) : NULL, *other;
	uint32_t last = 0;

	for (size_t i = 0; name && i < t->count && t->lines[i].device.netns != inode; i++) {
		if (t->lines[i].device.netns == last)
			continue;
		last = t->lines[i].device.netns;
		other = netns_name(names->netns, last);
		if (other && strcmp(other, name) == 0)
			return last;
	}
	return inode;
}

static bool is_repeated(uint32_t expression, const struct count_names *names)
{
	for (uint32_t i = 0; i < expression; i++)
		if (strcmp(names->expressions[i], names->expressions[expression]) == 0)
			return true;
	return false;
}

/*
 * *out becomes t with one line for what has the same labels, as an interface that was deleted and
 * made again: a file with a series twice is refused as a whole. 0 or -ENOMEM.
 */
static int by_labels(const struct count_table *t, const struct count_names *names,
		     struct count_table *out)
{
	uint32_t inode = 0, first = 0;
	int err = 0;

	for (size_t i = 0; i < t->count && !err; i++) {
		struct count_line line = t->lines[i];

		if (is_repeated(line.expression, names))
			continue;
		if (line.device.ifindex) {
			if (!first || line.device.netns != inode) {
				inode = line.device.netns;
				first = first_of_name(t, inode, names);
			}
			line.device.netns = first;
			line.device.ifindex = 1;
		}
		err = count_table_add(out, &line);
	}
	return err;
}

static int put_counters(FILE *out, const struct count_table *total, const struct count_names *names,
			uint64_t missed)
{
	static const char packets[] = "skbtrace_packets_total", bytes[] = "skbtrace_bytes_total";

	put_head(out, packets, "Packets that match the expression, at the device.");
	for (size_t i = 0; i < total->count; i++) {
		const struct count_line *l = &total->lines[i];

		put_sample(out, packets, l, names, "in", l->in.packets);
		put_sample(out, packets, l, names, "out", l->out.packets);
	}
	put_head(out, bytes, "Bytes of these packets, from the MAC header on.");
	for (size_t i = 0; i < total->count; i++) {
		const struct count_line *l = &total->lines[i];

		put_sample(out, bytes, l, names, "in", l->in.bytes);
		put_sample(out, bytes, l, names, "out", l->out.bytes);
	}
	put_head(out, "skbtrace_missed_total", "Packets that the kernel did not let be counted.");
	fprintf(out, "skbtrace_missed_total %" PRIu64 "\n", missed);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

int prometheus_write(FILE *out, const struct count_table *total, const struct count_names *names,
		     uint64_t missed)
{
	struct count_table labelled = { 0 };
	int err = by_labels(total, names, &labelled);

	if (!err)
		err = put_counters(out, &labelled, names, missed);
	count_table_free(&labelled);
	return err;
}

static int fail(const char *path, int err, struct error *e)
{
	return error_set(e, EXIT_RUNTIME, err, "cannot write the file for Prometheus, %s: %s", path,
			 err == -EEXIST ? "it is not a regular file" : strerror(-err));
}

static FILE *create(const char *beside)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !out)
		close(fd);
	return out;
}

/* A name that ends in .prom would be collected while it is being written. */
int prometheus_write_file(const char *path, const struct count_table *total,
			  const struct count_names *names, uint64_t missed, struct error *e)
{
	char beside[PATH_MAX];
	struct stat st;
	FILE *out;
	int err;

	/* A device or a FIFO is somebody else's. */
	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		return fail(path, -EEXIST, e);
	if (snprintf(beside, sizeof(beside), "%s.%d", path, getpid()) >= (int)sizeof(beside))
		return fail(path, -ENAMETOOLONG, e);
	out = create(beside);
	if (!out)
		return fail(path, -errno, e);
	err = prometheus_write(out, total, names, missed);
	if (fclose(out) && !err)
		err = -errno;
	if (!err && rename(beside, path))
		err = -errno;
	if (err) {
		unlink(beside);
		return fail(path, err, e);
	}
	return 0;
}

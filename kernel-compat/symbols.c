/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's symbols. /proc/kallsyms of 7.3 has 210,000 lines and 10 MB; what is kept of it must
 * stay near 5 MB, and reading it is most of a tool's start, so there is one pass and no copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat_internal.h"

enum {
	READ_SIZE = 64 << 10,
	CHUNK_SIZE = 256 << 10,
	/* No kernel function is longer; beyond it an address belongs to no symbol we know. */
	FUNCTION_MAX = 256 << 10,
};

static const char *const data_wanted[] = {
	"__per_cpu_offset", "__preempt_count", "pcpu_hot", "page_offset_base", "vmemmap_base",
};
#define DATA_WANTED (sizeof(data_wanted) / sizeof(data_wanted[0]))

struct chunk {
	struct chunk *next;
	char bytes[CHUNK_SIZE - sizeof(struct chunk *)];
};

struct ksyms {
	struct ksym *text; /* by address */
	size_t count, room;
	struct ksym data[DATA_WANTED];
	uint32_t *buckets; /* index into text + 1, 0 = free; by the name up to its first dot */
	uint32_t mask;
	const char **modules;
	size_t module_count;
	struct chunk *chunks; /* names; the newest first */
	size_t chunk_used;
	bool any_address;
};

/* A line of the file, its parts pointing into the read buffer. */
struct line {
	uint64_t addr;
	char type;
	const char *name, *module;
	size_t name_len, module_len; /* module_len 0: vmlinux */
};

static const char *keep_name(struct ksyms *ks, const char *name, size_t len)
{
	struct chunk *chunk;
	char *copy;

	if (len >= sizeof(chunk->bytes))
		return NULL;
	if (!ks->chunks || ks->chunk_used + len + 1 > sizeof(chunk->bytes)) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = ks->chunks;
		ks->chunks = chunk;
		ks->chunk_used = 0;
	}
	copy = ks->chunks->bytes + ks->chunk_used;
	memcpy(copy, name, len);
	copy[len] = '\0';
	ks->chunk_used += len + 1;
	return copy;
}

static bool same(const char *s, const char *bytes, size_t len)
{
	return strncmp(s, bytes, len) == 0 && s[len] == '\0';
}

/* The newest module first: the symbols of one module follow each other. */
static const char *keep_module(struct ksyms *ks, const char *name, size_t len)
{
	const char **grown;

	for (size_t i = ks->module_count; i > 0; i--)
		if (same(ks->modules[i - 1], name, len))
			return ks->modules[i - 1];
	grown = realloc(ks->modules, (ks->module_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	ks->modules = grown;
	grown[ks->module_count] = keep_name(ks, name, len);
	return grown[ks->module_count] ? grown[ks->module_count++] : NULL;
}

static bool starts(const struct line *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return line->name_len >= len && memcmp(line->name, prefix, len) == 0;
}

/*
 * Labels that are no functions: the padding before each function (x86 since 6.2; one third of all
 * text symbols of 7.3), CFI stubs, arm64 mapping symbols, compiler temporaries.
 */
static bool is_label(const struct line *line)
{
	return starts(line, "__pfx_") || starts(line, "__cfi_") || starts(line, "__UNIQUE_ID") ||
	       line->name[0] == '$' || starts(line, ".L");
}

static int add_text(struct ksyms *ks, const struct line *line)
{
	struct ksym *sym;

	if (ks->count == ks->room) {
		size_t room = ks->room ? ks->room + ks->room / 2 : 32768;
		struct ksym *grown = realloc(ks->text, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		ks->text = grown;
		ks->room = room;
	}
	sym = &ks->text[ks->count];
	sym->addr = line->addr;
	sym->name = keep_name(ks, line->name, line->name_len);
	sym->module = line->module_len ? keep_module(ks, line->module, line->module_len) : NULL;
	if (!sym->name || (line->module_len && !sym->module))
		return -ENOMEM;
	ks->count++;
	return 0;
}

static int add_line(struct ksyms *ks, const struct line *line)
{
	if (line->addr)
		ks->any_address = true;
	if (strchr("tTwW", line->type))
		return is_label(line) ? 0 : add_text(ks, line);
	for (size_t i = 0; i < DATA_WANTED; i++)
		if (!line->module_len && same(data_wanted[i], line->name, line->name_len))
			ks->data[i] = (struct ksym){ line->addr, data_wanted[i], NULL };
	return 0;
}

static const char *parse_address(const char *p, const char *end, uint64_t *addr)
{
	const char *start = p;

	for (*addr = 0; p < end && *p != ' '; p++) {
		unsigned int c = (unsigned char)*p, digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10;
		else
			return NULL;
		*addr = *addr << 4 | digit;
	}
	return p > start && p - start <= 16 ? p : NULL;
}

/* "ffffffffc06af830 t vxlan_rcv\t[vxlan]", without the newline. */
static bool parse_line(const char *p, const char *end, struct line *line)
{
	const char *sep;

	p = parse_address(p, end, &line->addr);
	if (!p || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	line->type = p[1];
	line->name = p + 3;
	sep = memchr(line->name, '\t', end - line->name);
	line->name_len = (sep ? sep : end) - line->name;
	line->module = NULL;
	line->module_len = 0;
	if (sep && end - sep > 3 && sep[1] == '[' && end[-1] == ']') {
		line->module = sep + 2;
		line->module_len = end - sep - 3;
	}
	return line->name_len > 0;
}

/* Takes the whole lines of buf; returns the bytes used, or a negative errno. */
static ssize_t add_lines(struct ksyms *ks, const char *buf, size_t len)
{
	const char *p = buf, *end;
	struct line line;
	int err;

	while ((end = memchr(p, '\n', buf + len - p))) {
		if (!parse_line(p, end, &line))
			return -EINVAL;
		err = add_line(ks, &line);
		if (err)
			return err;
		p = end + 1;
	}
	return p - buf;
}

static int read_symbols(struct ksyms *ks, int fd)
{
	char *buf = malloc(READ_SIZE);
	size_t held = 0;
	ssize_t n, used;
	int err = buf ? 0 : -ENOMEM;

	while (!err) {
		n = read(fd, buf + held, READ_SIZE - held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			/* What is left has no newline: the file was cut off. */
			err = n < 0 ? -errno : held ? -EINVAL : 0;
			break;
		}
		held += n;
		used = add_lines(ks, buf, held);
		if (used < 0)
			err = used;
		else if (used == 0 && held == READ_SIZE)
			err = -EINVAL;
		if (err)
			break;
		held -= used;
		memmove(buf, buf + used, held);
	}
	free(buf);
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return strcmp(x->name, y->name);
}

/*
 * vmlinux comes sorted and is most of it; the modules follow in the order they were loaded. On x86
 * they all lie above vmlinux, so mostly only they need sorting.
 */
static void sort_symbols(struct ksyms *ks)
{
	size_t head = ks->count ? 1 : 0;

	while (head < ks->count && ks->text[head - 1].addr <= ks->text[head].addr)
		head++;
	if (head == ks->count)
		return;
	qsort(ks->text + head, ks->count - head, sizeof(*ks->text), by_address);
	if (ks->text[head - 1].addr > ks->text[head].addr)
		qsort(ks->text, ks->count, sizeof(*ks->text), by_address);
}

static uint32_t base_hash(const char *name)
{
	return name_hash(name, strcspn(name, "."));
}

static int index_names(struct ksyms *ks)
{
	size_t size = 1024;

	while (size < ks->count + ks->count / 2)
		size *= 2;
	ks->buckets = calloc(size, sizeof(*ks->buckets));
	if (!ks->buckets)
		return -ENOMEM;
	ks->mask = size - 1;
	for (size_t i = 0; i < ks->count; i++) {
		uint32_t at = base_hash(ks->text[i].name) & ks->mask;

		while (ks->buckets[at])
			at = (at + 1) & ks->mask;
		ks->buckets[at] = i + 1;
	}
	return 0;
}

/* Gives back what growing took in advance; that it can fail does not matter. */
static void shrink(struct ksyms *ks)
{
	struct ksym *exact = realloc(ks->text, ks->count * sizeof(*exact));

	if (exact)
		ks->text = exact;
}

int ksyms_open(const char *path, struct ksyms **out)
{
	struct ksyms *ks = calloc(1, sizeof(*ks));
	int fd = -1, err;

	*out = NULL;
	if (!ks)
		return -ENOMEM;
	fd = open(path ? path : "/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : read_symbols(ks, fd);
	if (!err && ks->count == 0)
		err = -ENODATA;
	if (!err && !ks->any_address)
		err = -EPERM;
	if (err)
		goto out;
	shrink(ks);
	sort_symbols(ks);
	err = index_names(ks);
out:
	if (fd >= 0)
		close(fd);
	if (err)
		ksyms_free(ks);
	else
		*out = ks;
	return err;
}

void ksyms_free(struct ksyms *ks)
{
	struct chunk *chunk;

	if (!ks)
		return;
	while ((chunk = ks->chunks)) {
		ks->chunks = chunk->next;
		free(chunk);
	}
	free(ks->modules);
	free(ks->buckets);
	free(ks->text);
	free(ks);
}

const struct ksym *ksyms_at(const struct ksyms *ks, uint64_t addr, uint64_t *offset)
{
	size_t low = 0, high = ks->count; /* the first symbol above addr is in [low, high] */
	const struct ksym *sym;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ks->text[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return NULL;
	for (low--; low > 0 && ks->text[low - 1].addr == ks->text[low].addr;)
		low--;
	sym = &ks->text[low];
	if (addr - sym->addr >= FUNCTION_MAX)
		return NULL;
	if (offset)
		*offset = addr - sym->addr;
	return sym;
}

const struct ksym *ksyms_variant(const struct ksyms *ks, const char *base, size_t *cursor)
{
	size_t len = strlen(base);
	uint32_t start = name_hash(base, len);

	for (;; (*cursor)++) {
		uint32_t index = ks->buckets[(start + *cursor) & ks->mask];
		const struct ksym *sym;

		if (!index)
			return NULL;
		sym = &ks->text[index - 1];
		if (strncmp(sym->name, base, len) == 0 &&
		    (sym->name[len] == '\0' || sym->name[len] == '.')) {
			(*cursor)++;
			return sym;
		}
	}
}

const struct ksym *ksyms_named(const struct ksyms *ks, const char *name, size_t *count)
{
	uint32_t at = base_hash(name) & ks->mask;
	const struct ksym *first = NULL;
	size_t found = 0;

	for (; ks->buckets[at]; at = (at + 1) & ks->mask) {
		const struct ksym *sym = &ks->text[ks->buckets[at] - 1];

		if (strcmp(sym->name, name) != 0)
			continue;
		found++;
		if (!first || sym->addr < first->addr)
			first = sym;
	}
	for (size_t i = 0; i < DATA_WANTED && !found; i++)
		if (ks->data[i].name && strcmp(ks->data[i].name, name) == 0) {
			first = &ks->data[i];
			found = 1;
		}
	if (count)
		*count = found;
	return first;
}

bool ksyms_has_module(const struct ksyms *ks, const char *module)
{
	for (size_t i = 0; i < ks->module_count; i++)
		if (strcmp(ks->modules[i], module) == 0)
			return true;
	return false;
}

const char *ksyms_module(const struct ksyms *ks, size_t i)
{
	return i < ks->module_count ? ks->modules[i] : NULL;
}

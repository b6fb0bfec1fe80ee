/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "kernel_fixture.h"

void fixture_write(struct kernel_fixture *f, const char *name, const void *data, size_t size)
{
	char path[320];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void copy_vmlinux(struct kernel_fixture *f)
{
	static char object[1 << 18];
	FILE *file = fopen(KERNEL_BTF_OBJECT, "r");
	size_t size;

	assert_non_null(file);
	size = fread(object, 1, sizeof(object), file);
	assert_true(size > 0 && size < sizeof(object));
	fclose(file);
	fixture_write(f, "vmlinux", object, size);
}

void fixture_open(struct kernel_fixture *f)
{
	memset(f, 0, sizeof(*f));
	strcpy(f->dir, "/tmp/skbtrace-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	copy_vmlinux(f);
	assert_int_equal(kernel_btf_open(f->dir, &f->kb), 0);
}

void fixture_close(struct kernel_fixture *f)
{
	DIR *dir = opendir(f->dir);
	struct dirent *entry;

	ksyms_free(f->ks);
	kernel_btf_free(f->kb);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	closedir(dir);
	assert_int_equal(rmdir(f->dir), 0);
}

int fixture_symbols(struct kernel_fixture *f, const char *text)
{
	char path[80];

	fixture_write(f, "kallsyms", text, strlen(text));
	snprintf(path, sizeof(path), "%s/kallsyms", f->dir);
	ksyms_free(f->ks);
	f->ks = NULL;
	return ksyms_open(path, &f->ks);
}

/* int name(...) with count arguments: int, but struct sk_buff * at position at. */
static void add_function(struct btf *btf, const char *name, int count, int at)
{
	int skb = btf__find_by_name_kind(btf, "sk_buff", BTF_KIND_STRUCT);
	int number = btf__find_by_name_kind(btf, "int", BTF_KIND_INT);
	int pointer = btf__add_ptr(btf, skb), proto;

	assert_true(skb > 0 && number > 0 && pointer > 0);
	proto = btf__add_func_proto(btf, number);
	for (int i = 0; i < count; i++)
		assert_int_equal(btf__add_func_param(btf, "arg", i == at ? pointer : number), 0);
	assert_true(btf__add_func(btf, name, BTF_FUNC_STATIC, proto) > 0);
}

static void write_btf(struct kernel_fixture *f, const char *module, struct btf *btf)
{
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);

	assert_non_null(data);
	fixture_write(f, module, data, size);
	btf__free(btf);
}

/* struct outer { int first; struct inner { u64 flags : 3, number : 20; } in; }, and a hook state.
 */
static void add_inner_struct(struct btf *btf)
{
	int word = btf__add_int(btf, "test_u64", 8, 0), inner, outer;

	assert_true(word > 0);
	inner = btf__add_struct(btf, "inner", 8);
	assert_int_equal(btf__add_field(btf, "flags", word, 0, 3), 0);
	assert_int_equal(btf__add_field(btf, "number", word, 3, 20), 0);
	outer = btf__add_struct(btf, "outer", 16);
	assert_true(outer > 0);
	assert_int_equal(btf__add_field(btf, "first", word, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "in", inner, 64, 0), 0);
}

void fixture_modules(struct kernel_fixture *f)
{
	char path[80];
	struct btf *vmlinux, *btf;

	snprintf(path, sizeof(path), "%s/vmlinux", f->dir);
	vmlinux = btf__parse(path, NULL);
	assert_non_null(vmlinux);

	btf = btf__new_empty_split(vmlinux);
	assert_true(btf__add_enum64(btf, "ovs_drop_reason", 4, false) > 0);
	assert_int_equal(btf__add_enum64_value(btf, "__OVS_DROP_REASON", 2 << 16), 0);
	assert_int_equal(btf__add_enum64_value(btf, "OVS_DROP_LAST_ACTION", (2 << 16) + 1), 0);
	add_function(btf, "seventh", 7, 6);
	add_function(btf, "sixth", 6, 5);
	add_function(btf, "differs", 2, 0);
	add_function(btf, "differs", 2, 1);
	add_function(btf, "agrees", 2, 1);
	add_function(btf, "agrees", 3, 1);
	write_btf(f, "openvswitch", btf);

	btf = btf__new_empty_split(vmlinux);
	add_function(btf, "nf_conntrack_in", 4, 3);
	write_btf(f, "nf_conntrack", btf);

	btf = btf__new_empty_split(vmlinux);
	add_inner_struct(btf);
	write_btf(f, "nf_tables", btf);
	btf__free(vmlinux);
}

void fixture_kernel(struct kernel_fixture *f, const char *symbols)
{
	fixture_open(f);
	fixture_modules(f);
	assert_int_equal(fixture_symbols(f, symbols), 0);
}

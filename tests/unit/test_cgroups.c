/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroups.h"

#define ID  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/skbtrace-cgroups-XXXXXX");
	return !mkdtemp(dir);
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static uint64_t make(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void remove_dir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(rmdir(path), 0);
}

static void the_paths_that_runtimes_make_name_a_container(void **state)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{ "/system.slice/docker-" ID ".scope", ID },
		{ "/docker/" ID, ID },
		{ "/docker/0123456789ab", "0123456789ab" },
		{ "/kubepods.slice/kubepods-burstable.slice/"
		  "kubepods-burstable-pod01234567_89ab_cdef_0123_456789abcdef.slice/"
		  "cri-containerd-" ID ".scope",
		  ID },
		{ "/kubepods/besteffort/pod01234567-89ab-cdef-0123-456789abcdef/" ID, ID },
		{ "/kubepods/pod01234567-89ab-cdef-0123-456789abcdef", NULL },
		{ "/machine.slice/libpod-" ID ".scope/container", ID },
		{ "/system.slice/containerd.service/"
		  "kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice:cri-containerd:" ID,
		  ID },
		{ "/docker/" ID "/docker/" ID2, ID2 },
		{ "/", NULL },
		{ "", NULL },
		{ "/user.slice/user-1000.slice/session-2.scope", NULL },
		{ "/system.slice/run-0123456789abcdef0123.scope", NULL },
		{ "/system.slice/ssh.service", NULL },
		{ "/docker/0123456789a", NULL }, /* too short */
		{ "/x" ID, NULL },               /* of a longer word */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = 0;
		const char *id = container_in(cases[i].path, &len);

		if (!cases[i].id) {
			assert_null(id);
			continue;
		}
		assert_non_null(id);
		assert_int_equal(len, strlen(cases[i].id));
		assert_memory_equal(id, cases[i].id, len);
	}
}

static void names_are_found_by_id(void **state)
{
	uint64_t top = make("system.slice"), below = make("system.slice/docker-" ID ".scope");
	struct cgroups *c = cgroups_new(dir);
	struct stat st;

	(void)state;
	assert_non_null(c);
	assert_string_equal(cgroups_find(c, top)->path, "/system.slice");
	assert_null(cgroups_find(c, top)->container);
	assert_string_equal(cgroups_find(c, below)->path, "/system.slice/docker-" ID ".scope");
	assert_string_equal(cgroups_find(c, below)->container, ID);
	assert_int_equal(stat(dir, &st), 0);
	assert_string_equal(cgroups_find(c, st.st_ino)->path, "/");
	assert_null(cgroups_find(c, 0));
	assert_int_equal(cgroups_id(c, "/system.slice"), top);
	assert_int_equal(cgroups_id(c, "/none"), 0);
	cgroups_free(c);
}

static void what_is_gone_is_remembered(void **state)
{
	uint64_t id = make("job");
	struct cgroups *c = cgroups_new(dir);

	(void)state;
	remove_dir("job");
	assert_string_equal(cgroups_find(c, id)->path, "/job");
	/* Never seen by reading: the kernel told. */
	cgroups_add(c, 1ULL << 40, "/docker/" ID2);
	cgroups_add(c, (1ULL << 40) - 1, "/other");
	assert_string_equal(cgroups_find(c, 1ULL << 40)->container, ID2);
	assert_string_equal(cgroups_find(c, (1ULL << 40) - 1)->path, "/other");
	assert_string_equal(cgroups_find(c, id)->path, "/job");
	cgroups_free(c);
}

static void names_are_read_again_for_an_unknown_id(void **state)
{
	uint64_t old = make("old"), new;
	struct cgroups *c = cgroups_new(dir);

	(void)state;
	new = make("new");
	remove_dir("old");
	sleep(2); /* it looks at most once a second */
	assert_string_equal(cgroups_find(c, new)->path, "/new");
	assert_string_equal(cgroups_find(c, old)->path, "/old");
	cgroups_free(c);
}

static void the_number_of_names_is_bounded(void **state)
{
	uint64_t id = make("job");
	struct cgroups *c = cgroups_new(dir);
	char path[32];

	(void)state;
	for (uint64_t i = 1; i <= 20000; i++) {
		snprintf(path, sizeof(path), "/g%llu", (unsigned long long)i);
		cgroups_add(c, (1ULL << 40) + i, path);
	}
	assert_null(cgroups_find(c, (1ULL << 40) + 1));
	assert_string_equal(cgroups_find(c, (1ULL << 40) + 20000)->path, "/g20000");
	assert_string_equal(cgroups_find(c, id)->path, "/job");
	cgroups_free(c);
}

static void without_the_hierarchy_nothing_is_known(void **state)
{
	struct cgroups *c = cgroups_new("/nonexistent");

	(void)state;
	assert_null(cgroups_find(c, 1));
	assert_int_equal(cgroups_id(c, "/"), 0);
	cgroups_free(c);
}

#define cgroups_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_paths_that_runtimes_make_name_a_container),
		cgroups_test(names_are_found_by_id),
		cgroups_test(what_is_gone_is_remembered),
		cgroups_test(names_are_read_again_for_an_unknown_id),
		cgroups_test(the_number_of_names_is_bounded),
		cmocka_unit_test(without_the_hierarchy_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

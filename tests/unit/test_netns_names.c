/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of namespaces as they come and go. All are of this process's own namespace. */
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

#include "../../tracer/netns_names.h"

#define MS 1000000ULL

static struct netns_names *names;
static char dir[32], elsewhere[48];
static uint32_t inode;
static uint64_t now;

static const char *path_of(const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void give_name(const char *name)
{
	assert_int_equal(symlink("/proc/self/ns/net", path_of(name)), 0);
}

static void take_name(const char *name)
{
	assert_int_equal(unlink(path_of(name)), 0);
}

static const char *name_after(uint64_t ms)
{
	now += ms * MS;
	netns_names_follow(names, now);
	return netns_name(names, inode);
}

static int setup(void **state)
{
	struct stat st;

	(void)state;
	strcpy(dir, "/tmp/skbtrace-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(elsewhere, sizeof(elsewhere), "%s.target", dir);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	inode = st.st_ino;
	now = 5000000 * MS;
	names = netns_names_new_from(dir);
	assert_non_null(names);
	assert_null(name_after(0));
	return 0;
}

static int teardown(void **state)
{
	static const char *const all[] = { "one", "two" };

	(void)state;
	netns_names_free(names);
	for (int i = 0; i < 2; i++)
		unlink(path_of(all[i]));
	unlink(elsewhere);
	rmdir(dir);
	return 0;
}

static void a_new_name_is_known_at_once(void **state)
{
	(void)state;
	give_name("one");
	assert_string_equal(name_after(1), "one");
}

static void a_name_that_is_gone_is_given_for_two_seconds(void **state)
{
	(void)state;
	give_name("one");
	assert_string_equal(name_after(1), "one");
	take_name("one");
	assert_string_equal(name_after(1), "one");
	assert_string_equal(name_after(1999), "one");
	assert_null(name_after(1));
}

static void a_new_name_replaces_one_that_is_gone(void **state)
{
	(void)state;
	give_name("one");
	assert_string_equal(name_after(1), "one");
	take_name("one");
	give_name("two");
	assert_string_equal(name_after(1), "two");
	give_name("one");
	assert_string_equal(name_after(1), "one"); /* the first in the alphabet */
}

static void a_file_becomes_a_namespace_later(void **state)
{
	(void)state;
	assert_int_equal(symlink(elsewhere, path_of("one")), 0);
	assert_null(name_after(1));
	assert_int_equal(symlink("/proc/self/ns/net", elsewhere), 0);
	assert_string_equal(name_after(1), "one");
}

/* Nothing tells that it does, so it is looked for only when the namespace is asked for. */
static void a_file_becomes_a_namespace_much_later(void **state)
{
	(void)state;
	assert_int_equal(symlink(elsewhere, path_of("one")), 0);
	assert_null(name_after(1));
	name_after(2000);
	assert_int_equal(symlink("/proc/self/ns/net", elsewhere), 0);
	assert_null(name_after(999));
	assert_string_equal(name_after(1), "one");
}

static void the_directory_may_come_and_go(void **state)
{
	(void)state;
	assert_int_equal(rmdir(dir), 0);
	assert_null(name_after(1));
	assert_int_equal(mkdir(dir, 0700), 0);
	give_name("one");
	assert_string_equal(name_after(1000), "one");
	take_name("one");
	assert_int_equal(rmdir(dir), 0);
	assert_string_equal(name_after(1), "one");
	assert_null(name_after(2000));
	assert_int_equal(mkdir(dir, 0700), 0);
	give_name("two");
	assert_string_equal(name_after(1000), "two");
	give_name("one");
	assert_string_equal(name_after(1), "one");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_name_is_known_at_once),
		TEST(a_name_that_is_gone_is_given_for_two_seconds),
		TEST(a_new_name_replaces_one_that_is_gone),
		TEST(a_file_becomes_a_namespace_later),
		TEST(a_file_becomes_a_namespace_much_later),
		TEST(the_directory_may_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of namespaces and interfaces, looked up on this machine. */
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
#include "../../tracer/options.h"
#include "../../tracer/resolve.h"

static struct options o;
static struct error e;

/* A directory like /run/netns: one name of this process's namespace, one vanished, one of digits.
 */
static void make_netns_dir(char *dir)
{
	char path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/router", dir);
	assert_int_equal(symlink("/proc/self/ns/net", path), 0);
	snprintf(path, sizeof(path), "%s/7", dir);
	assert_int_equal(symlink("/proc/self/ns/net", path), 0);
	snprintf(path, sizeof(path), "%s/gone", dir);
	fclose(fopen(path, "w"));
}

static void remove_netns_dir(const char *dir)
{
	static const char *const names[] = { "router", "7", "gone" };
	char path[64];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void a_netns_is_found_by_name_path_or_inode(void **state)
{
	char dir[] = "/tmp/skbtrace-test-XXXXXX";
	struct stat st;
	uint32_t inode = 0;

	(void)state;
	make_netns_dir(dir);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(resolve_netns("router", dir, &inode, &e), 0);
	assert_int_equal(inode, st.st_ino);
	inode = 0;
	assert_int_equal(resolve_netns("/proc/self/ns/net", dir, &inode, &e), 0);
	assert_int_equal(inode, st.st_ino);
	assert_int_equal(resolve_netns("4026531840", dir, &inode, &e), 0);
	assert_true(inode == 4026531840);
	assert_int_equal(resolve_netns("net:[4026532001]", dir, &inode, &e), 0);
	assert_true(inode == 4026532001);
	assert_int_equal(resolve_netns("7", dir, &inode, &e), 0);
	assert_int_equal(inode, st.st_ino); /* a name that looks like a number is still a name */
	remove_netns_dir(dir);
}

static void a_wrong_netns_says_where_it_was_looked_for(void **state)
{
	char dir[] = "/tmp/skbtrace-test-XXXXXX";
	char text[200];
	uint32_t inode;

	(void)state;
	make_netns_dir(dir);
	assert_true(resolve_netns("ruoter", dir, &inode, &e) < 0);
	assert_int_equal(e.code, EXIT_USAGE);
	snprintf(text, sizeof(text),
		 "no network namespace \"ruoter\" in %s; did you mean \"router\"?", dir);
	assert_memory_equal(e.text, text, strlen(text));
	assert_true(resolve_netns("gone", dir, &inode, &e) < 0);
	assert_true(resolve_netns("4294967296", dir, &inode, &e) < 0);
	assert_true(resolve_netns("/proc/self/ns/mnt", dir, &inode, &e) < 0);
	assert_string_equal(e.text, "/proc/self/ns/mnt is no network namespace; give a file like "
				    "/proc/PID/ns/net");
	assert_true(resolve_netns("/nowhere/x", dir, &inode, &e) < 0);
	assert_string_equal(e.text,
			    "no network namespace at /nowhere/x: No such file or directory");
	remove_netns_dir(dir);
	assert_true(resolve_netns("router", dir, &inode, &e) < 0);
	assert_non_null(strstr(e.text, "has no names; give a path"));
}

static void names_of_namespaces_are_looked_up_by_inode(void **state)
{
	char dir[] = "/tmp/skbtrace-test-XXXXXX";
	struct netns_names *names;
	struct stat st;

	(void)state;
	make_netns_dir(dir);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	names = netns_names_new_from(dir);
	assert_non_null(names);
	assert_string_equal(netns_name(names, st.st_ino), "7"); /* the first in the alphabet */
	assert_null(netns_name(names, 1));
	assert_null(netns_name(names, 0));
	netns_names_free(names);
	remove_netns_dir(dir);
	names = netns_names_new_from(dir);
	assert_non_null(names);
	assert_null(netns_name(names, st.st_ino));
	netns_names_free(names);
}

static int resolve(char *iface, char *netns)
{
	char *argv[] = { "skbtrace", "-i", iface, netns ? "-N" : NULL, netns, NULL };

	options_free(&o);
	assert_int_equal(options_parse(netns ? 5 : 3, argv, &o, &e), 0);
	return options_resolve(&o, &e);
}

static void an_interface_must_exist(void **state)
{
	(void)state;
	assert_int_equal(resolve("lo", NULL), 0);
	assert_int_equal(resolve("lo", "/proc/self/ns/net"), 0);
	assert_true(o.netns_inode != 0);
	assert_true(resolve("no-such-if", "/proc/self/ns/net") < 0);
	assert_int_equal(e.code, EXIT_USAGE);
	assert_string_equal(e.text,
			    "no interface \"no-such-if\" in network namespace /proc/self/ns/net; "
			    "skbtrace -D lists them");
}

static void the_list_of_interfaces_begins_with_our_own_namespace(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(options_list_interfaces(f), 0);
	fclose(f);
	assert_non_null(strstr(text, "(this one)\n    1  lo  "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_netns_is_found_by_name_path_or_inode),
		cmocka_unit_test(a_wrong_netns_says_where_it_was_looked_for),
		cmocka_unit_test(names_of_namespaces_are_looked_up_by_inode),
		cmocka_unit_test(an_interface_must_exist),
		cmocka_unit_test(the_list_of_interfaces_begins_with_our_own_namespace),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	options_free(&o);
	return failed;
}

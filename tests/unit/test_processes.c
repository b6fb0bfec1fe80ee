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

#include "processes.h"

static char dir[64];
static struct processes *p;

static void proc_file(uint32_t pid, const char *name, const char *text, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%u", dir, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%u/%s", dir, pid, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(text, 1, len, f);
	fclose(f);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/skbtrace-proc-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	p = processes_new(dir);
	return !p;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	processes_free(p);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void who_ran_before_is_read_from_proc_and_kept(void **state)
{
	(void)state;
	proc_file(812, "cmdline", "nginx\0-g\0daemon off;\0", 21);
	assert_string_equal(process_cmdline(p, 812), "nginx -g daemon off;");
	proc_file(812, "cmdline", "other", 5);
	assert_string_equal(process_cmdline(p, 812), "nginx -g daemon off;");
	proc_file(2, "cmdline", "", 0); /* a kernel thread */
	assert_null(process_cmdline(p, 2));
	assert_null(process_cmdline(p, 3));
	assert_null(process_cmdline(p, 0));
}

static void executing_a_program_changes_the_command_line(void **state)
{
	(void)state;
	processes_exec(p, 7, "sh\0-c\0x\0", 8);
	assert_string_equal(process_cmdline(p, 7), "sh -c x");
	processes_exec(p, 7, "curl\0", 5);
	/* What it is by now is not what it was then. */
	proc_file(7, "cmdline", "later\0", 6);
	assert_string_equal(process_cmdline(p, 7), "curl");
	processes_exec(p, 7, "", 0);
	assert_null(process_cmdline(p, 7));
}

static void a_child_has_its_parents_command_line(void **state)
{
	(void)state;
	processes_exec(p, 10, "server\0", 7);
	processes_fork(p, 11, 10);
	processes_exec(p, 10, "gone\0", 5);
	assert_string_equal(process_cmdline(p, 11), "server");
	assert_string_equal(process_cmdline(p, 10), "gone");
	/* Of an unknown parent: /proc knows, as long as the child is there. */
	proc_file(13, "cmdline", "child\0", 6);
	processes_fork(p, 13, 12);
	assert_string_equal(process_cmdline(p, 13), "child");
}

static void a_number_used_again_is_another_process(void **state)
{
	(void)state;
	proc_file(20, "cgroup", "0::/old", 7);
	assert_string_equal(process_cgroup(p, 20), "/old");
	proc_file(20, "cgroup", "0::/new", 7);
	processes_exec(p, 20, "old\0", 4);
	processes_exec(p, 21, "parent\0", 7);
	processes_fork(p, 20, 21);
	assert_string_equal(process_cmdline(p, 20), "parent");
	assert_string_equal(process_cgroup(p, 20), "/new");
	processes_fork(p, 20, 999);
	assert_null(process_cmdline(p, 20));
}

static void long_command_lines_are_cut(void **state)
{
	char args[300];

	(void)state;
	memset(args, 'a', sizeof(args));
	processes_exec(p, 30, args, sizeof(args));
	assert_int_equal(strlen(process_cmdline(p, 30)), 256);
}

static void what_was_not_used_for_longest_is_forgotten(void **state)
{
	(void)state;
	processes_exec(p, 1, "keep\0", 5);
	for (uint32_t i = 1; i <= 10; i++) {
		processes_exec(p, 1 + 1024 * i, "x\0", 2);
		assert_string_equal(process_cmdline(p, 1), "keep");
	}
	assert_null(process_cmdline(p, 1 + 1024));
}

static void forking_into_a_full_set_keeps_the_command_line(void **state)
{
	(void)state;
	/* The parent is the one that has to go. */
	processes_exec(p, 1, "parent\0", 7);
	for (uint32_t i = 1; i <= 3; i++)
		processes_exec(p, 1 + 1024 * i, "x\0", 2);
	processes_fork(p, 1 + 1024 * 5, 1);
	assert_string_equal(process_cmdline(p, 1 + 1024 * 5), "parent");
}

static void the_longest_path_of_version_1_is_the_cgroup(void **state)
{
	static const char text[] = "12:pids:/docker/abc\n2:cpu,cpuacct:/\n"
				   "1:name=systemd:/docker/abcdef\n0::/\n";

	(void)state;
	proc_file(40, "cgroup", text, sizeof(text) - 1);
	assert_string_equal(process_cgroup(p, 40), "/docker/abcdef");
	proc_file(40, "cgroup", "0::/x", 5);
	assert_string_equal(process_cgroup(p, 40), "/docker/abcdef");
	assert_null(process_cgroup(p, 41));
}

#define process_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		process_test(who_ran_before_is_read_from_proc_and_kept),
		process_test(executing_a_program_changes_the_command_line),
		process_test(a_child_has_its_parents_command_line),
		process_test(a_number_used_again_is_another_process),
		process_test(long_command_lines_are_cut),
		process_test(what_was_not_used_for_longest_is_forgotten),
		process_test(forking_into_a_full_set_keeps_the_command_line),
		process_test(the_longest_path_of_version_1_is_the_cgroup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

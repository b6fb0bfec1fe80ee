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
static uint64_t now;

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
	assert_string_equal(process_cmdline(p, 812, now), "nginx -g daemon off;");
	proc_file(812, "cmdline", "other", 5);
	assert_string_equal(process_cmdline(p, 812, now), "nginx -g daemon off;");
	proc_file(2, "cmdline", "", 0); /* a kernel thread */
	assert_null(process_cmdline(p, 2, now));
	assert_null(process_cmdline(p, 3, now));
	assert_null(process_cmdline(p, 0, now));
}

static void executing_a_program_changes_the_command_line(void **state)
{
	(void)state;
	processes_exec(p, 7, "sh\0-c\0x\0", 8, ++now);
	assert_string_equal(process_cmdline(p, 7, now), "sh -c x");
	processes_exec(p, 7, "curl\0", 5, ++now);
	/* What it is by now is not what it was then. */
	proc_file(7, "cmdline", "later\0", 6);
	assert_string_equal(process_cmdline(p, 7, now), "curl");
	processes_exec(p, 7, "", 0, ++now);
	assert_null(process_cmdline(p, 7, now));
}

static void a_child_has_its_parents_command_line(void **state)
{
	(void)state;
	processes_exec(p, 10, "server\0", 7, ++now);
	processes_fork(p, 11, 10, ++now);
	processes_exec(p, 10, "gone\0", 5, ++now);
	assert_string_equal(process_cmdline(p, 11, now), "server");
	assert_string_equal(process_cmdline(p, 10, now), "gone");
	/* Of an unknown parent: /proc knows, as long as the child is there. */
	proc_file(13, "cmdline", "child\0", 6);
	processes_fork(p, 13, 12, ++now);
	assert_string_equal(process_cmdline(p, 13, now), "child");
}

static void a_number_used_again_is_another_process(void **state)
{
	(void)state;
	proc_file(20, "cgroup", "0::/old", 7);
	assert_string_equal(process_cgroup(p, 20), "/old");
	proc_file(20, "cgroup", "0::/new", 7);
	processes_exec(p, 20, "old\0", 4, ++now);
	processes_exec(p, 21, "parent\0", 7, ++now);
	processes_fork(p, 20, 21, ++now);
	assert_string_equal(process_cmdline(p, 20, now), "parent");
	assert_string_equal(process_cgroup(p, 20), "/new");
	processes_fork(p, 20, 999, ++now);
	assert_null(process_cmdline(p, 20, now));
}

/* Events can be shown some time after they came. */
static void a_command_line_is_that_of_its_time(void **state)
{
	uint64_t forked, first, second;

	(void)state;
	processes_exec(p, 50, "shell\0", 6, ++now);
	processes_fork(p, 51, 50, forked = ++now);
	processes_exec(p, 51, "one\0", 4, first = ++now);
	processes_exec(p, 51, "two\0", 4, second = ++now);
	processes_fork(p, 51, 999, ++now); /* the number is used again */
	assert_null(process_cmdline(p, 51, now));
	assert_string_equal(process_cmdline(p, 51, second), "two");
	assert_string_equal(process_cmdline(p, 51, first), "one");
	assert_string_equal(process_cmdline(p, 51, forked), "shell");
	assert_null(process_cmdline(p, 51, forked - 1));
	/* /proc tells what it is, not what it was. */
	processes_fork(p, 52, 999, forked = ++now);
	processes_exec(p, 52, "new\0", 4, ++now);
	proc_file(52, "cmdline", "new", 3);
	assert_null(process_cmdline(p, 52, forked));
	/* Four of them are kept. */
	processes_exec(p, 51, "five\0", 5, ++now);
	assert_string_equal(process_cmdline(p, 51, first), "one");
	assert_null(process_cmdline(p, 51, forked));
}

static void long_command_lines_are_cut(void **state)
{
	char args[300];

	(void)state;
	memset(args, 'a', sizeof(args));
	processes_exec(p, 30, args, sizeof(args), ++now);
	assert_int_equal(strlen(process_cmdline(p, 30, now)), 256);
}

static void what_was_not_used_for_longest_is_forgotten(void **state)
{
	(void)state;
	processes_exec(p, 1, "keep\0", 5, ++now);
	for (uint32_t i = 1; i <= 10; i++) {
		processes_exec(p, 1 + 1024 * i, "x\0", 2, ++now);
		assert_string_equal(process_cmdline(p, 1, now), "keep");
	}
	assert_null(process_cmdline(p, 1 + 1024, now));
}

static void forking_into_a_full_set_keeps_the_command_line(void **state)
{
	(void)state;
	/* The parent is the one that has to go. */
	processes_exec(p, 1, "parent\0", 7, ++now);
	for (uint32_t i = 1; i <= 3; i++)
		processes_exec(p, 1 + 1024 * i, "x\0", 2, ++now);
	processes_fork(p, 1 + 1024 * 5, 1, ++now);
	assert_string_equal(process_cmdline(p, 1 + 1024 * 5, now), "parent");
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
		process_test(a_command_line_is_that_of_its_time),
		process_test(long_command_lines_are_cut),
		process_test(what_was_not_used_for_longest_is_forgotten),
		process_test(forking_into_a_full_set_keeps_the_command_line),
		process_test(the_longest_path_of_version_1_is_the_cgroup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

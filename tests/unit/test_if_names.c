/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of interfaces: the table by itself; and followed in two namespaces made for the test, whose
 * only interface is lo, under a /run of its own. That takes privilege.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../tracer/if_names.h"
#include "../../tracer/if_table.h"

#define OTHER NETNS_NAMES_DIR "/other"

static struct if_table table;

static const char *in_table(uint32_t netns, uint32_t ifindex)
{
	const struct if_entry *e = if_table_find(&table, netns, ifindex);

	return e ? e->name : "-";
}

static void an_index_means_one_name_in_one_namespace(void **state)
{
	(void)state;
	table.count = 0;
	if_table_put(&table, 7, 2, "eth0");
	if_table_put(&table, 5, 2, "c0");
	if_table_put(&table, 7, 1, "lo");
	if_table_put(&table, 7, 2, "wan");
	assert_string_equal(in_table(7, 2), "wan");
	assert_string_equal(in_table(5, 2), "c0");
	assert_string_equal(in_table(7, 1), "lo");
	assert_string_equal(in_table(7, 3), "-");
	assert_string_equal(in_table(9, 2), "-");
	if_table_gone(&table, 7, 2);
	assert_string_equal(in_table(7, 2), "wan");
	if_table_forget(&table, 7);
	assert_string_equal(in_table(7, 1), "-");
	assert_string_equal(in_table(5, 2), "c0");
}

static void in_a_full_table_those_that_are_gone_make_room(void **state)
{
	(void)state;
	table.count = 0;
	for (uint32_t i = IF_TABLE_MAX; i > 0; i--)
		if_table_put(&table, 7, i, "eth");
	if_table_put(&table, 7, IF_TABLE_MAX + 1, "late");
	assert_string_equal(in_table(7, IF_TABLE_MAX + 1), "-");
	if_table_put(&table, 7, 3, "new");
	assert_string_equal(in_table(7, 3), "new");
	if_table_gone(&table, 7, 9);
	if_table_put(&table, 7, IF_TABLE_MAX + 1, "late");
	assert_string_equal(in_table(7, IF_TABLE_MAX + 1), "late");
	assert_string_equal(in_table(7, 9), "-");
	assert_string_equal(in_table(7, 1), "eth");
	if_table_gone(&table, 7, 0);
	if_table_put(&table, 8, 1, "lo");
	if_table_put(&table, 8, 2, "eth");
	assert_int_equal(table.count, 2);
}

static void rename_interface(const char *from, const char *to)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", from);
	snprintf(request.ifr_newname, sizeof(request.ifr_newname), "%s", to);
	if (fd < 0 || ioctl(fd, SIOCSIFNAME, &request))
		abort();
	close(fd);
}

/* In a process of its own, as it changes its namespace. */
static void in_child(void (*work)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void make_other(void)
{
	if (unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", OTHER, NULL, MS_BIND, NULL))
		abort();
}

static void rename_in_other(void)
{
	if (setns(open(OTHER, O_RDONLY), CLONE_NEWNET))
		abort();
	rename_interface("lo", "other0");
}

static uint32_t inode_of(const char *path)
{
	uint32_t inode = 0;

	assert_int_equal(netns_inode_of(path, &inode), 0);
	return inode;
}

static int sockets(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *d;
	int count = 0;

	while ((d = readdir(dir))) {
		struct stat st;

		count += !fstatat(dirfd(dir), d->d_name, &st, 0) && S_ISSOCK(st.st_mode);
	}
	closedir(dir);
	return count;
}

static void own_names(struct if_names *n, uint32_t own)
{
	assert_string_equal(if_name(n, own, 1), "lo");
	assert_null(if_name(n, own, 2));
	rename_interface("lo", "renamed0");
	if_names_follow(n);
	assert_string_equal(if_name(n, own, 1), "renamed0");
}

static void names_are_followed(void **state)
{
	struct netns_names *nn = netns_names_new();
	struct if_names *n = if_names_new(nn);
	uint64_t now = 1000000000;
	uint32_t other;

	(void)state;
	assert_non_null(n);
	netns_names_follow(nn, now);
	own_names(n, inode_of("/proc/self/ns/net"));
	assert_int_equal(sockets(), 1);
	fclose(fopen(OTHER, "w"));
	in_child(make_other);
	netns_names_follow(nn, ++now);
	if_names_follow(n);
	other = inode_of(OTHER);
	assert_string_equal(if_name(n, other, 1), "lo");
	assert_int_equal(sockets(), 2);
	in_child(rename_in_other);
	if_names_follow(n);
	assert_string_equal(if_name(n, other, 1), "other0");
	/* The namespace is let go with its name, which is still told. */
	assert_int_equal(umount2(OTHER, MNT_DETACH), 0);
	assert_int_equal(unlink(OTHER), 0);
	netns_names_follow(nn, ++now);
	if_names_follow(n);
	assert_int_equal(sockets(), 1);
	assert_string_equal(if_name(n, other, 1), "other0");
	now += 2000000000;
	netns_names_follow(nn, now);
	if_names_follow(n);
	assert_null(if_name(n, other, 1));
	if_names_free(n);
	netns_names_free(nn);
}

static bool may_make_namespaces(void)
{
	return !unshare(CLONE_NEWNET | CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("none", "/run", "tmpfs", 0, NULL) && !mkdir(NETNS_NAMES_DIR, 0755);
}

int main(void)
{
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(an_index_means_one_name_in_one_namespace),
		cmocka_unit_test(in_a_full_table_those_that_are_gone_make_room),
	};
	const struct CMUnitTest privileged[] = { cmocka_unit_test(names_are_followed) };

	if (cmocka_run_group_tests(alone, NULL, NULL))
		return 1;
	if (!may_make_namespaces())
		return 77;
	return cmocka_run_group_tests(privileged, NULL, NULL);
}

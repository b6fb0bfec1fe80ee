/* SPDX-License-Identifier: GPL-2.0-only */
/* What skbtrace top and listen print: columns, JSON lines, names that others chose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../../tracer/cgroups.h"
#include "../../tracer/listen_output.h"
#include "../../tracer/netns_names.h"
#include "../../tracer/top_output.h"

static struct options o;
static struct top_env env;
static struct top_table *table;
static char text[16384];

static int setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	memset(&o, 0, sizeof(o));
	env = (struct top_env){ .options = &o, .backend = "fexit", .kernel = "6.1" };
	env.netns_names = netns_names_new_from("/nonexistent");
	env.cgroups = cgroups_new("/nonexistent");
	table = top_table_new(100);
	return !env.netns_names || !env.cgroups || !table;
}

static int teardown(void **state)
{
	(void)state;
	netns_names_free(env.netns_names);
	cgroups_free(env.cgroups);
	top_table_free(table);
	return 0;
}

static void add(uint32_t pid, const char *comm, uint64_t rx, uint64_t tx)
{
	struct skbt_top_key key = { .id = pid };
	struct skbt_top_row row = { .rx = rx, .tx = tx, .pid = pid, .netns = 4026531840 };

	memcpy(row.comm, comm, strlen(comm));
	assert_int_equal(top_table_add(table, &key, &row), 0);
}

static void begin_text(FILE **f)
{
	*f = tmpfile();
	assert_non_null(*f);
}

static const char *end_text(FILE *f)
{
	size_t len;

	rewind(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	return text;
}

static const char *print(const struct top_interval *i)
{
	begin_text(&env.out);
	assert_int_equal(top_print(&env, table, i), 0);
	return end_text(env.out);
}

static const struct top_interval second = { .wall_ns = 1000000000000,
					    .ns = 1000000000,
					    .number = 1 };

static void a_table_has_kilobytes_most_first(void **state)
{
	(void)state;
	top_table_begin(table);
	add(7, "a b", 1, 0);
	add(12345, "server", 1024, 1536);
	assert_string_equal(print(&second),
			    "# 00:16:40 1.0 s: 2 processes, 1.0 KB received, 1.5 KB sent\n"
			    "PID     COMM                    RX_KB        TX_KB     RXSUM_KB     "
			    "TXSUM_KB       SUM_KB\n"
			    "12345   server                    1.0          1.5          1.0       "
			    "   1.5          2.5\n"
			    "7       a_b                       0.1          0.0          0.1       "
			    "   0.0          0.1\n"
			    "\n");
}

static void what_found_no_row_is_shown(void **state)
{
	struct top_interval i = second;

	(void)state;
	i.missed = 3;
	top_table_begin(table);
	top_table_add_others(table, 2048, 0);
	print(&i);
	assert_non_null(strstr(text, "0.0 KB sent, 3 calls missed\n"));
	assert_non_null(strstr(text, "\n-       (others)                  2.0          0.0 "));
}

static void a_screen_is_not_overrun(void **state)
{
	int lines = 0;

	(void)state;
	env.screen = true;
	env.lines = 10;
	top_table_begin(table);
	for (uint32_t pid = 1; pid <= 50; pid++)
		add(pid, "x", pid, 0);
	print(&second);
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	assert_true(lines < env.lines);
	env.columns = 40;
	print(&second);
	for (const char *p = text + strlen("\033[H\033[J"); *p; p += strcspn(p, "\n") + 1)
		assert_true(strcspn(p, "\n") <= 40);
	assert_int_equal(strncmp(text, "\033[H\033[J# ", 8), 0);
	assert_non_null(strstr(text, "50 processes"));
}

static void json_has_every_key(void **state)
{
	(void)state;
	o.json = true;
	top_table_begin(table);
	add(7, "na\"me", 5, 6);
	assert_string_equal(
		print(&second),
		"{\"schema\":1,\"type\":\"top\",\"ts\":1000000000000,\"interval_ns\":1000000000,"
		"\"by\":\"pid\",\"others\":false,\"pid\":7,\"comm\":\"na\\\"me\",\"netns\":null,"
		"\"netns_name\":null,\"cgroup\":null,\"proto\":null,\"laddr\":null,\"lport\":null,"
		"\"raddr\":null,\"rport\":null,\"rx\":5,\"tx\":6,\"rx_sum\":5,\"tx_sum\":6}\n");
	begin_text(&env.out);
	assert_int_equal(top_print_summary(&env, table, &second), 0);
	assert_string_equal(
		end_text(env.out),
		"{\"schema\":1,\"type\":\"summary\",\"ts\":1000000000000,\"intervals\":1,\"rows\":"
		"1,"
		"\"rx_sum\":5,\"tx_sum\":6,\"others_rx_sum\":0,\"others_tx_sum\":0,\"overflow\":0,"
		"\"missed\":0,\"backend\":\"fexit\",\"kernel\":\"6.1\"}\n");
}

static void a_connection_has_two_ends(void **state)
{
	struct skbt_top_key key = {
		.ends = { .family = AF_INET6, .proto = IPPROTO_TCP, .lport = 5, .rport = 443 }
	};
	struct skbt_top_row row = { .rx = 10, .pid = 9, .comm = "c", .netns = 4026531840 };

	(void)state;
	o.by = TOP_BY_CONN;
	inet_pton(AF_INET6, "fd00::1", key.ends.laddr);
	inet_pton(AF_INET6, "fd00::2", key.ends.raddr);
	top_table_begin(table);
	assert_int_equal(top_table_add(table, &key, &row), 0);
	print(&second);
	assert_non_null(strstr(text, "\nPROTO  LOCAL                     REMOTE                    "
				     "PID     COMM  "));
	assert_non_null(strstr(text, "\nTCP    [fd00::1]:5               [fd00::2]:443             "
				     "9       c  "));
	o.json = true;
	print(&second);
	assert_non_null(strstr(text, "\"netns\":4026531840,\"netns_name\":null,\"cgroup\":null,"
				     "\"proto\":\"TCP\",\"laddr\":\"fd00::1\",\"lport\":5,"
				     "\"raddr\":\"fd00::2\",\"rport\":443,\"rx\":10,"));
}

static void a_socket_that_listens_is_a_line(void **state)
{
	struct skbt_listener l = { .inode = 77,
				   .pid = 9,
				   .netns = 4026531840,
				   .backlog = 128,
				   .comm = "srv\n",
				   .ends = { .family = AF_INET,
					     .proto = IPPROTO_TCP,
					     .lport = 80,
					     .laddr = { 127, 0, 0, 1 } } };
	struct listen_event ev = {
		.socket = &l, .wall_ns = 1000000001000, .ifname = "d0", .cmdline = "srv -x\033[2J"
	};
	struct listen_env le = { .options = &o, .netns_names = env.netns_names };

	(void)state;
	begin_text(&le.out);
	assert_int_equal(listen_print_head(&le), 0);
	assert_int_equal(listen_print(&le, &ev), 0);
	ev.existing = true;
	l.pid = 0;
	memset(l.comm, 0, sizeof(l.comm));
	ev.cmdline = NULL;
	assert_int_equal(listen_print(&le, &ev), 0);
	assert_string_equal(
		end_text(le.out),
		"TIME             PID     COMM             FAMILY PROTO  ADDRESS                   "
		"PORT   BACKLOG  NETNS                   CMDLINE\n"
		"00:16:40.000001  9       srv?             IPv4   TCP    127.0.0.1%d0              "
		"80     128      4026531840              srv -x?[2J\n"
		"before           -       -                IPv4   TCP    127.0.0.1%d0              "
		"80     128      4026531840              -\n");
	o.json = true;
	begin_text(&le.out);
	assert_int_equal(listen_print(&le, &ev), 0);
	assert_string_equal(end_text(le.out),
			    "{\"schema\":1,\"type\":\"listen\",\"ts\":1000000001000,\"existing\":"
			    "true,\"pid\":null,"
			    "\"comm\":null,\"cmdline\":null,\"family\":\"IPv4\",\"proto\":\"TCP\","
			    "\"addr\":\"127.0.0.1\",\"port\":80,\"backlog\":128,\"ifname\":\"d0\","
			    "\"netns\":4026531840,\"netns_name\":null,\"inode\":77}\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_has_kilobytes_most_first), TEST(what_found_no_row_is_shown),
		TEST(a_screen_is_not_overrun),          TEST(json_has_every_key),
		TEST(a_connection_has_two_ends),        TEST(a_socket_that_listens_is_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* skbtrace count: adding up, and what is written of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "count_output.h"
#include "count_table.h"

static struct count_table table, other;
static const char *expressions[SKBT_EXPRESSIONS] = { "udp", "tcp port 80" };
static struct count_names names = { .expressions = expressions, .expression_count = 2 };
static char dir[] = "/tmp/skbtrace-count-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return !mkdtemp(dir);
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int clear(void **state)
{
	(void)state;
	count_table_free(&table);
	count_table_free(&other);
	expressions[0] = "udp";
	expressions[1] = "tcp port 80";
	names.iface = NULL;
	return 0;
}

static void add(struct count_table *t, uint32_t netns, uint32_t ifindex, const char *name,
		uint32_t expression, uint64_t in, uint64_t out)
{
	struct count_line line = {
		.device = { .netns = netns, .ifindex = ifindex },
		.expression = expression,
		.in = { .packets = in, .bytes = 100 * in },
		.out = { .packets = out, .bytes = 100 * out },
	};

	memcpy(line.device.name, name, strnlen(name, SKBT_IFNAME_LEN));
	assert_int_equal(count_table_add(t, &line), 0);
}

/* Keys are copied by the kernel: what stands behind the name's end is what was there before. */
static void lines_of_a_device_add_up_and_are_in_order(void **state)
{
	(void)state;
	add(&table, 5, 2, "eth0", 1, 1, 1);
	add(&table, 5, 2, "eth0", 0, 1, 1);
	add(&table, 4, 9, "eth0", 0, 7, 0);
	add(&table, 5, 2, "eth0", 1, 10, 20);
	assert_int_equal(table.count, 3);
	assert_int_equal(table.lines[0].device.netns, 4);
	assert_int_equal(table.lines[1].expression, 0);
	assert_int_equal(table.lines[2].in.packets, 11);
	assert_int_equal(table.lines[2].out.bytes, 2100);
}

static void a_device_under_another_name_is_another_one(void **state)
{
	(void)state;
	add(&table, 5, 2, "eth0", 0, 1, 1);
	add(&table, 5, 2, "wan", 0, 1, 1);
	add(&table, 5, 2, "eth0\0th9", 0, 1, 1);
	assert_int_equal(table.count, 2);
}

static void an_interval_is_what_came_since_the_last(void **state)
{
	struct count_table interval = { 0 };

	(void)state;
	add(&other, 5, 2, "eth0", 0, 10, 20);
	add(&table, 5, 2, "eth0", 0, 12, 20);
	add(&table, 5, 3, "eth1", 0, 4, 5);
	assert_int_equal(count_table_difference(&table, &other, &interval), 0);
	assert_int_equal(interval.count, 2);
	assert_int_equal(interval.lines[0].in.packets, 2);
	assert_int_equal(interval.lines[0].in.bytes, 200);
	assert_int_equal(interval.lines[0].out.packets, 0);
	assert_int_equal(interval.lines[1].out.packets, 5);
	count_table_free(&interval);
}

static void together_there_is_a_line_for_each_expression(void **state)
{
	(void)state;
	add(&table, 5, 2, "eth0", 1, 10, 20);
	add(&table, 6, 2, "eth0", 1, 1, 2);
	add(&table, 0, 0, "", 1, 100, 0);
	assert_int_equal(count_table_together(&table, 3, &other), 0);
	assert_int_equal(other.count, 3);
	assert_true(count_line_is_empty(&other.lines[0]));
	assert_int_equal(other.lines[1].in.packets, 111);
	assert_int_equal(other.lines[1].out.packets, 22);
	assert_true(count_line_is_empty(&other.lines[2]));
}

/* Calls write(out) and returns what was written, to be freed. */
static char *written(int (*write)(FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(write(out), 0);
	fclose(out);
	return text;
}

static void assert_written(int (*write)(FILE *out), const char *wanted)
{
	char *text = written(write);

	assert_string_equal(text, wanted);
	free(text);
}

static int prometheus(FILE *out)
{
	return prometheus_write(out, &table, &names, 3);
}

static void prometheus_has_help_type_and_labels(void **state)
{
	(void)state;
	add(&table, 4026531840, 2, "eth0", 0, 12, 5);
	assert_written(
		prometheus,
		"# HELP skbtrace_packets_total Packets that match the expression, at the device.\n"
		"# TYPE skbtrace_packets_total counter\n"
		"skbtrace_packets_total{expression=\"udp\",netns=\"4026531840\",iface=\"eth0\","
		"direction=\"in\"} 12\n"
		"skbtrace_packets_total{expression=\"udp\",netns=\"4026531840\",iface=\"eth0\","
		"direction=\"out\"} 5\n"
		"# HELP skbtrace_bytes_total Bytes of these packets, from the MAC header on.\n"
		"# TYPE skbtrace_bytes_total counter\n"
		"skbtrace_bytes_total{expression=\"udp\",netns=\"4026531840\",iface=\"eth0\","
		"direction=\"in\"} 1200\n"
		"skbtrace_bytes_total{expression=\"udp\",netns=\"4026531840\",iface=\"eth0\","
		"direction=\"out\"} 500\n"
		"# HELP skbtrace_missed_total Packets that the kernel did not let be counted.\n"
		"# TYPE skbtrace_missed_total counter\n"
		"skbtrace_missed_total 3\n");
}

/* An interface that was deleted and made again is another one to the kernel. */
static void what_has_the_same_labels_is_one_series(void **state)
{
	char *text, *first;

	(void)state;
	expressions[1] = "udp"; /* twice the same */
	add(&table, 7, 2, "tun0", 0, 12, 5);
	add(&table, 7, 9, "tun0", 0, 3, 1);
	add(&table, 7, 9, "tun0", 1, 3, 1);
	text = written(prometheus);
	first = strstr(text, "iface=\"tun0\",direction=\"in\"} 15\n");
	assert_non_null(first);
	assert_non_null(strstr(text, "iface=\"tun0\",direction=\"out\"} 6\n"));
	assert_null(strstr(text, "direction=\"in\"} 3\n"));
	free(text);
}

static void labels_are_escaped(void **state)
{
	char *text;

	(void)state;
	expressions[0] = "host \"a\\b\"\nor udp";
	add(&table, 7, 2, "a\"b\\c", 0, 1, 0);
	text = written(prometheus);
	assert_non_null(strstr(text, "expression=\"host \\\"a\\\\b\\\"\\nor udp\","));
	assert_non_null(strstr(text, "iface=\"a\\\"b\\\\c\","));
	free(text);
}

static void a_name_of_16_bytes_ends_there(void **state)
{
	char *text;

	(void)state;
	add(&table, 7, 2, "0123456789abcdefXX", 1, 1, 0); /* no zero byte follows */
	text = written(prometheus);
	assert_non_null(strstr(text, "iface=\"0123456789abcdef\","));
	free(text);
}

static size_t files_in(const char *path)
{
	DIR *d = opendir(path);
	size_t count = 0;

	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

/* Whoever had it open keeps the old one whole: the new one is another file. */
static void the_file_is_replaced_whole(void **state)
{
	struct error e = { 0 };
	char path[128], line[16] = "";
	struct stat st;
	FILE *old;

	(void)state;
	snprintf(path, sizeof(path), "%s/x.prom", dir);
	old = fopen(path, "w+");
	fputs("old\n", old);
	fflush(old);
	add(&table, 7, 2, "eth0", 0, 1, 0);
	assert_int_equal(prometheus_write_file(path, &table, &names, 0, &e), 0);
	rewind(old);
	assert_string_equal(fgets(line, sizeof(line), old), "old\n");
	fclose(old);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 100);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(files_in(dir), 1);
	unlink(path);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
	struct error e = { 0 };
	char fifo[64], wanted[160];
	struct stat st;

	(void)state;
	assert_true(prometheus_write_file("/nonexistent/x.prom", &table, &names, 0, &e) < 0);
	assert_int_equal(e.code, EXIT_RUNTIME);
	assert_string_equal(e.text, "cannot write the file for Prometheus, /nonexistent/x.prom: "
				    "No such file or directory");
	/* Not /dev/null: where this fails, root has replaced it. */
	snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	snprintf(wanted, sizeof(wanted),
		 "cannot write the file for Prometheus, %s: it is not a regular file", fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_true(prometheus_write_file(fifo, &table, &names, 0, &e) < 0);
	assert_int_equal(stat(fifo, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	unlink(fifo);
	assert_string_equal(e.text, wanted);
}

static int text_together(FILE *out)
{
	return count_text(out, &table, &names, false, 0);
}

static int text_by_device(FILE *out)
{
	return count_text(out, &table, &names, true, 0);
}

static void text_fills_every_column(void **state)
{
	(void)state;
	expressions[0] = "";
	add(&table, 0, 0, "", 0, 12, 5);
	assert_written(text_together,
		       "total              12           1200            5            500  -\n");
}

static void text_by_device_leaves_out_what_is_empty(void **state)
{
	(void)state;
	add(&table, 7, 2, "eth0", 0, 12, 5);
	add(&table, 7, 2, "eth0", 1, 0, 0);
	add(&table, 0, 0, "", 1, 1, 0);
	assert_written(text_by_device,
		       "total    -            -                          1            100"
		       "            0              0  tcp port 80\n"
		       "total    7            eth0                      12           1200"
		       "            5            500  udp\n");
}

/* Whoever may name an interface may not move the cursor. */
static void text_shows_no_control_characters(void **state)
{
	(void)state;
	add(&table, 7, 2, "a\033[2J b", 0, 12, 5);
	assert_written(text_by_device,
		       "total    7            a?[2J_b                   12           1200"
		       "            5            500  udp\n");
}

static int json_interval(FILE *out)
{
	return count_json(out, &table, &other, &names, 1000000000, 2000000000);
}

static void json_has_the_interval_and_the_totals(void **state)
{
	(void)state;
	add(&table, 7, 2, "eth0", 0, 2, 1);
	add(&other, 7, 2, "eth0", 0, 12, 5);
	assert_written(json_interval,
		       "{\"schema\":1,\"type\":\"count\",\"ts\":1000000000,"
		       "\"interval_ns\":2000000000,\"expression\":\"udp\",\"netns\":7,"
		       "\"netns_name\":null,\"ifindex\":2,\"ifname\":\"eth0\","
		       "\"in_packets\":2,\"in_bytes\":200,\"out_packets\":1,\"out_bytes\":100,"
		       "\"total_in_packets\":12,\"total_in_bytes\":1200,"
		       "\"total_out_packets\":5,\"total_out_bytes\":500}\n");
}

static int json_summary(FILE *out)
{
	const struct count_run run = {
		.duration_ns = 3, .missed = 4, .places = "here", .kernel = "6.18"
	};

	return count_json_summary(out, &table, &names, 1, &run);
}

static void json_of_all_devices_has_the_interface_asked_for(void **state)
{
	(void)state;
	names.iface = "br0";
	add(&table, 0, 0, "", 0, 2, 1);
	assert_written(json_summary,
		       "{\"schema\":1,\"type\":\"summary\",\"ts\":1,\"duration_ns\":3,\"totals\":["
		       "{\"expression\":\"udp\",\"netns\":null,\"netns_name\":null,"
		       "\"ifindex\":null,\"ifname\":\"br0\",\"in_packets\":2,\"in_bytes\":200,"
		       "\"out_packets\":1,\"out_bytes\":100}],"
		       "\"missed\":4,\"backend\":\"here\",\"kernel\":\"6.18\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines_of_a_device_add_up_and_are_in_order, clear),
		cmocka_unit_test_teardown(a_device_under_another_name_is_another_one, clear),
		cmocka_unit_test_teardown(an_interval_is_what_came_since_the_last, clear),
		cmocka_unit_test_teardown(together_there_is_a_line_for_each_expression, clear),
		cmocka_unit_test_teardown(prometheus_has_help_type_and_labels, clear),
		cmocka_unit_test_teardown(what_has_the_same_labels_is_one_series, clear),
		cmocka_unit_test_teardown(labels_are_escaped, clear),
		cmocka_unit_test_teardown(a_name_of_16_bytes_ends_there, clear),
		cmocka_unit_test_teardown(the_file_is_replaced_whole, clear),
		cmocka_unit_test_teardown(a_place_that_cannot_be_written_is_named, clear),
		cmocka_unit_test_teardown(text_fills_every_column, clear),
		cmocka_unit_test_teardown(text_shows_no_control_characters, clear),
		cmocka_unit_test_teardown(text_by_device_leaves_out_what_is_empty, clear),
		cmocka_unit_test_teardown(json_has_the_interval_and_the_totals, clear),
		cmocka_unit_test_teardown(json_of_all_devices_has_the_interface_asked_for, clear),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <time.h>

#include "fabricate.h"

static struct capture c;
static struct options o;
static struct ksyms *symbols;

#define HEADER                                                                                     \
	"TIME             CPU  PROCESS         NETNS    IFACE  PKT   FUNCTION               "      \
	"TYPE       PACKET\n"

/* Every test begins with the text output, piped, in UTC, its titles read: on the error stream,
 * because stdout is for events only. */
static int setup(void **state)
{
	(void)state;
	o = (struct options){ .buffer_size = 8 * 1024 * 1024 };
	c.env.symbols = symbols;
	capture_begin(&c, "text", &o);
	assert_string_equal(capture_text(&c), "");
	assert_string_equal(capture_messages(&c), HEADER);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	capture_end(&c);
	return 0;
}

static void on_terminal(int columns)
{
	capture_end(&c);
	c.env.terminal = true;
	c.env.columns = columns;
	c.env.symbols = symbols;
	capture_begin(&c, "text", &o);
	capture_text(&c);
}

static const char *show(struct event ev)
{
	assert_int_equal(output_event(c.output, &ev), 0);
	return capture_text(&c);
}

static void an_event_is_one_line_of_aligned_columns(void **state)
{
	(void)state;
	assert_string_equal(show(fabricate_path()), "22:13:20.123456  1    ping/2345       client  "
						    " c0     #3    ip_output              "
						    "OUTGOING   10.77.8.1 > 10.77.8.131 ICMP echo "
						    "request id 7 seq 1 ttl 64 DF, 84 B\n");
}

static void a_drop_has_reason_cause_advice_and_stack(void **state)
{
	(void)state;
	assert_string_equal(
		show(fabricate_drop()),
		"22:13:20.123498  1    softirq         router   r0     #3    ip_forward+0x2b1      "
		" "
		"HOST       DROP PKT_TOO_BIG 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 "
		"ttl 64 DF, 84 B\n"
		"              cause   too large\n"
		"              advice  send less\n"
		"              stack   ip_forward+0x2b1 < ip_rcv+0x5c < 0xffffffff81000fff\n");
}

static void what_is_inside_stands_below_the_stack(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	capture_end(&c);
	fabricate_inside(&ev, &c.env);
	capture_begin(&c, "text", &o);
	assert_non_null(strstr(show(ev),
			       "\n              stack   0xffffffff810012b1 < 0xffffffff8100305c"
			       " < 0xffffffff81000fff\n"
			       "              bytes   0x0000:  0045 0a                         "
			       "         .E.\n"
			       "              skb     len = 84\n"
			       "                      | mark = 7\n"
			       "              shinfo  len = 99\n"));
}

static void without_reason_advice_and_stack_the_columns_stay(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	fabricated.rec.stack_len = 0;
	ev.reason = NULL;
	ev.why = (struct explanation){ .cause = "too large", .inferred = true };
	assert_string_equal(show(ev), "22:13:20.123498  1    softirq         router   r0     #3    "
				      "ip_forward+0x2b1       "
				      "HOST       DROP - 10.77.8.1 > 10.77.8.131 ICMP echo request "
				      "id 7 seq 1 ttl 64 DF, 84 B\n"
				      "              cause   probably: too large\n");
	ev.why = (struct explanation){ 0 };
	assert_null(strstr(show(ev), "cause"));
}

static void what_is_unknown_is_a_dash(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	ev.func = NULL;
	ev.netns_name = NULL;
	ev.packet = (struct packet){ 0 };
	fabricated.rec.netns = 0;
	fabricated.rec.packet_id = 0;
	fabricated.rec.ifname[0] = '\0';
	fabricated.rec.pkt_type = 9;
	fabricated.rec.comm[0] = '\0';
	assert_string_equal(show(ev),
			    "22:13:20.123456  1    -/2345          -        -      -     -"
			    "                      -          -, 84 B\n");
}

static void the_first_event_of_a_copy_names_its_original(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.parent_id = 2;
	assert_non_null(strstr(show(ev), " #3    ip_output "));
	fabricated.rec.prev_ts = 0;
	assert_non_null(strstr(show(ev), " #3<#2 ip_output "));
	fabricated.rec.parent_id = 0;
	assert_non_null(strstr(show(ev), " #3    ip_output "));
}

static void a_drop_outside_any_symbol_shows_the_address(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	ev.func = NULL;
	assert_non_null(strstr(show(ev), " #3    0xffffffff810012b1  "));
}

static void a_netns_without_name_is_its_inode(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	ev.netns_name = NULL;
	assert_non_null(strstr(show(ev), "  ping/2345       4026532201 c0"));
	ev.netns_name = "client";
	o.numeric = true;
	assert_non_null(strstr(show(ev), "  4026532201 c0"));
}

/* A server's packet, in a softirq. */
static struct event fabricate_owned(void)
{
	struct event ev = fabricate_drop();

	fabricated.rec.owner_pid = 812;
	strcpy(fabricated.rec.owner_comm, "my nginx");
	ev.owner_cmdline = "nginx: worker\n\033[31m";
	ev.owner_container = "0123456789abcdef";
	return ev;
}

static void in_an_interrupt_the_owner_of_the_socket_is_named(void **state)
{
	struct event ev = fabricate_owned();

	(void)state;
	assert_non_null(strstr(show(ev), "  softirq>my_nginx/812 "));
	fabricated.rec.context = SKBT_TASK;
	assert_non_null(strstr(show(ev), "  ping/2345 "));
}

static void a_drop_tells_the_command_line_of_the_owner(void **state)
{
	struct event ev = fabricate_owned();
	const char *text;

	(void)state;
	text = show(ev);
	assert_non_null(strstr(text, "\n              owner   nginx: worker??[31m\n"
				     "              in      container 0123456789abcdef\n"));
	assert_null(strstr(text, "process "));
	fabricated.rec.context = SKBT_TASK;
	ev.cmdline = "ping -c 1 x";
	text = show(ev);
	assert_non_null(strstr(text, "\n              process ping -c 1 x\n"
				     "              owner   nginx: worker"));
	/* The sender owns it: told once. */
	fabricated.rec.owner_pid = fabricated.rec.pid;
	text = show(ev);
	assert_non_null(strstr(text, "process ping"));
	assert_null(strstr(text, "owner "));
}

static void verbose_tells_command_lines_where_they_change(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	ev.cmdline = "ping x";
	assert_null(strstr(show(ev), "process"));
	o.verbose = 1;
	assert_non_null(strstr(show(ev), "process ping x\n"));
	assert_null(strstr(show(ev), "process"));
	fabricated.rec.pid = 77;
	assert_non_null(strstr(show(ev), "process ping x\n"));
}

static void the_process_is_named_only_where_it_is_the_cause(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.context = SKBT_SOFTIRQ;
	assert_non_null(strstr(show(ev), "  softirq  "));
	fabricated.rec.context = SKBT_HARDIRQ;
	assert_non_null(strstr(show(ev), "  hardirq  "));
	fabricated.rec.context = SKBT_CONTEXT_UNKNOWN;
	assert_non_null(strstr(show(ev), "  ping/2345  "));
}

static void a_long_field_pushes_the_next_which_catch_up(void **state)
{
	struct event ev = fabricate_path();
	const char *line;

	(void)state;
	ev.netns_name = "a-namespace-of-24-letters";
	line = show(ev);
	assert_non_null(strstr(line, " a-namespace-of-24-letters c0 #3 ip_output "));
	assert_ptr_equal(strstr(line, "OUTGOING"), line + (strstr(HEADER, "TYPE") - HEADER));
}

static size_t count_fields(const char *line)
{
	size_t n = 0;

	while (*line) {
		line += strspn(line, " ");
		n += *line && *line != '\n';
		line += strcspn(line, " ");
	}
	return n;
}

static void nasty_names_can_neither_split_columns_nor_reach_the_terminal(void **state)
{
	struct event ev = fabricate_path();
	const char *line;
	size_t fields = count_fields(show(ev));

	(void)state;
	memcpy(fabricated.rec.comm, "a b\033[2J\n\t\x9b\xc3\xa9wxyz", SKBT_COMM_LEN); /* no end */
	memcpy(fabricated.rec.ifname, "\033]0;x\007 \x7f\r", 10);
	ev.netns_name = "ns \033[31m";
	line = show(ev);
	assert_non_null(strstr(line, " a_b?[2J?????wxyz/2345 "));
	assert_non_null(strstr(line, " ns_?[31m "));
	assert_non_null(strstr(line, " ?]0;x?_?? "));
	for (const char *p = line; p[1]; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	assert_int_equal(count_fields(line), fields);
}

static void ports_and_ipv6_are_written_as_in_urls(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	ev.packet = (struct packet){
		.proto = "TCP",
		.family = AF_INET6,
		.src = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
		.dst = { 0x20, 1, 0xd, 0xb8, [15] = 2 },
		.has_ports = true,
		.sport = 65535,
		.dport = 443,
	};
	assert_non_null(strstr(show(ev), " [2001:db8::1]:65535 > [2001:db8::2]:443 TCP, 84 B\n"));
	ev.packet.family = AF_INET;
	assert_non_null(strstr(show(ev), " 32.1.13.184:65535 > 32.1.13.184:443 TCP, 84 B\n"));
	ev.packet = (struct packet){ .detail = "ethertype 0x1234" };
	assert_non_null(strstr(show(ev), " ethertype 0x1234, 84 B\n"));
	ev.packet = (struct packet){ .proto = "LLDP" };
	assert_non_null(strstr(show(ev), " LLDP, 84 B\n"));
}

static void time_can_be_seconds(void **state)
{
	(void)state;
	o.time_style = TIME_SECONDS;
	assert_memory_equal(show(fabricate_path()), "22:13:20         1 ", 19);
}

static void time_can_count_from_the_first_event(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	o.time_style = TIME_SINCE_FIRST;
	assert_memory_equal(show(ev), "0.000            1 ", 19);
	fabricated.rec.ts += 1234567;
	assert_memory_equal(show(ev), "1234.567         1 ", 19);
	fabricated.rec.ts -= 2234567; /* another CPU was slower to hand in its event */
	assert_memory_equal(show(ev), "-1000.000        1 ", 19);
}

static void time_is_local(void **state)
{
	(void)state;
	setenv("TZ", "XXX-3", 1);
	tzset();
	assert_memory_equal(show(fabricate_path()), "01:13:20.123456 ", 16);
	setenv("TZ", "UTC", 1);
	tzset();
}

static void the_clock_goes_on_to_the_next_second(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	show(ev);
	ev.wall_ns += 1000000000;
	assert_memory_equal(show(ev), "22:13:21.123456 ", 16);
	ev.wall_ns -= 2000000000;
	assert_memory_equal(show(ev), "22:13:19.123456 ", 16);
}

static void on_a_terminal_only_what_changed_is_shown(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	on_terminal(200);
	assert_memory_equal(show(ev), "22:13:20.123456  1 ", 19);
	fabricated.rec.ts += 3100;
	ev.func = "ip_finish_output";
	assert_string_equal(show(ev), "         +3.1us  1    .               .        .      #3    "
				      "ip_finish_output       "
				      ".          .\n");
	fabricated.rec.ts += 1000000;
	fabricated.rec.len = 98;
	fabricated.rec.context = SKBT_SOFTIRQ;
	fabricated.rec.netns++;
	ev.netns_name = "router";
	strcpy(fabricated.rec.ifname, "r0");
	fabricated.rec.pkt_type = 0;
	assert_string_equal(show(ev), "         +1.0ms  1    softirq         router   r0     #3    "
				      "ip_finish_output       "
				      "HOST       98 B\n");
	fabricated.rec.ts += 2000000000;
	strcpy(ev.packet.detail, "ttl 63");
	assert_string_equal(show(ev), "          +2.0s  1    .               .        .      #3    "
				      "ip_finish_output       "
				      ".          ttl 63\n");
	ev.packet.dst[3] = 9;
	assert_non_null(strstr(show(ev), " 10.77.8.1 > 10.77.8.9 ICMP\n"));
}

static void on_a_terminal_another_packet_is_shown_in_full(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	on_terminal(200);
	show(ev);
	fabricated.rec.packet_id = 4;
	assert_memory_equal(show(ev), "22:13:20.123456  1    ping/2345  ", 33);
	fabricated.rec.packet_id = 0; /* not numbered: not known to be the same */
	show(ev);
	assert_memory_equal(show(ev), "22:13:20.123456  1    ping/2345  ", 33);
}

static void on_a_terminal_a_drop_keeps_its_reason(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	on_terminal(200);
	show(ev);
	ev = fabricate_drop();
	assert_non_null(strstr(show(ev),
			       "        +41.7us  1    softirq         router   r0     #3    "
			       "ip_forward+0x2b1       HOST       DROP PKT_TOO_BIG .\n"));
}

static void assert_fits(const char *text, size_t columns)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > columns)
			fail_msg("%zu columns: %.*s", len, (int)len, text);
		text += len + 1;
	}
}

static void a_narrow_terminal_gets_lines_that_fit(void **state)
{
	struct event ev = fabricate_drop();
	const char *text;

	(void)state;
	fabricated.rec.stack_len = 48;
	for (int i = 0; i < 48; i++)
		memcpy(fabricated.space + sizeof(struct skbt_record) + 8 * i,
		       &(uint64_t){ 0xffffffff81003000 + i }, 8);
	ev.why.cause =
		"one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
	on_terminal(99);
	text = show(ev);
	assert_fits(text, 99);
	assert_non_null(strstr(text, "DROP PKT_TOO_BIG\n"
				     "                      10.77.8.1 > 10.77.8.131 ICMP "));
	assert_non_null(strstr(text, "twelve thirteen\n                      fourteen\n"));
	assert_non_null(strstr(text, "\n                      < ip_rcv+0x"));
	assert_non_null(strstr(text, "< ip_rcv+0x2f\n"));
	on_terminal(80);
	ev = fabricate_path();
	show(ev);
	fabricated.rec.len = 98;
	text = show(ev);
	assert_fits(text, 80);
	assert_non_null(strstr(text, " 98 B\n"));
	assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text)); /* on one line */
}

static void colour_marks_drops_and_nothing_else(void **state)
{
	const char *text;

	(void)state;
	c.env.color = true;
	capture_end(&c);
	c.env.color = true;
	capture_begin(&c, "text", &o);
	assert_memory_equal(capture_messages(&c), "\033[1mTIME ", 9);
	assert_null(strchr(show(fabricate_path()), '\033'));
	text = show(fabricate_drop());
	assert_memory_equal(text, "\033[1;31m22:13:20.123498  1 ", 26);
	assert_non_null(
		strstr(text, "84 B\033[0m\n              \033[1mcause\033[0m   too large\n"));
}

static void a_very_long_line_is_not_cut(void **state)
{
	struct event ev = fabricate_path();
	char *name = malloc(70001);
	size_t len;

	(void)state;
	memset(name, 'x', 70000);
	name[70000] = '\0';
	ev.func = name;
	assert_int_equal(output_event(c.output, &ev), 0);
	assert_int_equal(output_flush(c.output), 0);
	len = strspn(strchr(c.out, 'x'), "x");
	assert_int_equal(len, 70000);
	assert_string_equal(c.out + c.out_size - 7, ", 84 B\n");
	free(name);
}

static void a_failed_write_is_reported(void **state)
{
	struct output_env env = { .out = fopen("/dev/full", "w"), .err = c.env.err, .options = &o };
	struct event ev = fabricate_path();
	struct output *output;

	(void)state;
	assert_non_null(env.out);
	setvbuf(env.out, NULL, _IONBF, 0);
	output = output_new("text", &env);
	assert_int_equal(output_begin(output), 0);
	assert_int_equal(output_event(output, &ev), 0);
	assert_int_equal(output_flush(output), -ENOSPC);
	output_free(output);
	fclose(env.out);
}

static void there_is_no_other_output(void **state)
{
	(void)state;
	assert_null(output_new("xml", &c.env));
}

#define text_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		text_test(an_event_is_one_line_of_aligned_columns),
		text_test(a_drop_has_reason_cause_advice_and_stack),
		text_test(what_is_inside_stands_below_the_stack),
		text_test(without_reason_advice_and_stack_the_columns_stay),
		text_test(what_is_unknown_is_a_dash),
		text_test(a_drop_outside_any_symbol_shows_the_address),
		text_test(a_netns_without_name_is_its_inode),
		text_test(the_process_is_named_only_where_it_is_the_cause),
		text_test(in_an_interrupt_the_owner_of_the_socket_is_named),
		text_test(a_drop_tells_the_command_line_of_the_owner),
		text_test(verbose_tells_command_lines_where_they_change),
		text_test(a_long_field_pushes_the_next_which_catch_up),
		text_test(nasty_names_can_neither_split_columns_nor_reach_the_terminal),
		text_test(ports_and_ipv6_are_written_as_in_urls),
		text_test(time_can_be_seconds),
		text_test(time_can_count_from_the_first_event),
		text_test(time_is_local),
		text_test(the_clock_goes_on_to_the_next_second),
		text_test(on_a_terminal_only_what_changed_is_shown),
		text_test(on_a_terminal_another_packet_is_shown_in_full),
		text_test(the_first_event_of_a_copy_names_its_original),
		text_test(on_a_terminal_a_drop_keeps_its_reason),
		text_test(a_narrow_terminal_gets_lines_that_fit),
		text_test(colour_marks_drops_and_nothing_else),
		text_test(a_very_long_line_is_not_cut),
		text_test(a_failed_write_is_reported),
		text_test(there_is_no_other_output),
	};
	int failed;

	setenv("TZ", "UTC", 1);
	symbols = fabricate_symbols();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ksyms_free(symbols);
	return failed;
}

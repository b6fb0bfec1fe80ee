/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernel-compat/kernel_compat.h"
#include "parse_options.h"

#define assert_parses(...)                                                                         \
	do {                                                                                       \
		int err_ = parse(__VA_ARGS__);                                                     \
		if (err_)                                                                          \
			print_error("%s\n", e.text);                                               \
		assert_int_equal(err_, 0);                                                         \
	} while (0)

#define assert_refused(text_, ...)                                                                 \
	do {                                                                                       \
		assert_true(parse(__VA_ARGS__) < 0);                                               \
		assert_int_equal(e.code, EXIT_USAGE);                                              \
		assert_string_equal(e.text, text_);                                                \
	} while (0)

static void assert_compiles(const char *expression)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;

	if (pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN))
		fail_msg("%s: %s", expression, pcap_geterr(pcap));
	pcap_freecode(&program);
	pcap_close(pcap);
}

#define assert_expression(text, ...)                                                               \
	do {                                                                                       \
		assert_parses(__VA_ARGS__);                                                        \
		assert_string_equal(o.expression, text);                                           \
		assert_compiles(o.expression);                                                     \
	} while (0)

static bool matches(const char *expression, const uint8_t *frame, size_t len)
{
	struct pcap_pkthdr header = { .caplen = len, .len = len };
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;
	bool match;

	assert_int_equal(pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN), 0);
	match = pcap_offline_filter(&program, &header, frame) != 0;
	pcap_freecode(&program);
	pcap_close(pcap);
	return match;
}

static void without_arguments_everything_is_traced(void **state)
{
	(void)state;
	assert_int_equal(parse_array((char *[]){ "skbtrace", NULL }), 0);
	assert_int_equal(o.command, COMMAND_TRACE);
	assert_string_equal(o.expression, "");
	assert_int_equal(o.groups, 0);
	assert_false(o.route);
	assert_int_equal(o.mark_mask, 0);
	assert_int_equal(o.max_events, 0);
	assert_int_equal(o.buffer_size, 8 * 1024 * 1024);
	assert_int_equal(o.backend, BACKEND_AUTO);
	assert_int_equal(o.color, COLOR_AUTO);
}

static void options_may_stand_before_among_and_after_the_words(void **state)
{
	(void)state;
	assert_expression("tcp or udp", "-n", "tcp", "--json", "or", "udp", "-v", "-v");
	assert_true(o.numeric);
	assert_true(o.json);
	assert_int_equal(o.verbose, 2);
}

static void the_word_trace_may_come_first(void **state)
{
	(void)state;
	assert_expression("host 1.1.1.1", "trace", "-H", "1.1.1.1");
	assert_expression("tcp", "-v", "trace", "tcp");
}

static void after_two_dashes_all_words_belong_to_the_expression(void **state)
{
	(void)state;
	assert_parses("--", "top");
	assert_string_equal(o.expression, "top");
	assert_parses("trace", "--", "-v");
	assert_string_equal(o.expression, "-v");
	assert_int_equal(o.verbose, 0);
}

static void commands_of_later_versions_are_named(void **state)
{
	(void)state;
	assert_refused("'diff' is not part of this version of skbtrace; see skbtrace --help",
		       "diff");
	assert_refused("'report' is not part of this version of skbtrace; see skbtrace --help",
		       "-v", "report", "x");
	assert_expression("udp port 53 or icmp", "udp", "port", "53", "or", "icmp");
}

static void every_function_or_parts_of_the_table(void **state)
{
	(void)state;
	assert_parses("ip");
	assert_false(o.all);
	assert_parses("--all", "--func", "ip_.*");
	assert_true(o.all);
	assert_int_equal(o.module_count, 0);
	assert_parses("--module", "veth,bridge", "--module", "vmlinux");
	assert_true(o.all);
	assert_int_equal(o.module_count, 2);
	assert_string_equal(o.modules[0], "veth,bridge");
	assert_refused("--module takes names of modules, separated by commas, not \"veth,\"",
		       "--module", "veth,");
	assert_refused(
		"--all asks for every function, --hooks, --route, --iptable and --bridge for "
		"parts of the hook table: use one or the other",
		"--iptable", "--all");
	assert_true(parse("--module", "veth", "--route") < 0);
	assert_int_equal(e.code, EXIT_USAGE);
}

static void count_takes_several_expressions(void **state)
{
	(void)state;
	assert_parses("count", "-i", "br0", "src", "net", "172.20.0.0/16", "5", "3");
	assert_int_equal(o.command, COMMAND_COUNT);
	assert_string_equal(o.expression, "src net 172.20.0.0/16");
	assert_int_equal(o.interval, 5);
	assert_int_equal(o.intervals, 3);
	assert_int_equal(o.expression_count, 0);
	assert_parses("count", "-e", "udp", "-H", "10.0.0.1", "--expr", "", "--by", "iface", "2");
	assert_int_equal(o.expression_count, 2);
	assert_string_equal(o.expressions[0], "udp");
	assert_string_equal(o.expressions[1], "");
	assert_string_equal(o.expression, "host 10.0.0.1");
	assert_true(o.by_iface);
	assert_int_equal(o.interval, 2);
	assert_parses("count", "--prometheus", "/x.prom");
	assert_string_equal(o.prometheus, "/x.prom");
	assert_false(o.by_iface);
	assert_int_equal(o.interval, 1);
	assert_refused("--by takes iface, not \"pid\"", "count", "--by", "pid");
	assert_refused(
		"-p/--pid is for skbtrace trace, top, listen and drops, not for skbtrace count",
		"count", "-p", "1");
	assert_refused("-e/--expr is given more than 16 times; count the rest in another run",
		       "count", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea",
		       "-ea", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea", "-ea");
}

static void probes_is_a_command(void **state)
{
	(void)state;
	assert_parses("probes");
	assert_int_equal(o.command, COMMAND_PROBES);
	assert_true(o.all);
	assert_parses("--json", "probes", "--func", "ip_.*");
	assert_int_equal(o.command, COMMAND_PROBES);
	assert_true(o.json && o.all);
	assert_parses("probes", "--route");
	assert_false(o.all);
	assert_parses("probes", "--version");
	assert_int_equal(o.action, ACTION_VERSION);
	assert_parses("--", "probes");
	assert_int_equal(o.command, COMMAND_TRACE);
	assert_refused("--sample is for skbtrace trace and drops, not for skbtrace probes",
		       "probes", "--sample", "1/2");
	assert_refused("--dropstack is for skbtrace trace, not for skbtrace probes", "probes",
		       "--dropst");
	assert_refused("unknown option --jsno; did you mean --json?", "probes", "--jsno");
	assert_refused("unknown option -Z; see skbtrace probes --help", "probes", "-Z");
	assert_refused("skbtrace probes takes no expression; it traces nothing", "probes", "icmp");
}

static void shorthands_become_one_expression(void **state)
{
	(void)state;
	assert_expression("host 1.1.1.1", "-H", "1.1.1.1");
	assert_expression("host 2001:db8::1", "--host", "2001:DB8:0::1");
	assert_expression("port 80", "-P80");
	assert_expression("arp", "--proto", "arp");
	assert_expression("", "--proto", "any");
	assert_expression("tcp and host 10.0.0.1 and port 65535", "-P", "65535", "-H", "10.0.0.1",
			  "--proto=tcp");
	assert_expression("icmp6 and host ::1", "--proto", "icmp6", "-H", "::1");
	assert_expression("udp and (port 53 or port 5353)", "--proto", "udp", "port", "53", "or",
			  "port", "5353");
}

static void a_prefix_makes_a_network_and_clears_host_bits(void **state)
{
	(void)state;
	assert_expression("net 10.0.0.0/8", "-H", "10.1.2.3/8");
	assert_expression("net 192.168.1.128/25", "-H", "192.168.1.255/25");
	assert_expression("net 0.0.0.0/0", "-H", "1.2.3.4/0");
	assert_expression("net 1.2.3.4/32", "-H", "1.2.3.4/32");
	assert_expression("net fe80::/10", "-H", "febf::1/10");
	assert_expression("net 2001:db8::1/128", "-H", "2001:db8::1/128");
}

static void icmpid_matches_both_kinds_of_echo_and_nothing_else(void **state)
{
	uint8_t v4[60] = {
		[12] = 8, 0, [14] = 0x45, [17] = 46, [22] = 64, 1, [34] = 8, [38] = 0, 7
	};
	uint8_t v6[62] = {
		[12] = 0x86, 0xdd, [14] = 0x60, [19] = 8, 58, 64, [54] = 129, [58] = 0, 7
	};

	(void)state;
	assert_parses("--icmpid", "7");
	assert_true(matches(o.expression, v4, sizeof(v4)));
	assert_true(matches(o.expression, v6, sizeof(v6)));
	v4[34] = 3;
	v6[54] = 135;
	assert_false(matches(o.expression, v4, sizeof(v4)));
	assert_false(matches(o.expression, v6, sizeof(v6)));
	v4[34] = 0;
	v6[54] = 128;
	assert_true(matches(o.expression, v4, sizeof(v4)));
	assert_true(matches(o.expression, v6, sizeof(v6)));
	v4[39] = 8;
	v6[59] = 8;
	assert_false(matches(o.expression, v4, sizeof(v4)));
	assert_false(matches(o.expression, v6, sizeof(v6)));
	assert_parses("--icmpid", "0x0008", "--proto", "icmp", "-H", "0.0.0.0");
	assert_compiles(o.expression);
	assert_true(matches(o.expression, v4, sizeof(v4)));
	assert_false(matches(o.expression, v6, sizeof(v6)));
}

static void words_cannot_break_out_of_their_brackets(void **state)
{
	(void)state;
	assert_refused("the filter has a \")\" without its \"(\": tcp) or (udp", "-P", "1",
		       "tcp) or (udp");
	assert_refused("the filter has a \"(\" without its \")\": (tcp", "(tcp");
}

static void an_expression_can_come_from_a_file(void **state)
{
	char path[] = "/tmp/skbtrace-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "tcp\nor udp\n\n", 12), 12);
	assert_expression("host 1.1.1.1 and (tcp\nor udp)", "-F", path, "-H", "1.1.1.1");
	assert_refused("the filter is given twice, as words (\"icmp ...\") and with -F: use one",
		       "-F", path, "icmp");
	assert_int_equal(write(fd, "a\0b", 3), 3);
	assert_true(parse("-F", path) < 0);
	assert_non_null(strstr(e.text, "is no pcap expression"));
	close(fd);
	unlink(path);
	assert_true(parse("-F", path) < 0);
	assert_int_equal(e.code, EXIT_USAGE);
	assert_non_null(strstr(e.text, "No such file"));
}

static void a_second_address_or_port_is_an_error_not_a_silent_change(void **state)
{
	(void)state;
	assert_refused("-H/--host is given twice: use an expression, as in \"host A or host B\"",
		       "-H", "1.1.1.1", "-H", "2.2.2.2");
	assert_refused("-P/--port is given twice: use an expression, as in \"port A or port B\"",
		       "-P", "1", "-P", "1");
	assert_refused("-p/--pid is given twice: give it once", "-p", "1", "-p", "2");
}

static void an_unknown_option_gets_the_nearest_name(void **state)
{
	(void)state;
	assert_refused("unknown option --dropstak; did you mean --dropstack?", "--dropstak");
	assert_refused("unknown option --jsno; did you mean --json?", "--jsno");
	assert_refused("unknown option --hots; did you mean --host?", "--hots=1.1.1.1");
	assert_refused("unknown option --frobnicate; see skbtrace --help", "--frobnicate");
	assert_refused("unknown option -Z; see skbtrace --help", "-Z");
	assert_refused("option --p can mean several options; write it in full", "--p", "1");
}

static void a_missing_or_unwanted_value_is_named(void **state)
{
	(void)state;
	assert_refused("-H/--host needs a value: ADDR", "-H");
	assert_refused("--mark needs a value: MARK[/MASK]", "--mark");
	assert_refused("--json takes no value", "--json=1");
	assert_refused("-N/--netns needs a value: NETNS", "-N", "");
}

static void bad_values_say_what_is_accepted(void **state)
{
	(void)state;
	assert_refused(
		"-H/--host takes an IPv4 or IPv6 address, or ADDR/PREFIX, not \"example.com\"",
		"-H", "example.com");
	assert_refused("-P/--port takes a port number from 1 to 65535, not \"http\"", "-P", "http");
	assert_refused("--proto takes tcp, udp, icmp, icmp6, arp or any, not \"tpc\"", "--proto",
		       "tpc");
	assert_refused("--backend takes auto, fentry.multi, kprobe.multi or kprobe, not \"fentry\"",
		       "--backend", "fentry");
	assert_refused("--color takes auto, always or never, not \"yes\"", "--color", "yes");
	assert_refused("-i/--iface takes the name of an interface (1 to 15 characters), not "
		       "\"sixteen-letters-\"",
		       "-i", "sixteen-letters-");
}

static void numbers_are_strict(void **state)
{
	static char *const bad[] = { "",   "0",  "65536", "-1", "+1",
				     " 1", "1 ", "1x",    "0x", "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(parse("-P", bad[i]) < 0);
		assert_int_equal(e.code, EXIT_USAGE);
	}
	assert_true(parse("-H", "1.1.1.1/33") < 0);
	assert_true(parse("-H", "1.1.1.1/") < 0);
	assert_true(parse("-H", "::/129") < 0);
	assert_true(parse("-H", "1.1.1") < 0);
	assert_true(parse("-H", "fe80::1%eth0") < 0);
	assert_true(parse("-c", "0") < 0);
	assert_true(parse("-p", "0") < 0);
	assert_true(parse("--icmpid", "65536") < 0);
	assert_parses("-c", "18446744073709551615", "-p", "4194304", "--icmpid", "0");
	assert_true(o.max_events == UINT64_MAX);
	assert_int_equal(o.pid, 4194304);
}

static void a_mark_has_an_optional_mask(void **state)
{
	(void)state;
	assert_parses("--mark", "0x10");
	assert_int_equal(o.mark, 16);
	assert_true(o.mark_mask == UINT32_MAX);
	assert_parses("--mark", "256/0xff00");
	assert_int_equal(o.mark, 256);
	assert_int_equal(o.mark_mask, 0xff00);
	assert_refused("--mark 0x10/0xf can never match: the mark has bits outside the mask",
		       "--mark", "0x10/0xf");
	assert_refused("--mark 0/0: mask 0 looks at no bit; leave --mark out instead", "--mark",
		       "0/0");
	assert_true(parse("--mark", "0x100000000") < 0);
}

static void a_buffer_size_becomes_a_power_of_two(void **state)
{
	(void)state;
	assert_parses("--buffer", "64K");
	assert_int_equal(o.buffer_size, 65536);
	assert_parses("--buffer", "3m");
	assert_int_equal(o.buffer_size, 4 * 1024 * 1024);
	assert_parses("--buffer", "1G");
	assert_int_equal(o.buffer_size, 1024 * 1024 * 1024);
	assert_parses("--buffer", "65537");
	assert_int_equal(o.buffer_size, 131072);
	assert_refused("--buffer takes a size from 64K to 1G, as in 512K or 16M, not \"63K\"",
		       "--buffer", "63K");
	assert_true(parse("--buffer", "2G") < 0);
	assert_true(parse("--buffer", "1073741825") < 0);
	assert_true(parse("--buffer", "8MB") < 0);
	assert_true(parse("--buffer", "M") < 0);
	assert_true(parse("--buffer", "17179869184G") < 0);
}

static void groups_add_up(void **state)
{
	(void)state;
	assert_parses("--iptable", "--bridge");
	assert_int_equal(o.groups, 1 << HOOK_NETFILTER | 1 << HOOK_BRIDGE);
	assert_false(o.route);
	assert_parses("--route");
	assert_true(o.route);
	assert_int_equal(o.groups, 0);
	assert_parses("--hooks", "rx,tx", "--hooks", "ip");
	assert_int_equal(o.groups, 1 << HOOK_RX | 1 << HOOK_TX | 1 << HOOK_IP);
	assert_true(parse("--hooks", "rx,,tx") < 0);
	assert_true(parse("--hooks", "bridg") < 0);
	assert_non_null(
		strstr(e.text, "no hook group \"bridg\"; did you mean bridge? (there are rx, "));
}

static void group_is_a_view_and_hooks_choose_hooks(void **state)
{
	const char *text = "--group takes no value, it shows a packet at a time; to choose hooks: "
			   "--hooks rx,tx";

	(void)state;
	assert_parses("--group", "icmp");
	assert_true(o.group && o.want_ends);
	assert_string_equal(o.expression, "icmp");
	assert_refused(text, "--group", "rx,tx");
	assert_refused(text, "--group=rx,tx");
	assert_true(parse("icmp", "--group", "netfilter") < 0);
	assert_parses("--group", "ip");
	assert_parses("--group", "--hooks", "ip");
	assert_parses("--group");
}

static void latency_is_a_time_with_its_unit(void **state)
{
	(void)state;
	assert_parses("--min-latency", "500us");
	assert_int_equal(o.min_latency_ns, 500000);
	assert_true(o.want_ends && !o.group);
	assert_parses("--min-latency", "1s", "--latency");
	assert_int_equal(o.min_latency_ns, 1000000000);
	assert_refused(
		"--min-latency takes a time with its unit, as in 500us, 2ms or 1s, not \"2\"",
		"--min-latency", "2");
	assert_true(parse("--min-latency", "0ms") < 0);
	assert_true(parse("--min-latency", "ms") < 0);
	assert_parses("ip");
	assert_false(o.want_ends);
}

static void what_is_inside_a_packet_is_asked_for(void **state)
{
	(void)state;
	assert_parses("icmp");
	assert_false(o.bytes_level || o.skb || o.shinfo);
	assert_parses("-x", "--skb");
	assert_int_equal(o.bytes_level, 1);
	assert_int_equal(o.snaplen, 128);
	assert_true(o.skb && !o.shinfo);
	assert_expression("udp", "-xx", "-s", "2048", "--skb=shinfo", "udp");
	assert_int_equal(o.bytes_level, 2);
	assert_int_equal(o.snaplen, 2048);
	assert_true(o.skb && o.shinfo);
	assert_parses("--skb", "udp"); /* a value needs the = */
	assert_string_equal(o.expression, "udp");
	assert_refused("--skb takes shinfo or nothing, not \"sock\"", "--skb=sock");
	assert_refused("--skb takes shinfo or nothing, not \"\"", "--skb=");
	assert_refused("-s/--snaplen takes a number of bytes, 16 to 2048, not \"2049\"", "-x", "-s",
		       "2049");
	assert_refused("-s/--snaplen takes a number of bytes, 16 to 2048, not \"15\"", "-x", "-s",
		       "15");
	assert_refused("-s/--snaplen says how many bytes -x shows: give -x too", "-s", "64");
}

static void a_regular_expression_is_checked_at_once(void **state)
{
	(void)state;
	assert_parses("--func", "ip_(rcv|output)", "--exclude", "ip6.*");
	assert_string_equal(o.func, "ip_(rcv|output)");
	assert_string_equal(o.exclude, "ip6.*");
	assert_refused("--func \"ip_(\" is no extended regular expression: Unmatched ( or \\(",
		       "--func", "ip_(");
}

static void help_wins_over_what_follows(void **state)
{
	(void)state;
	assert_parses("-h", "--frobnicate");
	assert_int_equal(o.action, ACTION_HELP);
	assert_parses("-V");
	assert_int_equal(o.action, ACTION_VERSION);
	assert_parses("-d", "tcp");
	assert_int_equal(o.action, ACTION_DUMP_FILTER);
	assert_int_equal(o.dump_level, 1);
	assert_parses("-dd", "tcp");
	assert_int_equal(o.action, ACTION_DUMP_FILTER);
	assert_int_equal(o.dump_level, 2);
	assert_parses("-D");
	assert_int_equal(o.action, ACTION_LIST_INTERFACES);
}

static void the_rest_is_stored(void **state)
{
	(void)state;
	assert_parses("-p", "12", "-N", "router", "-i", "eth0", "-c", "5", "--dropstack",
		      "--callstack", "--keep", "-t", "--backend", "kprobe.multi", "--color",
		      "never", "--ready-file", "/run/x");
	assert_int_equal(o.pid, 12);
	assert_string_equal(o.netns, "router");
	assert_string_equal(o.iface, "eth0");
	assert_int_equal(o.max_events, 5);
	assert_true(o.drop_stack && o.call_stack && o.keep);
	assert_int_equal(o.time_style, TIME_SINCE_FIRST);
	assert_int_equal(o.backend, BACKEND_KPROBE_MULTI);
	assert_int_equal(o.color, COLOR_NEVER);
	assert_string_equal(o.ready_file, "/run/x");
	assert_false(o.no_follow);
	assert_parses("--no-follow");
	assert_true(o.no_follow);
	assert_parses("-T", "-i", "any");
	assert_int_equal(o.time_style, TIME_SECONDS);
	assert_null(o.iface);
	assert_refused("-T and -t exclude each other: use one", "-T", "-t");
}

static void help_names_every_option_and_fits_a_terminal(void **state)
{
	static const char *const expected[] = { "-H 1.1.1.1 --dropstack", "-N, --netns NETNS",
						"--exclude REGEX", "-V, --version", "Exit status" };
	FILE *f = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char text[8192], *line;
	size_t len;

	(void)state;
	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	options_help(COMMAND_TRACE);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_non_null(strstr(text, expected[i]));
	for (int g = 0; g < HOOK_GROUPS; g++)
		assert_non_null(strstr(strstr(text, "--hooks"), hook_group_name(g)));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(strlen(line) <= 80);
		assert_true(line[strlen(line) - 1] != ' ');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_arguments_everything_is_traced),
		cmocka_unit_test(options_may_stand_before_among_and_after_the_words),
		cmocka_unit_test(the_word_trace_may_come_first),
		cmocka_unit_test(after_two_dashes_all_words_belong_to_the_expression),
		cmocka_unit_test(commands_of_later_versions_are_named),
		cmocka_unit_test(every_function_or_parts_of_the_table),
		cmocka_unit_test(count_takes_several_expressions),
		cmocka_unit_test(probes_is_a_command),
		cmocka_unit_test(shorthands_become_one_expression),
		cmocka_unit_test(a_prefix_makes_a_network_and_clears_host_bits),
		cmocka_unit_test(icmpid_matches_both_kinds_of_echo_and_nothing_else),
		cmocka_unit_test(words_cannot_break_out_of_their_brackets),
		cmocka_unit_test(an_expression_can_come_from_a_file),
		cmocka_unit_test(a_second_address_or_port_is_an_error_not_a_silent_change),
		cmocka_unit_test(an_unknown_option_gets_the_nearest_name),
		cmocka_unit_test(a_missing_or_unwanted_value_is_named),
		cmocka_unit_test(bad_values_say_what_is_accepted),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(a_mark_has_an_optional_mask),
		cmocka_unit_test(a_buffer_size_becomes_a_power_of_two),
		cmocka_unit_test(groups_add_up),
		cmocka_unit_test(group_is_a_view_and_hooks_choose_hooks),
		cmocka_unit_test(latency_is_a_time_with_its_unit),
		cmocka_unit_test(what_is_inside_a_packet_is_asked_for),
		cmocka_unit_test(a_regular_expression_is_checked_at_once),
		cmocka_unit_test(help_wins_over_what_follows),
		cmocka_unit_test(the_rest_is_stored),
		cmocka_unit_test(help_names_every_option_and_fits_a_terminal),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	options_free(&o);
	return failed;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet filter asked about sockets; and which threads wait for bytes of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../../bpf/top.h"
#include "../../filters/skb_filter.h"
#include "../../tracer/socket_filter.h"
#include "../../tracer/top_pending.h"

static struct skbt_ends ends_of(uint16_t proto, const char *local, uint16_t lport,
				const char *remote, uint16_t rport)
{
	int family = strchr(local, ':') ? AF_INET6 : AF_INET;
	struct skbt_ends ends = {
		.family = family, .proto = proto, .lport = lport, .rport = rport
	};

	assert_int_equal(inet_pton(family, local, ends.laddr), 1);
	assert_int_equal(inet_pton(family, remote, ends.raddr), 1);
	return ends;
}

static bool matches(const char *expression, const struct skbt_ends *ends, bool sent)
{
	struct skb_filter *f;
	struct error e;
	bool answer;

	if (socket_filter_new(expression, &f, &e))
		fail_msg("%s: %s", expression, e.text);
	answer = socket_filter_matches(f, ends, sent);
	skb_filter_free(f);
	return answer;
}

static void addresses_protocols_and_ports_are_known(void **state)
{
	struct skbt_ends v4 = ends_of(IPPROTO_TCP, "10.0.0.1", 4000, "10.0.0.2", 443);
	struct skbt_ends v6 = ends_of(IPPROTO_UDP, "fd00::1", 5000, "fd00::2", 53);
	static const char *const both[] = {
		"",
		"tcp port 443 or udp port 53",
		"port 443 or 53",
		"portrange 400-500 or 50-60",
		"net 10.0.0.0/8 or net fd00::/16",
		"ip or ip6",
		"not arp",
		"host 10.0.0.2 or host fd00::2",
		"ip proto 6 or ip6 proto 17",
		"dst or src host 10.0.0.1 or fd00::1",
		"not icmp",
		"not portrange 1-2",
		"ip[9] = 6 or ip6[6] = 17",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		assert_true(matches(both[i], &v4, true) && matches(both[i], &v4, false));
		assert_true(matches(both[i], &v6, true) && matches(both[i], &v6, false));
	}
	assert_false(matches("udp", &v4, true));
	assert_false(matches("port 80", &v4, true));
	assert_false(matches("ip", &v6, true));
	assert_false(matches("host 10.0.0.3 or host fd00::3", &v6, true));
}

static void src_and_dst_are_as_in_a_packet(void **state)
{
	struct skbt_ends v4 = ends_of(IPPROTO_TCP, "10.0.0.1", 4000, "10.0.0.2", 443);
	struct skbt_ends v6 = ends_of(IPPROTO_UDP, "fd00::1", 5000, "fd00::2", 53);

	(void)state;
	assert_true(matches("dst host 10.0.0.2 and dst port 443", &v4, true));
	assert_false(matches("dst host 10.0.0.2", &v4, false));
	assert_true(matches("src host 10.0.0.2 and src port 443", &v4, false));
	assert_true(matches("src port 5000 and dst host fd00::2", &v6, true));
	assert_false(matches("src port 5000", &v6, false));
}

static void what_a_socket_does_not_tell_is_refused(void **state)
{
	static const char *const more[] = {
		"tcp[tcpflags] & tcp-syn != 0",
		"greater 100",
		"len > 5",
		"ether src 1:2:3:4:5:6",
		"vlan",
		"vlan 5",
		"ip[8] < 5",
		"tcp[20:4] = 0x47455420",
		"icmp[0] = 8",
		"ip[6] & 0x40 != 0 and ip[1] = 4",
		"ether multicast",
		"ip6[7] = 1",
	};
	struct skb_filter *f;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (!socket_filter_new(more[i], &f, &e))
			fail_msg("\"%s\" is taken", more[i]);
		assert_int_equal(e.code, EXIT_USAGE);
		assert_null(f);
		assert_non_null(strstr(e.text, "asks for more"));
	}
	assert_true(socket_filter_new("prot 80", &f, &e) < 0);
	assert_non_null(strstr(e.text, "bad filter"));
}

static void without_a_filter_every_socket_matches(void **state)
{
	struct skb_filter *f;
	struct error e;

	(void)state;
	assert_int_equal(socket_filter_new("", &f, &e), 0);
	assert_null(f);
}

static int pending(long number, unsigned int fd, unsigned int arg2, unsigned int arg3)
{
	char text[128];

	snprintf(text, sizeof(text), "%ld 0x%x 0x7f00 0x%x 0x%x 0x0 0x0 0x7ffc 0x7f11\n", number,
		 fd, arg2, arg3);
	return top_pending_fd(text);
}

static void calls_that_wait_for_bytes(void **state)
{
	(void)state;
	assert_int_equal(pending(SYS_recvfrom, 3, 100, 0), 3);
	assert_int_equal(pending(SYS_read, 7, 100, 0xffff), 7);
	assert_int_equal(pending(SYS_recvmsg, 4, 0, 0), 4);
	/* A look takes nothing. */
	assert_int_equal(pending(SYS_recvfrom, 3, 100, MSG_PEEK), -1);
	assert_int_equal(pending(SYS_recvmsg, 4, MSG_PEEK, 0), -1);
	assert_int_equal(pending(SYS_accept, 3, 0, 0), -1);
	assert_int_equal(top_pending_fd("running\n"), -1);
	assert_int_equal(top_pending_fd("-1 0x7ffc 0x7f11\n"), -1);
	assert_int_equal(top_pending_fd(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_protocols_and_ports_are_known),
		cmocka_unit_test(src_and_dst_are_as_in_a_packet),
		cmocka_unit_test(what_a_socket_does_not_tell_is_refused),
		cmocka_unit_test(without_a_filter_every_socket_matches),
		cmocka_unit_test(calls_that_wait_for_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

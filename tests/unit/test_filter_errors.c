/* SPDX-License-Identifier: GPL-2.0-only */
/* filters/: what is refused, where the caret points, and that nothing asks a name server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "skb_filter.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int lookups; /* names that libpcap tried to resolve */

/* Stands in front of libc's for libpcap too. Service names (no node) are files and pass. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **res)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	uint8_t addr[16];

	if (node && inet_pton(AF_INET, node, addr) != 1 && inet_pton(AF_INET6, node, addr) != 1) {
		lookups++;
		return EAI_NONAME;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(node, service, hints, res);
}

struct netent *getnetbyname(const char *name)
{
	(void)name;
	lookups++;
	return NULL;
}

/* `at` is what the caret must point at; NULL = not known. Empty = the end of the expression. */
static const struct {
	const char *expr;
	int code;
	const char *at, *msg, *hint;
} errors[] = {
	/* grammar */
	{ "tcp[", -EINVAL, "", "ends too early", "" },
	{ "(host 1.2.3.4", -EINVAL, "", "ends too early", "')' is missing" },
	{ "host 1.2.3.4 )", -EINVAL, ")", "near ')'", "" },
	{ "host 1.2.3.4 and and", -EINVAL, "and", "near 'and'", "" },
	{ "tcp and @", -EINVAL, "@", "near '@'", "" },
	{ "ip[ip[0]=1", -EINVAL, "=1", "near '='", "" },
	{ "tcp port 80 1.2.3.4", -EINVAL, "1.2.3.4", "near '1.2.3.4'", "say what it is" },
	{ "ip[0] = 1 = 2", -EINVAL, "= 2", "near '='", "" },
	{ "port 80 or or port 22", -EINVAL, "or port 22", "near 'or'", "" },
	{ "tcp[((tcp[12:1]&0xf0)>>2:4] = 1", -EINVAL, ":4] = 1", "near ':'", "" },
	{ "port 80 ssh", -EINVAL, "ssh", "near 'ssh'", "" },

	/* names */
	{ "foo", -EINVAL, "foo", "neither an address nor a word", "not looked up" },
	{ "host foo.example", -EINVAL, "foo.example", "neither", "not looked up" },
	{ "tcp prot 80", -EINVAL, "prot 80", "'prot'", "did you mean 'port'?" },
	{ "hosst 1.2.3.4", -EINVAL, "hosst 1.2.3.4", "'hosst'", "did you mean 'host'?" },
	{ "host 1.2.3.4 or foo", -EINVAL, "foo", "'foo'", "" },
	{ "host 1.2.3.4 or (port 80) or foo", -EINVAL, "foo", "'foo'", "" },
	{ "host (1.2.3.4 or foo)", -EINVAL, "foo)", "'foo'", "" },
	{ "src or dst foo", -EINVAL, "foo", "'foo'", "" },
	{ "tcp src foo", -EINVAL, "foo", "'foo'", "" },
	{ "net mynet", -EINVAL, "mynet", "'mynet'", "" },
	{ "gateway gw", -EINVAL, "gw", "'gw'", "ether host MAC" },
	{ "host \\foo", -EINVAL, "\\foo", "foo", "" },
	{ "host 1.2.3.4.5", -EINVAL, "1.2.3.4.5", "neither an address", "" },
	{ "host fe80::1%eth0", -EINVAL, "eth0", "'eth0'", "" },
	{ "host vxlan", -EINVAL, "vxlan", "vxlan", "" },
	{ "len-4 > 10", -EINVAL, "len-4 > 10", "'len-4'", "blanks around" },
	{ "port nosuchservice", -EINVAL, "nosuchservice", "unknown port", "/etc/services" },
	{ "port ssh or nosuchservice", -EINVAL, "nosuchservice", "unknown port", "" },
	{ "ip proto nosuch", -EINVAL, "nosuch", "unknown ip proto", "/etc/protocols" },
	{ "ether host nosuch", -EINVAL, "nosuch", "unknown ether host", "give the address" },
	{ "ether src or dst host nosuch", -EINVAL, "nosuch", "unknown ether host", "" },

	/* meaning */
	{ "host 1.2.3.400", -EINVAL, "1.2.3.400", "invalid IPv4 address", "0 to 255" },
	{ "tcp port 99999", -EINVAL, "99999", "illegal port number", "65535" },
	{ "net 10.0.0.1/8", -EINVAL, "10.0.0.1/8", "non-network bits", "'host'" },
	{ "ip host 1:2:3:4:5:6", -EINVAL, "1:2:3:4:5:6", "ethernet address used", "ether host" },
	{ "ether host 1:2:3", -EINVAL, "1:2:3", "bogus ethernet address", "six" },
	{ "tcp src or dst port ::1", -EINVAL, "::1", "invalid qualifier", "" },
	{ "tcp[0:3]=1", -EINVAL, "3]=1", "data size", "[offset:4]" },
	{ "tcp and ip[0]/0=1", -EINVAL, "0=1", "division by zero", "" },
	{ "ip[0]<<40=1", -EINVAL, "40=1", "shift by more", "32 bits" },
	{ "tcp and ip broadcast", -EINVAL, "ip broadcast", "netmask not known", "10.0.0.255" },
	{ "tcp and udp", -EINVAL, NULL, "rejects all packets", "'or'" },
	{ "on eth0", -EINVAL, "on eth0", "PF linktype", "-i" },
	{ "wlan addr1 1:2:3:4:5:6", -EINVAL, "addr1 1:2:3:4:5:6", "802.11", "Ethernet" },

	/* right, but not here */
	{ "inbound", -EOPNOTSUPP, "inbound", "metadata", "-i" },
	{ "tcp and outbound", -EOPNOTSUPP, "outbound", "metadata", "-i" },
	{ "ifindex 3 or tcp", -EOPNOTSUPP, "ifindex 3 or tcp", "metadata", "" },
	{ "tcp or ip6 protochain 6", -EOPNOTSUPP, "protochain 6", "loop", "ip6[6]" },
	{ "ether[256] = 1", -EOPNOTSUPP, "256] = 1", "byte 256 ", "headers" },
	{ "vlan and tcp[400] = 1", -EOPNOTSUPP, "400] = 1", "limit is byte 255", "" },
	{ "udp[250:4] = 1", -EOPNOTSUPP, "250:4] = 1", "limit is byte 255", "" },
	{ "tcp and ether[300] != 1", -EOPNOTSUPP, "300] != 1", "byte 300 ", "" },
	{ "ether[-1] = 1", -EOPNOTSUPP, "-1] = 1", "before the start", "" },
};

static void errors_point_at_the_place(void **state)
{
	struct skb_filter_err err;
	struct skb_filter *f;

	(void)state;
	for (size_t i = 0; i < CNT(errors); i++) {
		const char *expr = errors[i].expr, *at = errors[i].at;
		int pos = at ? (int)(strlen(expr) - strlen(at)) : -1;

		memset(&err, 0x55, sizeof(err));
		if (skb_filter_compile(expr, NULL, &f, &err) != errors[i].code || f)
			fail_msg("%s: not refused, or otherwise", expr);
		if (err.pos != pos)
			fail_msg("%s: position %d instead of %d (%s)", expr, err.pos, pos, err.msg);
		if (!strstr(err.msg, errors[i].msg) || strchr(err.msg, '\n'))
			fail_msg("%s: message '%s'", expr, err.msg);
		if (!strstr(err.hint, errors[i].hint))
			fail_msg("%s: hint '%s'", expr, err.hint);
		assert_int_not_equal(skb_filter_compile(expr, NULL, &f, NULL), 0);
	}
}

static void nothing_is_looked_up(void **state)
{
	static const char *const right[] = {
		"port ssh or http",
		"port (80 or ssh)",
		"ip proto \\tcp or \\udp",
		"host 10.1.2.3",
		"host 2001:db8::1 or fe80::2",
		"net 10.0.0.0/8",
		"portrange ftp-ssh",
		"ether host 1:2:3:4:5:6",
		"tcp[tcpflags] & tcp-syn != 0",
		"net 10.1",
		"ether host 525400123456 or 52-54-00-12-34-56 or 5254.0012.3456",
	};
	struct skb_filter_err err;
	struct skb_filter *f;

	(void)state;
	lookups = 0;
	for (size_t i = 0; i < CNT(errors); i++)
		skb_filter_compile(errors[i].expr, NULL, &f, &err);
	for (size_t i = 0; i < CNT(right); i++) {
		if (skb_filter_compile(right[i], NULL, &f, &err))
			fail_msg("%s: %s", right[i], err.msg);
		skb_filter_free(f);
	}
	assert_int_equal(lookups, 0);
}

static void carets(void **state)
{
	char buf[256], tiny[8], *lines[2];
	char expr[300];

	(void)state;
	skb_filter_caret("tcp prot 80", 4, buf, sizeof(buf));
	assert_string_equal(buf, "tcp prot 80\n    ^");
	skb_filter_caret("tcp\tand\nfoo", 8, buf, sizeof(buf));
	assert_string_equal(buf, "tcp and foo\n        ^");
	skb_filter_caret("tcp[", 4, buf, sizeof(buf));
	assert_string_equal(buf, "tcp[\n    ^");
	skb_filter_caret("tcp", -1, buf, sizeof(buf));
	assert_string_equal(buf, "");
	skb_filter_caret(NULL, 0, buf, sizeof(buf));
	assert_string_equal(buf, "");
	skb_filter_caret("tcp prot 80", 4, tiny, sizeof(tiny));
	assert_int_equal(strlen(tiny), sizeof(tiny) - 1);

	memset(expr, 'x', sizeof(expr));
	expr[200] = '!';
	expr[299] = '\0';
	skb_filter_caret(expr, 200, buf, sizeof(buf));
	lines[0] = buf;
	lines[1] = strchr(buf, '\n');
	*lines[1]++ = '\0';
	assert_true(strlen(lines[0]) < 80);
	assert_int_equal(lines[0][strchr(lines[1], '^') - lines[1]], '!');
}

#define I(c, k_)                                                                                   \
	{                                                                                          \
		.code = (c), .k = (uint32_t)(k_)                                                   \
	}
#define J(c, k_, jt_, jf_)                                                                         \
	{                                                                                          \
		.code = (c), .jt = (jt_), .jf = (jf_), .k = (uint32_t)(k_)                         \
	}
#define RET(k) I(BPF_RET | BPF_K, k)

static const struct {
	const char *msg;
	int code;
	struct skb_cbpf insns[4];
} bad_programs[] = {
	{ "unknown classic opcode", -EINVAL, { I(0xffff, 0), RET(0) } },
	{ "unknown classic opcode", -EINVAL, { I(BPF_ALU | BPF_NEG | BPF_X, 0), RET(0) } },
	{ "unknown classic opcode", -EINVAL, { I(BPF_LDX | BPF_W | BPF_ABS, 0), RET(0) } },
	{ "unknown classic opcode", -EINVAL, { I(BPF_ALU | 0xb0, 1), RET(0) } },
	{ "unknown classic opcode", -EINVAL, { J(BPF_JMP | 0x50, 1, 0, 0), RET(0) } },
	{ "does not end in ret", -EINVAL, { RET(0), I(BPF_ALU | BPF_NEG, 0) } },
	{ "jump leaves", -EINVAL, { J(BPF_JMP | BPF_JEQ, 1, 1, 0), RET(0) } },
	{ "jump leaves", -EINVAL, { J(BPF_JMP | BPF_JEQ, 1, 0, 1), RET(0) } },
	{ "jump leaves", -EINVAL, { I(BPF_JMP | BPF_JA, 1), RET(0) } },
	{ "loop", -EOPNOTSUPP, { I(BPF_LD | BPF_IMM, 1), I(BPF_JMP | BPF_JA, -2), RET(0) } },
	{ "division by zero", -EINVAL, { I(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0) } },
	{ "division by zero", -EINVAL, { I(BPF_ALU | BPF_MOD | BPF_K, 0), RET(0) } },
	{ "shift by more", -EINVAL, { I(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0) } },
	{ "scratch word", -EINVAL, { I(BPF_ST, 16), RET(0) } },
	{ "scratch word", -EINVAL, { I(BPF_LDX | BPF_MEM, 16), RET(0) } },
	{ "limit is byte 255", -EOPNOTSUPP, { I(BPF_LD | BPF_W | BPF_ABS, 253), RET(0) } },
	{ "limit is byte 255",
	  -EOPNOTSUPP,
	  { I(BPF_LDX | BPF_IMM, 200), I(BPF_LD | BPF_B | BPF_IND, 56), RET(0) } },
	{ "before the start",
	  -EOPNOTSUPP,
	  { I(BPF_LDX | BPF_IMM, 5), I(BPF_LD | BPF_B | BPF_IND, -6), RET(0) } },
	{ "metadata", -EOPNOTSUPP, { I(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF), RET(0) } },
	{ "before the start", -EOPNOTSUPP, { I(BPF_LD | BPF_W | BPF_ABS, -0x100000), RET(0) } },
};

static void bad_programs_are_refused(void **state)
{
	struct skb_filter_opts opts = { .window_max = 64 };
	struct skb_filter_err err;
	struct skb_filter *f;

	(void)state;
	for (size_t i = 0; i < CNT(bad_programs); i++) {
		uint32_t cnt = CNT(bad_programs[i].insns);

		while (!bad_programs[i].insns[cnt - 1].code)
			cnt--;
		if (skb_filter_from_cbpf(bad_programs[i].insns, cnt, NULL, &f, &err) !=
			    bad_programs[i].code ||
		    f || !strstr(err.msg, bad_programs[i].msg))
			fail_msg("program %zu (%s) not refused, or otherwise: %s", i,
				 bad_programs[i].msg, err.msg);
	}
	assert_int_equal(skb_filter_from_cbpf(NULL, 0, NULL, &f, &err), -EINVAL);
	assert_int_equal(skb_filter_compile("udp[50:4]=1", &opts, &f, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.msg, "limit is byte 63"));
	assert_int_equal(skb_filter_compile("udp[0:4]=1", &opts, &f, &err), 0);
	skb_filter_free(f);
	opts.window_max = 257;
	assert_int_equal(skb_filter_compile("ip", &opts, &f, &err), -EINVAL);
}

static void too_much(void **state)
{
	struct skb_filter_err err;
	struct skb_filter *f;
	char *expr = malloc(200000);
	size_t len = 0;

	(void)state;
	memset(expr, ' ', 199999);
	expr[199999] = '\0';
	assert_int_equal(skb_filter_compile(expr, NULL, &f, &err), -E2BIG);
	for (int i = 0; i < 3000; i++) /* libpcap would take 18 s */
		len += sprintf(expr + len, "%shost 10.0.%d.%d", i ? " or " : "", i / 250, i % 250);
	assert_int_equal(skb_filter_compile(expr, NULL, &f, &err), -E2BIG);
	assert_non_null(strstr(err.msg, "too complex"));
	memset(expr, '(', 200);
	strcpy(expr + 200, "ip");
	assert_int_equal(skb_filter_compile(expr, NULL, &f, &err), -E2BIG);
	free(expr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_point_at_the_place),
		cmocka_unit_test(nothing_is_looked_up),
		cmocka_unit_test(carets),
		cmocka_unit_test(bad_programs_are_refused),
		cmocka_unit_test(too_much),
	};

	return cmocka_run_group_tests_name("filter errors", tests, NULL, NULL);
}

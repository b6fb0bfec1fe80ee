/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and addresses against printf() and inet_ntop(), whose work they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tracer/digits.h"

enum { GUARD = '~' };

/* What is written, of the length that is returned, and nothing behind it. */
static void assert_written(const char *to, size_t length, const char *expected)
{
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(to, expected, length);
	assert_int_equal(to[length], GUARD);
}

static void assert_numbers(uint64_t n)
{
	char to[32], expected[32];

	for (int digits = 1; digits <= DECIMAL_MAX; digits++) {
		memset(to, GUARD, sizeof(to));
		snprintf(expected, sizeof(expected), "%0*" PRIu64, digits, n);
		assert_written(to, put_decimal(to, n, digits), expected);
	}
	for (int digits = 1; digits <= HEX_MAX; digits++) {
		memset(to, GUARD, sizeof(to));
		snprintf(expected, sizeof(expected), "%0*" PRIx64, digits, n);
		assert_written(to, put_hex(to, n, digits), expected);
	}
}

static void numbers_are_as_printf_writes_them(void **state)
{
	(void)state;
	assert_numbers(0);
	for (uint64_t power = 1;; power *= 10) {
		assert_numbers(power - 1);
		assert_numbers(power);
		assert_numbers(power + 1);
		if (power > UINT64_MAX / 10)
			break;
	}
	for (int bit = 0; bit < 64; bit++) {
		assert_numbers((1ULL << bit) - 1);
		assert_numbers(1ULL << bit);
	}
	assert_numbers(UINT32_MAX);
	assert_numbers(1ULL << 32);
	assert_numbers(UINT64_MAX);
	for (uint64_t n = 0; n < 20000; n++)
		assert_numbers(n);
}

static void assert_address(int family, const uint8_t *addr)
{
	char to[ADDRESS_MAX + 1], expected[INET6_ADDRSTRLEN];

	memset(to, GUARD, sizeof(to));
	inet_ntop(family, addr, expected, sizeof(expected));
	assert_written(to, put_ip_address(to, family, addr), expected);
}

static void ipv4_addresses_are_as_inet_ntop_writes_them(void **state)
{
	(void)state;
	for (int n = 0; n < 256; n++)
		assert_address(AF_INET, (uint8_t[]){ n, 255 - n, n ^ 0x55, 0 });
}

/* Every pattern of groups that are 0, small, large, or 0xffff as in mapped IPv4 addresses. */
static void ipv6_addresses_are_as_inet_ntop_writes_them(void **state)
{
	static const uint16_t groups[] = { 0, 0x1, 0xabcd, 0xffff };
	uint8_t addr[16];

	(void)state;
	for (unsigned int pattern = 0; pattern < 1 << 16; pattern++) {
		for (int i = 0; i < 8; i++) {
			addr[2 * i] = groups[pattern >> 2 * i & 3] >> 8;
			addr[2 * i + 1] = groups[pattern >> 2 * i & 3];
		}
		assert_address(AF_INET6, addr);
	}
}

static void the_longest_address_has_its_room(void **state)
{
	uint8_t addr[16];

	(void)state;
	memset(addr, 0xff, sizeof(addr));
	assert_address(AF_INET6, addr);
	memset(addr, 0, 10);
	assert_address(AF_INET6, addr); /* ::ffff:255.255.255.255 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(ipv4_addresses_are_as_inet_ntop_writes_them),
		cmocka_unit_test(ipv6_addresses_are_as_inet_ntop_writes_them),
		cmocka_unit_test(the_longest_address_has_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

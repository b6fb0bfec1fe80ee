/* SPDX-License-Identifier: GPL-2.0-only */
#include "digits.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static size_t decimal_length(uint64_t n)
{
	size_t length = 1;

	for (; n >= 10000; n /= 10000)
		length += 4;
	return length + (n >= 10) + (n >= 100) + (n >= 1000);
}

size_t put_decimal(char *to, uint64_t n, size_t digits)
{
	size_t length, at;

	if (n < 10 && digits <= 1) {
		*to = '0' + n;
		return 1;
	}
	length = decimal_length(n);
	if (length < digits)
		length = digits;
	for (at = length; n >= 100; n /= 100) {
		at -= 2;
		memcpy(to + at, pairs + n % 100 * 2, 2);
	}
	if (n >= 10) {
		at -= 2;
		memcpy(to + at, pairs + n * 2, 2);
	} else {
		to[--at] = '0' + n;
	}
	while (at)
		to[--at] = '0';
	return length;
}

void put_six_digits(char *to, uint32_t n)
{
	memcpy(to, pairs + n / 10000 * 2, 2);
	memcpy(to + 2, pairs + n / 100 % 100 * 2, 2);
	memcpy(to + 4, pairs + n % 100 * 2, 2);
}

size_t put_hex(char *to, uint64_t n, size_t digits)
{
	size_t length = (67 - __builtin_clzll(n | 1)) / 4; /* bits used, rounded up to digits */

	if (length < digits)
		length = digits;
	for (size_t at = length; at; n >>= 4)
		to[--at] = "0123456789abcdef"[n & 15];
	return length;
}

static size_t put_ipv4(char *to, const uint8_t *addr)
{
	size_t length = 0;

	for (int i = 0; i < 4; i++) {
		unsigned int n = addr[i];

		if (i)
			to[length++] = '.';
		if (n >= 100)
			to[length++] = '0' + n / 100;
		if (n >= 10)
			to[length++] = '0' + n / 10 % 10;
		to[length++] = '0' + n % 10;
	}
	return length;
}

/* A run of 16-bit groups that are 0. */
struct zeros {
	int first, count;
};

/* The longest run, the first of several; one group alone is none (RFC 5952 section 4.2). */
static struct zeros longest_zeros(const uint8_t *addr)
{
	struct zeros longest = { -1, 1 }, run = { 0, 0 };

	for (int i = 0; i < 8; i++) {
		if (addr[2 * i] || addr[2 * i + 1]) {
			run = (struct zeros){ i + 1, 0 };
			continue;
		}
		run.count++;
		if (run.count > longest.count)
			longest = run;
	}
	return longest;
}

/* Addresses that hold an IPv4 address end with it in its own form: ::1.2.3.4, ::ffff:1.2.3.4. */
static int hex_groups(const uint8_t *addr, struct zeros zeros)
{
	bool mapped = zeros.count == 5 && addr[10] == 0xff && addr[11] == 0xff;

	return zeros.first == 0 && (zeros.count == 6 || mapped) ? 6 : 8;
}

static size_t put_ipv6(char *to, const uint8_t *addr)
{
	struct zeros zeros = longest_zeros(addr);
	int groups = hex_groups(addr, zeros);
	size_t length = 0;

	for (int i = 0; i < groups; i++) {
		if (i == zeros.first) {
			to[length++] = ':';
			i += zeros.count - 1;
			if (i == 7)
				to[length++] = ':';
			continue;
		}
		if (i)
			to[length++] = ':';
		length += put_hex(to + length, addr[2 * i] << 8 | addr[2 * i + 1], 1);
	}
	if (groups == 8)
		return length;
	to[length++] = ':';
	return length + put_ipv4(to + length, addr + 12);
}

size_t put_ip_address(char *to, int family, const uint8_t *addr)
{
	return family == AF_INET6 ? put_ipv6(to, addr) : put_ipv4(to, addr);
}

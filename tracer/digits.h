/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and addresses as text, put straight to where they belong: printf() and inet_ntop() cost
 * more than all the rest of an event. Each returns how many bytes it wrote, and writes no zero
 * byte behind them.
 */
#ifndef TRACER_DIGITS_H
#define TRACER_DIGITS_H

#include <stddef.h>
#include <stdint.h>

enum {
	DECIMAL_MAX = 20, /* digits of 2^64 - 1 */
	HEX_MAX = 16,
	ADDRESS_MAX = 45, /* of INET6_ADDRSTRLEN all but the zero byte */
};

/* n with at least digits digits (up to DECIMAL_MAX or HEX_MAX), zeros in front. */
size_t put_decimal(char *to, uint64_t n, size_t digits);
size_t put_hex(char *to, uint64_t n, size_t digits);

/* n < 1,000,000, six digits. */
void put_six_digits(char *to, uint32_t n);

/* As inet_ntop() writes it. family AF_INET or AF_INET6, addr in network byte order. */
size_t put_ip_address(char *to, int family, const uint8_t *addr);

#endif

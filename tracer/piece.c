/* SPDX-License-Identifier: GPL-2.0-only */
#include "piece.h"

bool piece_again(struct piece *p, struct linebuf *b, uint64_t alike, const void *key, size_t n)
{
	if (p->key_len != n || memcmp(p->key, key, n) != 0)
		return false;
	p->alike = alike;
	piece_put(p, b);
	return true;
}

void piece_keep(struct piece *p, const struct linebuf *b, size_t at, uint64_t alike,
		const void *key, size_t n)
{
	p->key_len = 0;
	p->alike = 0;
	/* The line may have been written out in the middle of it. */
	if (n > PIECE_KEY || b->len < at || b->len - at > PIECE_TEXT)
		return;
	p->key_len = n;
	p->alike = alike;
	p->len = b->len - at;
	memcpy(p->key, key, n);
	memcpy(p->text, b->data + at, p->len);
}

/* The steps of route_words.h. Like value_*(), they leave the cursor at a word that is wrong. */
#include "proto/text/route_words.h"

#include <stdio.h>
#include "common/hex.h"

int
route_word(struct route_call *c, const char *word)
{
	char what[32];

	if (token_accept(c->t, word))
		return 0;
	snprintf(what, sizeof(what), "\"%s\"", word);
	return text_error_expected(c->e, c->t, what);
}

int
route_address(struct route_call *c, struct addr *ip)
{
	const char *what = c->afi == AFI_IPV4   ? "an IPv4 address"
			   : c->afi == AFI_IPV6 ? "an IPv6 address"
						: "an address";

	if (value_ip(c->t, what, ip, c->e) == -1)
		return -1;
	if ((c->afi != AFI_IPV4 || ip->len == 4) && (c->afi != AFI_IPV6 || ip->len == 16))
		return 0;
	c->t->pos--;
	return text_error_expected(c->e, c->t, what);
}

int
route_hex_pairs(struct route_call *c, const char *what, uint8_t *out, unsigned n)
{
	const struct token *k = token_peek(c->t);

	if (k == NULL || k->n != 3 * n - 1)
		return text_error_expected(c->e, c->t, what);
	for (unsigned i = 0; i < n; i++) {
		const char *s = k->s + (size_t)3 * i;
		int high = hex_digit(s[0]), low = hex_digit(s[1]);

		if (high < 0 || low < 0 || (i + 1 < n && s[2] != ':' && s[2] != '-'))
			return text_error_expected(c->e, c->t, what);
		out[i] = (uint8_t)(high << 4 | low);
	}
	c->t->pos++;
	return 0;
}

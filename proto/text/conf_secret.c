/* Keys of TCP MD5 (RFC 2385) and TCP-AO (RFC 5925): base64 and lengths (config.md 3.4, 3.9). */
#include "proto/text/conf.h"

enum { SECRET_MAX = 80 };

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* RFC 4648 with padding, into out of SECRET_MAX bytes; the length, or -1 (malformed or longer). */
static int
base64_decode(const char *text, uint8_t out[SECRET_MAX])
{
	size_t n = strlen(text), used = 0;

	if (n % 4 != 0)
		return -1;
	for (size_t i = 0; i < n; i += 4) {
		unsigned pad = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
		uint32_t bits = 0;

		if (pad > 0 && i + 4 != n)
			return -1;
		for (unsigned j = 0; j < 4; j++) {
			int digit = j >= 4 - pad ? 0 : base64_digit(text[i + j]);

			if (digit < 0)
				return -1;
			bits = bits << 6 | (uint32_t)digit;
		}
		if (used + 3 - pad > SECRET_MAX)
			return -1;
		for (unsigned j = 0; j < 3 - pad; j++)
			out[used++] = (uint8_t)(bits >> (16 - 8 * j));
	}
	return (int)used;
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((uint8_t)*s & 0xc0) != 0x80;
	return n;
}

/* The key of a password; -1 with the error at its place. */
static int
secret(struct conf *c, const struct conf_value *password, bool base64, const uint8_t **key,
	unsigned *len)
{
	struct conf_place at = { .line = password->line, .col = password->col };
	uint8_t decoded[SECRET_MAX];

	*len = (unsigned)strlen(password->s);
	if (!base64) {
		if (characters(password->s) > SECRET_MAX)
			return conf_fail(
				c, at, "expected a password of at most %d characters", SECRET_MAX);
		*key = arena_dup(&c->config->arena, password->s, *len);
		return 0;
	}
	int n = base64_decode(password->s, decoded);
	if (n < 0)
		return conf_fail(c, at, "expected base64 of at most %d bytes", SECRET_MAX);
	*key = arena_dup(&c->config->arena, decoded, (size_t)n);
	*len = (unsigned)n;
	return 0;
}

static int
finish_ao(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	const struct conf_value *v = s->ao;
	bool any = false;

	for (unsigned i = 0; i < AK_COUNT; i++)
		any |= v[i].set;
	if (!any)
		return 0;
	for (unsigned i = 0; i <= AK_PASSWORD; i++) {
		if (!v[i].set)
			return conf_fail(c, s->place, "expected \"%s\" in \"tcp-ao\"",
				conf_ao_keys[i].keyword);
	}
	n->ao_password = v[AK_PASSWORD].s;
	n->ao_base64 = v[AK_BASE64].set && v[AK_BASE64].on;
	n->ao_keyid = (uint8_t)v[AK_KEYID].u;
	if (secret(c, &v[AK_PASSWORD], n->ao_base64, &n->ao_key, &n->ao_key_len) != 0)
		return -1;
	struct conf_place at = { .line = v[AK_PASSWORD].line, .col = v[AK_PASSWORD].col };
	if (n->ao_key_len > SECRET_MAX)
		return conf_fail(c, at, "expected a password of at most %d bytes", SECRET_MAX);
	n->ao_algorithm = n->ao_key_len > 0 ? v[AK_ALGORITHM].s : NULL;
	if (n->ao_key_len > 0 && n->md5_len > 0)
		return conf_fail(
			c, at, "expected either \"md5-password\" or \"tcp-ao\", found both");
	return 0;
}

int
conf_finish_secrets(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	const struct conf_value *password = &s->neighbor[NK_MD5_PASSWORD];

	n->md5_base64 = s->neighbor[NK_MD5_BASE64].set && s->neighbor[NK_MD5_BASE64].on;
	n->md5_password = password->set ? password->s : "";
	if (password->set && secret(c, password, n->md5_base64, &n->md5, &n->md5_len) != 0)
		return -1;
	return finish_ao(c, s, n);
}

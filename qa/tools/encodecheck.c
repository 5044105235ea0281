/*
 * Turns commands into UPDATE messages without a daemon: one request per line of the standard
 * input, one answer per line. For qa/encode-samples.
 *
 *	local-as asn4 ibgp addpath aigp message-max group local-address link-local TAB command
 *
 * Flags are 0 or 1, link-local is an address or `-`. The command begins with `announce` or
 * `withdraw`. The answer is the messages in hexadecimal with blanks between, or `error: TEXT`.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/buf.h"
#include "proto/text/route.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

enum { WORDS_MAX = 16384, FIELDS = 9, OUT_MAX = 4 * 1024 * 1024 };

static struct token words[WORDS_MAX];
static uint8_t space[OUT_MAX];

static unsigned long
number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		errx(1, "\"%s\" is not a number", text);
	return value;
}

/* The session of the line's head, which is cut into its words. */
static struct export_session
read_session(char *head)
{
	struct export_session s = { .families = UINT32_MAX };
	char *field[FIELDS];
	struct addr ip;

	for (unsigned i = 0; i < FIELDS; i++) {
		field[i] = strsep(&head, " ");
		if (field[i] == NULL)
			errx(1, "a session has %d fields", FIELDS);
	}
	s.local_as = (uint32_t)number(field[0]);
	s.asn4 = number(field[1]) != 0;
	s.ibgp = number(field[2]) != 0;
	s.addpath_tx = number(field[3]) != 0 ? UINT32_MAX : 0;
	s.aigp = number(field[4]) != 0;
	s.message_max = (uint16_t)number(field[5]);
	s.group_updates = number(field[6]) != 0;
	if (addr_parse(field[7], strlen(field[7]), &ip) == -1)
		errx(1, "\"%s\" is not an address", field[7]);
	memcpy(ip.len == 4 ? s.self4 : s.self6, ip.bytes, ip.len);
	*(ip.len == 4 ? &s.self4_len : &s.self6_len) = ip.len;
	if (strcmp(field[8], "-") == 0)
		return s;
	s.link_local = true;
	if (addr_parse6(field[8], strlen(field[8]), s.link_local_addr) == -1)
		errx(1, "\"%s\" is not an IPv6 address", field[8]);
	return s;
}

static int
compare(const void *a, const void *b)
{
	return nlri_compare(a, b);
}

/* All NLRI of one family that stand together, as the RIB would hand them over. */
static void
pack_run(struct wr *w, const struct export_session *s, bool withdraw,
	const struct route_statement *st, size_t from, size_t n)
{
	uint32_t family = st->attributes_only ? (uint32_t)FAMILY_NONE : st->nlri[from].family;
	const struct family_info *info = family_find(family);
	struct nlri *list = calloc(n, sizeof(*list));
	size_t skipped = 0;

	if (list == NULL)
		err(1, "calloc");
	if (!st->attributes_only)
		memcpy(list, st->nlri + from, n * sizeof(*list));
	if (s->group_updates && info != NULL && (info->flags & FAMILY_F_GROUPED) != 0 && !withdraw)
		qsort(list, n, sizeof(*list), compare);
	(withdraw ? export_withdraw : export_announce)(w, s, family, &st->attrs, list, n, &skipped);
	free(list);
}

static void
print_messages(const struct wr *w)
{
	struct buf out = { 0 };
	const uint8_t *p = w->base;

	while (p + MESSAGE_HEADER <= w->p) {
		size_t n = (size_t)p[16] << 8 | p[17];

		if (n < MESSAGE_HEADER || n > (size_t)(w->p - p))
			errx(1, "a message of %zu bytes", n);
		if (out.len > 0)
			buf_chr(&out, ' ');
		buf_hex_upper(&out, p, n);
		p += n;
	}
	puts(buf_cstr(&out));
	buf_fini(&out);
}

static void
answer(struct route_parser *parser, const struct export_session *s, const char *command)
{
	struct text_error e = { 0 };
	int count = tokens_split(command, strlen(command), words, WORDS_MAX, &e);
	struct tokens t = { .v = words, .n = count < 0 ? 0 : (uint32_t)count };
	struct wr w = wr_init(space, sizeof(space));
	bool withdraw = token_accept(&t, "withdraw");
	struct route_statement st;
	size_t from = 0;

	if (!withdraw)
		token_accept(&t, "announce");
	if (count < 0 || route_parse(parser, &t, withdraw ? ROUTE_WITHDRAW : ROUTE_ANNOUNCE, &st,
				 &e) == -1) {
		printf("error: %s\n", e.text);
		return;
	}
	if (st.attributes_only)
		pack_run(&w, s, withdraw, &st, 0, 1);
	while (from < st.n_nlri) {
		size_t to = from + 1;

		while (to < st.n_nlri && st.nlri[to].family == st.nlri[from].family)
			to++;
		pack_run(&w, s, withdraw, &st, from, to - from);
		from = to;
	}
	print_messages(&w);
}

int
main(void)
{
	struct route_parser *parser = route_parser_new();
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		char *tab;
		struct export_session s;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		tab = strchr(line, '\t');
		if (tab == NULL)
			errx(1, "a line without a tab");
		*tab = '\0';
		s = read_session(line);
		answer(parser, &s, tab + 1);
	}
	free(line);
	route_parser_free(parser);
	return 0;
}

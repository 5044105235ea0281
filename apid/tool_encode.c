/*
 * `troupe encode` (reference/api.md 6.7, events.md 17): a route statement, or the routes of a
 * configuration, as UPDATE messages in hexadecimal, one route a line. What the reference says on
 * standard output is said there; the place and the reason of an error go to standard error.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/conf.h"
#include "apid/tool.h"
#include "common/settings.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "proto/text/route.h"
#include "proto/wire/message.h"

enum { WORDS_MAX = 65536 };

static const char usage[] =
	"usage: troupe encode [OPTIONS] \"ROUTE\"\n"
	"Prints the UPDATE messages of a route statement (without `announce`), one route a line.\n"
	"  -c, --configuration FILE  the routes of FILE's neighbors instead\n"
	"  -f, --family FAMILIES     \"AFI SAFI [AFI SAFI...]\" or \"all\" (default \"ipv4 "
	"unicast\")\n"
	"  -a, --local-as AS         default 65533\n"
	"  -z, --peer-as AS          default 65533\n"
	"  -i, --path-information    ADD-PATH: NLRI with their path identifier\n"
	"  -n, --nlri-only           the NLRI alone\n"
	"      --no-header           without the 19 bytes of the header\n"
	"      --env-file FILE       settings\n"
	"  -d, -p                    accepted, without effect\n";

struct encoder {
	const char *conf, *families, *local_as, *peer_as, *env_file;
	bool addpath, nlri_only, no_header, help;
	uint8_t message[MESSAGE_MAX_EXTENDED];
	struct buf out;
};

static int
parse_options(int argc, char **argv, struct encoder *e)
{
	static const struct option longs[] = {
		{ "configuration", required_argument, NULL, 'c' },
		{ "family", required_argument, NULL, 'f' },
		{ "local-as", required_argument, NULL, 'a' },
		{ "peer-as", required_argument, NULL, 'z' },
		{ "path-information", no_argument, NULL, 'i' },
		{ "nlri-only", no_argument, NULL, 'n' },
		{ "nlri", no_argument, NULL, 'n' },
		{ "no-header", no_argument, NULL, 'H' },
		{ "debug", no_argument, NULL, 'd' },
		{ "pdb", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "env-file", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, "c:f:a:z:indph", longs, NULL)) != -1;) {
		if (c == 'c')
			e->conf = optarg;
		else if (c == 'f')
			e->families = optarg;
		else if (c == 'a')
			e->local_as = optarg;
		else if (c == 'z')
			e->peer_as = optarg;
		else if (c == 'e')
			e->env_file = optarg;
		else if (c == '?')
			return -1;
		e->addpath |= c == 'i';
		e->nlri_only |= c == 'n';
		e->no_header |= c == 'H';
		e->help |= c == 'h';
	}
	return 0;
}

static int
configuration_error(const char *what, const char *why)
{
	printf("configuration error: %s%s\n", what, why);
	return -1;
}

/* --- one route --- */

/* One NLRI, or the attributes alone (nlri NULL), as a line of e->out; -1: it cannot be sent. */
static int
put_line(struct encoder *e, const struct tool_session *s, const struct attrset *set,
	const struct nlri *nlri)
{
	static const struct nlri none;
	struct wr w = wr_init(e->message, sizeof(e->message));
	size_t skip = e->no_header ? MESSAGE_HEADER : 0, skipped = 0;

	if (e->nlri_only) {
		if (nlri != NULL)
			nlri_write(&w, nlri, (s->out.addpath_tx & family_bit(nlri->family)) != 0);
		skip = 0;
	} else {
		export_announce(&w, &s->out, nlri != NULL ? nlri->family : FAMILY_NONE, set,
			nlri != NULL ? nlri : &none, 1, &skipped);
	}
	if (!wr_ok(&w) || skipped > 0 || wr_len(&w) <= skip)
		return -1;
	buf_hex_upper(&e->out, e->message + skip, wr_len(&w) - skip);
	buf_chr(&e->out, '\n');
	return 0;
}

/* Says which route can not be encoded, and goes on. */
static int
cannot(const struct nlri *nlri, const struct attrset *set)
{
	struct buf text = { 0 };

	route_print(&text, nlri, set, true);
	fprintf(stderr, "troupe encode: too large, or no address for its next-hop: %s\n",
		buf_cstr(&text));
	buf_fini(&text);
	return -1;
}

/* --- a statement --- */

static int
refuse(const char *text, const char *why)
{
	fprintf(stderr, "troupe encode: %s\n", why);
	return configuration_error("Failed to parse route: ", text);
}

static int
put_statement(struct encoder *e, const struct tool_session *s, const char *text,
	const struct route_statement *r)
{
	char why[160];

	if (r->attributes_only || r->n_nlri == 0)
		return put_line(e, s, &r->attrs, NULL);
	if ((s->out.families & family_bit(r->nlri[0].family)) == 0) {
		const char *name = family_find(r->nlri[0].family)->name;

		snprintf(why, sizeof(why), "the route is %s: give -f \"%s\"", name, name);
		return refuse(text, why);
	}
	for (uint32_t i = 0; i < r->n_nlri; i++) {
		if (put_line(e, s, &r->attrs, &r->nlri[i]) < 0)
			return cannot(&r->nlri[i], &r->attrs);
		if (e->out.len > MESSAGE_MAX_EXTENDED)
			tool_put(&e->out);
	}
	return 0;
}

static int
encode_text(struct encoder *e, const struct tool_session *s, const char *text)
{
	struct token *words = xcalloc(WORDS_MAX, sizeof(words[0]));
	struct route_parser *parser = route_parser_new();
	struct route_statement r;
	struct text_error err = { 0 };
	int n = tokens_split(text, strlen(text), words, WORDS_MAX, &err);
	struct tokens t = { .v = words, .n = n > 0 ? (uint32_t)n : 0 };
	int result;

	if (n < 0 || route_parse(parser, &t, ROUTE_ANNOUNCE, &r, &err) < 0)
		result = refuse(text, err.text);
	else
		result = put_statement(e, s, text, &r);
	route_parser_free(parser);
	free(words);
	return result;
}

/* --- a configuration --- */

static int
encode_neighbor(struct encoder *e, const struct tool_session *s, const struct neighbor_conf *n)
{
	struct rd r = rd_init(n->routes.data, n->routes.len);
	struct attrset set = { 0 };
	struct route_op op;
	int result = 0;

	while (route_op_next(&r, &op) == 1) {
		if (op.kind == ROUTE_OP_ATTRS)
			set = op.attrs;
		if (op.kind != ROUTE_OP_ANNOUNCE)
			continue;
		if (put_line(e, s, &set, op.nlri.family != FAMILY_NONE ? &op.nlri : NULL) < 0)
			result = cannot(&op.nlri, &set);
		if (e->out.len > MESSAGE_MAX_EXTENDED)
			tool_put(&e->out);
	}
	return result;
}

static int
encode_conf(struct encoder *e, const struct settings *settings, const char *text)
{
	char err[TOOL_ERROR_MAX] = "";
	struct config *c = conf_read_file(settings, e->conf, false, err, sizeof(err));
	int result = 0;

	if (c == NULL)
		return configuration_error("", err);
	for (unsigned i = 0; i < c->n_neighbors; i++) {
		struct tool_session s;
		int got;

		if (tool_session_mirror(&s, &c->neighbors[i]) < 0) {
			result = configuration_error("", "the capabilities do not fit in an OPEN");
			continue;
		}
		got = text != NULL ? encode_text(e, &s, text)
				   : encode_neighbor(e, &s, &c->neighbors[i]);
		result = got < 0 ? -1 : result;
	}
	config_free(c);
	return result;
}

static int
as_number(const char *text, uint32_t *out)
{
	return text != NULL ? parse_u32(text, strlen(text), UINT32_MAX, out) : -1;
}

static int
encode(struct encoder *e, const char *text)
{
	struct settings *settings = tool_settings(e->env_file);
	struct tool_families families;
	struct tool_session s;
	char err[TOOL_ERROR_MAX] = "";
	uint32_t local_as, peer_as;
	int result;

	if (settings == NULL)
		return -1;
	if (e->conf != NULL)
		result = encode_conf(e, settings, text);
	else if (tool_families_parse(e->families, &families, err, sizeof(err)) < 0)
		result = configuration_error("", err);
	else if (as_number(e->local_as, &local_as) < 0 || as_number(e->peer_as, &peer_as) < 0)
		result = configuration_error("", "an AS number is not a number");
	else {
		tool_session_imagine(&s, &families, e->addpath, local_as, peer_as);
		result = encode_text(e, &s, text);
	}
	tool_put(&e->out);
	settings_free(settings);
	return result;
}

int
tool_encode(int argc, char **argv)
{
	static struct encoder e = {
		.families = "ipv4 unicast", .local_as = "65533", .peer_as = "65533"
	};
	int status = 1;
	char *text;

	if (parse_options(argc, argv, &e) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	text = tool_words(argv + optind, argc - optind);
	if (e.help || (text == NULL && e.conf == NULL))
		fputs(usage, stdout);
	if (e.help)
		status = 0;
	else if (text != NULL || e.conf != NULL)
		status = encode(&e, text) < 0;
	free(text);
	buf_fini(&e.out);
	return tool_finish(status);
}

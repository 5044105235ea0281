/*
 * The settings, one row each (reference/api.md 7.2 and 7.4), and the conversion of a text to a
 * row's type. The text stored is what settings_str() gives: quotes and blanks around it removed.
 */
#include "common/settings_internal.h"

#include <ctype.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/xmalloc.h"

#define LEVELS "FATAL CRITICAL ERROR WARNING INFO DEBUG NOTSET"

/* clang-format off */
const struct setting_row setting_rows[] = {
	{ "profile.enable", SETTING_BOOL, "false" },
	{ "profile.file", SETTING_STR, "" },
	{ "pdb.enable", SETTING_BOOL, "false" },
	{ "daemon.pid", SETTING_STR, "" },
	{ "daemon.user", SETTING_USER, "nobody" },
	{ "daemon.daemonize", SETTING_BOOL, "false" },
	{ "daemon.drop", SETTING_BOOL, "true" },
	{ "daemon.umask", SETTING_OCTAL, "0137" },
	{ "log.enable", SETTING_BOOL, "true" },
	{ "log.level", SETTING_CHOICE, "INFO", .choices = LEVELS },
	{ "log.destination", SETTING_STR, "stdout" },
	{ "log.all", SETTING_BOOL, "false" },
	{ "log.configuration", SETTING_BOOL, "true" },
	{ "log.reactor", SETTING_BOOL, "true" },
	{ "log.daemon", SETTING_BOOL, "true" },
	{ "log.processes", SETTING_BOOL, "true" },
	{ "log.network", SETTING_BOOL, "true" },
	{ "log.statistics", SETTING_BOOL, "true" },
	{ "log.packets", SETTING_BOOL, "false" },
	{ "log.rib", SETTING_BOOL, "false" },
	{ "log.message", SETTING_BOOL, "false" },
	{ "log.timers", SETTING_BOOL, "false" },
	{ "log.routes", SETTING_BOOL, "false" },
	{ "log.parser", SETTING_BOOL, "false" },
	{ "log.short", SETTING_BOOL, "true" },
	{ "log.format", SETTING_CHOICE, "text", .choices = "text json", .own = true },
	{ "tcp.once", SETTING_BOOL, "false" },
	{ "tcp.attempts", SETTING_INT, "0", .max = INT32_MAX },
	{ "tcp.delay", SETTING_INT, "0", .max = 60 },
	{ "tcp.bind", SETTING_IPS, "" },
	{ "tcp.port", SETTING_INT, "179", .max = 65535 },
	{ "tcp.acl", SETTING_BOOL, "false" },
	{ "bgp.passive", SETTING_BOOL, "false" },
	{ "bgp.openwait", SETTING_INT, "60", .max = 65535 },
	{ "bgp.paths_limit_audit", SETTING_BOOL, "true" },
	{ "cache.attributes", SETTING_BOOL, "true" },
	{ "cache.nexthops", SETTING_BOOL, "true" },
	{ "api.version", SETTING_CHOICE, "6", .choices = "4 6" },
	{ "api.ack", SETTING_BOOL, "true" },
	{ "api.chunk", SETTING_INT, "1", .min = 1, .max = INT32_MAX },
	{ "api.encoder", SETTING_CHOICE, "json", .choices = "text json" },
	{ "api.compact", SETTING_BOOL, "false" },
	{ "api.respawn", SETTING_BOOL, "true" },
	{ "api.terminate", SETTING_BOOL, "false" },
	{ "api.cli", SETTING_BOOL, "true" },
	{ "api.pipename", SETTING_STR, "exabgp" },
	{ "api.socketname", SETTING_STR, "exabgp" },
	{ "reactor.speed", SETTING_FLOAT, "1.0" },
	{ "rib.settle", SETTING_INT, "0", .max = 60000, .own = true },
	{ "debug.pdb", SETTING_BOOL, "false", .hidden = true },
	{ "debug.memory", SETTING_BOOL, "false", .hidden = true },
	{ "debug.configuration", SETTING_BOOL, "false", .hidden = true },
	{ "debug.selfcheck", SETTING_BOOL, "false", .hidden = true },
	{ "debug.route", SETTING_STR, "", .hidden = true },
	{ "debug.defensive", SETTING_BOOL, "false", .hidden = true },
	{ "debug.rotate", SETTING_BOOL, "false", .hidden = true },
	{ "debug.timing", SETTING_BOOL, "false", .hidden = true },
};
/* clang-format on */

const size_t n_setting_rows = sizeof(setting_rows) / sizeof(setting_rows[0]);
_Static_assert(sizeof(setting_rows) / sizeof(setting_rows[0]) <= SETTINGS_MAX, "grow it");

const char *
setting_prefix(const struct setting_row *row)
{
	return row->own ? "troupe" : "exabgp";
}

int
setting_find(const char *full_name, size_t n)
{
	for (size_t i = 0; i < n_setting_rows; i++) {
		const char *prefix = setting_prefix(&setting_rows[i]);
		size_t before = strlen(prefix) + 1;
		const char *name = setting_rows[i].name;

		if (n == before + strlen(name) && memcmp(full_name, prefix, before - 1) == 0 &&
			full_name[before - 1] == '.' &&
			memcmp(full_name + before, name, strlen(name)) == 0)
			return (int)i;
	}
	return -1;
}

/* Removes blanks, then one pair of quotes, then blanks. Returns owned. */
static char *
bare_text(const char *text)
{
	size_t n = strlen(text);

	for (int pass = 0; pass < 2; pass++) {
		while (n > 0 && isspace((unsigned char)text[0])) {
			text++;
			n--;
		}
		while (n > 0 && isspace((unsigned char)text[n - 1]))
			n--;
		if (pass == 0 && n >= 2 && (text[0] == '\'' || text[0] == '"') &&
			text[n - 1] == text[0]) {
			text++;
			n -= 2;
		}
	}
	return xstrndup(text, n);
}

/* Decimal with an optional sign; single underscores between digits. */
static int
assign_int(const struct setting_row *row, struct setting_value *value)
{
	const char *p = value->text;
	bool negative = *p == '-';
	int64_t number = 0;
	bool digit_before = false;

	if (*p == '-' || *p == '+')
		p++;
	for (; *p != '\0'; p++) {
		if (*p == '_' && digit_before && p[1] != '\0') {
			digit_before = false;
			continue;
		}
		if (*p < '0' || *p > '9' || number > INT64_MAX / 10 - 1)
			return -1;
		number = number * 10 + (*p - '0');
		digit_before = true;
	}
	value->number = negative ? -number : number;
	value->real = (double)value->number;
	if (!digit_before || value->number < row->min || value->number > row->max)
		return -1;
	return 0;
}

static int
assign_float(const struct setting_row *row, struct setting_value *value)
{
	char *end;

	(void)row;
	if (value->text[0] == '\0' || strspn(value->text, "0123456789+-.eE") != strlen(value->text))
		return -1;
	value->real = strtod(value->text, &end);
	return *end == '\0' && isfinite(value->real) ? 0 : -1;
}

static int
assign_octal(const struct setting_row *row, struct setting_value *value)
{
	const char *p = value->text;

	(void)row;
	if (p[0] == '0' && (p[1] == 'o' || p[1] == 'O'))
		p += 2;
	if (*p == '\0' || strlen(p) > 5 || strspn(p, "01234567") != strlen(p))
		return -1;
	value->number = strtol(p, NULL, 8);
	return value->number <= 07777 ? 0 : -1;
}

/* Anything that is not a word for true is false. */
static int
assign_bool(const struct setting_row *row, struct setting_value *value)
{
	static const char *const words[] = { "1", "yes", "on", "enable", "true" };

	(void)row;
	value->number = 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		value->number |= strcasecmp(value->text, words[i]) == 0;
	free(value->text);
	value->text = xstrdup(value->number != 0 ? "true" : "false");
	return 0;
}

static int
assign_choice(const struct setting_row *row, struct setting_value *value)
{
	size_t n = strlen(value->text);

	for (const char *p = row->choices; *p != '\0' && n > 0;) {
		size_t len = strcspn(p, " ");

		if (len == n && strncasecmp(p, value->text, n) == 0) {
			memcpy(value->text, p, n); /* the spelling of the table */
			value->number = atoi(value->text);
			return 0;
		}
		p += len + (p[len] == ' ');
	}
	return -1;
}

static int
assign_ips(const struct setting_row *row, struct setting_value *value)
{
	struct addr addr;

	(void)row;
	for (const char *p = value->text; *p != '\0';) {
		size_t len = strcspn(p, " \t\n");

		if (len > 0 && addr_parse_zone(p, len, &addr) != 0)
			return -1;
		p += len + (p[len] != '\0');
	}
	return 0;
}

static int
assign_user(const struct setting_row *row, struct setting_value *value)
{
	/* The default is looked up by who switches to it, and only then. */
	if (strcmp(value->text, row->fallback) == 0)
		return 0;
	return value->text[0] != '\0' && getpwnam(value->text) != NULL ? 0 : -1;
}

static int
assign_str(const struct setting_row *row, struct setting_value *value)
{
	(void)row;
	(void)value;
	return 0;
}

int
setting_assign(const struct setting_row *row, const char *text, enum setting_source source,
	struct setting_value *value)
{
	static int (*const assign[])(const struct setting_row *, struct setting_value *) = {
		[SETTING_BOOL] = assign_bool,
		[SETTING_INT] = assign_int,
		[SETTING_FLOAT] = assign_float,
		[SETTING_STR] = assign_str,
		[SETTING_IPS] = assign_ips,
		[SETTING_CHOICE] = assign_choice,
		[SETTING_USER] = assign_user,
		[SETTING_OCTAL] = assign_octal,
	};
	struct setting_value fresh = { .text = bare_text(text), .source = source };

	if (strlen(fresh.text) > SETTING_TEXT_MAX || assign[row->type](row, &fresh) != 0) {
		free(fresh.text);
		return -1;
	}
	free(value->text);
	*value = fresh;
	return 0;
}

/*
 * Commands and events between a program and a service of another version: words at the start of a
 * command, and names of members in JSON. A name is changed where it belongs only: the walk over a
 * line keeps the names of the members around it.
 */
#include "apid/migrate.h"

#include <string.h>

enum { DEPTH_MAX = 64 };

static const char *const names[] = {
	[MIGRATE_3_4] = "3.4",
	[MIGRATE_4] = "4",
	[MIGRATE_5] = "5",
	[MIGRATE_MAIN] = "main",
};

int
migrate_version(const char *word)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

const char *
migrate_version_name(enum migrate_version version)
{
	return names[version];
}

/* --- commands --- */

static bool
starts(const char *line, size_t n, const char *words)
{
	size_t len = strlen(words);

	return n >= len && memcmp(line, words, len) == 0 && (n == len || line[len] == ' ');
}

static void
command(struct buf *out, const char *line, size_t n)
{
	static const struct {
		const char *old, *now;
	} rules[] = {
		{ "shutdown", "daemon shutdown" },
		{ "reload", "daemon reload" },
		{ "restart", "daemon restart" },
		{ "status", "daemon status" },
		{ "enable-ack", "session ack enable" },
		{ "disable-ack", "session ack disable" },
		{ "ping", "session ping" },
		{ "show adj-rib in", "rib show in" },
		{ "show adj-rib out", "rib show out" },
		{ "show neighbor", "peer show" },
		{ "teardown", "peer * teardown" },
		{ "announce", "peer * announce" },
		{ "withdraw", "peer * withdraw" },
		{ "neighbor", "peer" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t len = strlen(rules[i].old);

		if (!starts(line, n, rules[i].old))
			continue;
		buf_str(out, rules[i].now);
		buf_add(out, line + len, n - len);
		return;
	}
	buf_add(out, line, n);
}

/* --- events --- */

static const struct rename {
	enum migrate_version step; /* to this version */
	const char *old, *now;
	const char *within; /* the start of a member's name around it; NULL: anywhere */
} renames[] = {
	{ MIGRATE_5, "sr_capability_flags", "sr-capability-flags", NULL },
	{ MIGRATE_5, "interface-address", "interface-addresses", "bgp-ls" },
	{ MIGRATE_5, "neighbor-address", "neighbor-addresses", "bgp-ls" },
	{ MIGRATE_MAIN, "ip", "prefix", "ip-reachability-tlv" },
};

struct name {
	const char *p;
	size_t n;
};

struct walk {
	struct name around[DEPTH_MAX]; /* n 0: an element of a list */
	unsigned depth;
	struct name last; /* the member whose value comes next */
};

static bool
is_within(const struct walk *w, const char *start)
{
	size_t len = strlen(start);

	for (unsigned i = 0; i < w->depth && i < DEPTH_MAX; i++)
		if (w->around[i].p != NULL && w->around[i].n >= len &&
			memcmp(w->around[i].p, start, len) == 0)
			return true;
	return false;
}

static void
put_name(struct buf *out, const struct walk *w, struct name name, enum migrate_version from,
	enum migrate_version to, bool back)
{
	for (size_t i = 0; i < sizeof(renames) / sizeof(renames[0]); i++) {
		const struct rename *r = &renames[i];
		const char *is = back ? r->now : r->old;

		if (r->step <= from || r->step > to || strlen(is) != name.n ||
			memcmp(is, name.p, name.n) != 0 ||
			(r->within != NULL && !is_within(w, r->within)))
			continue;
		buf_str(out, back ? r->old : r->now);
		return;
	}
	buf_add(out, name.p, name.n);
}

/* The index behind the string that starts at i (its first quote). */
static size_t
string_end(const char *line, size_t n, size_t i)
{
	for (i++; i < n && line[i] != '"'; i++)
		if (line[i] == '\\')
			i++;
	return i < n ? i + 1 : n;
}

static bool
is_name(const char *line, size_t n, size_t i)
{
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < n && line[i] == ':';
}

static void
event(struct buf *out, const char *line, size_t n, enum migrate_version from,
	enum migrate_version to, bool back)
{
	struct walk w = { 0 };

	for (size_t i = 0, end; i < n; i = end) {
		end = i + 1;
		if (line[i] == '"') {
			end = string_end(line, n, i);
			if (end - i >= 2 && is_name(line, n, end)) {
				w.last = (struct name){ line + i + 1, end - i - 2 };
				buf_chr(out, '"');
				put_name(out, &w, w.last, from, to, back);
				buf_chr(out, '"');
				continue;
			}
		} else if (line[i] == '{' || line[i] == '[') {
			if (w.depth < DEPTH_MAX)
				w.around[w.depth] = w.last;
			w.depth++;
			w.last = (struct name){ NULL, 0 };
		} else if (line[i] == '}' || line[i] == ']') {
			w.depth -= w.depth > 0;
		}
		buf_add(out, line + i, end - i);
	}
}

void
migrate_api_line(struct buf *out, const char *line, size_t n, enum migrate_version from,
	enum migrate_version to, bool back)
{
	if (n > 0 && line[0] == '{')
		event(out, line, n, from, to, back);
	else if (!back && to == MIGRATE_MAIN)
		command(out, line, n);
	else
		buf_add(out, line, n);
}

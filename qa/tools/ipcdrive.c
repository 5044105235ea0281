/*
 * Plays a daemon of the group for tests: opens links, prints every message as a line of JSON and
 * sends what it is told on standard input.
 *
 *	ipcdrive ROLE DIR LINK:dial|listen...
 *
 * Input, a line each: `LINK MESSAGE FIELD=VALUE...`; binaries in hex, texts with %XX for what is
 * not a letter, fields that are not named are zero or empty; `exit`. Output: {"link", "event"} and
 * {"link", "message", fields...}, binaries in hex. It knows messages only from the generated table.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mp_rd.h"
#include "common/rd.h"
#include "common/wr.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"

enum { LINKS_MAX = 4, FIELDS_MAX = 64 };

struct end {
	struct drive *drive;
	struct link *link;
	char name[64];
};

struct drive {
	struct loop *loop;
	struct end ends[LINKS_MAX];
	int n_ends;
	struct loop_io input;
	struct buf line, out;
};

static const struct ipc_info *
find_info(const char *name, int type)
{
	for (size_t i = 0; i < ipc_info_count; i++)
		if (name != NULL ? strcmp(ipc_infos[i].name, name) == 0 : ipc_infos[i].type == type)
			return &ipc_infos[i];
	return NULL;
}

static void
print_line(struct drive *d)
{
	buf_chr(&d->out, '\n');
	fwrite(d->out.data, 1, d->out.len, stdout);
	fflush(stdout);
	buf_reset(&d->out);
}

static void
print_field(struct buf *out, const struct ipc_field_info *f, struct rd *r)
{
	uint32_t n;
	const uint8_t *p;

	buf_printf(out, ", \"%s\": ", f->name);
	if (strcmp(f->type, "BOOL") == 0) {
		buf_str(out, mp_rd_bool(r) ? "true" : "false");
	} else if (strcmp(f->type, "STR") == 0) {
		p = mp_rd_str(r, &n);
		buf_json_string(out, p, n);
	} else if (strcmp(f->type, "BIN") == 0) {
		p = mp_rd_bin(r, &n);
		buf_chr(out, '"');
		buf_hex_lower(out, p, n);
		buf_chr(out, '"');
	} else {
		buf_printf(out, "%llu", (unsigned long long)mp_rd_uint(r, UINT64_MAX));
	}
}

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct end *e = owner;
	const struct ipc_info *info = find_info(NULL, type);
	struct buf *out = &e->drive->out;
	struct rd r = rd_init(body, n);

	if (info == NULL) {
		link_fail(e->link, "unknown message", body, n);
		return;
	}
	buf_printf(out, "{\"link\": \"%s\", \"message\": \"%s\"", e->name, info->name);
	mp_rd_array(&r);
	for (int i = 0; i < info->field_count; i++)
		print_field(out, &info->fields[i], &r);
	buf_printf(out, ", \"ok\": %s}", rd_ok(&r) ? "true" : "false");
	print_line(e->drive);
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	static const char *const names[] = {
		[LINK_UP] = "up", [LINK_DOWN] = "down", [LINK_WRITABLE] = "writable"
	};
	struct end *e = owner;

	(void)peer;
	buf_printf(&e->drive->out, "{\"link\": \"%s\", \"event\": \"%s\"}", e->name, names[event]);
	print_line(e->drive);
}

/* The value given for a field in words[], or "". */
static const char *
value_of(char *const *words, int n, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < n; i++)
		if (strncmp(words[i], name, len) == 0 && words[i][len] == '=')
			return words[i] + len + 1;
	return "";
}

static unsigned
hex_byte(const char *p)
{
	unsigned byte = 0;

	if (sscanf(p, "%2x", &byte) != 1)
		log_fatal("not hex: %s", p);
	return byte;
}

/* Texts with %XX, or whole hex. */
static void
put_bytes(struct wr *w, const char *value, bool binary)
{
	uint8_t *bytes = xmalloc(strlen(value) + 1);
	size_t n = 0;

	while (*value != '\0') {
		if (!binary && *value != '%') {
			bytes[n++] = (uint8_t)*value++;
			continue;
		}
		value += !binary;
		bytes[n++] = (uint8_t)hex_byte(value);
		value += value[1] != '\0' ? 2 : 1;
	}
	wr_u8(w, binary ? 0xc6 : 0xdb);
	wr_u32(w, (uint32_t)n);
	wr_bytes(w, bytes, n);
	free(bytes);
}

static void
put_field(struct wr *w, const struct ipc_field_info *f, const char *value)
{
	if (strcmp(f->type, "BOOL") == 0) {
		wr_u8(w, strcmp(value, "true") == 0 ? 0xc3 : 0xc2);
	} else if (strcmp(f->type, "STR") == 0 || strcmp(f->type, "BIN") == 0) {
		put_bytes(w, value, f->type[0] == 'B');
	} else {
		wr_u8(w, 0xcf);
		wr_u64(w, strtoull(value, NULL, 0));
	}
}

static void
send_line(struct drive *d, char *line)
{
	static uint8_t body[LINK_MESSAGE_MAX];
	struct wr w = wr_init(body, sizeof(body));
	char *words[FIELDS_MAX];
	int n = 0, i = 0;

	for (char *word = strtok(line, " "); word != NULL && n < FIELDS_MAX;
		word = strtok(NULL, " "))
		words[n++] = word;
	if (n == 1 && strcmp(words[0], "exit") == 0) {
		loop_stop(d->loop, 0);
		return;
	}
	const struct ipc_info *info = n >= 2 ? find_info(words[1], 0) : NULL;
	while (i < d->n_ends && n > 0 && strcmp(d->ends[i].name, words[0]) != 0)
		i++;
	if (info == NULL || i == d->n_ends)
		log_fatal("no such link or message: %s", n > 0 ? words[0] : "");
	wr_u8(&w, 0xdc);
	wr_u16(&w, info->field_count);
	for (int f = 0; f < info->field_count; f++)
		put_field(&w, &info->fields[f], value_of(words + 2, n - 2, info->fields[f].name));
	if (!wr_ok(&w))
		log_fatal("message too long");
	link_send(d->ends[i].link, info->type, body, wr_len(&w));
}

static void
on_input(struct loop *loop, void *owner, uint32_t events)
{
	struct drive *d = owner;
	char *end;

	(void)events;
	ssize_t n = read(STDIN_FILENO, buf_room(&d->line, 65536), 65536);
	if (n <= 0) {
		loop_stop(loop, 0);
		return;
	}
	d->line.len += (size_t)n;
	while ((end = memchr(d->line.data, '\n', d->line.len)) != NULL) {
		*end = '\0';
		send_line(d, (char *)d->line.data);
		buf_shift(&d->line, (size_t)(end - (char *)d->line.data) + 1);
	}
}

static void
open_end(struct drive *d, const char *role, const char *dir, const char *what)
{
	struct end *e = &d->ends[d->n_ends++];
	const char *colon = strchr(what, ':');
	char path[200];

	if (colon == NULL || d->n_ends > LINKS_MAX)
		log_fatal("not LINK:dial or LINK:listen: %s", what);
	snprintf(e->name, sizeof(e->name), "%.*s", (int)(colon - what), what);
	snprintf(path, sizeof(path), "%s/%s.ipc", dir, e->name);
	e->drive = d;
	e->link = link_new(d->loop, &(struct link_config){ .name = e->name,
					    .role = role,
					    .path = path,
					    .listen = strcmp(colon, ":listen") == 0,
					    .version_min = IPC_VERSION_MIN,
					    .version_max = IPC_VERSION_MAX,
					    .message = on_message,
					    .event = on_event,
					    .owner = e });
	if (e->link == NULL)
		log_fatal("link %s: %m", e->name);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	(void)owner;
	(void)signo;
	loop_stop(loop, 1);
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGPIPE, 0 };
	struct drive d = { .loop = loop_new() };

	log_init("ipcdrive", LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	if (argc < 4 || d.loop == NULL || loop_signals(d.loop, signals, on_signal, NULL) != 0)
		log_fatal("usage: ipcdrive ROLE DIR LINK:dial|listen...");
	for (int i = 3; i < argc; i++)
		open_end(&d, argv[1], argv[2], argv[i]);
	if (loop_io_add(d.loop, &d.input, STDIN_FILENO, EPOLLIN, on_input, &d, "input") != 0)
		log_fatal("standard input: %m");
	int code = loop_run(d.loop);
	for (int i = 0; i < d.n_ends; i++) {
		link_close(d.ends[i].link);
		link_free(d.ends[i].link);
	}
	buf_fini(&d.line);
	buf_fini(&d.out);
	loop_free(d.loop);
	return code;
}

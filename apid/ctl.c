/*
 * The operator's commands that the supervisor passes on (common/child.h): sessions, attach,
 * detach, api. An operator is a client like a helper; its output becomes the ANSWER, in parts
 * that are paced, since the supervisor's socket takes only so much at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/show_neighbor.h"
#include "common/child.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { PART_BYTES = 32 * 1024, PART_PAUSE_US = 2000, WORDS_MAX = 512 };

struct operator
{
	struct client client;
	unsigned long id;
	int code; /* exit status; -1: from the last line of the answer */
	struct loop_timer timer;
	bool failed; /* the last line so far is `error` */
};

static bool
complete(const struct operator* o)
{
	return !o->client.busy && !answers_waiting(&o->client) && outq_empty(&o->client.out);
}

/* Remembers whether the answer ends with `error`. */
static void
watch_end(struct operator* o, const struct buf *part)
{
	static const char error[] = "error\n";
	size_t n = sizeof(error) - 1;

	if (part->len == 0)
		return;
	o->failed = part->len >= n && memcmp(part->data + part->len - n, error, n) == 0 &&
		    (part->len == n || part->data[part->len - n - 1] == '\n');
}

static void
send_part(struct loop *loop, void *owner)
{
	struct operator* o = owner;
	struct apid *a = o->client.apid;
	struct buf part = { 0 };

	outq_take(&o->client.out, &part, PART_BYTES);
	watch_end(o, &part);
	query_output_room(&o->client);
	if (complete(o)) {
		int code = o->code >= 0 ? o->code : o->failed;

		child_send(a->child, "ANSWER %lu %d %s", o->id, code, buf_cstr(&part));
		client_fini(&o->client);
		free(o);
	} else {
		if (part.len > 0)
			child_send(a->child, "ANSWER %lu + %s", o->id, buf_cstr(&part));
		if (!outq_empty(&o->client.out))
			loop_timer_set(loop, &o->timer, PART_PAUSE_US, send_part, o, "operator");
	}
	buf_fini(&part);
}

static void
wake_operator(struct client *c)
{
	struct operator* o =(struct operator*)(void *) c;

	if (!loop_timer_armed(&o->timer))
		loop_timer_set(c->apid->loop, &o->timer, 0, send_part, o, "operator");
}

static struct operator* operator_new(struct apid *a, unsigned long id)
{
	struct operator* o = xcalloc(1, sizeof(*o));

	client_init(&o->client, a, "operator");
	o->client.sees_all = true;
	o->client.ack = true;
	o->client.wake = wake_operator;
	o->id = id;
	o->code = -1;
	return o;
}

/* --- commands --- */

static void
sessions_rows(struct apid *a, struct client *c, const struct session_list *l)
{
	struct buf out = { 0 };

	show_summary_head(&out);
	for (unsigned i = 0; i < a->neighbors.n; i++)
		show_summary(&out, a->neighbors.v[i], session_row_find(l, a->neighbors.v[i]->id));
	answer_text(c, out.data, out.len);
	buf_fini(&out);
}

static void
ctl_sessions(struct apid *a, unsigned long id, char **words, int n)
{
	struct operator* o = operator_new(a, id);

	(void)words;
	(void)n;
	o->code = 0;
	query_sessions(a, &o->client, sessions_rows);
	wake_operator(&o->client);
}

static void
ctl_api(struct apid *a, unsigned long id, char **words, int n)
{
	struct operator* o = operator_new(a, id);
	struct buf line = { 0 };

	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_chr(&line, ' ');
		buf_str(&line, words[i]);
	}
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '\n')
			line.data[i] = ' ';
	}
	command_execute(&o->client, (char *)line.data, line.len);
	buf_fini(&line);
	wake_operator(&o->client);
}

/* attach NAME [--encoder text|json] [--events] [--packets] -- PROGRAM ARGS… */
static void
ctl_attach(struct apid *a, unsigned long id, char **words, int n)
{
	bool json = true, events = false, packets = false;
	struct helper *h;
	int i = 1;

	for (; i < n && strcmp(words[i], "--") != 0; i++) {
		if (strcmp(words[i], "--events") == 0) {
			events = true;
		} else if (strcmp(words[i], "--packets") == 0) {
			packets = true;
		} else if (strcmp(words[i], "--encoder") == 0 && i + 1 < n) {
			json = strcmp(words[++i], "text") != 0;
		} else {
			child_send(a->child, "ANSWER %lu 2 unknown option %s\n", id, words[i]);
			return;
		}
	}
	if (n < 1 || i + 1 >= n || words[i + 1][0] != '/') {
		child_send(a->child,
			"ANSWER %lu 2 attach needs a name, and the program's absolute path "
			"after --\n",
			id);
		return;
	}
	words[n] = NULL;
	h = helper_attach(a, words[0], &words[i + 1], json, events);
	if (h == NULL) {
		child_send(a->child, "ANSWER %lu 1 there is a process %s already\n", id, words[0]);
		return;
	}
	h->packets_all = packets;
	subscribe_all(a);
	helpers_start(a);
	if (events || packets)
		feed_start(&a->bgpd_feed, false, false);
	if (h->state == HELPER_RUNNING)
		child_send(a->child, "ANSWER %lu 0 started as process %d\n", id, (int)h->pid);
	else
		child_send(a->child, "ANSWER %lu 1 it cannot be started, see the log\n", id);
}

static void
ctl_detach(struct apid *a, unsigned long id, char **words, int n)
{
	struct helper *h = n == 1 ? helper_find(a, words[0]) : NULL;

	if (h == NULL || !h->attached) {
		child_send(a->child, "ANSWER %lu 1 no such attached process\n", id);
		return;
	}
	helper_detach(h);
	child_send(a->child, "ANSWER %lu 0 stopped\n", id);
}

static const struct {
	const char *word;
	void (*run)(struct apid *a, unsigned long id, char **words, int n);
} commands[] = {
	{ "sessions", ctl_sessions },
	{ "api", ctl_api },
	{ "attach", ctl_attach },
	{ "detach", ctl_detach },
};

void
ctl_handle(struct apid *a, char *text)
{
	static const char separator[] = { CHILD_WORD_END, '\0' };
	char *words[WORDS_MAX + 1], *save = NULL, *p = text + 4;
	unsigned long id = strtoul(p, &p, 10);
	int n = 0;

	strtoul(p, &p, 10); /* the operator's uid: the supervisor has checked it */
	while (*p == ' ')
		p++;
	for (char *w = strtok_r(p, separator, &save); w != NULL && n < WORDS_MAX;
		w = strtok_r(NULL, separator, &save))
		words[n++] = w;
	for (size_t i = 0; n > 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(words[0], commands[i].word) == 0) {
			commands[i].run(a, id, words + 1, n - 1);
			return;
		}
	}
	child_send(a->child, "ANSWER %lu 2 unknown command\n", id);
}

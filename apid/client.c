/*
 * Clients and their answers. The queue of answers holds two kinds of entries, each as long as the
 * queue is not empty: N times `done` for batch S, and text. Neighbouring `done` of one batch are
 * one entry, so a million commands that wait for the journal cost a few dozen bytes.
 */
#include "apid/client.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"

struct answer {
	struct answer *next;
	uint64_t seq;   /* of the batch that must be committed; 0: ready */
	uint64_t dones; /* 0: text */
	struct buf text;
};

void
client_init(struct client *c, struct apid *apid, const char *name)
{
	memset(c, 0, sizeof(*c));
	c->apid = apid;
	c->name = name;
	c->owner = neighbor_hash(name);
	if (c->owner <= ROUTE_OWNER_CONFIG)
		c->owner += 2;
	c->ack = apid->ack_default;
	c->next = apid->clients;
	apid->clients = c;
}

static void
drop_answers(struct client *c)
{
	while (c->answers_head != NULL) {
		struct answer *a = c->answers_head;

		c->answers_head = a->next;
		buf_fini(&a->text);
		free(a);
	}
	c->answers_tail = NULL;
	c->answer_text = 0;
}

void
client_reset(struct client *c)
{
	drop_answers(c);
	outq_fini(&c->out);
	buf_fini(&c->group.lines);
	c->group = (struct group_buffer){ 0 };
	selector_forget(c);
	queries_forget(c);
	stages_forget(c);
	if (c->pending != NULL)
		c->pending_free(c);
	c->busy = false;
	c->resume = NULL;
	c->wait_seq = 0;
	c->ack = c->apid->ack_default;
	c->sync = false;
	if (c->syncing)
		batch_sync(&c->apid->batch, c->owner, ROUTE_SYNC_ABORT);
	c->syncing = false;
}

void
client_fini(struct client *c)
{
	struct client **at = &c->apid->clients;

	client_reset(c);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

static void
wake(struct client *c)
{
	if (c->wake != NULL)
		c->wake(c);
}

void
client_unbusy(struct client *c)
{
	c->busy = false;
	c->resume = NULL;
	c->wait_seq = 0;
	wake(c);
}

void
client_after_commit(struct client *c, void (*resume)(struct client *c))
{
	struct batch *b = &c->apid->batch;

	c->busy = true;
	c->resume = resume;
	c->wait_seq = batch_last(b);
	if (c->wait_seq <= b->committed) {
		c->wait_seq = 0;
		c->resume = NULL;
		resume(c);
	}
}

static struct answer *
append(struct client *c)
{
	struct answer *a = xcalloc(1, sizeof(*a));

	if (c->answers_tail != NULL)
		c->answers_tail->next = a;
	else
		c->answers_head = a;
	c->answers_tail = a;
	return a;
}

void
answer_raw(struct client *c, const void *text, size_t n)
{
	if (c->answers_head == NULL) {
		outq_add(&c->out, text, n);
		wake(c);
		return;
	}
	struct answer *a = c->answers_tail;

	if (a->dones != 0)
		a = append(c);
	buf_add(&a->text, text, n);
	c->answer_text += n;
}

void
answer_text(struct client *c, const void *text, size_t n)
{
	struct buf b = { 0 };

	if (c->stages.id_n == 0) {
		answer_raw(c, text, n);
		return;
	}
	stages_prefix(&c->stages, &b, text, n);
	answer_raw(c, b.data, b.len);
	buf_fini(&b);
}

static void
add_line(struct client *c, const void *text, size_t n)
{
	struct buf b = { 0 };

	if (c->stages.id_n == 0) {
		answer_raw(c, text, n);
		answer_raw(c, "\n", 1);
		return;
	}
	stages_prefix(&c->stages, &b, text, n);
	buf_chr(&b, '\n');
	answer_raw(c, b.data, b.len);
	buf_fini(&b);
}

void
answer_buf(struct client *c, const struct buf *b)
{
	add_line(c, b->data, b->len);
}

void
answer_line(struct client *c, const char *line)
{
	add_line(c, line, strlen(line));
}

void
answer_printf(struct client *c, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	answer_buf(c, &b);
	buf_fini(&b);
}

/* `@ID accepted`, when batch seq is committed. */
static void
answer_accepted(struct client *c, uint64_t seq)
{
	static const char accepted[] = "accepted\n", complete[] = "accepted\ncomplete\n";
	bool last = c->stages.sent && !c->stages.routes;
	const char *text = last ? complete : accepted;

	if (seq > c->apid->batch.committed)
		append(c)->seq = seq;
	answer_text(c, text, strlen(text));
}

void
answer_done_at(struct client *c, uint64_t seq)
{
	struct answer *a = c->answers_tail;

	if (c->stages.id_n > 0) {
		answer_accepted(c, seq);
		return;
	}
	if (!c->ack)
		return;
	if (a == NULL && seq <= c->apid->batch.committed) {
		outq_done(&c->out, 1);
		wake(c);
		return;
	}
	if (a == NULL || a->dones == 0 || a->seq < seq) {
		a = append(c);
		a->seq = seq;
	}
	a->dones++;
}

void
answer_done(struct client *c)
{
	answer_done_at(c, 0);
}

void
answer_error(struct client *c, const char *fmt, ...)
{
	bool staged = c->stages.id_n > 0;
	struct buf b = { 0 };
	va_list ap;

	if (!c->ack && !staged)
		return;
	buf_str(&b, staged ? "refused " : "error: ");
	if (fmt != NULL) {
		va_start(ap, fmt);
		buf_vprintf(&b, fmt, ap);
		va_end(ap);
	} else {
		BUF_LIT(&b, "not a command that can be executed");
	}
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] < 0x20 || b.data[i] > 0x7e)
			b.data[i] = '?';
	}
	if (staged || fmt != NULL)
		answer_buf(c, &b);
	if (!staged)
		answer_line(c, "error");
	buf_fini(&b);
}

bool
answers_waiting(const struct client *c)
{
	return c->answers_head != NULL;
}

void
answers_release(struct client *c, uint64_t committed)
{
	bool moved = false;

	while (c->answers_head != NULL) {
		struct answer *a = c->answers_head;

		if (a->dones != 0) {
			if (a->seq > committed)
				break;
			outq_done(&c->out, a->dones);
		} else if (a->seq > committed) {
			break;
		} else {
			outq_add(&c->out, a->text.data, a->text.len);
			c->answer_text -= a->text.len;
			buf_fini(&a->text);
		}
		c->answers_head = a->next;
		if (c->answers_head == NULL)
			c->answers_tail = NULL;
		free(a);
		moved = true;
	}
	if (c->wait_seq != 0 && c->wait_seq <= committed) {
		void (*resume)(struct client *) = c->resume;

		c->wait_seq = 0;
		c->resume = NULL;
		resume(c);
	}
	if (moved)
		wake(c);
}

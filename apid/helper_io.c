/*
 * Pipes of a helper. Input: lines, executed as they come while nothing stands against it (an
 * asynchronous command of this helper, too much uncommitted in ribd, too many unread answers); then
 * the pipe is left unread, and the helper blocks on it. Output: non-blocking writes of what the
 * turn produced; events wait while a helper reads slowly (pressure.h), and are dropped and counted
 * when it does not read at all; answers never are.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/pressure.h"
#include "common/log.h"

enum { EOF_GRACE_US = 200000 /* from end of file to SIGTERM */ };

static void on_input(struct loop *loop, void *owner, uint32_t events);
static void on_output(struct loop *loop, void *owner, uint32_t events);

int
helper_io_open(struct helper *h, int in_fd, int out_fd)
{
	struct loop *loop = h->apid->loop;

	h->in_fd = in_fd;
	h->out_fd = out_fd;
	h->in_eof = h->skipping = false;
	h->in_off = h->scanned = 0;
	buf_reset(&h->in);
	if (loop_io_add(loop, &h->in_io, in_fd, EPOLLIN, on_input, h, "helper input") < 0 ||
		loop_io_add(loop, &h->out_io, out_fd, 0, on_output, h, "helper output") < 0) {
		log_errno(h->name, "cannot watch the pipes");
		helper_io_close(h);
		return -1;
	}
	return 0;
}

static void
close_input(struct helper *h)
{
	loop_io_del(h->apid->loop, &h->in_io);
	if (h->in_fd >= 0)
		close(h->in_fd);
	h->in_fd = -1;
}

static void
close_output(struct helper *h)
{
	loop_io_del(h->apid->loop, &h->out_io);
	if (h->out_fd >= 0)
		close(h->out_fd);
	h->out_fd = -1;
	outq_fini(&h->client.out);
	pressure_eased(h->apid);
}

void
helper_io_close(struct helper *h)
{
	close_input(h);
	close_output(h);
	loop_defer_cancel(h->apid->loop, &h->task);
	buf_fini(&h->in);
	h->in_off = h->scanned = 0;
}

static bool
may_execute(const struct helper *h)
{
	return !h->client.busy && !h->apid->finishing && !batch_full(&h->apid->batch) &&
	       h->client.out.text + h->client.answer_text <
		       (size_t)HELPER_EVENT_BYTES + HELPER_ANSWER_BYTES;
}

/* The tail of a line that was too long: dropped up to its end. True while it goes on. */
static bool
skip_rest(struct helper *h)
{
	const uint8_t *p = h->in.data + h->in_off;
	const uint8_t *lf = memchr(p, '\n', h->in.len - h->in_off);

	if (lf == NULL) {
		h->in_off = h->in.len;
		return true;
	}
	h->in_off += (size_t)(lf - p) + 1;
	h->skipping = false;
	return false;
}

static void
refuse_long_line(struct helper *h)
{
	log_error(h->name, "a command longer than %d bytes is refused", HELPER_LINE_MAX);
	answer_error(&h->client, "a command has at most %d bytes", HELPER_LINE_MAX);
	h->in_off = h->in.len;
	h->scanned = 0;
	h->skipping = true;
}

/* Executes complete lines; true when it stopped before the last of them. */
static bool
execute_lines(struct helper *h, bool force)
{
	while (h->in_off < h->in.len) {
		size_t left = h->in.len - h->in_off;
		char *line = (char *)h->in.data + h->in_off;
		char *lf;

		if (h->skipping && skip_rest(h))
			return false;
		if (force ? h->client.busy || h->apid->finishing : !may_execute(h))
			return true;
		left = h->in.len - h->in_off;
		line = (char *)h->in.data + h->in_off;
		lf = memchr(line + h->scanned, '\n', left - h->scanned);
		if (lf == NULL) {
			h->scanned = left;
			if (left > HELPER_LINE_MAX)
				refuse_long_line(h);
			return false;
		}
		h->in_off += (size_t)(lf - line) + 1;
		h->scanned = 0;
		command_execute(&h->client, line, (size_t)(lf - line));
	}
	return false;
}

static void
watch_input(struct helper *h, bool on)
{
	uint32_t events = on ? EPOLLIN : 0;
	struct loop *loop = h->apid->loop;

	if (h->in_io.active && h->in_io.events != events)
		loop_io_mod(loop, &h->in_io, events);
	else if (on && !h->in_io.active && h->in_fd >= 0 && !h->in_eof)
		loop_io_add(loop, &h->in_io, h->in_fd, EPOLLIN, on_input, h, "helper input");
}

static void
eof_late(struct loop *loop, void *owner)
{
	struct helper *h = owner;

	(void)loop;
	log_warn(h->name, "closed its standard output but did not end: stopped");
	helper_stop(h);
}

void
helper_run(struct helper *h)
{
	bool blocked = execute_lines(h, false);

	if (h->in_off == h->in.len) {
		buf_reset(&h->in);
		h->in_off = 0;
	}
	watch_input(h, !blocked);
	if (h->in_eof && !blocked && h->in_fd >= 0) {
		close_input(h);
		if (h->state == HELPER_RUNNING)
			loop_timer_set(h->apid->loop, &h->kill_timer, EOF_GRACE_US, eof_late, h,
				"helper eof");
	}
}

static void
run_task(struct loop *loop, void *owner)
{
	(void)loop;
	helper_run(owner);
}

/* Unexecuted lines, and nothing against them any more: go on in the next turn. */
static void
resume(struct helper *h)
{
	if (h->in_fd >= 0 && !h->task.queued && may_execute(h) &&
		(h->in_off < h->in.len || h->in_eof || !h->in_io.active || h->in_io.events == 0))
		loop_defer(h->apid->loop, &h->task, run_task, h);
}

void
helpers_resume(struct apid *a)
{
	for (struct helper *h = a->helpers; h != NULL; h = h->next)
		resume(h);
}

/* Reads once; false at the end, or when there is nothing now. */
static bool
read_some(struct helper *h)
{
	ssize_t n;

	if (h->in_off > 0) {
		buf_shift(&h->in, h->in_off);
		h->in_off = 0;
	}
	do
		n = read(h->in_fd, buf_room(&h->in, HELPER_READ_BYTES), HELPER_READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		h->in.len += (size_t)n;
		return true;
	}
	if (n == 0 || errno != EAGAIN)
		h->in_eof = true;
	return false;
}

static void
on_input(struct loop *loop, void *owner, uint32_t events)
{
	struct helper *h = owner;

	(void)loop;
	if ((events & EPOLLIN) == 0 && (events & (EPOLLHUP | EPOLLERR)) != 0 &&
		h->in_io.events == 0) {
		/* Closed while we do not read: look again when we do, but not in a busy loop. */
		loop_io_del(h->apid->loop, &h->in_io);
		return;
	}
	read_some(h);
	helper_run(h);
}

void
helper_io_drain(struct helper *h)
{
	/* Bounded by what a pipe holds: the writer is gone, unless a child of its own writes. */
	for (int i = 0; h->in_fd >= 0 && i < 8; i++) {
		if (!read_some(h))
			break;
		execute_lines(h, true);
	}
	execute_lines(h, true);
	if (h->client.out.head != NULL && h->out_fd >= 0)
		outq_write(&h->client.out, h->out_fd);
}

static void
tell_dropped(struct helper *h)
{
	struct buf b = { 0 };

	events_dropped(h, &b, h->dropped);
	log_warn(
		h->name, "does not read: %llu events were dropped", (unsigned long long)h->dropped);
	h->dropped = 0;
	outq_add(&h->client.out, b.data, b.len);
	buf_fini(&b);
}

static void
write_output(struct helper *h)
{
	uint64_t before = outq_bytes(&h->client.out);
	int result = h->out_fd < 0 ? -1 : outq_write(&h->client.out, h->out_fd);

	if (outq_bytes(&h->client.out) < before)
		h->taken_us = loop_now(h->apid->loop).us;

	if (result < 0) {
		close_output(h);
		return;
	}
	if (h->dropped > 0 && h->client.out.text < HELPER_EVENT_BYTES / 2)
		tell_dropped(h);
	uint32_t want = outq_empty(&h->client.out) ? 0 : EPOLLOUT;
	if (h->out_io.events != want)
		loop_io_mod(h->apid->loop, &h->out_io, want);
	query_output_room(&h->client);
	pressure_eased(h->apid);
}

static void
on_output(struct loop *loop, void *owner, uint32_t events)
{
	struct helper *h = owner;

	(void)loop;
	if ((events & EPOLLERR) != 0) {
		close_output(h);
		return;
	}
	write_output(h);
	resume(h);
}

void
helper_event(struct helper *h, const struct buf *text)
{
	if (h->state != HELPER_RUNNING && h->state != HELPER_STOPPING)
		return;
	if (h->out_fd < 0)
		return;
	if (h->client.out.text + text->len > HELPER_EVENT_BYTES) {
		h->dropped++;
		h->dropped_total++;
		return;
	}
	if (outq_empty(&h->client.out))
		h->taken_us = loop_now(h->apid->loop).us;
	outq_add(&h->client.out, text->data, text->len);
	h->client.wake(&h->client);
	if (h->client.out.text > 4 * HELPER_READ_BYTES && h->out_io.events == 0)
		write_output(h);
}

void
helpers_write(struct apid *a)
{
	while (a->dirty != NULL) {
		struct helper *h = a->dirty;

		a->dirty = h->next_dirty;
		h->dirty = false;
		write_output(h);
		resume(h);
	}
}

/*
 * A client at one of the doors: its lines are executed as they come, in order, while nothing stands
 * against it; answers are written as fast as they are read. Both directions are bounded: a client that
 * does not read its answers is not read from. Commands that arrived completely are executed even
 * when their sender is gone; a last line without line feed is not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/door_internal.h"
#include "common/log.h"
#include "common/xmalloc.h"

static void run(struct visitor *v);

static void
wake(struct client *c)
{
	struct visitor *v = (struct visitor *)(void *)c;

	v->dirty = true;
}

static bool
may_execute(const struct visitor *v)
{
	return !v->client.busy && !v->doors->apid->finishing &&
	       !batch_full(&v->doors->apid->batch) &&
	       v->client.out.text + v->client.answer_text < VISITOR_OUTPUT_BYTES;
}

/* --- input --- */

/* The next complete line, or NULL. Passes over lines that are too long. */
static char *
next_line(struct visitor *v, size_t *n)
{
	while (v->in_off < v->in.len) {
		char *line = (char *)v->in.data + v->in_off;
		size_t left = v->in.len - v->in_off;
		char *lf = memchr(line + v->scanned, '\n', left - v->scanned);

		v->scanned = lf == NULL ? left : 0;
		if (lf == NULL && v->skipping) {
			v->in_off = v->in.len;
			v->scanned = 0;
		}
		if (lf == NULL)
			return NULL;
		*n = (size_t)(lf - line);
		v->in_off += *n + 1;
		if (!v->skipping)
			return line;
		v->skipping = false;
	}
	return NULL;
}

static void
refuse_long_line(struct visitor *v)
{
	log_warn(v->name, "a command longer than %d bytes is refused", VISITOR_LINE_MAX);
	answer_error(&v->client, "a command has at most %d bytes", VISITOR_LINE_MAX);
	v->in_off = v->in.len;
	v->scanned = 0;
	v->skipping = true;
}

/* Executes complete lines; true when something stands against the next one. */
static bool
execute_lines(struct visitor *v)
{
	while (v->in_off < v->in.len) {
		size_t n;
		char *line;

		if (!may_execute(v))
			return true;
		line = next_line(v, &n);
		if (line != NULL)
			command_execute(&v->client, line, n);
		else if (v->in.len - v->in_off > VISITOR_LINE_MAX)
			refuse_long_line(v);
		else
			break;
	}
	return !may_execute(v);
}

static void
on_input(struct loop *loop, void *owner, uint32_t events)
{
	struct visitor *v = owner;
	ssize_t n;

	(void)loop;
	(void)events;
	if (v->in_off > 0) {
		buf_shift(&v->in, v->in_off);
		v->in_off = 0;
	}
	n = read(v->in_fd, buf_room(&v->in, VISITOR_READ_BYTES), VISITOR_READ_BYTES);
	if (n > 0)
		v->in.len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		v->in_eof = true;
	run(v);
}

/* The descriptor is out of the loop while it is not to be read: its end would be told each turn. */
static void
watch_input(struct visitor *v, bool on)
{
	struct loop *loop = v->doors->apid->loop;

	if (!on || v->in_eof)
		loop_io_del(loop, &v->in_io);
	else if (!v->in_io.active &&
		 loop_io_add(loop, &v->in_io, v->in_fd, EPOLLIN, on_input, v, "operator input") < 0)
		v->in_eof = true;
}

static void
run(struct visitor *v)
{
	bool blocked = execute_lines(v);

	if (v->in_off == v->in.len) {
		buf_reset(&v->in);
		v->in_off = 0;
	}
	if (v->in_eof && !blocked) {
		/* What is left is no complete line. */
		buf_reset(&v->in);
		v->in_off = v->scanned = 0;
	}
	watch_input(v, !blocked);
}

static void
run_task(struct loop *loop, void *owner)
{
	(void)loop;
	run(owner);
}

void
visitor_resume(struct visitor *v)
{
	bool waits = v->in_off < v->in.len && (v->in_eof || !v->in_io.active);

	if (v->dirty || (may_execute(v) && (waits || (!v->in_eof && !v->in_io.active))))
		loop_defer(v->doors->apid->loop, &v->task, run_task, v);
}

/* --- output --- */

static void
on_output(struct loop *loop, void *owner, uint32_t events)
{
	struct visitor *v = owner;

	(void)loop;
	(void)events;
	visitor_write(v);
}

static void
lose_output(struct visitor *v)
{
	loop_io_del(v->doors->apid->loop, &v->out_io);
	if (v->pipes) {
		/* The reader went away: the next one gets what is left. */
		door_pipe_drained(v);
		v->dirty = true;
		return;
	}
	v->deaf = true;
	outq_fini(&v->client.out);
}

static void
write_now(struct visitor *v)
{
	struct loop *loop = v->doors->apid->loop;
	int result = outq_write(&v->client.out, v->out_fd);

	if (result < 0) {
		lose_output(v);
	} else if (result == 1) {
		loop_io_del(loop, &v->out_io);
		if (v->pipes)
			door_pipe_drained(v);
	} else if (!v->out_io.active && loop_io_add(loop, &v->out_io, v->out_fd, EPOLLOUT,
						on_output, v, "operator output") < 0) {
		lose_output(v);
	}
}

void
visitor_write(struct visitor *v)
{
	v->dirty = false;
	if (v->deaf)
		outq_fini(&v->client.out);
	else if (!outq_empty(&v->client.out) && (!v->pipes || door_pipe_reader(v)))
		write_now(v);
	query_output_room(&v->client);
}

/* --- life --- */

struct visitor *
visitor_new(struct doors *d, int in_fd, int out_fd, bool pipes)
{
	struct visitor *v = xcalloc(1, sizeof(*v));

	v->doors = d;
	v->in_fd = in_fd;
	v->out_fd = out_fd;
	v->pipes = pipes;
	snprintf(v->name, sizeof(v->name), "%s-%lu", pipes ? "pipes" : "cli", ++d->accepted);
	client_init(&v->client, d->apid, "cli");
	v->client.name = v->name;
	v->client.sees_all = true;
	v->client.ack = true;
	v->client.wake = wake;
	v->next = d->visitors;
	d->visitors = v;
	d->clients += !pipes;
	watch_input(v, true);
	if (!v->in_eof)
		return v;
	log_errno("cli", "cannot watch a client");
	visitor_free(v);
	return NULL;
}

void
visitor_free(struct visitor *v)
{
	struct doors *d = v->doors;
	struct loop *loop = d->apid->loop;
	struct visitor **at = &d->visitors;

	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	d->clients -= !v->pipes;
	loop_io_del(loop, &v->in_io);
	loop_io_del(loop, &v->out_io);
	loop_timer_cancel(loop, &v->retry);
	loop_defer_cancel(loop, &v->task);
	close(v->in_fd);
	if (v->out_fd >= 0)
		close(v->out_fd);
	if (v->remove)
		door_pipes_remove(v);
	buf_fini(&v->in);
	client_fini(&v->client);
	free(v);
}

bool
visitor_finished(const struct visitor *v)
{
	return v->in_eof && v->in_off == v->in.len && !v->dirty && !v->client.busy &&
	       !answers_waiting(&v->client) && outq_empty(&v->client.out);
}

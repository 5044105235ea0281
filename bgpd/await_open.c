/*
 * The OPEN is looked at with MSG_PEEK and stays in the socket: the session that takes the
 * connection reads it as if nothing had happened. SO_RCVLOWAT keeps a half message from waking us
 * again and again. There are at most AWAIT_MAX of these; beyond that nothing is awaited.
 */
#include "bgpd/await_open.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"
#include "proto/wire/open.h"

struct awaiting {
	struct bgpd *d;
	struct awaiting *next, **link;
	struct loop_io io;
	struct loop_timer timer;
	struct addr remote, local;
	await_fn *done;
	int fd;
};

/* Takes it out of the list; returns the descriptor. */
static int
await_free(struct awaiting *w)
{
	struct bgpd *d = w->d;
	int fd = w->fd;

	loop_io_del(d->loop, &w->io);
	loop_timer_cancel(d->loop, &w->timer);
	*w->link = w->next;
	if (w->next != NULL)
		w->next->link = w->link;
	d->n_awaiting--;
	free(w);
	return fd;
}

static void
set_low_water(int fd, int bytes)
{
	/* Without it we are only woken more often. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
}

static void
finish(struct awaiting *w, const struct open *open)
{
	struct addr remote = w->remote, local = w->local;
	struct bgpd *d = w->d;
	await_fn *done = w->done;
	int fd = await_free(w);

	set_low_water(fd, 1);
	done(d, fd, &remote, &local, open);
}

static void
expired(struct loop *loop, void *owner)
{
	(void)loop;
	finish(owner, NULL);
}

static void
on_readable(struct loop *loop, void *owner, uint32_t events)
{
	struct awaiting *w = owner;
	uint8_t message[MESSAGE_MAX], type;
	struct wire_error err;
	struct open open;
	ssize_t n = recv(w->fd, message, sizeof(message), MSG_PEEK | MSG_DONTWAIT);

	(void)loop;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(await_free(w));
		return;
	}
	if (n < MESSAGE_HEADER) {
		if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
			close(await_free(w));
		else
			set_low_water(w->fd, MESSAGE_HEADER);
		return;
	}
	int len = message_header(message, MESSAGE_MAX, &type, &err);
	if (len > n && type == MESSAGE_OPEN) {
		if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
			close(await_free(w));
		else
			set_low_water(w->fd, len);
		return;
	}
	/* What is wrong with it is for the session to say. */
	bool fine = len > 0 && type == MESSAGE_OPEN &&
		    open_decode(message + MESSAGE_HEADER, (size_t)len - MESSAGE_HEADER, &open,
			    &err) == 0;
	finish(w, fine ? &open : NULL);
}

void
await_open(
	struct bgpd *d, int fd, const struct addr *remote, const struct addr *local, await_fn *done)
{
	struct awaiting *w;

	if (d->n_awaiting >= AWAIT_MAX) {
		done(d, fd, remote, local, NULL);
		return;
	}
	w = xcalloc(1, sizeof(*w));
	w->d = d;
	w->fd = fd;
	w->remote = *remote;
	w->local = *local;
	w->done = done;
	w->next = d->awaiting;
	w->link = &d->awaiting;
	if (w->next != NULL)
		w->next->link = &w->next;
	d->awaiting = w;
	d->n_awaiting++;
	loop_timer_set(d->loop, &w->timer, AWAIT_US, expired, w, "await OPEN");
	if (loop_io_add(d->loop, &w->io, fd, EPOLLIN | EPOLLRDHUP, on_readable, w, "await OPEN") !=
		0)
		finish(w, NULL);
}

void
await_close_all(struct bgpd *d)
{
	struct awaiting *next;

	for (struct awaiting *w = d->awaiting; w != NULL; w = next) {
		next = w->next;
		close(await_free(w));
	}
}

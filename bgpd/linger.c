/*
 * Each lingering connection has at most LINGER_US and there are at most LINGER_MAX of them; beyond
 * that a connection is closed at once. Whatever fails, the descriptor is closed.
 */
#include "bgpd/linger.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "common/xmalloc.h"

struct farewell {
	struct bgpd *d;
	struct farewell *next, **link;
	struct loop_io io;
	struct loop_timer timer;
	int fd;
	uint8_t *data; /* owned */
	size_t n, pos;
};

static void
linger_end(struct farewell *l)
{
	struct bgpd *d = l->d;

	loop_io_del(d->loop, &l->io);
	loop_timer_cancel(d->loop, &l->timer);
	close(l->fd);
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	d->n_lingering--;
	free(l->data);
	free(l);
}

static void
expired(struct loop *loop, void *owner)
{
	(void)loop;
	linger_end(owner);
}

/* True while there is something to wait for. */
static bool
write_some(struct farewell *l)
{
	while (l->pos < l->n) {
		ssize_t n =
			send(l->fd, l->data + l->pos, l->n - l->pos, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		l->pos += (size_t)n;
	}
	shutdown(l->fd, SHUT_WR);
	return loop_io_mod(l->d->loop, &l->io, EPOLLIN) == 0;
}

static void
on_io(struct loop *loop, void *owner, uint32_t events)
{
	struct farewell *l = owner;
	ssize_t n;

	(void)loop;
	if ((events & EPOLLOUT) && !write_some(l)) {
		linger_end(l);
		return;
	}
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	n = recv(l->fd, l->d->rx_space, RX_SPACE, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		linger_end(l);
}

/* What arrived already is read, so that the kernel sends FIN and not RST. */
static void
close_at_once(struct bgpd *d, int fd, const uint8_t *data, size_t n)
{
	if (n > 0 && send(fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		shutdown(fd, SHUT_RDWR);
	shutdown(fd, SHUT_WR);
	while (recv(fd, d->rx_space, RX_SPACE, MSG_DONTWAIT) == RX_SPACE)
		continue;
	close(fd);
}

void
linger_start(struct bgpd *d, int fd, const uint8_t *data, size_t n)
{
	struct farewell *l;

	if (d->n_lingering >= LINGER_MAX || d->quitting) {
		close_at_once(d, fd, data, n);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->d = d;
	l->fd = fd;
	l->data = n > 0 ? xmemdup(data, n) : NULL;
	l->n = n;
	l->next = d->lingering;
	l->link = &d->lingering;
	if (l->next != NULL)
		l->next->link = &l->next;
	d->lingering = l;
	d->n_lingering++;
	if (loop_io_add(d->loop, &l->io, fd, EPOLLIN | EPOLLOUT, on_io, l, "linger") != 0 ||
		!write_some(l)) {
		linger_end(l);
		return;
	}
	loop_timer_set(d->loop, &l->timer, LINGER_US, expired, l, "linger");
}

void
linger_close_all(struct bgpd *d)
{
	struct farewell *next;

	for (struct farewell *l = d->lingering; l != NULL; l = next) {
		next = l->next;
		linger_end(l);
	}
}

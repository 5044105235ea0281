/*
 * A listening socket exists for each address of `tcp.bind` on `tcp.port`, and for each neighbor
 * with a port of its own on its local address. The set is computed anew at the end of each list
 * of neighbors; a socket that could not be opened is tried again every second, because a
 * predecessor that was killed may hold it for a moment.
 */
#include "bgpd/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/match.h"
#include "bgpd/peer.h"
#include "bgpd/tcp.h"
#include "common/log.h"
#include "common/settings.h"
#include "common/xmalloc.h"

enum { ACCEPTS_PER_TURN = 64, RETRY_US = 1000 * 1000, TTL_GTSM = 255 };

struct listener {
	struct bgpd *d;
	struct listener *next;
	struct addr addr;
	uint16_t port;
	bool wanted;
	int fd; /* -1: could not be opened yet */
	struct loop_io io;
	char name[ADDR_TEXT_MAX];
};

static void listen_retry(struct loop *loop, void *owner);

/* Out of descriptors or memory: the queue waits for a second, we do not spin. */
static void
rest(struct listener *l)
{
	struct bgpd *d = l->d;

	if (log_ratelimit(l, loop_now(d->loop).us))
		log_errno(l->name, "accept on port %u", l->port);
	loop_io_del(d->loop, &l->io);
	loop_timer_set(d->loop, &d->listen_timer, RETRY_US, listen_retry, d, "listen");
}

static void
on_accept(struct loop *loop, void *owner, uint32_t events)
{
	struct listener *l = owner;

	(void)loop;
	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			match_accepted(l->d, fd);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			rest(l);
		return;
	}
}

static void
set_key(struct listener *l, struct peer *p, bool remove)
{
	if (l->fd < 0 || p->address.len != l->addr.len || p->range != NULL)
		return;
	if (tcp_set_key(l->fd, &p->def, &p->address, p->def.peer_bits, remove) != 0 && !remove &&
		errno != EEXIST)
		log_errno(p->name, "listening socket %s port %u: %s", l->name, l->port,
			tcp_key_action(&p->def));
	if (!remove && (p->def.ttl_in != 0 || p->def.ttl_out != 0))
		tcp_set_ttl(l->fd, l->addr.len == 16 ? AF_INET6 : AF_INET, TTL_GTSM);
}

static bool
watch(struct listener *l)
{
	if (loop_io_add(l->d->loop, &l->io, l->fd, EPOLLIN, on_accept, l, "accept") == 0)
		return true;
	log_errno(l->name, "watching the listening socket");
	return false;
}

static void
open_listener(struct listener *l)
{
	struct bgpd *d = l->d;

	l->fd = tcp_listen(&l->addr, l->port);
	if (l->fd < 0) {
		log_errno(l->name, "can not listen on port %u", l->port);
		loop_timer_set(d->loop, &d->listen_timer, RETRY_US, listen_retry, d, "listen");
		return;
	}
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		set_key(l, p, false);
	if (!watch(l)) {
		close(l->fd);
		l->fd = -1;
		return;
	}
	log_info(l->name, "listening on port %u", l->port);
}

static void
listen_retry(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;

	(void)loop;
	for (struct listener *l = d->listeners; l != NULL; l = l->next)
		if (l->fd < 0)
			open_listener(l);
		else if (!l->io.active)
			watch(l);
}

static void
want(struct bgpd *d, const struct addr *addr, uint16_t port)
{
	struct listener *l = d->listeners;

	while (l != NULL && !(addr_equal(&l->addr, addr) && l->port == port))
		l = l->next;
	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		l->d = d;
		l->fd = -1;
		l->addr = *addr;
		l->port = port;
		addr_print(addr, l->name);
		l->next = d->listeners;
		d->listeners = l;
	}
	l->wanted = true;
}

static void
want_settings(struct bgpd *d)
{
	const char *text = settings_str(d->settings, "tcp.bind");
	uint16_t port = (uint16_t)settings_int(d->settings, "tcp.port");

	for (;;) {
		struct addr addr = { 0 };

		text += strspn(text, " \t,");
		size_t n = strcspn(text, " \t,");
		if (n == 0)
			return;
		if (addr_parse_zone(text, n, &addr) == 0)
			want(d, &addr, port);
		else
			log_warn(NULL, "tcp.bind: not an address: %.*s", (int)n, text);
		text += n;
	}
}

static void
want_peer(struct bgpd *d, const struct peer *p)
{
	struct addr addr = p->local;

	if (p->def.listen_port == 0 || p->range != NULL)
		return;
	if (p->def.md5_ip.n == 4 || p->def.md5_ip.n == 16) {
		addr.len = (uint8_t)p->def.md5_ip.n;
		memcpy(addr.bytes, p->def.md5_ip.p, p->def.md5_ip.n);
	}
	if (addr.len == 0)
		addr.len = p->address.len; /* auto: every address of that family */
	want(d, &addr, p->def.listen_port);
}

static void
close_listener(struct listener *l)
{
	if (l->fd >= 0) {
		loop_io_del(l->d->loop, &l->io);
		close(l->fd);
	}
	free(l);
}

void
listen_update(struct bgpd *d)
{
	for (struct listener *l = d->listeners; l != NULL; l = l->next)
		l->wanted = false;
	want_settings(d);
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		want_peer(d, p);
	for (struct listener **at = &d->listeners; *at != NULL;) {
		struct listener *l = *at;

		if (!l->wanted) {
			*at = l->next;
			close_listener(l);
			continue;
		}
		at = &l->next;
		if (l->fd < 0) {
			open_listener(l);
			continue;
		}
		for (struct peer *p = d->peers; p != NULL; p = p->next)
			set_key(l, p, false);
	}
}

void
listen_forget_key(struct peer *p)
{
	for (struct listener *l = p->d->listeners; l != NULL; l = l->next)
		set_key(l, p, true);
}

void
listen_close_all(struct bgpd *d)
{
	loop_timer_cancel(d->loop, &d->listen_timer);
	while (d->listeners != NULL) {
		struct listener *l = d->listeners;

		d->listeners = l->next;
		close_listener(l);
	}
}

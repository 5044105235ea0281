/*
 * A small BGP test peer for load tools: framing, an OPEN that mirrors the one received, counting of
 * NLRI. Independent of Troupe's own codecs on purpose: a shared mistake would go unseen.
 */
#ifndef TROUPE_QA_TOOLS_PEER_H
#define TROUPE_QA_TOOLS_PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEER_BUFFER = 1 << 20, PEER_HEADER = 19 };

struct peer {
	int fd;
	bool opened, up;
	uint64_t announced, withdrawn, updates, eors, keepalives, bytes;
	uint64_t hash;        /* order-independent sum over announced prefixes */
	const uint8_t *until; /* a /32 as NLRI to look for, or NULL */
	bool found;
	double first, last; /* time of the first and the latest UPDATE with routes */
	size_t have;
	uint8_t *buffer;
};

static inline double
peer_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline unsigned
peer_u16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

static inline void
peer_die(const char *what)
{
	perror(what);
	exit(1);
}

static inline struct sockaddr_in
peer_address(const char *text)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	char host[64];
	const char *colon = strrchr(text, ':');

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host)) {
		fprintf(stderr, "expected ADDRESS:PORT, found \"%s\"\n", text);
		exit(2);
	}
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	sa.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, host, &sa.sin_addr) != 1) {
		fprintf(stderr, "expected an IPv4 address, found \"%s\"\n", host);
		exit(2);
	}
	return sa;
}

static inline int
peer_listen(const char *address, int backlog)
{
	struct sockaddr_in sa = peer_address(address);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		peer_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 || listen(fd, backlog) == -1)
		peer_die(address);
	return fd;
}

/* Begins a connection to an address from the n-th address after `from`; -1: no descriptor. */
static inline int
peer_begin(const char *to, const char *from, uint32_t n)
{
	struct sockaddr_in sa = peer_address(to), local = peer_address(from);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	local.sin_addr.s_addr = htonl(ntohl(local.sin_addr.s_addr) + n);
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) == -1)
		peer_die(from);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline void
peer_send(struct peer *p, const void *data, size_t n)
{
	const uint8_t *at = data;

	while (n > 0) {
		ssize_t done = send(p->fd, at, n, MSG_NOSIGNAL);

		if (done <= 0 && errno != EINTR)
			return;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
}

static inline void
peer_keepalive(struct peer *p)
{
	uint8_t m[PEER_HEADER];

	memset(m, 0xff, 16);
	m[16] = 0;
	m[17] = PEER_HEADER;
	m[18] = 4;
	peer_send(p, m, sizeof(m));
}

/* The capability for 4-byte AS numbers, in whichever optional parameter it stands. */
static inline void
peer_set_as4(uint8_t *at, uint8_t *end, uint32_t as)
{
	uint32_t wire = htonl(as);

	while (at + 2 <= end && at + 2 + at[1] <= end) {
		uint8_t *next = at + 2 + at[1], *cap = at + 2;

		while (at[0] == 2 && cap + 2 <= next && cap + 2 + cap[1] <= next) {
			if (cap[0] == 65 && cap[1] == 4)
				memcpy(cap + 2, &wire, 4);
			cap += 2 + cap[1];
		}
		at = next;
	}
}

/* Answers with the same OPEN but for AS (0: as received), identifier and hold time 0 when asked. */
static inline void
peer_answer_open(struct peer *p, const uint8_t *m, size_t n, uint32_t as)
{
	uint8_t copy[4096];

	if (n > sizeof(copy))
		return;
	memcpy(copy, m, n);
	copy[PEER_HEADER + 7] ^= (uint8_t)(p->fd >> 8);
	copy[PEER_HEADER + 8] ^= (uint8_t)(0x55 ^ p->fd);
	if (as != 0) {
		copy[PEER_HEADER + 1] = (uint8_t)(as >> 8);
		copy[PEER_HEADER + 2] = (uint8_t)as;
		peer_set_as4(copy + PEER_HEADER + 10, copy + n, as);
	}
	peer_send(p, copy, n);
	peer_keepalive(p);
	p->opened = true;
}

static inline uint64_t
peer_mix(const uint8_t *p, size_t n)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static inline uint64_t
peer_count_nlri(struct peer *p, const uint8_t *at, const uint8_t *end, bool announce)
{
	uint64_t count = 0;

	while (at < end) {
		size_t n = 1 + ((size_t)at[0] + 7) / 8;

		if (at + n > end)
			break;
		if (announce)
			p->hash += peer_mix(at, n);
		if (announce && p->until != NULL && n == 5 && memcmp(at, p->until, n) == 0)
			p->found = true;
		at += n;
		count++;
	}
	return count;
}

static inline void
peer_update(struct peer *p, const uint8_t *body, size_t n)
{
	const uint8_t *end = body + n, *at;
	size_t withdrawn = n >= 2 ? peer_u16(body) : 0, attrs;
	uint64_t before = p->announced + p->withdrawn;

	if (n < 4 || 4 + withdrawn > n)
		return;
	attrs = peer_u16(body + 2 + withdrawn);
	if (4 + withdrawn + attrs > n)
		return;
	p->updates++;
	p->withdrawn += peer_count_nlri(p, body + 2, body + 2 + withdrawn, false);
	p->announced += peer_count_nlri(p, body + 4 + withdrawn + attrs, end, true);
	at = body + 4 + withdrawn;
	end = at + attrs;
	while (at + 3 <= end) {
		bool wide = (at[0] & 0x10) != 0;
		size_t head = wide ? 4 : 3, len;

		if (at + head > end)
			break;
		len = wide ? peer_u16(at + 2) : at[2];
		if (at + head + len > end)
			break;
		if (at[1] == 14 && len > 5 && 5 + (size_t)at[head + 3] <= len)
			p->announced += peer_count_nlri(
				p, at + head + 5 + at[head + 3], at + head + len, true);
		else if (at[1] == 15 && len > 3)
			p->withdrawn += peer_count_nlri(p, at + head + 3, at + head + len, false);
		at += head + len;
	}
	if (p->announced + p->withdrawn == before) {
		p->eors++;
		return;
	}
	p->last = peer_now();
	if (p->first == 0)
		p->first = p->last;
}

/* Reads once and handles every whole message; false when the connection is over. */
static inline bool
peer_read(struct peer *p, uint32_t as)
{
	size_t at = 0;
	ssize_t got;

	if (p->buffer == NULL)
		p->buffer = malloc(PEER_BUFFER);
	got = read(p->fd, p->buffer + p->have, PEER_BUFFER - p->have);
	if (got <= 0)
		return got == -1 && (errno == EAGAIN || errno == EINTR);
	p->have += (size_t)got;
	p->bytes += (uint64_t)got;
	while (p->have - at >= PEER_HEADER) {
		const uint8_t *m = p->buffer + at;
		size_t n = peer_u16(m + 16);

		if (n < PEER_HEADER)
			return false;
		if (p->have - at < n)
			break;
		switch (m[18]) {
		case 1:
			peer_answer_open(p, m, n, as);
			break;
		case 2:
			peer_update(p, m + PEER_HEADER, n - PEER_HEADER);
			break;
		case 3:
			return false;
		case 4:
			p->keepalives++;
			p->up = true;
			break;
		}
		at += n;
	}
	memmove(p->buffer, p->buffer + at, p->have - at);
	p->have -= at;
	return true;
}

/* Forgets a connection that broke off before the session was up. */
static inline void
peer_reset(struct peer *p)
{
	uint8_t *buffer = p->buffer;
	const uint8_t *until = p->until;

	if (p->fd != -1)
		close(p->fd);
	*p = (struct peer){ .fd = -1, .buffer = buffer, .until = until };
}

/* One session, up: accepted on `listen`, or else made to `connect` as often as it takes. */
static inline void
peer_establish(
	struct peer *p, const char *listen, const char *connect, const char *from, uint32_t as)
{
	int listener = listen != NULL ? peer_listen(listen, 8) : -1;

	p->fd = -1;
	while (!p->up) {
		struct pollfd ready = { .events = POLLIN };

		if (p->fd == -1 && listen != NULL)
			p->fd = accept(listener, NULL, NULL);
		else if (p->fd == -1)
			p->fd = peer_begin(connect, from, 0);
		ready.fd = p->fd;
		if (p->fd != -1 && poll(&ready, 1, 1000) == 1 && peer_read(p, as))
			continue;
		if (p->fd != -1 && ready.revents == 0)
			continue;
		peer_reset(p);
		poll(NULL, 0, 2);
	}
	fcntl(p->fd, F_SETFL, fcntl(p->fd, F_GETFL) & ~O_NONBLOCK);
	if (listener != -1)
		close(listener);
}

#endif

/*
 * The transport under a link: nng pair1 sockets on ipc:// addresses, implemented in link.c,
 * the only file that knows nng. What a connection needs to be trusted (HELLO, epochs, credit) is
 * above it, in link_core.c; nothing here is more than "a FIFO while one connection lasts".
 */
#ifndef TROUPE_COMMON_LINK_SOCK_H
#define TROUPE_COMMON_LINK_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_sock;

enum link_sock_status { LINK_SOCK_OK, LINK_SOCK_AGAIN, LINK_SOCK_DEAD };

/* A received frame; owned until link_rx_free(). */
struct link_rx {
	void *msg;
	const uint8_t *data;
	size_t n;
	uint32_t pipe; /* the connection it came over */
};

/* The connection there is, the one last lost (0: none), and whether any was lost since the open. */
struct link_sock_peer {
	uint32_t pipe;
	uint32_t gone;
	bool broken;
};

/* Takes the lock file of a listening address. Not open yet. Returns owned or NULL with errno. */
struct link_sock *link_sock_new(const char *path, bool listen);
void link_sock_free(struct link_sock *sock);

/* Listens or starts dialling; 0, or -1 with a reason in link_sock_error(). */
int link_sock_open(struct link_sock *sock);
/* Forgets what was not sent and not received, and every connection; waits up to 30 ms for a live
 * peer to notice. Harmless when closed. */
void link_sock_close(struct link_sock *sock);
const char *link_sock_error(const struct link_sock *sock);

/* Readable after a connection came or went, until link_sock_peer(). Lasts as long as sock. */
int link_sock_event_fd(const struct link_sock *sock);
/* Readable while a frame waits, or while one could be sent. Last until link_sock_close(). */
int link_sock_recv_fd(const struct link_sock *sock);
int link_sock_send_fd(const struct link_sock *sock);

struct link_sock_peer link_sock_peer(struct link_sock *sock);

/* None of these blocks. */
enum link_sock_status link_sock_recv(struct link_sock *sock, struct link_rx *rx);
void link_rx_free(struct link_rx *rx);
enum link_sock_status link_sock_send(
	struct link_sock *sock, const uint8_t *head, size_t head_n, const uint8_t *body, size_t n);

#endif

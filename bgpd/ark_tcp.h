/* What the kernel has of a connection's two byte streams. */
#ifndef TROUPE_BGPD_ARK_TCP_H
#define TROUPE_BGPD_ARK_TCP_H

#include <stdint.h>

/*
 * Both count from the connection's start, with constants (the SYN) that go away when two readings
 * of one connection are subtracted.
 */
struct ark_tcp {
	uint64_t accepted; /* written to it: acknowledged by the peer, or in its queue */
	uint64_t consumed; /* read from it */
	uint8_t state;     /* TCP_ESTABLISHED... */
};

/* 0, or -1 with errno. To be called when nobody else reads or writes it. */
int ark_tcp_read(int fd, struct ark_tcp *out);

#endif

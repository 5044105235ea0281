/*
 * tcpi_bytes_acked + SIOCOUTQ is what was written, tcpi_bytes_received - SIOCINQ what was read. The
 * three calls are not one, so the queues are read before and after TCP_INFO until they are equal.
 * A received FIN counts as a byte of tcpi_bytes_received, and not in SIOCINQ.
 */
#include "bgpd/ark_tcp.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>

enum { TRIES = 10000, STATE_ESTABLISHED = 1, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9 };
enum { STATE_CLOSING = 11, STATE_TIME_WAIT = 6 };

struct queues {
	int out, in;
};

static int
read_queues(int fd, struct queues *q)
{
	return ioctl(fd, SIOCOUTQ, &q->out) == 0 && ioctl(fd, SIOCINQ, &q->in) == 0 ? 0 : -1;
}

/* The peer has closed its direction. */
static bool
had_fin(uint8_t state)
{
	return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING ||
	       state == STATE_TIME_WAIT;
}

int
ark_tcp_read(int fd, struct ark_tcp *out)
{
	struct tcp_info info;
	struct queues before, after;
	socklen_t n;

	for (int i = 0; i < TRIES; i++) {
		memset(&info, 0, sizeof(info));
		n = sizeof(info);
		if (read_queues(fd, &before) != 0 ||
			getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
			read_queues(fd, &after) != 0)
			return -1;
		if (before.out != after.out || before.in != after.in)
			continue;
		*out = (struct ark_tcp){ .accepted = info.tcpi_bytes_acked + (uint64_t)after.out,
			.consumed = info.tcpi_bytes_received - had_fin(info.tcpi_state) -
				    (uint64_t)after.in,
			.state = info.tcpi_state };
		return 0;
	}
	errno = EAGAIN;
	return -1;
}

/* Any bytes as a capture: pieces, frames, segments, streams. What comes out must be messages. */
#include <stdint.h>
#include <stdlib.h>

#include "proto/wire/bgp_stream.h"
#include "proto/wire/message.h"

static void
message(void *owner, const struct bgp_flow *flow, const uint8_t *bytes, size_t n)
{
	uint64_t *count = owner;
	struct wire_error err;
	uint8_t type;

	if (flow->connection >= BGP_CONNECTIONS_MAX || flow->direction > 1)
		abort();
	if (message_header(bytes, MESSAGE_MAX_EXTENDED, &type, &err) != (int)n)
		abort();
	++*count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t count = 0;
	struct pcap *f = calloc(1, sizeof(*f));
	struct bgp_streams *s = bgp_streams_new(0, message, &count);
	struct pcap_packet packet;
	size_t need;
	long used;

	while (size > 0 && (used = pcap_next(f, data, size, &packet, &need)) > 0) {
		struct tcp_segment t;

		if ((size_t)used > size)
			abort();
		if (packet_tcp(&packet, &t) == 0)
			bgp_streams_add(s, &t, packet.time_us);
		data += used;
		size -= (size_t)used;
	}
	bgp_streams_finish(s);
	if (bgp_streams_counts(s)->messages != count)
		abort();
	bgp_streams_free(s);
	free(f);
	return 0;
}

#include "tests/fuzz/replay.h"

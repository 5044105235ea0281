/*
 * OPEN bodies from a peer: decoding is bounded, and what was decoded can be checked, negotiated
 * and encoded again without going wrong.
 */
#include <stdlib.h>

#include "proto/wire/message.h"
#include "proto/wire/open.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t caps[] = { 1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xff, 0xfd, 6, 0, 2, 0, 9, 1,
		3 };
	static uint8_t out[MESSAGE_MAX_EXTENDED], list[MESSAGE_MAX_EXTENDED];
	struct wr w = wr_init(out, sizeof(out));
	struct wr l = wr_init(list, sizeof(list));
	struct open sent, received;
	struct negotiated n;
	struct wire_error err = { 0 };

	open_encode(&w, 65533, 90, 0x0a000002, caps, sizeof(caps));
	if (open_decode(out + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER, &sent, &err) < 0)
		abort();
	if (open_decode(data, size, &received, &err) < 0) {
		if (err.code == 0 || err.len > sizeof(err.data))
			abort();
		return 0;
	}
	open_check(&sent, &received, 0, &err);
	open_check_role(&sent, &received, true, &err);
	open_negotiate(&sent, &received, &n);
	for (unsigned i = 0; i < received.n_caps; i++) {
		wr_u8(&l, received.caps[i].code);
		wr_u8(&l, received.caps[i].len);
		wr_bytes(&l, received.caps[i].value, received.caps[i].len);
	}
	w = wr_init(out, sizeof(out));
	open_encode(&w, received.my_as, received.hold_time, received.router_id, list, wr_len(&l));
	if (wr_ok(&w) &&
		open_decode(out + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER, &sent, &err) < 0)
		abort();
	return 0;
}

#include "tests/fuzz/replay.h"

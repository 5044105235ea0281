/*
 * Any bytes as the body of an OPERATIONAL message: checked, printed as JSON and as text. What the
 * check refuses has a NOTIFICATION 5/0.
 */
#include <stdlib.h>

#include "common/buf.h"
#include "proto/text/event.h"
#include "proto/wire/operational.h"
#include "tests/fuzz/json_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char open[] = "{ \"a\": 1", close[] = " }";
	struct event_text t = { .peer = "192.0.2.1", .direction = "receive" };
	struct wire_error err = { 0 };
	struct buf out = { 0 };

	if (operational_check(data, size, &err) < 0 && (err.code != 5 || err.subcode != 0))
		abort();
	buf_str(&out, open);
	if (event_operational(&out, data, size) == 0) {
		buf_str(&out, close);
		if (!json_is_valid(out.data, out.len))
			abort();
	}
	buf_reset(&out);
	event_text_operational(&out, &t, data, size);
	buf_fini(&out);
	return 0;
}

#include "tests/fuzz/replay.h"

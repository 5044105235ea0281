/*
 * The whole command layer: each input is the lines of one helper, in version 6 or 4 (first byte).
 * Whatever they are: every line is answered as the acknowledgement mode says, the batch stays
 * well-formed, and nothing is kept of the client afterwards.
 */
#include "tests/unit/apid_util.h"

static const char conf[] = "process h1 { run /bin/true; encoder json; }\n" //
	UTIL_NEIGHBOR("10.0.0.1", "api { processes [ h1 ]; }")
		UTIL_NEIGHBOR("10.0.0.2", "api { processes-match [ \"h.*\" ]; }");

static void
check_batch(const struct apid *a)
{
	struct rd r = rd_init(a->batch.buffer, wr_len(&a->batch.w));
	struct route_op op;
	int result;

	while ((result = route_op_next(&r, &op)) == 1)
		;
	if (result != 0)
		abort();
}

static void
check_answers(struct client *c)
{
	struct buf out = { 0 };

	outq_take(&c->out, &out, SIZE_MAX);
	if (out.len > 0 && out.data[out.len - 1] != '\n')
		abort();
	for (size_t i = 0; i < out.len; i++) {
		if ((out.data[i] < 0x20 && out.data[i] != '\n') || out.data[i] > 0x7e)
			abort();
	}
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct apid *a;
	struct client *c;

	if (size < 2)
		return 0;
	if (a == NULL)
		a = util_apid(conf, 6);
	a->version = data[0] & 1 ? 4 : 6;
	/* `shutdown` sweeps all children of the process: not those of the fuzzer. */
	a->finishing = true;
	c = &helper_find(a, "h1")->client;
	for (size_t at = 1; at < size;) {
		const uint8_t *lf = memchr(data + at, '\n', size - at);
		size_t n = lf != NULL ? (size_t)(lf - data) - at : size - at;
		char *line = xmalloc(n + 1);

		memcpy(line, data + at, n);
		if (!c->busy)
			command_execute(c, line, n);
		free(line);
		check_batch(a);
		at += n + 1;
	}
	util_commit(a);
	check_answers(c);
	client_reset(c);
	while (a->neighbors.n > 2)
		neighbor_remove(a, a->neighbors.v[a->neighbors.n - 1]);
	if (a->neighbors.n < 2 || a->stopping) {
		util_free(a);
		a = NULL;
	}
	return 0;
}

#include "tests/fuzz/replay.h"

/* The two pipes to the service: commands go out on standard output, answers come on standard input. */
#ifndef TROUPE_APID_HEALTHCHECK_CHANNEL_H
#define TROUPE_APID_HEALTHCHECK_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct loop;
struct channel;

typedef void channel_fn(void *owner);

/* acks: the service answers each line. gone: called once, later, when nobody reads the commands.
 * Returns owned; the descriptors stay open. */
struct channel *channel_new(
	struct loop *loop, int in, int out, bool acks, channel_fn *gone, void *owner);
void channel_free(struct channel *c);
/* Appends whole lines, n of them. False when the lines before are not written yet: nothing is
 * appended, so what waits is never more than one announcement. urgent: append anyway. */
bool channel_send(struct channel *c, const struct buf *lines, size_t n, bool urgent);
/* Calls fn, later, when all is written and answered, or after timeout_us, or when nobody reads. */
void channel_wait(struct channel *c, int64_t timeout_us, channel_fn *fn);
/* True when a line was refused since the last call. */
bool channel_refused(struct channel *c);

/* What a line from the service is. Exposed for tests. */
enum answer { ANSWER_NONE, ANSWER_DONE, ANSWER_ERROR, ANSWER_SHUTDOWN };
enum answer channel_answer(const char *line);

#endif

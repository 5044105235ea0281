/*
 * Commands that say how their answers are to be told apart: `@ID [accepted] [sent] COMMAND`. Every
 * line of the answer begins with `@ID`:
 *
 *	@ID …              a line of content, as without @
 *	@ID accepted       the command is executed, its changes are in the journal
 *	@ID refused WHY    nothing was changed; the last line
 *	@ID sent PEER      (sent) all of it is in the session's hands
 *	@ID held PEER WHY  (sent) it can not be sent now: it will be when that changes
 *	@ID complete       (sent) every peer was named once; the last line
 *
 * Without `sent`, `accepted` is the last line. `session ack` does not concern these answers. A
 * command does not wait for `sent`: these lines come when it is so, between other answers.
 */
#ifndef TROUPE_APID_STAGES_H
#define TROUPE_APID_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct apid;
struct buf;
struct client;
struct ipc_sent_report;
struct selection;

enum { STAGES_ID_MAX = 64, STAGES_WAITS_MAX = 16384, STAGES_PEERS_MAX = 65536 };

/* Of the command that a client executes; id_n 0: it has none. */
struct stages {
	char id[STAGES_ID_MAX];
	uint8_t id_n;
	bool sent;
	bool routes; /* `sent` lines follow: this command is not complete when it is accepted */
};

/* Reads `@ID STAGES` and moves *line and *n behind it. False: it was refused. */
bool stages_begin(struct client *c, char **line, size_t *n);
/* Puts the id in front of every line of text. */
void stages_prefix(const struct stages *s, struct buf *out, const void *text, size_t n);
/* Before `accepted`: `sent` lines for these peers will follow it. families: bit map of the routes. */
void stages_routes(struct client *c, const struct selection *s, uint32_t families);

/* Asks ribd what was not asked yet; after all batches are out. */
void stages_pump(struct apid *a);
/* ribd is gone: everything is asked again. */
void stages_ribd_down(struct apid *a);
void stages_on_sent(struct apid *a, const struct ipc_sent_report *m);
void stages_forget(struct client *c);

#endif

/* The service as a helper sees it: commands go out on one pipe, answers come in on another. */
#ifndef TROUPE_APID_MRTINJECT_SERVICE_H
#define TROUPE_APID_MRTINJECT_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "common/buf.h"

enum { SERVICE_WINDOW = 1000 }; /* commands without an answer yet */

struct service {
	int in, out;
	bool acks;      /* each command is answered */
	bool gone;      /* nobody reads the commands, or the service said it leaves */
	unsigned owed;  /* answers */
	unsigned words; /* of refused commands that were shown */
	uint64_t done, refused;
	struct buf commands, answers;
};

/* Adds a line (without line feed). May write and wait for answers. */
void service_command(struct service *s, const struct buf *line);
/* Writes what was added, and reads answers until the time (monotonic microseconds) has come. */
void service_wait(struct service *s, int64_t until_us);
/* Writes what was added and waits for all answers. */
void service_finish(struct service *s);
/* Reads and forgets until the service leaves. */
void service_stay(struct service *s);
int64_t service_now(void);

#endif

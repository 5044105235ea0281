/* The states of the checked service: a pure function of the results so far. */
#ifndef TROUPE_APID_HEALTHCHECK_STATE_H
#define TROUPE_APID_HEALTHCHECK_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum state {
	STATE_INIT,
	STATE_RISING,
	STATE_UP,
	STATE_FALLING,
	STATE_DOWN,
	STATE_DISABLED,
	STATE_EXIT /* the program ends; never entered by state_step() */
};

enum verdict { VERDICT_FAILED, VERDICT_OK, VERDICT_DISABLED };

struct machine {
	enum state state;
	uint32_t count; /* equal results in a row, in RISING and FALLING */
	uint32_t rise;
	uint32_t fall;
};

/* One iteration; true when the state is another one now. */
bool state_step(struct machine *m, enum verdict verdict);
/* `UP` and so on: what hooks find in $STATE. */
const char *state_name(enum state state);
/* True in UP, DOWN and DISABLED, which have an announcement. */
bool state_stable(enum state state);

#endif

/* Shared by service.c (when things happen) and phases.c (what is done, in order). */
#ifndef TROUPE_APID_HEALTHCHECK_SERVICE_PRIV_H
#define TROUPE_APID_HEALTHCHECK_SERVICE_PRIV_H

#include "apid/helpers/healthcheck/channel.h"
#include "apid/helpers/healthcheck/options.h"
#include "apid/helpers/healthcheck/runner.h"
#include "apid/helpers/healthcheck/state.h"
#include "common/loop.h"

struct service {
	struct loop *loop;
	const struct options *o;
	struct nets nets;  /* one line each */
	struct nets hosts; /* the addresses to set up */
	bool *added;       /* per host: by us */
	struct machine machine;
	struct runner *runner;
	struct channel *channel;
	struct loop_timer timer;
	bool checking; /* the check runs; else a step of a phase */
	bool starting; /* until the addresses are there */
	bool leaving;
	bool changed;         /* the last iteration changed the state */
	bool add_failed;      /* an address is missing: nothing is announced */
	bool serving;         /* UP was announced and neither withdrawn nor replaced since */
	enum state announced; /* INIT: nothing */
	bool asked;           /* to leave, by a signal */
	int exit_code;
	size_t phase;
	size_t step; /* within the phase */
};

/* Goes through the phases from the first one on: for an iteration, the start, or the end; calls
 * service_done() after the last. */
void phases_begin(struct service *s);
/* The run that a phase started is over. */
void phases_run_done(struct service *s, const struct run_result *result);
/* What the channel was asked to wait for has happened. */
void phases_answered(void *owner);
void service_done(struct service *s);

#endif

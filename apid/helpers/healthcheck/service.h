/* The checked service: its checks, its state, and what is done when that changes. */
#ifndef TROUPE_APID_HEALTHCHECK_SERVICE_H
#define TROUPE_APID_HEALTHCHECK_SERVICE_H

#include "apid/helpers/healthcheck/options.h"

struct loop;
struct service;

/* nets: what to announce, before deaggregation; both are borrowed. Returns owned. */
struct service *service_new(struct loop *loop, const struct options *o, const struct nets *nets);
void service_free(struct service *s);
/* Sets the addresses up, gives up privileges, and begins to check; later. */
void service_start(struct service *s);
/* Withdraws and cleans up, then stops the loop. The second call stops it at once. */
void service_leave(struct service *s);
/* To be called on SIGCHLD. */
void service_reap(struct service *s);

#endif

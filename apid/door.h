/*
 * The operator's doors into apid: Unix sockets and named pipes compatible with ExaBGP's command line
 * (reference/api.md 6.5, 6.6). Every connection is a client of its own - it sees all neighbors, gets
 * no events, and has its own acknowledgement flag.
 *
 *   RUN/api.sock                 always
 *   NAME.sock                    where ExaBGP's programs look for it, when we may write there
 *   RUN/PIPENAME.in, .out        always; a pair made by the administrator is served as well
 *
 * exabgp.api.cli=false: no door at all. exabgp_cli_socket='': no NAME.sock. $exabgp_api_socketpath:
 * that path instead of NAME.sock.
 */
#ifndef TROUPE_APID_DOOR_H
#define TROUPE_APID_DOOR_H

#include <stdbool.h>

struct apid;
struct doors;

/* Opens what can be opened and logs the rest. Returns owned. */
struct doors *doors_open(struct apid *a);
/* The service ends: clients are told, connections closed, our sockets and pipes removed. */
void doors_shut(struct doors *d);
/* The same without a word; NULL is fine. */
void doors_free(struct doors *d);

/* For the tests: connections and pipes that are open. */
unsigned doors_visitors(const struct doors *d);

#endif

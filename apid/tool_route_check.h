/* `validate -r`: the routes of a neighbor through the encoder and the decoder. */
#ifndef TROUPE_APID_TOOL_ROUTE_CHECK_H
#define TROUPE_APID_TOOL_ROUTE_CHECK_H

#include <stdbool.h>

struct neighbor_conf;

/*
 * Encodes each static route for a session that mirrors the neighbor, reads the message as its peer
 * would, and encodes what was read again: the same NLRI and the same bytes must come out. 0, or -1
 * after a line on standard error for each route that does not. quiet: no line for routes of which
 * the peer would only leave an attribute out.
 */
int tool_route_check(const struct neighbor_conf *n, const char *path, bool quiet);

#endif

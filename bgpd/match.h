/* Which neighbor an accepted connection belongs to. */
#ifndef TROUPE_BGPD_MATCH_H
#define TROUPE_BGPD_MATCH_H

struct bgpd;

/* Takes the descriptor of a connection that was accepted. */
void match_accepted(struct bgpd *d, int fd);

#endif

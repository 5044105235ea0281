/* Listening sockets, and which neighbor an accepted connection belongs to (wire.md 11.3). */
#ifndef TROUPE_BGPD_LISTEN_H
#define TROUPE_BGPD_LISTEN_H

struct bgpd;
struct peer;

/* Opens and closes sockets as the settings and the neighbors ask, and sets all keys. */
void listen_update(struct bgpd *d);
/* Takes the peer's key off every socket: it is removed or gets another one. */
void listen_forget_key(struct peer *p);
void listen_close_all(struct bgpd *d);

#endif

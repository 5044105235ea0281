/* Going on with the sessions that a predecessor left in the ark. */
#ifndef TROUPE_BGPD_RESUME_H
#define TROUPE_BGPD_RESUME_H

struct bgpd;

/* Two descriptors (taken), socket and record, for each of the blank-separated keys. */
void resume_held(struct bgpd *d, char *keys, const int *fds, int n_fds);
/* apid knows of them, or can not be waited for any longer: they are read again. */
void resume_reading(struct bgpd *d);

#endif

/* The process id file, and the change of user. */
#ifndef TROUPE_APID_HEALTHCHECK_ACCOUNT_H
#define TROUPE_APID_HEALTHCHECK_ACCOUNT_H

#include <stddef.h>

/* 0, or -1 with errno. */
int account_write_pid(const char *path);
/* Either may be NULL. 0; or -1 with a text in err. There is no way back. */
int account_drop(const char *user, const char *group, char *err, size_t err_n);

#endif

/* The file of the setting daemon.pid. */
#ifndef TROUPE_SUPERVISE_PIDFILE_H
#define TROUPE_SUPERVISE_PIDFILE_H

#include <stddef.h>

/* Writes our pid; refuses when the file names a living process. 0, or -1 with a text in err. */
int pidfile_write(const char *path, char *err, size_t err_n);
/* Removes the file if it still holds our pid. */
void pidfile_remove(const char *path);

#endif

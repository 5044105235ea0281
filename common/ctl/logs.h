/* `troupe logs`: the file that a group in the background writes. */
#ifndef TROUPE_CTL_LOGS_H
#define TROUPE_CTL_LOGS_H

#include <stdbool.h>

/* Prints RUN/log (after RUN/log.1 when there is one); follow: and what is added. Exit status. */
int logs_print(const char *run, bool follow);

#endif

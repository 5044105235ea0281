/* The operator's end of RUN/ctl.sock (common/supervise/operator.h has the protocol). */
#ifndef TROUPE_CTL_CLIENT_H
#define TROUPE_CTL_CLIENT_H

#include <stdbool.h>

/* Connects to the group in the run directory; a descriptor, or -1 with a text on standard error. */
int client_connect(const char *run);
/* Sends the words as one request; 0 or -1 with a text on standard error. */
int client_send(int fd, char **words, int n);
/*
 * Prints what is answered until its end; returns the exit status. until_gone: the answer is the end of
 * the connection.
 */
int client_answer(int fd, bool until_gone);

#endif

/*
 * Several configuration files without rotation: one group per file, each with a supervisor of its
 * own, and one process above them that passes signals on and waits.
 */
#ifndef TROUPE_SUPERVISE_MANY_H
#define TROUPE_SUPERVISE_MANY_H

struct notify;

enum { MANY_MAX = 64 };

/*
 * Forks n supervisors. Returns the index in each of them, with *pipe_fd to report readiness on. In
 * the process above it closes early_fd (the terminal, or -1) and returns -1 when all have ended, with their worst exit status in *code.
 */
int many_split(int n, struct notify *notify, int early_fd, int *pipe_fd, int *code);

#endif

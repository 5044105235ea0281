/* Between the files of the doors: door.c sets, door_socket.c and door_pipe.c ends, visitor.c clients. */
#ifndef TROUPE_APID_DOOR_INTERNAL_H
#define TROUPE_APID_DOOR_INTERNAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "apid/client.h"
#include "common/clipath.h"
#include "common/loop.h"

enum {
	DOOR_SOCKETS_MAX = 2,
	DOOR_CLIENTS = 10,                 /* default of exabgp_api_max_clients */
	VISITOR_LINE_MAX = 1024 * 1024,    /* a longer command is refused */
	VISITOR_READ_BYTES = 64 * 1024,    /* read per client and turn */
	VISITOR_OUTPUT_BYTES = 1024 * 1024 /* waiting text at which no command is executed */
};

/* A listening socket. The file is removed only while it is still the one we made. */
struct door_socket {
	struct doors *doors;
	int fd;
	struct loop_io io;
	struct loop_timer pause; /* out of descriptors: not watched for a while */
	char path[CLIPATH_MAX];
	dev_t dev;
	ino_t ino;
};

/* Somebody at a door: a connection (in_fd and out_fd are duplicates), or a pair of pipes (out_fd is
 * open while there is something to write and a reader). */
struct visitor {
	struct client client; /* first */
	struct doors *doors;
	struct visitor *next;
	char name[24];
	bool pipes;
	char path[CLIPATH_MAX]; /* of pipes, without suffix */
	bool remove;            /* pipes that we made */
	int in_fd, out_fd;
	struct loop_io in_io, out_io;
	struct buf in;
	size_t in_off;     /* start of the unprocessed input */
	size_t scanned;    /* bytes from there without line feed */
	bool skipping;     /* inside a line that is too long */
	bool in_eof, deaf; /* nothing more comes; nothing can be written */
	bool dirty;        /* output to be written before the loop sleeps */
	struct loop_task task;
	struct loop_timer retry; /* pipes: looks for a reader again */
};

struct doors {
	struct apid *apid;
	struct door_socket sockets[DOOR_SOCKETS_MAX];
	unsigned n_sockets;
	struct visitor *visitors;
	unsigned clients, clients_max; /* connections */
	unsigned long accepted;
	bool shut;
};

/* door.c: mode 0660, and the group $troupe_ctl_group when there is one. 0, or -1 with errno. */
int door_permit(const char *path);

/* door_socket.c: 0; -1 with errno (EADDRINUSE: a service answers there; EEXIST: no socket). */
int door_socket_open(struct doors *d, const char *path);
void door_socket_close(struct door_socket *s);

/* door_pipe.c: serves BASE.in and BASE.out, created when create. Logs what fails. */
void door_pipes_open(struct doors *d, const char *base, bool create);
/* Opens the output when somebody reads; true when it is open. Tries again later by itself. */
bool door_pipe_reader(struct visitor *v);
void door_pipe_drained(struct visitor *v);
void door_pipes_remove(const struct visitor *v);

/* visitor.c: takes the descriptors (out_fd may be -1 for pipes). NULL: refused, they are closed. */
struct visitor *visitor_new(struct doors *d, int in_fd, int out_fd, bool pipes);
void visitor_free(struct visitor *v);
void visitor_write(struct visitor *v);
/* Goes on with input that waited, when nothing stands against it. */
void visitor_resume(struct visitor *v);
/* Everything is answered and nothing more comes. */
bool visitor_finished(const struct visitor *v);

#endif

/* `troupe decode FILE`: the messages of a packet capture or an MRT file. */
#ifndef TROUPE_APID_TOOL_FILE_H
#define TROUPE_APID_TOOL_FILE_H

#include "apid/tool_message.h"
#include "common/instream.h"

/* Whether a word of the command line is the name of a file, and no hexadecimal. */
bool tool_file_is(const char *word);
/* tool_file.c: all messages of the file; 0, or -1 when one could not be decoded. port: of captures,
 * 0 for any with BGP in it. */
int tool_file_decode(struct decoder *d, const char *path, uint16_t port);

/* What decoding a file is about: the decoder, with one session that is set for each message. */
struct tool_file {
	struct decoder *d;
	const char *path;
	struct instream in;
	const struct tool_session *sessions; /* of the options, the defaults */
	unsigned n_sessions;
	struct tool_session session; /* d->sessions meanwhile */
	uint64_t left_out;           /* records of other kinds */
	int result;
};

/* Sets the session for a message from peer to local: the configured one of that address, or the
 * imagined one, with these addresses. */
void tool_file_session(struct tool_file *f, const struct addr *peer, const struct addr *local);
/* Prints a message; time_us is when it was seen. */
void tool_file_message(struct tool_file *f, uint64_t time_us, const uint8_t *message, size_t n);
/* An FSM event. */
void tool_file_state(struct tool_file *f, uint64_t time_us, const char *state);
/* Says on standard error that the file is broken; -1. */
int tool_file_broken(struct tool_file *f, const char *why);

/* tool_file_mrt.c, tool_file_pcap.c: the whole file; 0, or -1 when it is broken. */
int tool_file_mrt(struct tool_file *f);
int tool_file_pcap(struct tool_file *f, uint16_t port);

#endif

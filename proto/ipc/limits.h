/*
 * Every limit of the messages between the daemons, in one place. A decoder checks a count against
 * the bytes that are left and against the limit here before it allocates.
 */
#ifndef TROUPE_PROTO_IPC_LIMITS_H
#define TROUPE_PROTO_IPC_LIMITS_H

enum {
	/* Protocol versions spoken; the higher one is raised by every change of a message's
	 * meaning, the lower one when the old meaning is no longer understood. A field appended
	 * to a message needs no new version: readers skip what they do not know. */
	IPC_VERSION_MIN = 1,
	IPC_VERSION_MAX = 1,

	IPC_TYPE_LIMIT = 256,        /* message numbers are below this */
	IPC_FIELDS_LIMIT = 60,       /* fields of one message */
	IPC_ELEMENTS_LIMIT = 128,    /* array elements accepted from a newer peer */
	IPC_BODY_LIMIT = 256 * 1024, /* one message's body, as LINK_MESSAGE_MAX */
	IPC_BULK_TARGET = 32 * 1024, /* a producer of bulk messages fills up to this */
	IPC_STR_LIMIT = 64 * 1024    /* one string field */
};

#endif

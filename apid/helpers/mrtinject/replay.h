/* The records of an MRT file, in their order and at their times. */
#ifndef TROUPE_APID_MRTINJECT_REPLAY_H
#define TROUPE_APID_MRTINJECT_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include "common/addr.h"

struct commands;
struct service;

struct replay {
	struct commands *commands;
	struct service *service;
	double speed;        /* 2: twice as fast; 0: as fast as it goes */
	bool table, updates; /* which records count */
	struct addr peer;    /* only what came from this one; len 0: any */
	uint64_t malformed;  /* records and messages that could not be read */
	uint64_t left_out;   /* records of other kinds */
};

/* 0, or -1 after a message on standard error. */
int replay_file(struct replay *r, const char *path);

#endif

/* What the tests of configurations share: loading a text, and a complete neighbor around some
 * statements. */
#ifndef TROUPE_TESTS_CONF_UTIL_H
#define TROUPE_TESTS_CONF_UTIL_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "proto/text/config.h"

#define BASIC "router-id 1.2.3.4; local-address 127.0.0.1; local-as 65533; peer-as 65533; "

static char conf_error[1024];

static inline struct config *
load(const char *text)
{
	return config_parse("f", text, strlen(text), NULL, conf_error, sizeof(conf_error));
}

/* A neighbor 127.0.0.1 with the basic statements and these. */
static inline struct config *
load_neighbor(const char *statements)
{
	char text[8192];

	snprintf(text, sizeof(text), "neighbor 127.0.0.1 { " BASIC "\n%s\n}\n", statements);
	return load(text);
}

static inline struct config *
good(struct config *c)
{
	if (c == NULL)
		fail_msg("refused: %s", conf_error);
	return c;
}

/* True when refused with a message that holds the text. */
static inline void
refused(struct config *c, const char *message)
{
	if (c != NULL)
		fail_msg("accepted, expected \"%s\"", message);
	if (strstr(conf_error, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, conf_error);
}

#endif

/*
 * Names of FlowSpec components, operators and values (RFC 8955, RFC 8956; reference/config.md
 * 4.10, events.md 8.4): one table for the grammar and the printers.
 */
#ifndef TROUPE_PROTO_WIRE_FLOW_NAMES_H
#define TROUPE_PROTO_WIRE_FLOW_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

enum flow_kind { FLOW_PREFIX, FLOW_NUMERIC, FLOW_BITMASK };

enum {
	FLOW_TYPES = 14,
	FLOW_OP_END = 0x80,
	FLOW_OP_AND = 0x40,
	FLOW_OP_LT = 4,
	FLOW_OP_GT = 2,
	FLOW_OP_EQ = 1,
	FLOW_OP_NOT = 2,
	FLOW_OP_MATCH = 1
};

struct flow_value_name {
	uint32_t value;
	const char *name;
};

struct flow_component {
	const char *name4, *name6; /* NULL: does not exist in that AFI */
	enum flow_kind kind;
	uint32_t max;   /* largest value */
	uint8_t widths; /* bit 0: 1 byte, bit 1: 2 bytes, bit 2: 4 bytes */
	bool hex;       /* 0x values accepted */
	/* Names for printing and parsing; ends with a NULL name. NULL: only numbers. */
	const struct flow_value_name *names;
	/* More names, for parsing alone. */
	const struct flow_value_name *input_names;
	const char *unknown; /* text for unknown bits */
};

/* Index: component type; rows with NULL names do not exist. */
extern const struct flow_component flow_components[FLOW_TYPES];

/* The name of exactly this value, or NULL. */
const char *flow_value_name(const struct flow_value_name *names, uint32_t value);
/* Any case, '_' the same as '-'. 0 or -1. */
int flow_value_find(const struct flow_value_name *names, const char *s, size_t n, uint32_t *out);

#endif

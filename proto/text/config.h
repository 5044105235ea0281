/*
 * The configuration language (reference/config.md): parsed whole into a fresh, immutable tree,
 * or refused with `file:line:column: what was expected, what was found`.
 */
#ifndef TROUPE_PROTO_TEXT_CONFIG_H
#define TROUPE_PROTO_TEXT_CONFIG_H

#include "common/addr.h"
#include "common/arena.h"
#include "common/buf.h"
#include "proto/text/token.h"
#include "proto/wire/open.h"

struct process_conf {
	const char *name;
	const char **argv; /* NULL-terminated; argv[0] is the resolved program */
	int argc;
	bool json; /* encoder */
	bool respawn;
	int api_version;   /* 4 or 6; 0: the group's */
	int64_t on_exit_s; /* its routes are withdrawn so long after its end; -1: never */
};

/* Which messages, in one direction of one api section (config.md 3.10). */
struct api_direction {
	bool parsed, packets, consolidate;
	uint8_t types; /* bit MESSAGE_OPEN .. MESSAGE_OPERATIONAL */
};

struct api_conf {
	const char *name;
	const char **processes;
	unsigned n_processes;
	const char **processes_match; /* regular expressions, matched at the start of names */
	unsigned n_processes_match;
	bool neighbor_changes, negotiated, fsm, signal;
	struct api_direction send, receive;
};

/* A statement of `operational { }`. */
struct operational_conf {
	const char *kind; /* "asm" */
	uint32_t family;
	const char *advisory; /* asm, adm; else NULL */
	uint32_t sequence;
	uint64_t counter;
};

struct neighbor_conf {
	const char *key; /* config.md 5.4: the name selectors match on */
	struct addr peer;
	uint8_t peer_bits;
	struct addr local;          /* len 0: auto */
	uint32_t local_as, peer_as; /* 0: auto */
	uint32_t router_id;         /* host order; 0 with have_router_id false for ranges */
	bool have_router_id;
	const char *description;
	uint16_t hold_time;
	uint32_t rate_limit;
	bool passive;
	uint16_t listen, connect; /* 0: absent */
	const char *source_interface;
	uint8_t ttl_out, ttl_in; /* 0: unset */
	const uint8_t *md5;
	unsigned md5_len;
	const char *md5_password; /* as written, for show configuration */
	bool md5_base64;
	struct addr md5_ip;
	struct addr link_local; /* len 0: none */
	bool group_updates, auto_flush, adj_rib_in, adj_rib_out, manual_eor;
	bool aigp, link_local_prefer;
	uint8_t ao_keyid;
	const char *ao_algorithm; /* kernel's name, NULL: off */
	const uint8_t *ao_key;
	unsigned ao_key_len;
	const char *ao_password; /* as written */
	bool ao_base64;
	int64_t settle_ms; /* -1: the group's setting */
	struct capability_config caps;
	uint32_t nexthop_pairs; /* bit map over family_table: `nexthop { }` as written */
	struct api_conf *apis;
	unsigned n_apis;
	struct operational_conf *operational;
	unsigned n_operational;
	/* Static routes as route operations (proto/ipc/route_ops.h): ATTRS, WATCHDOG, ANNOUNCE. */
	struct buf routes;
	uint32_t n_routes;
	uint32_t line; /* of the section, for messages */
};

struct config {
	struct arena arena; /* everything below lives here (and in neighbors[].routes) */
	struct process_conf *processes;
	unsigned n_processes;
	struct neighbor_conf *neighbors;
	unsigned n_neighbors;
	char **warnings; /* "file:line:column: text" */
	unsigned n_warnings;
	uint64_t hash; /* of the text */
};

/* What a configuration depends on besides its text. */
struct config_env {
	bool passive;        /* exabgp.bgp.passive */
	const char *version; /* for the software-version capability: "ExaBGP/<version>" */
	/* Finds and checks the program of `run` (config.md 3.2); the callee writes the resolved path
	 * into arena. NULL: no check (argv[0] as written). Returns NULL with a reason in err. */
	const char *(*find_program)(
		void *owner, struct arena *arena, const char *program, char *err, size_t err_n);
	void *owner;
};

/*
 * text of n bytes (a whole file; name is used in messages). Returns owned, or NULL with the
 * complete message "file:line:column: …" in err.
 */
struct config *config_parse(const char *name, const char *text, size_t n,
	const struct config_env *env, char *err, size_t err_n);
void config_free(struct config *c);
/* One neighbor as configuration text in the shape of api.md 3.5 (`show neighbor configuration`). */
void config_print_neighbor(struct buf *out, const struct neighbor_conf *n);
/* A whole normalised configuration (`validate --print`); parses again to the same state. */
void config_print(struct buf *out, const struct config *c);
/* True when the session can go on with the other definition (config.md 7 "equal"). */
bool neighbor_conf_same_session(const struct neighbor_conf *a, const struct neighbor_conf *b);

#endif

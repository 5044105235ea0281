/*
 * The inside of the configuration parser: what its files (conf_*.c, config.c) share. Statements
 * are collected into scopes (a neighbor's or a template's body); a scope becomes a neighbor_conf
 * when its section closes, after its templates were merged into it.
 */
#ifndef TROUPE_PROTO_TEXT_CONF_H
#define TROUPE_PROTO_TEXT_CONF_H

#include "common/htable.h"
#include "proto/text/conf_lex.h"
#include "proto/text/config.h"
#include "proto/text/route.h"
#include "proto/text/value.h"
#include "proto/wire/family.h"

/* The value of one keyword, where it was given. */
struct conf_value {
	bool set;
	bool is_auto;
	uint8_t bits; /* of a range */
	uint32_t line, col;
	union {
		bool on;
		uint32_t u;
		const char *s; /* in the configuration's arena */
		struct addr ip;
	};
};

enum neighbor_key {
	NK_PEER_ADDRESS,
	NK_LOCAL_ADDRESS,
	NK_LOCAL_AS,
	NK_PEER_AS,
	NK_ROUTER_ID,
	NK_DESCRIPTION,
	NK_HOST_NAME,
	NK_DOMAIN_NAME,
	NK_HOLD_TIME,
	NK_RATE_LIMIT,
	NK_PASSIVE,
	NK_LISTEN,
	NK_CONNECT,
	NK_SOURCE_INTERFACE,
	NK_OUTGOING_TTL,
	NK_INCOMING_TTL,
	NK_MD5_PASSWORD,
	NK_MD5_BASE64,
	NK_MD5_IP,
	NK_LOCAL_LINK_LOCAL,
	NK_GROUP_UPDATES,
	NK_AUTO_FLUSH,
	NK_ADJ_RIB_IN,
	NK_ADJ_RIB_OUT,
	NK_MANUAL_EOR,
	NK_SETTLE,
	NK_COUNT
};

enum capability_key {
	CK_ASN4,
	CK_EXTENDED_MESSAGE,
	CK_ROUTE_REFRESH,
	CK_GRACEFUL_RESTART,
	CK_LONG_LIVED,
	CK_ROLE,
	CK_MULTI_SESSION,
	CK_OPERATIONAL,
	CK_ADD_PATH,
	CK_NEXTHOP,
	CK_AIGP,
	CK_SOFTWARE_VERSION,
	CK_LINK_LOCAL_NEXTHOP,
	CK_LINK_LOCAL_PREFER,
	CK_COUNT
};

enum ao_key { AK_KEYID, AK_ALGORITHM, AK_PASSWORD, AK_BASE64, AK_COUNT };

enum { CONF_GRACEFUL_OFF = 0xffff, CONF_ROLE_STRICT = 0x100 };

struct conf;

/* A keyword with one value: a row of a section's table. */
struct conf_key {
	const char *keyword;
	int (*parse)(struct conf *c, const struct conf_key *key, struct tokens *t,
		struct conf_value *out);
	int bare; /* value when written alone: 0, 1; -1: refused */
	uint32_t min, max;
};

extern const struct conf_key conf_neighbor_keys[NK_COUNT];
extern const struct conf_key conf_capability_keys[CK_COUNT];
extern const struct conf_key conf_ao_keys[AK_COUNT];

int conf_parse_bool_a(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out);
int conf_parse_bool_b(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out);

/* A statement or sub-section with a handler of its own. t: the words after the keyword. */
struct conf_command {
	const char *keyword;
	int (*run)(struct conf *c, void *scope, struct tokens *t);
};

struct conf_section {
	const char *name;
	const struct conf_key *keys;
	unsigned n_keys;
	struct conf_value *(*values)(void *scope); /* of the keys, in table order */
	const struct conf_command *commands, *sections;
	unsigned n_commands, n_sections;
	/* All statements, when the section has no tables: t starts after the first word. */
	int (*any)(struct conf *c, void *scope, struct tokens *t);
};

struct conf_api {
	struct api_conf a;
	struct conf_api *next;
};

struct conf_inherit {
	const char *name;
	uint32_t line, col;
	struct conf_inherit *next;
};

struct conf_operational {
	struct operational_conf o;
	struct conf_operational *next;
};

/* Static routes as route operations. */
struct conf_routes {
	struct buf ops;
	size_t attrs_at, attrs_n; /* the last ATTRS operation in ops; n 0: none */
	bool dog;                 /* a watchdog is set at the end of ops */
	uint32_t n;
	uint32_t last_family;
	uint32_t families;                     /* bit map of what occurs */
	struct conf_place place[FAMILY_COUNT]; /* its first occurrence */
	struct conf_place self_place[3]; /* of `next-hop self`: IPv4, IPv6, others; line 0: none */
};

/* A neighbor's or template's body. */
struct conf_scope {
	const char *name; /* template */
	struct conf_place place;
	struct conf_value neighbor[NK_COUNT];
	struct conf_value capability[CK_COUNT];
	struct conf_value ao[AK_COUNT];
	uint32_t families; /* bit maps over family_table */
	uint32_t add_path;
	bool add_path_all;
	uint16_t add_path_limit[FAMILY_COUNT];
	uint32_t nexthop;
	struct conf_api *apis, **apis_end;
	struct conf_inherit *inherit, **inherit_end;
	struct conf_operational *operational, **operational_end;
	struct conf_routes routes;
	struct conf_scope *next; /* templates */
};

struct conf {
	const char *name; /* of the file */
	const struct config_env *env;
	struct config *config;
	struct conf_lex lex;
	struct conf_run run;
	struct text_error e;
	struct route_parser *routes;
	struct conf_scope *templates;
	struct htable names; /* of sections that must be unique: struct conf_name */
	size_t cap_neighbors, cap_processes, cap_warnings;
	unsigned anonymous;
	bool warnings_cut;
};

/* conf_tree.c: statements up to the section's `}` (root: the end of the file). 0 or -1, c->e. */
int conf_section_parse(struct conf *c, const struct conf_section *s, void *scope);
extern const struct conf_section conf_root;
/* Adds "file:line:column: text" to the configuration's warnings. */
void conf_warn(struct conf *c, struct conf_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int conf_fail(struct conf *c, struct conf_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static inline struct conf_place
conf_at(const struct token *k)
{
	return (struct conf_place){ .line = k->line, .col = k->col };
}
/* The keyword of the statement being handled. */
const struct token *conf_keyword(const struct conf *c);
char *conf_strdup(struct conf *c, const char *s, size_t n);
/* A section's name (letters, digits, `.`, `-`, `_`) that may not repeat within kind. */
int conf_unique(struct conf *c, const char *kind, const char *name, struct conf_place at);
int conf_check_name(struct conf *c, const struct token *k);
/* Surplus words are ignored, with a warning. */
void conf_surplus(struct conf *c, const struct tokens *t);

/* conf_scope.c */
struct conf_scope *conf_scope_new(void);
void conf_scope_free(struct conf_scope *s);
/* Merges the templates named by s->inherit into s (config.md 2.3). */
int conf_scope_inherit(struct conf *c, struct conf_scope *s);

/* Sections of a neighbor: conf_family.c, conf_api.c, conf_static.c, conf_operational.c. */
int conf_family(struct conf *c, void *scope, struct tokens *t);
int conf_add_path(struct conf *c, void *scope, struct tokens *t);
int conf_nexthop(struct conf *c, void *scope, struct tokens *t);
int conf_api(struct conf *c, void *scope, struct tokens *t);
int conf_static(struct conf *c, void *scope, struct tokens *t);
int conf_announce(struct conf *c, void *scope, struct tokens *t);
int conf_flow(struct conf *c, void *scope, struct tokens *t);
int conf_l2vpn(struct conf *c, void *scope, struct tokens *t);
int conf_operational(struct conf *c, void *scope, struct tokens *t);
int conf_process(struct conf *c, void *scope, struct tokens *t);
int conf_template(struct conf *c, void *scope, struct tokens *t);
int conf_neighbor(struct conf *c, void *scope, struct tokens *t);

/* conf_routes.c */
int conf_routes_add(struct conf *c, struct conf_routes *r, const struct route_statement *st,
	struct conf_place at);
void conf_routes_append(struct conf_routes *to, const struct conf_routes *from);
/* Removes ipv4 unicast routes (config.md section 6, *drop*). */
void conf_routes_drop_ipv4(struct conf_routes *r);

/* conf_split.c: one neighbor per family (config.md 2.3 of wire.md, D17). Takes n->routes. */
int conf_split(struct conf *c, const struct conf_scope *s, struct neighbor_conf *n);
/* conf_finish.c: gives the neighbor its key and adds it; frees its routes when that fails. */
int conf_add_neighbor(struct conf *c, const struct conf_scope *s, struct neighbor_conf *n);
/* conf_finish.c: a scope whose section closed to a neighbor of the configuration. */
int conf_finish(struct conf *c, struct conf_scope *s);
/* conf_finish_caps.c */
void conf_finish_capabilities(struct conf *c, struct conf_scope *s, struct neighbor_conf *n);
/* conf_secret.c: md5 and tcp-ao keys. */
int conf_finish_secrets(struct conf *c, struct conf_scope *s, struct neighbor_conf *n);

#endif

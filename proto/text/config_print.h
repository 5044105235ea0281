/* Between the files that print configurations. */
#ifndef TROUPE_PROTO_TEXT_CONFIG_PRINT_H
#define TROUPE_PROTO_TEXT_CONFIG_PRINT_H

#include "proto/text/config.h"

/* In double quotes, as the tokeniser reads it back. */
void config_print_quoted(struct buf *out, const char *s);
/* A neighbor's section without its closing brace and without routes. */
void config_print_session(struct buf *out, const struct neighbor_conf *n);
/* Its `api { … }` sections (config_print_api.c). */
void config_print_api(struct buf *out, const struct neighbor_conf *n);
/* Its routes, as sections `static` and `announce` (config_print_routes.c). */
void config_print_routes(struct buf *out, const struct neighbor_conf *n);
/* " next-hop N med 5 …" (config_print_attrs.c). */
struct attrset;
void config_print_attributes(struct buf *out, const struct attrset *set);

#endif

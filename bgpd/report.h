/*
 * What bgpd tells apid of a peer (as its `events` ask) and ribd of a session. All functions are
 * harmless while the link is down: on LINK_UP everything that matters is told again.
 */
#ifndef TROUPE_BGPD_REPORT_H
#define TROUPE_BGPD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "proto/ipc/enums.h"

struct bgpd;
struct peer;
struct session;
struct wire_error;

/* --- to apid --- */
void report_state(struct peer *p, enum ipc_peer state, const char *reason);
void report_fsm(struct peer *p, enum ipc_fsm state);
void report_opened(struct session *s);
/* One whole message. The header errors' event is report_header_error(). */
void report_message(struct session *s, bool sent, const uint8_t *message, size_t n);
void report_header_error(struct session *s, const struct wire_error *err, const uint8_t *header);
void report_instance(struct peer *p, bool gone);
/* Everything about one peer that a new apid must know. */
void report_again(struct peer *p);
void report_session_info(struct peer *p, uint32_t id);
bool report_wants(const struct peer *p, bool sent, uint8_t type);

/* --- to ribd --- */
void ribd_session_up(struct session *s, bool resumed);
void ribd_session_down(struct session *s);
void ribd_credit(struct session *s, uint64_t total);
void ribd_refresh(struct session *s, uint32_t family, uint8_t subtype);
void ribd_received(struct session *s, const uint8_t *body, size_t n);
void ribd_instance(struct peer *p, bool gone);

#endif

/* Fields of every message of messages.def: F(TYPE, name, "what it is"). TYPE: U8 U16 U32 U64 I64
 * BOOL STR BIN. New fields are appended, never inserted. */
#ifndef TROUPE_IPC_FIELDS_H
#define TROUPE_IPC_FIELDS_H

/* --- neighbors: apid -> ribd (bulk) and apid -> bgpd --- */
#define IPC_FIELDS_neighbors_begin(F)                                                       \
	F(U64, generation, "hash of the configuration; the same again: nothing was edited") \
	F(BOOL, reload, "an edited configuration is being taken over (not a restart of apid)")
#define IPC_FIELDS_neighbor(F)                                                       \
	F(U32, id, "stable number: hash of the key")                                 \
	F(STR, key, "neighbor ... local-ip ... (config.md 5.4)")                     \
	F(BIN, peer, "address, 4 or 16 bytes")                                       \
	F(U8, peer_bits, "prefix length; less than the host length: a range")        \
	F(U32, peer_scope, "interface index of a link-local address")                \
	F(BIN, local, "address, empty: auto")                                        \
	F(U32, local_as, "0: auto, mirror the peer's")                               \
	F(U32, peer_as, "0: any")                                                    \
	F(U32, router_id, "host order")                                              \
	F(U16, hold_time, "seconds, 0 or at least 3")                                \
	F(BIN, caps, "capability list of our OPEN (proto/wire/open.h)")              \
	F(U16, connect_port, "destination port")                                     \
	F(U16, listen_port, "own listening port, 0: none")                           \
	F(BOOL, passive, "never connect")                                            \
	F(U8, ttl_out, "0: unset")                                                   \
	F(U8, ttl_in, "minimum TTL of received packets, 0: unset")                   \
	F(BIN, md5, "TCP MD5 key, decoded; empty: off")                              \
	F(BIN, md5_ip, "address bound for outgoing TCP and listen; empty: local")    \
	F(STR, interface, "SO_BINDTODEVICE")                                         \
	F(U8, ao_id, "TCP-AO key id")                                                \
	F(STR, ao_algorithm, "kernel's name; empty: off")                            \
	F(BIN, ao_key, "TCP-AO key")                                                 \
	F(U32, attempts, "outgoing connections before giving up, 0: unlimited")      \
	F(U32, open_wait, "seconds to wait for the peer's OPEN")                     \
	F(U32, rate_limit, "UPDATEs a second, 0: unlimited")                         \
	F(BOOL, group_updates, "several NLRI in one UPDATE")                         \
	F(BOOL, adj_rib_in, "keep received routes")                                  \
	F(BOOL, adj_rib_out, "remember announced routes")                            \
	F(BOOL, manual_eor, "no automatic End-of-RIB")                               \
	F(BOOL, aigp, "AIGP on eBGP too")                                            \
	F(BOOL, graceful_restart, "configured: teardown closes silently")            \
	F(BOOL, role_strict, "the peer's OPEN must name its role (RFC 9234)")        \
	F(U32, settle_ms, "quiet time before changes are sent, 0: at once")          \
	F(BIN, link_local, "local-link-local address, 16 bytes or empty")            \
	F(U32, events, "IPC_EVENT_* bits: what apid wants to hear of this neighbor") \
	F(BOOL, reset, "the definition changed: sessions are reset with 6/3")
#define IPC_FIELDS_neighbors_end(F) F(U32, count, "neighbors sent; all others are removed")

/* --- apid -> ribd --- */
#define IPC_FIELDS_routes(F)                                           \
	F(U64, seq, "batch number, ascending within an epoch of apid") \
	F(BIN, ops, "route operations (proto/ipc/route_ops.h)")
#define IPC_FIELDS_committed(F) F(U64, seq, "all batches up to this are in the journal")
#define IPC_FIELDS_sync_request(F)   \
	F(U64, id, "chosen by apid") \
	F(BIN, peers, "neighbor ids, u32 each; empty: all")
#define IPC_FIELDS_synced(F) F(U64, id, "all changes before sync_request are handed to bgpd")
#define IPC_FIELDS_show_rib(F)                  \
	F(U32, id, "chosen by apid")            \
	F(U8, direction, "0 out, 1 in")         \
	F(BIN, peers, "neighbor ids, u32 each") \
	F(BIN, families, "u24 each; empty: all")
#define IPC_FIELDS_show_rib_data(F)                \
	F(U32, id, "of the request")               \
	F(U32, neighbor, "whose routes these are") \
	F(BIN, ops, "ATTRS and ANNOUNCE operations")
#define IPC_FIELDS_show_rib_end(F)  F(U32, id, "of the request")
#define IPC_FIELDS_show_rib_stop(F) F(U32, id, "the reader is gone")
#define IPC_FIELDS_rib_stats_get(F) F(U32, id, "chosen by apid")
#define IPC_FIELDS_rib_stats(F)      \
	F(U32, id, "of the request") \
	F(STR, text, "name value lines")
#define IPC_FIELDS_sent_request(F)   \
	F(U64, id, "chosen by apid") \
	F(BIN, peers, "neighbor ids, u32 each")
#define IPC_FIELDS_sent_report(F)                                                           \
	F(U64, id, "of the request")                                                        \
	F(BIN, sent, "neighbors whose session has everything before the request: u32 each") \
	F(BIN, down, "neighbors without a session: u32 each")
#define IPC_FIELDS_explain_get(F)               \
	F(U32, id, "chosen by apid")            \
	F(BIN, peers, "neighbor ids, u32 each") \
	F(BIN, route, "one WITHDRAW operation")
#define IPC_FIELDS_explain_data(F)   \
	F(U32, id, "of the request") \
	F(BIN, rows, "a row for each neighbor (enum ipc_explain)")

/* --- bgpd <-> ribd --- */
#define IPC_FIELDS_session_up(F)                                                                 \
	F(U32, neighbor, "neighbor id")                                                          \
	F(U32, session, "number of this session, unique within an epoch of bgpd")                \
	F(BIN, local, "local address of the TCP connection")                                     \
	F(BIN, peer, "remote address")                                                           \
	F(BIN, open_sent, "body of our OPEN")                                                    \
	F(BIN, open_received, "body of the peer's OPEN")                                         \
	F(BOOL, resumed, "it was up before this HELLO: ribd may continue at its noted position") \
	F(U64, chunk, "number of the last chunk taken for it, 0: none")
#define IPC_FIELDS_session_down(F) F(U32, session, "of session_up")
#define IPC_FIELDS_credit(F)                                                            \
	F(U32, session, "of session_up")                                                \
	F(U64, total, "bytes ribd may have sent since session_up, all chunks together") \
	F(U64, chunk, "number of the last chunk completely in the ring")
#define IPC_FIELDS_refresh_received(F)   \
	F(U32, session, "of session_up") \
	F(U32, family, "FAMILY()")       \
	F(U8, subtype, "0 request, 1 begin, 2 end")
#define IPC_FIELDS_chunk(F)                                        \
	F(U64, number, "ascending within an epoch of ribd")        \
	F(BIN, sessions, "session numbers, u32 each: who gets it") \
	F(BIN, data, "whole BGP messages")
#define IPC_FIELDS_received(F)           \
	F(U32, session, "of session_up") \
	F(BIN, body, "body of a received UPDATE")
#define IPC_FIELDS_neighbors_known(F)                                     \
	F(U32, count, "neighbors of the last complete list; 0: none yet") \
	F(U64, sum, "of their ids: a session starts when ribd knows its neighbor")

/* --- apid -> bgpd --- */
#define IPC_FIELDS_teardown(F)                       \
	F(U32, neighbor, "neighbor id")              \
	F(U8, code, "NOTIFICATION code, normally 6") \
	F(U8, subcode, "its subcode")                \
	F(STR, text, "shutdown communication, may be empty: the standard text")
#define IPC_FIELDS_send_refresh(F)      \
	F(U32, neighbor, "neighbor id") \
	F(U32, family, "FAMILY()")      \
	F(U8, subtype, "0 request")
#define IPC_FIELDS_send_message(F)      \
	F(U32, neighbor, "neighbor id") \
	F(BIN, data, "a whole BGP message (operational)")
#define IPC_FIELDS_sessions_get(F) F(U32, id, "chosen by apid")
#define IPC_FIELDS_restart_all(F)  F(U8, code, "6/3 to every session, then reconnect")
#define IPC_FIELDS_quit(F) \
	F(BOOL, notify, "close every session: with NOTIFICATION 6/2, or silently")

/* --- bgpd -> apid --- */
#define IPC_FIELDS_peer_state(F)                           \
	F(U32, neighbor, "neighbor id")                    \
	F(U8, state, "enum ipc_peer: connected, up, down") \
	F(STR, reason, "for down (events.md 5.1)")         \
	F(BIN, local, "local address of the connection")   \
	F(U64, time_us, "wall clock, microseconds")
#define IPC_FIELDS_fsm_state(F)         \
	F(U32, neighbor, "neighbor id") \
	F(U8, state, "enum ipc_fsm")    \
	F(U64, time_us, "wall clock, microseconds")
#define IPC_FIELDS_opened(F)                                                             \
	F(U32, neighbor, "neighbor id")                                                  \
	F(BIN, open_sent, "body of our OPEN")                                            \
	F(BIN, open_received, "body of the peer's OPEN, validated: negotiation is done") \
	F(U64, time_us, "wall clock, microseconds")
#define IPC_FIELDS_message(F)                              \
	F(U32, neighbor, "neighbor id")                    \
	F(BOOL, sent, "by us; else received")              \
	F(U64, time_us, "wall clock, microseconds")        \
	F(BIN, data, "the whole message, header included") \
	F(U32, session, "of session_up, for seq; 0: none") \
	F(U64, seq, "received: grows within the session; a resumed one may repeat the last ones")
#define IPC_FIELDS_header_error(F)               \
	F(U32, neighbor, "neighbor id")          \
	F(U8, code, "of our diagnosis")          \
	F(U8, subcode, "of our diagnosis")       \
	F(BIN, text, "data of the NOTIFICATION") \
	F(BIN, header, "the 19 bytes received")  \
	F(U64, time_us, "wall clock, microseconds")
#define IPC_FIELDS_instance(F)                                        \
	F(U32, neighbor, "id of the new neighbor, made from a range") \
	F(U32, range, "id of the range neighbor")                     \
	F(BIN, peer, "its address")                                   \
	F(BIN, local, "our address")                                  \
	F(BOOL, gone, "its session ended: forget it")
#define IPC_FIELDS_session_info(F)                                                                \
	F(U32, id, "of sessions_get")                                                             \
	F(U32, neighbor, "neighbor id")                                                           \
	F(U8, state, "enum ipc_fsm")                                                              \
	F(U64, since_us, "wall clock when it entered up, or was last reset")                      \
	F(BIN, local, "local address of the connection, or empty")                                \
	F(BIN, open_sent, "body of our OPEN, or empty")                                           \
	F(BIN, open_received, "body of the peer's OPEN, or empty")                                \
	F(BIN, sent, "u64 counters: open, update, notification, keepalive, refresh, operational") \
	F(BIN, received, "the same for received messages")                                        \
	F(U64, prefixes_received, "announced NLRI of this session")                               \
	F(U64, prefixes_withdrawn, "withdrawn NLRI of this session")                              \
	F(U64, ring_bytes, "bytes waiting for TCP")                                               \
	F(STR, last_reason, "why the last session ended")
#define IPC_FIELDS_sessions_end(F) F(U32, id, "of sessions_get")
#define IPC_FIELDS_finished(F)     F(U8, code, "every peer used up its attempts; exit status")
#define IPC_FIELDS_quit_done(F)    F(BOOL, unused, "all sessions are closed")

#endif

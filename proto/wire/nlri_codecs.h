/*
 * Declarations of all NLRI codec rows. A new family: its file nlri_KIND.c defines the row, here it
 * is declared, and nlri_codecs.def gets one line.
 */
#ifndef TROUPE_PROTO_WIRE_NLRI_CODECS_H
#define TROUPE_PROTO_WIRE_NLRI_CODECS_H

struct nlri_codec;

/* One row serves several families: the row's family field is then only the first of them. */
extern const struct nlri_codec nlri_inet_codec;
extern const struct nlri_codec nlri_label_codec;
extern const struct nlri_codec nlri_mvpn_codec;
extern const struct nlri_codec nlri_sr_policy_codec;
extern const struct nlri_codec nlri_mup_codec;
extern const struct nlri_codec nlri_rtc_codec;
extern const struct nlri_codec nlri_flow_codec;
extern const struct nlri_codec nlri_vpls_codec;
extern const struct nlri_codec nlri_evpn_codec;
extern const struct nlri_codec nlri_bgpls_codec;

#endif

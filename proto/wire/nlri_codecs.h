/*
 * Declarations of all NLRI codec rows. A new family: its file nlri_KIND.c defines the row, here it
 * is declared, and nlri_codecs.def gets one line.
 */
#ifndef TROUPE_PROTO_WIRE_NLRI_CODECS_H
#define TROUPE_PROTO_WIRE_NLRI_CODECS_H

struct nlri_codec;

/* One row serves several families: the row's family field is then only the first of them. */
extern const struct nlri_codec nlri_inet_codec;

#endif

/* Printers of one neighbor for `show` (reference/api.md 3.5). row NULL: bgpd told nothing. */
#ifndef TROUPE_APID_SHOW_NEIGHBOR_H
#define TROUPE_APID_SHOW_NEIGHBOR_H

struct buf;
struct neighbor;
struct session_row;

void show_json(struct buf *out, const struct neighbor *n, const struct session_row *row);
void show_summary_head(struct buf *out);
void show_summary(struct buf *out, const struct neighbor *n, const struct session_row *row);
void show_extensive(struct buf *out, const struct neighbor *n, const struct session_row *row);

#endif

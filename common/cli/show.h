/* How answers are shown to a person: JSON over several lines, or as text and tables. */
#ifndef TROUPE_CLI_SHOW_H
#define TROUPE_CLI_SHOW_H

#include <stdbool.h>

struct buf;

enum show_mode { SHOW_RAW, SHOW_JSON, SHOW_TEXT };

/* Appends a line of an answer, with line feeds. What is not JSON is kept as it is. */
void show_line(struct buf *out, const char *line, enum show_mode mode);

#endif

/*
 * Records and the file they are appended to. A failed write leaves the file as it was (what was
 * written of it is cut off again) and the records in memory; nothing is committed until they are
 * out.
 */
#include "ribd/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/log.h"
#include "common/wr.h"

const char journal_magic[JOURNAL_MAGIC_BYTES] = "troupej1";

enum { HEAD_BYTES = 8, FIXED_BYTES = 9, KEEP_BUFFER = 1024 * 1024 };

void
journal_encode(struct buf *out, enum journal_kind kind, uint64_t seq, const void *payload, size_t n)
{
	uint8_t *p = buf_room(out, HEAD_BYTES + FIXED_BYTES + n);
	struct wr body = wr_init(p + HEAD_BYTES, FIXED_BYTES), head = wr_init(p, HEAD_BYTES);

	wr_u8(&body, (uint8_t)kind);
	wr_u64(&body, seq);
	if (n > 0)
		memcpy(p + HEAD_BYTES + FIXED_BYTES, payload, n);
	wr_u32(&head, (uint32_t)(FIXED_BYTES + n));
	wr_u32(&head, crc32c(0, p + HEAD_BYTES, FIXED_BYTES + n));
	out->len += HEAD_BYTES + FIXED_BYTES + n;
}

int
journal_next(struct rd *r, bool check, struct journal_record *out)
{
	struct rd peek = *r;
	uint32_t len, crc;

	if (rd_left(r) == 0)
		return 0;
	len = rd_u32(&peek);
	crc = rd_u32(&peek);
	out->payload = rd_sub(&peek, len);
	if (!rd_ok(&peek) || len < FIXED_BYTES || len > JOURNAL_RECORD_MAX ||
		(check && crc32c(0, out->payload.p, len) != crc))
		return -1;
	out->kind = rd_u8(&out->payload);
	out->seq = rd_u64(&out->payload);
	*r = peek;
	return 1;
}

void
journal_path(const struct journal *j, const char *kind, uint64_t number, char *out, size_t n)
{
	snprintf(out, n, "%s/%s.%llu", j->dir, kind, (unsigned long long)number);
}

void
journal_add(struct journal *j, enum journal_kind kind, uint64_t seq, const void *payload, size_t n)
{
	journal_encode(&j->pending, kind, seq, payload, n);
	j->records++;
}

bool
journal_flush(struct journal *j)
{
	size_t done = 0;

	while (done < j->pending.len) {
		ssize_t n = pwrite(j->fd, j->pending.data + done, j->pending.len - done,
			(off_t)(j->size + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!j->failed)
				log_errno("journal",
					"cannot write %s/journal.%llu: nothing is "
					"committed until it works again",
					j->dir, (unsigned long long)j->number);
			j->failures++;
			j->failed = true;
			if (ftruncate(j->fd, (off_t)j->size) != 0)
				log_errno("journal", "cannot cut off what was half written");
			return false;
		}
		done += (size_t)n;
	}
	if (j->failed)
		log_info("journal", "writing works again");
	j->failed = false;
	j->size += done;
	j->bytes += done;
	buf_reset(&j->pending);
	if (j->pending.cap > KEEP_BUFFER)
		buf_fini(&j->pending);
	return true;
}

static int
open_log(const struct journal *j, uint64_t number, int flags)
{
	char path[256];

	journal_path(j, "journal", number, path, sizeof(path));
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

bool
journal_rotate(struct journal *j)
{
	int fd = open_log(j, j->number + 1, O_CREAT | O_TRUNC);

	if (fd < 0)
		return false;
	if (write(fd, journal_magic, sizeof(journal_magic)) != sizeof(journal_magic)) {
		close(fd);
		return false;
	}
	if (j->fd >= 0)
		close(j->fd);
	j->old_bytes += j->size;
	j->fd = fd;
	j->number++;
	j->size = sizeof(journal_magic);
	return true;
}

/* --- files --- */

/* The number of a file name like "journal.12"; 0: it is something else. */
static uint64_t
file_number(const char *name, const char *kind)
{
	size_t n = strlen(kind);
	char *end;
	uint64_t number;

	if (strncmp(name, kind, n) != 0 || name[n] != '.' || name[n + 1] < '1' || name[n + 1] > '9')
		return 0;
	number = strtoull(name + n + 1, &end, 10);
	return *end == '\0' ? number : 0;
}

void
journal_remove_before(struct journal *j, uint64_t number)
{
	DIR *dir = opendir(j->dir);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint64_t log = file_number(entry->d_name, "journal");
		uint64_t snapshot = file_number(entry->d_name, "snapshot");

		if ((log != 0 && log < number) || (snapshot != 0 && snapshot < number))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	j->old_bytes = 0;
}

void
journal_claim(const char *dir, const char *tag)
{
	struct journal j = { .fd = -1 };
	char path[256], old[64] = "";
	int fd;

	if (tag == NULL)
		return;
	snprintf(j.dir, sizeof(j.dir), "%s", dir);
	snprintf(path, sizeof(path), "%s/journal.group", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	if (read(fd, old, sizeof(old) - 1) >= 0 && strcmp(old, tag) != 0) {
		journal_remove_before(&j, UINT64_MAX);
		if (ftruncate(fd, 0) != 0 || pwrite(fd, tag, strlen(tag), 0) < 0)
			log_errno("journal", "cannot write %s", path);
	}
	close(fd);
}

/* A file's whole content; NULL when there is none. Owned by the caller. */
static uint8_t *
read_file(const struct journal *j, const char *kind, uint64_t number, size_t *n)
{
	struct buf b = { 0 };
	char path[256];
	int fd;
	ssize_t got = 0;

	journal_path(j, kind, number, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	do {
		b.len += (size_t)got;
		got = read(fd, buf_room(&b, 1024 * 1024), 1024 * 1024);
	} while (got > 0 || (got < 0 && errno == EINTR));
	close(fd);
	if (b.len < sizeof(journal_magic) ||
		memcmp(b.data, journal_magic, sizeof(journal_magic)) != 0) {
		buf_fini(&b);
		return NULL;
	}
	*n = b.len;
	return b.data;
}

/* The newest complete snapshot, and the last log. */
static void
scan(struct journal *j, uint64_t *snapshot, uint64_t *last)
{
	DIR *dir = opendir(j->dir);
	struct dirent *entry;

	*snapshot = *last = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint64_t log = file_number(entry->d_name, "journal");
		uint64_t shot = file_number(entry->d_name, "snapshot");

		*last = log > *last ? log : *last;
		if (shot > *snapshot) {
			size_t n = 0;
			bool complete = false;
			uint8_t *p = read_file(j, "snapshot", shot, &n);

			if (p != NULL)
				journal_check(p + JOURNAL_MAGIC_BYTES, n - JOURNAL_MAGIC_BYTES,
					&complete);
			free(p);
			*snapshot = complete ? shot : *snapshot;
		}
	}
	if (dir != NULL)
		closedir(dir);
}

static uint64_t
first_log(struct journal *j, uint64_t last)
{
	struct journal probe = *j;
	char path[256];

	while (last > 1) {
		journal_path(&probe, "journal", last - 1, path, sizeof(path));
		if (access(path, F_OK) != 0)
			break;
		last--;
	}
	return last;
}

/* One file, noted or applied; returns the good bytes with the magic, 0 when there is no file. */
static size_t
feed(struct journal *j, struct replay *r, const char *kind, uint64_t number, bool apply)
{
	size_t n = 0, good = 0;
	bool complete;
	uint8_t *p = read_file(j, kind, number, &n);

	if (p == NULL)
		return 0;
	good = journal_check(p + JOURNAL_MAGIC_BYTES, n - JOURNAL_MAGIC_BYTES, &complete);
	if (good + JOURNAL_MAGIC_BYTES < n && !apply) {
		log_warn("journal", "%zu bytes at the end of %s.%llu are torn and cut off",
			n - good - JOURNAL_MAGIC_BYTES, kind, (unsigned long long)number);
		j->torn_bytes += n - good - JOURNAL_MAGIC_BYTES;
	}
	(apply ? replay_apply : replay_note)(r, p + JOURNAL_MAGIC_BYTES, good);
	free(p);
	return good + JOURNAL_MAGIC_BYTES;
}

static void
feed_all(struct journal *j, struct replay *r, uint64_t snapshot, uint64_t last, bool apply)
{
	uint64_t number = snapshot != 0 ? snapshot : first_log(j, last);

	if (snapshot != 0)
		feed(j, r, "snapshot", snapshot, apply);
	j->old_bytes = 0;
	for (; number <= last && number != 0; number++) {
		if (number < last)
			j->old_bytes += feed(j, r, "journal", number, apply);
		else
			j->size = feed(j, r, "journal", number, apply);
	}
}

int
journal_open(struct journal *j, const char *dir, struct rib *rib)
{
	struct replay *replay = replay_new(rib);
	uint64_t snapshot, last;

	*j = (struct journal){ .fd = -1 };
	snprintf(j->dir, sizeof(j->dir), "%s", dir);
	scan(j, &snapshot, &last);
	last = last < snapshot ? snapshot : last;
	feed_all(j, replay, snapshot, last, false);
	feed_all(j, replay, snapshot, last, true);
	j->replayed = replay_end(replay);
	j->number = last;
	if (last == 0 || j->size == 0) {
		j->number = last == 0 ? 0 : last - 1;
		return journal_rotate(j) ? 0 : -1;
	}
	j->fd = open_log(j, last, 0);
	if (j->fd < 0 || ftruncate(j->fd, (off_t)j->size) != 0)
		return -1;
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0) {
		(void)journal_flush(j);
		close(j->fd);
	}
	buf_fini(&j->pending);
	*j = (struct journal){ .fd = -1 };
}

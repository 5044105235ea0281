/*
 * A record is published by writing the generation that is not the current one and then one word, the
 * number of the current one: a death at any store leaves one whole record, the old or the new.
 * The file is sealed against changes of its size, so that no mapping of it can fault.
 */
#include "bgpd/ark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/xmalloc.h"

enum { PAGE = 4096, SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static size_t
head_length(size_t fixed)
{
	return (sizeof(struct ark_head) + fixed + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* One range for all: the file, and behind it the receive ring once more. */
static bool
map(struct ark *a, size_t head_len)
{
	size_t file = head_len + ARK_TX + ARK_RX;
	int rw = PROT_READ | PROT_WRITE;
	uint8_t *p;

	a->mapped = file + ARK_RX;
	p = mmap(NULL, a->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	if (mmap(p, file, rw, MAP_SHARED | MAP_FIXED, a->fd, 0) == MAP_FAILED ||
		mmap(p + file, ARK_RX, rw, MAP_SHARED | MAP_FIXED, a->fd,
			(off_t)(head_len + ARK_TX)) == MAP_FAILED) {
		munmap(p, a->mapped);
		return false;
	}
	(void)madvise(p, a->mapped, MADV_DONTDUMP); /* the neighbor's definition holds its keys */
	a->head = (struct ark_head *)(void *)p;
	a->tx = p + head_len;
	a->rx = a->tx + ARK_TX;
	return true;
}

static struct ark *
give_up(struct ark *a)
{
	int error = errno;

	close(a->fd);
	free(a);
	errno = error;
	return NULL;
}

struct ark *
ark_new(const uint8_t *fixed, size_t n)
{
	struct ark *a = xcalloc(1, sizeof(*a));
	size_t head_len = head_length(n);

	if (n > ARK_FIXED_MAX) {
		free(a);
		errno = E2BIG;
		return NULL;
	}
	a->fd = memfd_create("troupe-ark", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (a->fd < 0) {
		free(a);
		return NULL;
	}
	if (ftruncate(a->fd, (off_t)(head_len + ARK_TX + ARK_RX)) != 0 ||
		fcntl(a->fd, F_ADD_SEALS, SEALS) != 0 || !map(a, head_len))
		return give_up(a);
	*a->head = (struct ark_head){ .magic = ARK_MAGIC,
		.layout = ARK_LAYOUT,
		.head_len = (uint32_t)head_len,
		.fixed_len = (uint32_t)n,
		.state_size = sizeof(struct ark_state),
		.tx_size = ARK_TX,
		.rx_size = ARK_RX };
	memcpy(a->head + 1, fixed, n);
	return a;
}

/* NULL, or what is wrong with the head. */
static const char *
check_head(int fd, struct ark_head *h)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || pread(fd, h, sizeof(*h), 0) != (ssize_t)sizeof(*h))
		return "the record can not be read";
	if ((fcntl(fd, F_GET_SEALS) & SEALS) != SEALS)
		return "the record is not sealed";
	if (h->magic != ARK_MAGIC || h->layout != ARK_LAYOUT ||
		h->state_size != sizeof(struct ark_state) || h->tx_size != ARK_TX ||
		h->rx_size != ARK_RX)
		return "the record has another layout";
	if (h->fixed_len > ARK_FIXED_MAX || h->head_len != head_length(h->fixed_len) ||
		st.st_size != (off_t)h->head_len + ARK_TX + ARK_RX)
		return "the record's lengths are wrong";
	return NULL;
}

struct ark *
ark_open(int fd, const char **why)
{
	struct ark *a = xcalloc(1, sizeof(*a));
	struct ark_head head;

	a->fd = fd;
	*why = check_head(fd, &head);
	if (*why != NULL)
		return give_up(a);
	*why = "the record can not be mapped";
	if (!map(a, head.head_len))
		return give_up(a);
	a->rx_high = ARK_RX; /* not known: everything */
	return a;
}

void
ark_free(struct ark *a)
{
	if (a == NULL)
		return;
	munmap(a->head, a->mapped);
	close(a->fd);
	free(a);
}

const uint8_t *
ark_fixed(const struct ark *a, size_t *n)
{
	*n = a->head->fixed_len;
	return (const uint8_t *)(a->head + 1);
}

const struct ark_state *
ark_state(const struct ark *a)
{
	return &a->head->states[__atomic_load_n(&a->head->generation, __ATOMIC_ACQUIRE) & 1];
}

void
ark_publish(struct ark *a, const struct ark_state *state)
{
	uint64_t next = a->head->generation + 1;

	a->head->states[next & 1] = *state;
	__atomic_store_n(&a->head->generation, next, __ATOMIC_RELEASE);
}

bool
ark_state_valid(const struct ark_state *s)
{
	return s->tx_head < ARK_TX && s->tx_len <= ARK_TX && s->tx_rest <= s->tx_len &&
	       s->rx_origin <= s->rx_head && s->rx_head <= s->rx_done &&
	       s->rx_done - s->rx_head <= ARK_RX;
}

static void
punch(struct ark *a, const uint8_t *ring, size_t size)
{
	off_t at = ring - (const uint8_t *)a->head + ARK_KEEP;

	/* Failing costs memory, nothing else. */
	(void)fallocate(
		a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, (off_t)size - ARK_KEEP);
}

void
ark_trim_tx(struct ark *a)
{
	punch(a, a->tx, ARK_TX);
}

void
ark_trim_rx(struct ark *a)
{
	if (a->rx_high > ARK_KEEP)
		punch(a, a->rx, ARK_RX);
	a->rx_high = 0;
}

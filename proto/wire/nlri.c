/*
 * What all NLRI share: the rows, path identifiers (RFC 7911), identity and order. The identity of
 * a route is its family, whether it has a path-id, the path-id and the codec's key
 * (reference/wire.md 6.1); for most families the key is the NLRI itself.
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include <string.h>
#include "common/buf.h"
#include "common/htable.h"
#include "proto/wire/family.h"

enum { KEY_MAX = 512 };

/* Index of family_table[] -> codec. */
static const struct nlri_codec *const codecs[FAMILY_COUNT] = {
#define NLRI_CODEC(index, row) [index] = &(row),
#include "proto/wire/nlri_codecs.def"
#undef NLRI_CODEC
};

const struct nlri_codec *
nlri_codec(uint32_t family)
{
	int index = family_index(family);

	return index < 0 ? NULL : codecs[index];
}

static bool
carries_path_id(uint32_t family)
{
	const struct family_info *info = family_find(family);

	return info != NULL && (info->flags & FAMILY_F_PATH_ID) != 0;
}

/* One step of nlri_next(): its results, or NLRI_SKIP. */
static int
next_one(struct rd *r, uint32_t family, bool path_id, bool withdraw, struct nlri *out,
	struct wire_error *err)
{
	const struct nlri_codec *codec = nlri_codec(family);
	int rv;

	if (!rd_ok(r))
		return wire_error_std(err, 3, 10);
	if (rd_left(r) == 0)
		return 1;
	*out = (struct nlri){ .family = family };
	if (path_id) {
		if (rd_left(r) <= 4)
			return wire_error_set(err, 3, 10,
				"not enough data to extract the path-information of the NLRI");
		out->has_path_id = true;
		out->path_id = rd_u32(r);
	}
	if (codec == NULL) {
		/* Opaque: all that is left is one NLRI. */
		out->len = (uint16_t)rd_left(r);
		out->bytes = rd_bytes(r, rd_left(r));
		return 0;
	}
	rv = codec->decode(r, family, withdraw, out, err);
	if (rv == -1)
		rd_fail(r);
	return rv;
}

int
nlri_next(struct rd *r, uint32_t family, bool addpath, bool withdraw, struct nlri *out,
	struct wire_error *err)
{
	bool path_id = addpath && carries_path_id(family);
	int rv;

	do {
		rv = next_one(r, family, path_id, withdraw, out, err);
	} while (rv == NLRI_SKIP);
	return rv;
}

/* The identity bytes, without copying where the NLRI itself is the key. */
static struct rd
identity(const struct nlri *nlri, uint8_t scratch[KEY_MAX])
{
	const struct nlri_codec *codec = nlri_codec(nlri->family);
	struct wr key;

	if (codec == NULL || codec->key == NULL)
		return rd_init(nlri->bytes, nlri->len);
	key = wr_init(scratch, KEY_MAX);
	codec->key(nlri, &key);
	/* A key longer than any legal one: fall back to the bytes. */
	return wr_ok(&key) ? rd_init(scratch, wr_len(&key)) : rd_init(nlri->bytes, nlri->len);
}

uint32_t
nlri_hash(const struct nlri *nlri)
{
	uint8_t scratch[KEY_MAX];
	struct rd key = identity(nlri, scratch);
	uint32_t hash = hash_bytes(key.p, rd_left(&key));

	if (nlri->has_path_id)
		hash = hash_u32(hash ^ nlri->path_id ^ 0x9e3779b9u);
	return hash;
}

bool
nlri_same(const struct nlri *a, const struct nlri *b)
{
	uint8_t scratch_a[KEY_MAX], scratch_b[KEY_MAX];
	struct rd ka, kb;

	if (a->family != b->family || a->has_path_id != b->has_path_id ||
		(a->has_path_id && a->path_id != b->path_id))
		return false;
	ka = identity(a, scratch_a);
	kb = identity(b, scratch_b);
	return rd_left(&ka) == rd_left(&kb) && memcmp(ka.p, kb.p, rd_left(&ka)) == 0;
}

int
nlri_compare(const struct nlri *a, const struct nlri *b)
{
	/* Entries without path-id sort as if their first byte were 'd' (of "disabled"). */
	uint32_t id_a = a->has_path_id ? a->path_id : 0x64697361u;
	uint32_t id_b = b->has_path_id ? b->path_id : 0x64697361u;
	size_t n = a->len < b->len ? a->len : b->len;
	int order;

	if (id_a != id_b)
		return id_a < id_b ? -1 : 1;
	order = n == 0 ? 0 : memcmp(a->bytes, b->bytes, n);
	if (order != 0)
		return order;
	return (a->len > b->len) - (a->len < b->len);
}

void
nlri_write(struct wr *w, const struct nlri *nlri, bool addpath)
{
	if (addpath && carries_path_id(nlri->family))
		wr_u32(w, nlri->has_path_id ? nlri->path_id : 0);
	wr_bytes(w, nlri->bytes, nlri->len);
}

size_t
nlri_wire_len(const struct nlri *nlri, bool addpath)
{
	return (size_t)nlri->len + (addpath && carries_path_id(nlri->family) ? 4 : 0);
}

void
nlri_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	const struct nlri_codec *codec = nlri_codec(nlri->family);

	if (codec != NULL) {
		codec->json(out, nlri, how);
		return;
	}
	BUF_LIT(out, "{ \"raw\": \"0x");
	buf_hex_upper(out, nlri->bytes, nlri->len);
	BUF_LIT(out, "\" }");
}

void
nlri_text(struct buf *out, const struct nlri *nlri)
{
	const struct nlri_codec *codec = nlri_codec(nlri->family);

	if (codec != NULL) {
		codec->text(out, nlri);
		return;
	}
	BUF_LIT(out, "0x");
	buf_hex_upper(out, nlri->bytes, nlri->len);
}

/* TCP-AO socket options as Linux 6.7 defines them; the headers we build with may be older. */
#ifndef TROUPE_BGPD_TCP_AO_H
#define TROUPE_BGPD_TCP_AO_H

#include <stdint.h>
#include <sys/socket.h>

enum { AO_ADD_KEY = 38, AO_DEL_KEY = 39, AO_KEY_MAX = 80 };

struct ao_add {
	struct sockaddr_storage addr;
	char alg_name[64];
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, reserved : 30;
	uint16_t reserved2;
	uint8_t prefix, sndid, rcvid, maclen, keyflags, keylen;
	uint8_t key[AO_KEY_MAX];
} __attribute__((aligned(8)));

struct ao_del {
	struct sockaddr_storage addr;
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, del_async : 1, reserved : 29;
	uint16_t reserved2;
	uint8_t prefix, sndid, rcvid, current_key, rnext, keyflags;
} __attribute__((aligned(8)));

#endif

/*
 * One function per option that a neighbor may ask for; each returns 0 or -1 with errno. A
 * connection whose option can not be set is not made: a session without its key, its TTL or its
 * interface is not what was configured.
 */
#include "bgpd/tcp.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/tcp_ao.h"

enum { BACKLOG = 4096 }; /* a thousand peers may come at once */
#ifndef IPV6_MINHOPCOUNT
enum { IPV6_MINHOPCOUNT = 73 };
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
enum { IP_BIND_ADDRESS_NO_PORT = 24 };
#endif

static int
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

int
tcp_set_ttl(int fd, int family, unsigned ttl)
{
	return family == AF_INET6 ? set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int)ttl)
				  : set_int(fd, IPPROTO_IP, IP_TTL, (int)ttl);
}

/* Packets that came from further away are dropped by the kernel. What we send must pass the
 * same test at the peer, so it leaves with that TTL unless another is configured. */
static int
set_ttls(int fd, int family, const struct ipc_neighbor *def)
{
	unsigned out = def->ttl_out != 0 ? def->ttl_out : def->ttl_in;

	if (out != 0 && tcp_set_ttl(fd, family, out) != 0)
		return -1;
	if (def->ttl_in == 0)
		return 0;
	return family == AF_INET6 ? set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, def->ttl_in)
				  : set_int(fd, IPPROTO_IP, IP_MINTTL, def->ttl_in);
}

static int
set_md5(int fd, const struct ipc_neighbor *def, const struct addr *peer, unsigned bits, bool remove)
{
	struct tcp_md5sig key = { 0 };
	bool whole = bits == peer->len * 8u;

	if (def->md5.n > TCP_MD5SIG_MAXKEYLEN) {
		errno = EINVAL;
		return -1;
	}
	addr_to_sockaddr(peer, 0, &key.tcpm_addr);
	key.tcpm_keylen = remove ? 0 : (uint16_t)def->md5.n;
	if (!remove)
		memcpy(key.tcpm_key, def->md5.p, def->md5.n);
	if (whole)
		return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key));
	key.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
	key.tcpm_prefixlen = (uint8_t)bits;
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &key, sizeof(key));
}

static int
remove_ao(int fd, const struct ipc_neighbor *def, const struct addr *peer, unsigned bits)
{
	struct ao_del key = { .prefix = (uint8_t)bits, .sndid = def->ao_id, .rcvid = def->ao_id };

	addr_to_sockaddr(peer, 0, &key.addr);
	return setsockopt(fd, IPPROTO_TCP, AO_DEL_KEY, &key, sizeof(key));
}

static int
add_ao(int fd, const struct ipc_neighbor *def, const struct addr *peer, unsigned bits,
	bool listening)
{
	struct ao_add key = { .prefix = (uint8_t)bits, .sndid = def->ao_id, .rcvid = def->ao_id };

	if (def->ao_key.n > AO_KEY_MAX || def->ao_algorithm.n >= sizeof(key.alg_name)) {
		errno = EINVAL;
		return -1;
	}
	addr_to_sockaddr(peer, 0, &key.addr);
	memcpy(key.alg_name, def->ao_algorithm.p, def->ao_algorithm.n);
	key.keylen = (uint8_t)def->ao_key.n;
	memcpy(key.key, def->ao_key.p, def->ao_key.n);
	/* A listening socket has no current key: each connection takes its own. */
	key.set_current = !listening;
	key.set_rnext = !listening;
	return setsockopt(fd, IPPROTO_TCP, AO_ADD_KEY, &key, sizeof(key));
}

int
tcp_set_key(
	int fd, const struct ipc_neighbor *def, const struct addr *peer, unsigned bits, bool remove)
{
	if (def->md5.n > 0)
		return set_md5(fd, def, peer, bits, remove);
	if (def->ao_algorithm.n == 0)
		return 0;
	if (remove)
		return remove_ao(fd, def, peer, bits);
	return add_ao(fd, def, peer, bits, true);
}

const char *
tcp_key_action(const struct ipc_neighbor *def)
{
	if (def->md5.n > 0)
		return "set the MD5 key";
	if (errno == ENOPROTOOPT)
		return "use tcp-ao: this kernel does not have it (Linux 6.7, CONFIG_TCP_AO)";
	return "set the TCP-AO key";
}

static int
set_keys_out(int fd, const struct ipc_neighbor *def, const struct addr *peer)
{
	if (def->md5.n > 0)
		return set_md5(fd, def, peer, peer->len * 8u, false);
	if (def->ao_algorithm.n > 0)
		return add_ao(fd, def, peer, peer->len * 8u, false);
	return 0;
}

static int
bind_device(int fd, const struct ipc_neighbor *def)
{
	char name[IFNAMSIZ] = { 0 };

	if (def->interface.n == 0)
		return 0;
	if (def->interface.n >= sizeof(name)) {
		errno = ENODEV;
		return -1;
	}
	memcpy(name, def->interface.p, def->interface.n);
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof(name));
}

static int
bind_source(int fd, const struct addr *local)
{
	struct sockaddr_storage sa;
	socklen_t n = addr_to_sockaddr(local, 0, &sa);

	if (local->len == 0)
		return 0;
	if (local->len == 4)
		set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	return bind(fd, (struct sockaddr *)&sa, n);
}

static const char *
prepare(int fd, int family, const struct ipc_neighbor *def, const struct addr *peer,
	const struct addr *local)
{
	if (set_keys_out(fd, def, peer) != 0)
		return tcp_key_action(def);
	if (set_ttls(fd, family, def) != 0)
		return "set the TTL";
	if (bind_device(fd, def) != 0)
		return "bind to the interface";
	if (bind_source(fd, local) != 0)
		return "bind to the local address";
	if (set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) != 0)
		return "set TCP_NODELAY";
	return NULL;
}

int
tcp_connect(const struct ipc_neighbor *def, const struct addr *peer, const struct addr *local,
	const char **what)
{
	struct sockaddr_storage sa;
	socklen_t n = addr_to_sockaddr(peer, def->connect_port, &sa);
	int family = peer->len == 16 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*what = "open a socket";
	if (fd < 0)
		return -1;
	*what = prepare(fd, family, def, peer, local);
	if (*what == NULL) {
		*what = "connect";
		if (connect(fd, (struct sockaddr *)&sa, n) == 0 || errno == EINPROGRESS)
			return fd;
	}
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
tcp_listen(const struct addr *addr, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t n = addr_to_sockaddr(addr, port, &sa);
	int family = addr->len == 16 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
		(family != AF_INET6 || set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == 0) &&
		bind(fd, (struct sockaddr *)&sa, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
tcp_accepted(int fd, const struct ipc_neighbor *def, const struct addr *peer)
{
	int family = peer->len == 16 ? AF_INET6 : AF_INET;

	if (set_ttls(fd, family, def) != 0)
		return -1;
	return set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

int
tcp_names(int fd, struct addr *local, struct addr *remote)
{
	struct sockaddr_storage sa;
	socklen_t n = sizeof(sa);
	uint16_t port;

	if (getsockname(fd, (struct sockaddr *)&sa, &n) != 0 ||
		addr_from_sockaddr((struct sockaddr *)&sa, local, &port) != 0)
		return -1;
	n = sizeof(sa);
	if (getpeername(fd, (struct sockaddr *)&sa, &n) != 0)
		return -1;
	return addr_from_sockaddr((struct sockaddr *)&sa, remote, &port);
}

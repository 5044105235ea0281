"""A small BGP neighbour for tests.

    listener = bgp.Listener('127.77.3.1', 23001)
    session = listener.accept()             # or bgp.connect((host, port), source='127.77.3.2')
    session.establish()                     # mirrors the OPEN received, or establish(asn=65001, ...)
    update = session.wait_update()          # a dict: withdrawn, attributes, nlri, announced, ...
    session.send(bgp.update(nlri=['10.0.0.0/24'], attributes=bgp.attributes([65001], '127.77.3.1')))
    session.close()

A session reads in a thread of its own, so that nothing is lost between two waits, and answers the
hold timer with KEEPALIVEs. Every wait has a deadline and raises Timeout with what was seen.
"""

import ipaddress
import socket
import struct
import threading
import time

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
NAMES = {OPEN: 'OPEN', UPDATE: 'UPDATE', NOTIFICATION: 'NOTIFICATION', KEEPALIVE: 'KEEPALIVE', REFRESH: 'ROUTE-REFRESH'}
MARKER = b'\xff' * 16
EXTENDED = 0x10
DEADLINE = 10.0


class Timeout(AssertionError):
    """What was waited for did not come."""


class Closed(AssertionError):
    """The connection ended before what was waited for."""


def message(kind, body=b''):
    return MARKER + struct.pack('!HB', 19 + len(body), kind) + body


def capability(code, value=b''):
    return bytes([code, len(value)]) + value


def open_message(asn, router_id, hold=180, capabilities=None, families=((1, 1),)):
    """An OPEN; capabilities: a list of (code, value), by default families and 4-byte AS."""
    if capabilities is None:
        capabilities = [(1, struct.pack('!HBB', afi, 0, safi)) for afi, safi in families]
        capabilities.append((65, struct.pack('!I', asn)))
    parameters = b''.join(b'\x02' + bytes([len(c)]) + c for c in (capability(*one) for one in capabilities))
    two = asn if asn < 65536 else 23456
    body = struct.pack('!BHH4sB', 4, two, hold, ipaddress.IPv4Address(router_id).packed, len(parameters))
    return message(OPEN, body + parameters)


def notification(code, subcode, data=b''):
    return message(NOTIFICATION, bytes([code, subcode]) + data)


def keepalive():
    return message(KEEPALIVE)


def route_refresh(afi=1, safi=1, subtype=0):
    return message(REFRESH, struct.pack('!HBB', afi, subtype, safi))


def prefix(text):
    net = ipaddress.ip_network(text)
    return bytes([net.prefixlen]) + net.network_address.packed[:(net.prefixlen + 7) // 8]


def attribute(code, value, flags=0x40):
    if len(value) > 255:
        return struct.pack('!BBH', flags | EXTENDED, code, len(value)) + value
    return bytes([flags, code, len(value)]) + value


def attributes(as_path=(), next_hop=None, origin=0, local_preference=None, med=None, asn4=True, extra=b''):
    """The usual path attributes, in the order of their codes; extra: encoded ones to append."""
    path = b''
    if as_path:
        path = bytes([2, len(as_path)]) + b''.join(struct.pack('!I' if asn4 else '!H', asn) for asn in as_path)
    out = attribute(1, bytes([origin])) + attribute(2, path)
    if next_hop is not None:
        out += attribute(3, ipaddress.IPv4Address(next_hop).packed)
    if med is not None:
        out += attribute(4, struct.pack('!I', med), 0x80)
    if local_preference is not None:
        out += attribute(5, struct.pack('!I', local_preference))
    return out + extra


def mp_reach(afi, safi, next_hop, nlri):
    """MP_REACH_NLRI (RFC 4760): next_hop and nlri are bytes."""
    return attribute(14, struct.pack('!HBB', afi, safi, len(next_hop)) + next_hop + b'\x00' + nlri, 0x80)


def mp_unreach(afi, safi, nlri=b''):
    return attribute(15, struct.pack('!HB', afi, safi) + nlri, 0x80)


def update(nlri=(), withdrawn=(), attributes=b''):  # pylint: disable=redefined-outer-name
    gone = b''.join(prefix(one) for one in withdrawn)
    new = b''.join(prefix(one) for one in nlri)
    return message(UPDATE, struct.pack('!H', len(gone)) + gone + struct.pack('!H', len(attributes)) + attributes + new)


def end_of_rib(afi=1, safi=1):
    return update() if (afi, safi) == (1, 1) else update(attributes=mp_unreach(afi, safi))


def _prefixes(data, size, path_id=False):
    out, at = [], 0
    while at < len(data):
        if path_id:
            at += 4
        bits = data[at]
        used = (bits + 7) // 8
        raw = data[at + 1:at + 1 + used]
        if bits > size * 8 or len(raw) != used:
            raise ValueError('malformed prefix at %d of %s' % (at, data.hex()))
        raw += bytes(size - used)
        address = ipaddress.IPv4Address(raw) if size == 4 else ipaddress.IPv6Address(raw)
        out.append('%s/%d' % (address, bits))
        at += 1 + used
    return out


def parse_open(body):
    version, asn, hold, router_id, length = struct.unpack('!BHH4sB', body[:10])
    capabilities, at = [], 10
    while at < 10 + length:
        kind, size = body[at], body[at + 1]
        value, at = body[at + 2:at + 2 + size], at + 2 + size
        while kind == 2 and value:
            capabilities.append((value[0], value[2:2 + value[1]]))
            value = value[2 + value[1]:]
    for code, value in capabilities:
        if code == 65:
            asn = struct.unpack('!I', value)[0]
    return {
        'version': version,
        'asn': asn,
        'hold': hold,
        'router_id': str(ipaddress.IPv4Address(router_id)),
        'capabilities': capabilities,
    }


def parse_update(body):
    """withdrawn and nlri (IPv4 unicast of the body), attributes {code: value}, and the sums over
    MP_REACH/MP_UNREACH of IPv4 and IPv6 unicast too: announced, gone. end_of_rib: (afi, safi)."""
    size = struct.unpack('!H', body[:2])[0]
    withdrawn, body = body[2:2 + size], body[2 + size:]
    size = struct.unpack('!H', body[:2])[0]
    raw, nlri = body[2:2 + size], body[2 + size:]
    found, at = {}, 0
    while at < len(raw):
        flags, code = raw[at], raw[at + 1]
        head = 4 if flags & EXTENDED else 3
        count = struct.unpack('!H', raw[at + 2:at + 4])[0] if flags & EXTENDED else raw[at + 2]
        found[code] = raw[at + head:at + head + count]
        at += head + count
    out = {'withdrawn': _prefixes(withdrawn, 4), 'nlri': _prefixes(nlri, 4), 'attributes': found, 'end_of_rib': None}
    out['announced'], out['gone'] = list(out['nlri']), list(out['withdrawn'])
    if 14 in found:
        afi, safi, hop = struct.unpack('!HBB', found[14][:4])
        if safi == 1 and afi in (1, 2):
            out['announced'] += _prefixes(found[14][5 + hop:], 4 if afi == 1 else 16)
    if 15 in found:
        afi, safi = struct.unpack('!HB', found[15][:3])
        if safi == 1 and afi in (1, 2):
            out['gone'] += _prefixes(found[15][3:], 4 if afi == 1 else 16)
        if len(found[15]) == 3 and len(found) == 1:
            out['end_of_rib'] = (afi, safi)
    if not withdrawn and not raw and not nlri:
        out['end_of_rib'] = (1, 1)
    return out


class Session:
    """One TCP connection. messages: every (kind, body) received so far, in order."""

    def __init__(self, sock):
        self.sock = sock
        self.messages = []
        self.times = []  # time.monotonic() of each message
        self.closed = None  # why the reader ended
        self.keepalive_every = 0.0
        self.seen = 0  # how many messages wait() handed out
        self._news = threading.Condition()
        self._last_sent = time.monotonic()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(0.2)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        data, why = b'', 'closed'
        while self.closed is None:
            try:
                more = self.sock.recv(262144)
            except socket.timeout:
                self._tick()
                continue
            except OSError as error:
                why = str(error)
                break
            if not more:
                why = 'end of file'
                break
            data = self._split(data + more)
            self._tick()
        with self._news:
            self.closed = self.closed or why
            self._news.notify_all()

    def _tick(self):
        if self.keepalive_every and time.monotonic() - self._last_sent > self.keepalive_every:
            try:
                self.send(keepalive())
            except OSError:
                pass

    def _split(self, data):
        at, now = 0, time.monotonic()
        with self._news:
            while len(data) - at >= 19:
                size, kind = struct.unpack('!HB', data[at + 16:at + 19])
                if len(data) - at < size:
                    break
                self.messages.append((kind, data[at + 19:at + size]))
                self.times.append(now)
                at += size
            self._news.notify_all()
        return data[at:]

    def send(self, data):
        self._last_sent = time.monotonic()
        self.sock.settimeout(DEADLINE)
        self.sock.sendall(data)
        self.sock.settimeout(0.2)

    def wait_for(self, test, timeout=DEADLINE, what='condition'):
        """Waits until test(self) is true (called at each arrival); returns its value."""
        end = time.monotonic() + timeout
        with self._news:
            while True:
                value = test(self)
                if value:
                    return value
                if self.closed is not None:
                    raise Closed('%s: connection %s; seen: %s' % (what, self.closed, self.summary()))
                left = end - time.monotonic()
                if left <= 0:
                    raise Timeout('%s: not within %.1f s; seen: %s' % (what, timeout, self.summary()))
                self._news.wait(left)

    def wait(self, kinds=None, timeout=DEADLINE):
        """The next message not yet handed out by wait(), of one of the kinds (others are passed over)."""

        def fresh(session):
            while session.seen < len(session.messages):
                session.seen += 1
                if kinds is None or session.messages[session.seen - 1][0] in kinds:
                    return session.messages[session.seen - 1]
            return None

        what = 'message' if kinds is None else '/'.join(NAMES.get(kind, str(kind)) for kind in kinds)
        return self.wait_for(fresh, timeout, what)

    def wait_update(self, timeout=DEADLINE, skip_eor=True):
        """The next UPDATE, parsed; End-of-RIB markers are passed over."""
        while True:
            parsed = parse_update(self.wait((UPDATE,), timeout)[1])
            if not (skip_eor and parsed['end_of_rib']):
                return parsed

    def wait_notification(self, timeout=DEADLINE):
        body = self.wait((NOTIFICATION,), timeout)[1]
        return body[0], body[1], body[2:]

    def wait_closed(self, timeout=DEADLINE):
        end = time.monotonic() + timeout
        with self._news:
            while self.closed is None:
                left = end - time.monotonic()
                if left <= 0:
                    raise Timeout('connection still open; seen: %s' % self.summary())
                self._news.wait(left)
            return self.closed

    def updates(self):
        return [parse_update(body) for kind, body in list(self.messages) if kind == UPDATE]

    def routes(self):
        """What a router would now hold: the set of prefixes (IPv4 and IPv6 unicast)."""
        table = {}
        for one in self.updates():
            for net in one['gone']:
                table.pop(net, None)
            for net in one['announced']:
                table[net] = one['attributes']
        return table

    def wait_routes(self, expected, timeout=DEADLINE):
        """Waits until the table holds exactly these prefixes."""
        wanted = set(expected)
        return self.wait_for(lambda s: set(s.routes()) == wanted or None, timeout, 'routes %s' % sorted(wanted)[:8]) if wanted else \
            self.wait_for(lambda s: not s.routes(), timeout, 'no route')

    def establish(self, asn=None, router_id=None, hold=None, capabilities=None, first=False, timeout=DEADLINE):
        """OPEN and KEEPALIVE both ways. Without arguments the OPEN received is mirrored, with its
        router-id plus one. first: send ours before reading theirs (then asn and router_id are needed)."""
        if first:
            self.send(open_message(asn, router_id, 180 if hold is None else hold, capabilities))
        theirs = self.wait((OPEN,), timeout)[1]
        self.remote = parse_open(theirs)
        if not first:
            self._answer_open(theirs, asn, router_id, hold, capabilities)
        self.send(keepalive())
        self.wait((KEEPALIVE,), timeout)
        agreed = min(self.remote['hold'], self.remote['hold'] if hold is None else hold)
        self.keepalive_every = agreed / 3.0 if agreed else 0.0
        return self.remote

    def _answer_open(self, theirs, asn, router_id, hold, capabilities):
        if asn is None and capabilities is None and hold is None:
            number = ipaddress.IPv4Address(router_id).packed if router_id else theirs[5:8] + bytes([(theirs[8] + 1) % 256])
            self.send(message(OPEN, theirs[:5] + number + theirs[9:]))
            return
        mine = router_id or str(ipaddress.IPv4Address(theirs[5:8] + bytes([(theirs[8] + 1) % 256])))
        self.send(open_message(
            self.remote['asn'] if asn is None else asn, mine, self.remote['hold'] if hold is None else hold,
            self.remote['capabilities'] if capabilities is None else capabilities))

    def summary(self):
        counts = {}
        for kind, _ in self.messages:
            counts[NAMES.get(kind, str(kind))] = counts.get(NAMES.get(kind, str(kind)), 0) + 1
        last = [NAMES.get(kind, str(kind)) + ' ' + body.hex()[:64] for kind, body in self.messages[-3:]]
        return '%s; last %s' % (counts, last)

    def close(self):
        self.closed = self.closed or 'closed here'
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join(5)
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Listener:
    """A listening socket, where troupe connects to."""

    def __init__(self, host, port):
        self.sock = socket.create_server((host, port), family=socket.AF_INET6 if ':' in host else socket.AF_INET, backlog=64)
        self.address = self.sock.getsockname()

    def accept(self, timeout=DEADLINE):
        self.sock.settimeout(timeout)
        try:
            return Session(self.sock.accept()[0])
        except socket.timeout:
            raise Timeout('nobody connected to %s within %.1f s' % (self.address[:2], timeout)) from None

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(address, source=None, timeout=DEADLINE):
    """Connects to troupe's listener, retried until the deadline (it may not listen at once)."""
    end = time.monotonic() + timeout
    while True:
        try:
            return Session(socket.create_connection(address, timeout=2, source_address=(source, 0) if source else None))
        except OSError:
            if time.monotonic() > end:
                raise Timeout('cannot connect to %s:%d within %.1f s' % (address[0], address[1], timeout)) from None
            time.sleep(0.05)

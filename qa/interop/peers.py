"""Real BGP daemons of Debian, each started in a folder of its own with two sessions to Troupe.

A peer knows how to answer, from its own command line tool: is the session up, which routes did
Troupe give it (prefix -> attributes), ask for a refresh, reset the session. One session runs over
IPv4, one over IPv6; both carry IPv4 and IPv6 unicast.
"""

import json
import os
import re
import signal
import subprocess
import tempfile

TROUPE_AS, PEER_AS = 65001, 65002
TROUPE4, TROUPE6 = '127.90.0.1', 'fd90::1'
PEER4, PEER6 = '127.90.0.2', 'fd90::2'
OURS4, OURS6 = '198.51.100.0/24', '2001:db8:51::/48'  # what the peer announces
PORT = 20179


def run(*command, timeout=10):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    return done.stdout


class Peer:
    """A daemon: program and configuration come from the subclass."""

    name = ''
    files = {}
    mode = 0o644
    asks_for_refresh = True  # else it keeps what it received and looks at that again
    sends_end_of_rib = True  # also without graceful restart of its own
    pause_after_reset = 0.0  # seconds it refuses connections after a reset of its own

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='interop-%s-' % self.name, dir='/tmp')
        os.chmod(self.folder, 0o777)
        self.process = None
        for file, text in self.files.items():
            path = os.path.join(self.folder, file)
            with open(path, 'w', encoding='utf-8') as handle:
                handle.write(text.format(folder=self.folder, **globals()))
            os.chmod(path, self.mode)

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(os.path.join(self.folder, 'output'), 'ab') as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, start_new_session=True)

    def stop(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(5)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def output(self):
        with open(os.path.join(self.folder, 'output'), encoding='utf-8', errors='replace') as handle:
            return handle.read()

    def originate(self):
        """After the start: announce OURS4 and OURS6, where the configuration does not."""


class Bird(Peer):
    name = 'bird'
    files = {'bird.conf': '''
log stderr all;
router id 10.90.0.2;
protocol device {{ }}
protocol static s4 {{ ipv4; route 198.51.100.0/24 blackhole; }}
protocol static s6 {{ ipv6; route 2001:db8:51::/48 blackhole; }}
template bgp troupe {{
	multihop; strict bind yes; connect delay time 1; connect retry time 1; error wait time 1, 1;
	passive yes; enable extended messages yes;
	ipv4 {{ import all; export where source = RTS_STATIC; next hop address 192.0.2.2; }};
	ipv6 {{ import all; export where source = RTS_STATIC; next hop address 2001:db8::2; }};
}}
protocol bgp t4 from troupe {{ local {PEER4} port {PORT} as {PEER_AS}; neighbor {TROUPE4} as {TROUPE_AS}; }}
protocol bgp t6 from troupe {{ local {PEER6} port {PORT} as {PEER_AS}; neighbor {TROUPE6} as {TROUPE_AS}; }}
'''}

    def command(self):
        return ['/usr/sbin/bird', '-f', '-c', 'bird.conf', '-s', 'ctl', '-P', 'pid']

    def birdc(self, *words):
        return run('/usr/sbin/birdc', '-s', os.path.join(self.folder, 'ctl'), *words)

    def up(self, v6):
        return 'Established' in self.birdc('show', 'protocols', 't6' if v6 else 't4')

    def routes(self, v6):
        found, prefix = {}, None
        for line in self.birdc('show', 'route', 'all', 'protocol', 't6' if v6 else 't4').splitlines():
            match = re.match(r'(\S+/\d+)\s', line)
            prefix = match.group(1) if match else prefix
            match = re.match(r'\s+BGP\.(\w+): (.*)', line)
            if match and prefix:
                found.setdefault(prefix, {})[match.group(1)] = match.group(2)
        return {p: {'med': int(a['med']) if 'med' in a else None, 'next-hop': a.get('next_hop', '').split()[0],
                    'as-path': [int(n) for n in a.get('as_path', '').split()],
                    'community': sorted(re.findall(r'\((\d+),(\d+)\)', a.get('community', '')))}
                for p, a in found.items()}

    def refresh(self, v6):
        self.birdc('reload', 'in', 't6' if v6 else 't4')

    def reset(self, v6):
        self.birdc('restart', 't6' if v6 else 't4')


class Frr(Peer):
    name = 'frr'
    files = {'bgpd.conf': '''
hostname frr
no log monitor
router bgp {PEER_AS}
 bgp router-id 10.90.0.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 coalesce-time 0
 neighbor {TROUPE4} remote-as {TROUPE_AS}
 neighbor {TROUPE4} ebgp-multihop 8
 neighbor {TROUPE4} disable-connected-check
 neighbor {TROUPE4} update-source {PEER4}
 neighbor {TROUPE4} advertisement-interval 0
 neighbor {TROUPE4} timers connect 1
 neighbor {TROUPE4} passive
 neighbor {TROUPE6} remote-as {TROUPE_AS}
 neighbor {TROUPE6} ebgp-multihop 8
 neighbor {TROUPE6} disable-connected-check
 neighbor {TROUPE6} update-source {PEER6}
 neighbor {TROUPE6} advertisement-interval 0
 neighbor {TROUPE6} timers connect 1
 neighbor {TROUPE6} passive
 address-family ipv4 unicast
  network 198.51.100.0/24
  neighbor {TROUPE4} activate
  neighbor {TROUPE6} activate
  neighbor {TROUPE4} soft-reconfiguration inbound
  neighbor {TROUPE6} soft-reconfiguration inbound
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:51::/48
  neighbor {TROUPE4} activate
  neighbor {TROUPE6} activate
  neighbor {TROUPE4} soft-reconfiguration inbound
  neighbor {TROUPE6} soft-reconfiguration inbound
 exit-address-family
'''}

    def command(self):
        return ['/usr/lib/frr/bgpd', '-f', os.path.join(self.folder, 'bgpd.conf'), '-n', '-Z', '-S', '-p', str(PORT),
                '-l', PEER4, '-l', PEER6, '-P', '0', '-i', os.path.join(self.folder, 'pid'), '--vty_socket', self.folder]

    def vtysh(self, *commands):
        words = [word for command in commands for word in ('-c', command)]
        return run('/usr/bin/vtysh', '--vty_socket', self.folder, *words)

    def json(self, command):
        try:
            return json.loads(self.vtysh(command) or '{}')
        except ValueError:
            return {}

    def up(self, v6):
        peers = self.json('show bgp summary json')
        return any(family.get('peers', {}).get(TROUPE6 if v6 else TROUPE4, {}).get('state') == 'Established'
                   for family in peers.values() if isinstance(family, dict))

    def routes(self, v6):
        peer, found = TROUPE6 if v6 else TROUPE4, {}
        for afi in ('ipv4', 'ipv6'):
            for prefix in self.json('show bgp %s unicast neighbors %s received-routes json' % (afi, peer)).get(
                    'receivedRoutes', {}):
                detail = self.json('show bgp %s unicast %s json' % (afi, prefix))
                for path in detail.get('paths', []):
                    if path.get('peer', {}).get('peerId') == peer:
                        found[prefix] = self.attributes(path)
        return found

    @staticmethod
    def attributes(path):
        hops = [hop['ip'] for hop in path.get('nexthops', []) if hop.get('scope', 'global') == 'global']
        words = path.get('community', {}).get('string', '').split()
        return {'med': path.get('med') if path.get('med') else path.get('metric'),
                'next-hop': hops[0] if hops else '',
                'as-path': [int(n) for n in path.get('aspath', {}).get('string', '').split() if n.isdigit()],
                'community': sorted(tuple(word.split(':')) for word in words)}

    def refresh(self, v6):
        for afi in ('ipv4', 'ipv6'):
            self.vtysh('configure', 'router bgp %d' % PEER_AS, 'address-family %s unicast' % afi,
                       'no neighbor %s soft-reconfiguration inbound' % (TROUPE6 if v6 else TROUPE4))
        self.vtysh('clear bgp %s soft in' % (TROUPE6 if v6 else TROUPE4))
        for afi in ('ipv4', 'ipv6'):
            self.vtysh('configure', 'router bgp %d' % PEER_AS, 'address-family %s unicast' % afi,
                       'neighbor %s soft-reconfiguration inbound' % (TROUPE6 if v6 else TROUPE4))

    def reset(self, v6):
        self.vtysh('clear bgp %s' % (TROUPE6 if v6 else TROUPE4))


class GoBgp(Peer):
    name = 'gobgp'
    asks_for_refresh = sends_end_of_rib = False
    pause_after_reset = 30.0
    files = {'gobgp.toml': '''
[global.config]
  as = {PEER_AS}
  router-id = "10.90.0.2"
  port = {PORT}
  local-address-list = ["{PEER4}", "{PEER6}"]
''' + ''.join('''
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{%s}"
    peer-as = {TROUPE_AS}
  [neighbors.transport.config]
    passive-mode = true
    local-address = "{%s}"
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 8
  [neighbors.timers.config]
    connect-retry = 1
    idle-hold-time-after-reset = 1
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
''' % pair for pair in (('TROUPE4', 'PEER4'), ('TROUPE6', 'PEER6')))}
    api = ('127.90.0.3', '20051')

    def command(self):
        return ['/usr/bin/gobgpd', '-f', 'gobgp.toml', '-t', 'toml', '--api-hosts', ':'.join(self.api),
                '--pprof-disable', '-l', 'error']

    def gobgp(self, *words):
        return run('/usr/bin/gobgp', '-u', self.api[0], '-p', self.api[1], *words)

    def json(self, *words):
        try:
            return json.loads(self.gobgp(*words, '-j') or '{}')
        except ValueError:
            return {}

    def originate(self):
        self.gobgp('global', 'rib', 'add', OURS4, 'nexthop', '192.0.2.2')
        self.gobgp('global', 'rib', '-a', 'ipv6', 'add', OURS6, 'nexthop', '2001:db8::2')

    def up(self, v6):
        state = self.json('neighbor', TROUPE6 if v6 else TROUPE4)
        return state.get('state', {}).get('session_state', state.get('state', {}).get('session-state')) in (6, 'established')

    def routes(self, v6):
        found = {}
        for afi in ('ipv4', 'ipv6'):
            table = self.json('neighbor', TROUPE6 if v6 else TROUPE4, 'adj-in', '-a', afi)
            for prefix, paths in (table.items() if isinstance(table, dict) else ()):
                for path in (paths if isinstance(paths, list) else ()):
                    found[prefix] = self.attributes(path.get('attrs', []))
        return found

    @staticmethod
    def attributes(attrs):
        by = {attr['type']: attr for attr in attrs}
        segments = by.get(2, {}).get('as_paths', [])
        words = by.get(8, {}).get('communities', [])
        return {'med': by.get(4, {}).get('metric'),
                'next-hop': by.get(3, by.get(14, {})).get('nexthop', ''),
                'as-path': [n for segment in segments for n in segment.get('asns', [])],
                'community': sorted((str(word >> 16), str(word & 0xffff)) for word in words)}

    def refresh(self, v6):
        self.gobgp('neighbor', TROUPE6 if v6 else TROUPE4, 'softresetin')

    def reset(self, v6):
        self.gobgp('neighbor', TROUPE6 if v6 else TROUPE4, 'reset')


class OpenBgpd(Peer):
    name = 'openbgpd'
    mode = 0o600
    files = {'bgpd.conf': '''
AS {PEER_AS}
router-id 10.90.0.2
fib-update no
listen on {PEER4} port {PORT}
listen on {PEER6} port {PORT}
socket "{folder}/ctl"
network 198.51.100.0/24
network 2001:db8:51::/48
neighbor {TROUPE4} {{
	remote-as {TROUPE_AS}
	local-address {PEER4}
	multihop 8
	passive
	announce IPv4 unicast
	announce IPv6 unicast
}}
neighbor {TROUPE6} {{
	remote-as {TROUPE_AS}
	local-address {PEER6}
	multihop 8
	passive
	announce IPv4 unicast
	announce IPv6 unicast
}}
allow from any
allow to any
'''}

    def command(self):
        os.makedirs('/run/openbgpd', exist_ok=True)
        return ['/usr/sbin/bgpd', '-d', '-f', os.path.join(self.folder, 'bgpd.conf')]

    def bgpctl(self, *words):
        return run('/usr/sbin/bgpctl', '-s', os.path.join(self.folder, 'ctl'), *words)

    def json(self, *words):
        try:
            return json.loads(self.bgpctl('-j', *words) or '{}')
        except ValueError:
            return {}

    def up(self, v6):
        neighbors = self.json('show', 'neighbor', TROUPE6 if v6 else TROUPE4).get('neighbors', [])
        return any(entry.get('state') == 'Established' for entry in neighbors)

    def routes(self, v6):
        peer, found = TROUPE6 if v6 else TROUPE4, {}
        for route in self.json('show', 'rib', 'in', 'neighbor', peer, 'detail').get('rib', []):
            words = route.get('communities', [])
            found[route['prefix']] = {
                'med': route.get('metric') or None, 'next-hop': route.get('exit_nexthop', ''),
                'as-path': [int(n) for n in route.get('aspath', '').split()],
                'community': sorted(tuple(word.split(':')) for word in words)}
        return found

    def refresh(self, v6):
        self.bgpctl('neighbor', TROUPE6 if v6 else TROUPE4, 'refresh')

    def reset(self, v6):
        self.bgpctl('neighbor', TROUPE6 if v6 else TROUPE4, 'clear')


PEERS = {peer.name: peer for peer in (Bird, Frr, GoBgp, OpenBgpd)}

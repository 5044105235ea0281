"""Troupe and the other BGP speakers, each at its best settings, behind one face.

A speaker listens on SPEAKER:port, every neighbor connects to it. A Setup says what it is to do:
how many neighbors, which static routes, which helpers. start(), pids(), stop(); all it needs lies
in a folder of its own. `can` names the workloads a speaker is able to do at all.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), 'system')]

from lib import group  # noqa: E402

SPEAKER = '127.91.0.1'
OUR_AS, PEER_AS, FEEDER_AS = 64512, 64513, 65000
FEEDER = '127.91.0.9'
NEXT_HOP = '192.0.2.1'


def peer_address(number):
    """Neighbors 0, 1, … have consecutive addresses."""
    return '127.91.%d.%d' % (1 + number // 256, number % 256)


def prefix(number):
    """The same numbering as qa/tools/inject."""
    return '%d.%d.%d.%d/32' % (1 + (number >> 20 & 0x7f), number >> 12 & 0xff, number >> 4 & 0xff, (number & 15) << 4 | 1)


@dataclass
class Setup:
    """What a speaker is to do."""

    port: int
    peers: int = 1
    routes: int = 0  # static ones
    helpers: dict = field(default_factory=dict)  # name -> command line
    receive: bool = False  # helpers are told of received UPDATEs
    feeder: bool = False  # one more neighbor, FEEDER, gives the routes


class Speaker:
    """Folder and processes; subclasses write the configuration."""

    name = ''
    program = ''
    slow = False  # takes seconds for what takes others a tenth of one
    can = frozenset()
    window = 0  # connections made at a time, 0: all; some have a listen queue of 5
    through_helper = False  # fan-out: its routes come from a helper, not from its configuration

    def __init__(self, setup):
        self.setup = setup
        self.folder = tempfile.mkdtemp(prefix='bench-%s-' % self.name, dir='/tmp')
        os.chmod(self.folder, 0o777)
        self.processes = []

    @classmethod
    def installed(cls):
        return os.path.exists(cls.program)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, pieces, mode=0o644):
        with open(self.path(name), 'w', encoding='utf-8') as handle:
            handle.writelines(pieces)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def spawn(self, command, env=None, stdout=None):
        with open(self.path('log'), 'ab') as log:
            process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=stdout or log, stderr=log,
                                       cwd=self.folder, start_new_session=True)
        self.processes.append(process)
        return process

    def start(self):
        raise NotImplementedError

    def load(self):
        """Gives it its routes where the configuration is not the best way."""

    def pids(self):
        """Its own processes, by name; not the helpers."""
        found, todo = {}, [(process.pid, self.name) for process in self.processes[:1]]
        while todo:
            pid, name = todo.pop()
            found[pid] = name
            todo += [(child, name) for child in children(pid)]
        helpers = {command.split()[0].rpartition('/')[2] for command in self.setup.helpers.values()}
        return {pid: name for pid, name in found.items() if group.name_of(pid) not in helpers}

    def log(self):
        with open(self.path('log'), encoding='utf-8', errors='replace') as handle:
            return handle.read()[-2000:]

    def stop(self):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(5)
            except (subprocess.TimeoutExpired, ProcessLookupError):
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def children(pid):
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid), encoding='utf-8') as handle:
            return [int(word) for word in handle.read().split()]
    except OSError:
        return []


def exabgp_conf(setup):
    """The language that Troupe and ExaBGP share."""
    for name, command in setup.helpers.items():
        yield 'process %s {\n\trun %s;\n\tencoder %s;\n}\n' % (name, command, 'json' if setup.receive else 'text')
    api = ''
    if setup.helpers:
        api = '\tapi {\n\t\tprocesses [ %s ];\n%s\t}\n' % (
            ' '.join(setup.helpers), '\t\treceive {\n\t\t\tparsed;\n\t\t\tupdate;\n\t\t}\n' if setup.receive else '')
    for number in range(setup.peers):
        yield ('neighbor %s {\n\trouter-id 10.91.0.1;\n\tlocal-address %s;\n\tlocal-as %d;\n\tpeer-as %d;\n\thold-time 180;\n'
               '\tpassive;\n%s\tfamily {\n\t\tipv4 unicast;\n\t}\n%s' % (
                   peer_address(number), SPEAKER, OUR_AS, FEEDER_AS if setup.receive else PEER_AS, '\tadj-rib-in false;\n' if setup.receive else '', api))
        if setup.routes:
            yield '\tstatic {\n'
            for route in range(setup.routes):
                yield '\t\troute %s next-hop %s;\n' % (prefix(route), NEXT_HOP)
            yield '\t}\n'
        yield '}\n'


class Troupe(Speaker):
    name = 'troupe'
    can = frozenset(('inject', 'config', 'receive', 'fanout', 'reaction', 'load', 'bringup', 'restart', 'parse'))
    through_helper = True

    def __init__(self, setup):
        super().__init__(setup)
        env = {'exabgp_api_version': '4', 'exabgp_tcp_bind': SPEAKER, 'exabgp_tcp_port': str(setup.port)}
        self.group = group.Group(list(self.conf()), env=env)

    def conf(self):
        yield ''.join(exabgp_conf(self.setup))

    @classmethod
    def installed(cls):
        return True

    def start(self):
        self.group.start(wait=False)

    def pids(self):
        ours = {pid: name for pid, name in self.group.members().items() if name in ('bgpd', 'ribd', 'apid')}
        ours[self.group.pid] = 'supervise'
        return ours

    def kill(self, name):
        os.kill(self.group.daemon(name), signal.SIGKILL)

    def log(self):
        return self.group.log()[-2000:]

    def stop(self):
        self.group.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class ExaBgp(Speaker):
    """Debian's package, at its fast setting (reactor.speed)."""

    name = 'exabgp'
    program = '/usr/sbin/exabgp'
    slow = True
    can = frozenset(('inject', 'config', 'receive', 'fanout', 'reaction', 'load', 'bringup'))
    through_helper = True

    def start(self):
        conf = self.write('conf', exabgp_conf(self.setup))
        env = dict(os.environ, exabgp_tcp_bind=SPEAKER, exabgp_tcp_port=str(self.setup.port), exabgp_daemon_user='root',
                   exabgp_api_cli='false', exabgp_reactor_speed='0.1', exabgp_log_level='ERR')
        self.spawn([self.program, conf], env=env)


class Bird(Speaker):
    name = 'bird2'
    program = '/usr/sbin/bird'
    can = frozenset(('config', 'fanout', 'bringup'))
    window = 4

    def conf(self):
        yield 'log "%s" { fatal };\nrouter id 10.91.0.1;\nprotocol device { }\n' % self.path('log')
        if self.setup.routes:
            yield 'protocol static { ipv4;\n'
            for route in range(self.setup.routes):
                yield 'route %s blackhole;\n' % prefix(route)
            yield '}\n'
        for number in range(self.setup.peers):
            yield ('protocol bgp p%d { local %s port %d as %d; neighbor %s as %d; multihop; passive yes; strict bind yes; '
                   'hold time 180; ipv4 { import none; export all; next hop address %s; }; }\n' % (
                       number, SPEAKER, self.setup.port, OUR_AS, peer_address(number), PEER_AS, NEXT_HOP))

    def start(self):
        self.spawn([self.program, '-f', '-c', self.write('conf', self.conf()), '-s', self.path('ctl'), '-P', self.path('pid')])
        threading.Thread(target=self.keep_awake, daemon=True).start()

    def keep_awake(self):
        """2.0.12 may sleep up to 3 s with work waiting; a connection to its control socket wakes it."""
        while self.processes[0].poll() is None:
            try:
                with socket.socket(socket.AF_UNIX) as link:
                    link.connect(self.path('ctl'))
            except OSError:
                pass
            time.sleep(0.01)


class OpenBgpd(Speaker):
    """Routes come by its bulk loader: its configuration takes 15 s for 100,000 `network`s."""

    name = 'openbgpd'
    program = '/usr/sbin/bgpctl'
    can = frozenset(('inject', 'fanout', 'bringup'))
    window = 4

    def conf(self):
        yield 'AS %d\nrouter-id 10.91.0.1\nfib-update no\nlisten on %s port %d\nsocket "%s"\n' % (
            OUR_AS, SPEAKER, self.setup.port, self.path('ctl'))
        for number in range(self.setup.peers):
            yield ('neighbor %s {\n\tremote-as %d\n\tlocal-address %s\n\tmultihop 8\n\tpassive\n\tholdtime 180\n'
                   '\tannounce IPv4 unicast\n}\n' % (peer_address(number), PEER_AS, SPEAKER))
        yield 'allow from any\nallow to any\n'

    def start(self):
        os.makedirs('/run/openbgpd', exist_ok=True)
        self.spawn(['/usr/sbin/bgpd', '-d', '-f', self.write('conf', self.conf(), 0o600)])

    def bulk(self, count):
        """The bulk loader with so many prefixes, ended when it has handed over all of them."""
        path = self.write('routes', ('%s\n' % prefix(route) for route in range(count)))
        with open(path, 'rb') as routes:
            subprocess.run([self.program, '-s', self.path('ctl'), 'network', 'bulk', 'add'], stdin=routes, check=True,
                           stdout=subprocess.DEVNULL, timeout=120)

    def load(self):
        group.until(lambda: os.path.exists(self.path('ctl')), 10, 'control socket')
        if self.setup.routes:
            self.bulk(self.setup.routes)


class Frr(Speaker):
    name = 'frr'
    program = '/usr/lib/frr/bgpd'
    can = frozenset(('config', 'fanout', 'bringup'))

    def conf(self):
        yield ('hostname frr\nno log monitor\nrouter bgp %d\n bgp router-id 10.91.0.1\n no bgp ebgp-requires-policy\n'
               ' no bgp network import-check\n coalesce-time 0\n' % OUR_AS)
        for number in range(self.setup.peers):
            for words in ('remote-as %d' % PEER_AS, 'ebgp-multihop 8', 'disable-connected-check', 'update-source ' + SPEAKER,
                          'advertisement-interval 0', 'passive', 'timers 60 180'):
                yield ' neighbor %s %s\n' % (peer_address(number), words)
        yield ' address-family ipv4 unicast\n'
        for route in range(self.setup.routes):
            yield '  network %s\n' % prefix(route)
        yield ' exit-address-family\n'

    def start(self):
        self.spawn([self.program, '-f', self.write('bgpd.conf', self.conf()), '-n', '-Z', '-S', '-p', str(self.setup.port),
                    '-l', SPEAKER, '-P', '0', '-i', self.path('pid'), '--vty_socket', self.folder])


class GoBgp(Speaker):
    """Its routes come from a feeder. Receive: `gobgp monitor global rib -j` writes to the helper."""

    name = 'gobgpd'
    program = '/usr/bin/gobgpd'
    slow = True
    can = frozenset(('fanout', 'bringup', 'receive'))

    def conf(self):
        yield '[global.config]\n  as = %d\n  router-id = "10.91.0.1"\n  port = %d\n  local-address-list = ["%s"]\n' % (
            OUR_AS, self.setup.port, SPEAKER)
        neighbors = [(peer_address(number), FEEDER_AS if self.setup.receive else PEER_AS) for number in range(self.setup.peers)]
        if self.setup.feeder:
            neighbors.append((FEEDER, FEEDER_AS))
        for address, number in neighbors:
            yield ('[[neighbors]]\n  [neighbors.config]\n    neighbor-address = "%s"\n    peer-as = %d\n'
                   '  [neighbors.transport.config]\n    passive-mode = true\n    local-address = "%s"\n'
                   '  [neighbors.ebgp-multihop.config]\n    enabled = true\n    multihop-ttl = 8\n'
                   '  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n      afi-safi-name = "ipv4-unicast"\n'
                   % (address, number, SPEAKER))

    def start(self):
        api = '127.91.0.3:%d' % (self.setup.port + 10000)
        self.spawn([self.program, '-f', self.write('conf', self.conf()), '-t', 'toml', '--api-hosts', api,
                    '--pprof-disable', '-l', 'error'])
        if self.setup.receive:
            self.monitor(api)

    def monitor(self, api):
        host, _, port = api.partition(':')
        group.until(lambda: listening(int(port)), 10, 'API of gobgpd')
        source = self.spawn(['/usr/bin/gobgp', '-u', host, '-p', port, 'monitor', 'global', 'rib', '-j'], stdout=subprocess.PIPE)
        (helper,) = self.setup.helpers.values()
        self.processes.append(subprocess.Popen(helper.split(), stdin=source.stdout, start_new_session=True))

    def pids(self):
        return {process.pid: self.name for process in self.processes[:2]}


def listening(port):
    for table in ('/proc/net/tcp', '/proc/net/tcp6'):
        with open(table, encoding='utf-8') as handle:
            if any(line.split()[1].endswith(':%04X' % port) and line.split()[3] == '0A' for line in handle.readlines()[1:]):
                return True
    return False


SPEAKERS = (Troupe, ExaBgp, GoBgp, Bird, OpenBgpd, Frr)

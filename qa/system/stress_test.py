#!/usr/bin/env python3
"""Fifty helpers at once: valid and invalid commands, some never read, some die, some fork daemons, some print
100 MB. Afterwards: no session flapped, memory is bounded, every command was answered once and rightly, the
peers have exactly the routes of the model, and no process is left.

    stress_test.py                 8 seconds, 2 MB a flood
    stress_test.py --minutes 5     and 100 MB a flood
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

KINDS = ['good'] * 18 + ['mixed'] * 12 + ['mute'] * 5 + ['dying'] * 5 + ['forking'] * 5 + ['flood'] * 5
PEERS = ('127.77.15.11', '127.77.15.12', '127.77.15.13')
PORT = 35180
GROWTH = 24 * 1024  # kB that a daemon may grow after the first third, beside a quarter of what it had
NEIGHBOR = '''
neighbor %s {
	router-id 10.77.0.1; local-address 127.77.15.10; local-as 65001; peer-as 65002; connect %d;
	family { ipv4 unicast; }
	api { processes-match [ "h.*" ]; }
}
'''


def configuration(folder, seconds, megabytes):
    program = os.path.join(folder, 'helper.py')
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib', 'stress_helper.py'), program)
    os.chmod(program, 0o755)
    text = ''
    for index, kind in enumerate(KINDS, 1):
        text += 'process h%d { run %s %s %s %d %s %d %s; encoder text; api-version 4; %s }\n' % (
            index, group.PYTHON, program, kind, index, seconds, megabytes, folder, 'on-exit withdraw;' if kind == 'dying' else '')
    return text + ''.join(NEIGHBOR % (peer, PORT) for peer in PEERS)


def resident(pid):
    with open('/proc/%d/status' % pid, encoding='ascii', errors='replace') as handle:
        return next(int(line.split()[1]) for line in handle if line.startswith('VmRSS'))


class Watch:
    """Resident memory of the daemons, and that they stay the same processes."""

    def __init__(self, g):
        self.pids = {name: g.daemon(name) for name in ('apid', 'ribd', 'bgpd')}
        self.base, self.most = {}, dict.fromkeys(self.pids, 0)

    def look(self, settled):
        for name, pid in self.pids.items():
            now = resident(pid)
            if settled and name not in self.base:
                self.base[name] = now
            self.most[name] = max(self.most[name], now)

    def verdict(self, failures):
        for name, base in self.base.items():
            print('%s: %d kB after a third, %d kB at most' % (name, base, self.most[name]))
            if self.most[name] > base * 1.25 + GROWTH:
                failures.append('%s grew from %d to %d kB' % (name, base, self.most[name]))


def results(folder, wanted, deadline, look):
    """What the helpers that report have written; the others are missing."""
    while time.monotonic() < deadline:
        look()
        done = [name for name in os.listdir(folder) if name.endswith('.json')]
        if len(done) == wanted:
            break
        time.sleep(0.5)
    out = {}
    for name in os.listdir(folder):
        if name.endswith('.json'):
            with open(os.path.join(folder, name), encoding='utf-8') as handle:
                out[int(name[:-5])] = json.load(handle)
    return out


def accounts(found, failures):
    sent = sum(one['sent'] for one in found.values())
    answered = sum(one['answered'] for one in found.values())
    print('%d commands of %d helpers, %d answers' % (sent, len(found), answered))
    for index, one in sorted(found.items()):
        if one['wrong'] or one['sent'] != one['answered']:
            failures.append('helper %d (%s): %d commands, %d answers, wrong: %s' %
                            (index, one['kind'], one['sent'], one['answered'], one['wrong']))


def model(found):
    routes = {}
    for index, kind in enumerate(KINDS, 1):
        if kind == 'mute':
            routes.update(('10.%d.%d.0/24' % (index, number), 3) for number in range(100))
        elif index in found:
            routes.update(found[index]['routes'])
    return routes


def peer_has(session):
    return {prefix: int.from_bytes(attributes.get(4, b''), 'big') for prefix, attributes in session.routes().items()}


def compare(sessions, wanted, failures):
    for peer, session in zip(PEERS, sessions):
        end, has = time.monotonic() + 60, None
        while time.monotonic() < end and session.closed is None:
            has = peer_has(session)
            if has == wanted:
                break
            time.sleep(1)
        if session.closed is not None:
            failures.append('the session of %s ended: %s' % (peer, session.closed))
        elif has != wanted:
            wrong = sorted(set(has.items()) ^ set(wanted.items()))
            failures.append('%s: %d routes instead of %d; differ: %s' % (peer, len(has), len(wanted), wrong[:10]))
    print('%d routes at each of %d peers' % (len(wanted), len(sessions)))


def stress(folder, seconds, megabytes):
    failures, listeners = [], [bgp.Listener(peer, PORT) for peer in PEERS]
    reporting = sum(kind not in ('mute', 'dying') for kind in KINDS)
    with group.Group(configuration(folder, seconds, megabytes)) as g:
        g.start(timeout=60)
        sessions = [listener.accept() for listener in listeners]
        for session in sessions:
            session.establish(asn=65002)
        watch, begin = Watch(g), time.monotonic()
        found = results(folder, reporting, begin + seconds * 2 + 120,
                        lambda: watch.look(time.monotonic() - begin > seconds / 3))
        if len(found) != reporting:
            failures.append('%d helpers of %d reported' % (len(found), reporting))
        accounts(found, failures)
        compare(sessions, model(found), failures)
        watch.verdict(failures)
        if {name: g.daemon(name) for name in watch.pids} != watch.pids:
            failures.append('a daemon was started again')
        g.stop(timeout=30)
        left = g.leftovers()
        if left:
            failures.append('left behind: %s' % left)
        print('%d processes left' % len(left))
    for listener in listeners:
        listener.close()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, help='how long (default: 8 seconds)')
    parser.add_argument('--megabytes', type=int, help='that each flood prints')
    options = parser.parse_args()
    seconds = options.minutes * 60 if options.minutes else 8
    megabytes = options.megabytes if options.megabytes else 100 if options.minutes else 2
    folder = tempfile.mkdtemp(prefix='troupe-stress-', dir='/tmp')
    os.chmod(folder, 0o777)
    try:
        failures = stress(folder, seconds, megabytes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print('FAILED: ' + failure)
    print('%d passed, %d failed' % (not failures, bool(failures)))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())

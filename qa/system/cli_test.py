#!/usr/bin/env python3
"""Operators: sockets and pipes of apid, `troupe run`, and `troupe cli` on a terminal."""

import fcntl
import grp
import json
import os
import pty
import pwd
import re
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

CONF = ''.join('''
neighbor 127.77.13.%d {
	router-id 10.77.0.1; local-address 127.77.13.1; local-as 65001; peer-as 65002; passive true;
	family { ipv4 unicast; }
}''' % last for last in (2, 3))
ENV = {'exabgp_api_cli': 'true', 'exabgp_cli_socket': ''}
VERSION = '{"version": "6.0.0", "application": "exabgp"}'


def started(**env):
    return group.Group(CONF, env=dict(ENV, exabgp_version='6.0.0', **env))


class Connection:
    """A client of a Unix socket: lines out, lines in."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(group.DEADLINE)
        self.sock.connect(path)
        self.stream = self.sock.makefile('r')

    def send(self, text):
        self.sock.sendall(text.encode())

    def line(self):
        return self.stream.readline()

    def ask(self, command):
        """The lines of the answer with the last one."""
        self.send(command + '\n')
        lines = [self.line().rstrip('\n')]
        while lines[-1] not in ('done', 'error', 'shutdown', ''):
            lines.append(self.line().rstrip('\n'))
        return lines

    def close(self):
        self.stream.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Sockets(unittest.TestCase):

    def test_several_clients_and_routes(self):
        with started() as g:
            g.start()
            path = g.run + '/api.sock'
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o660)
            with Connection(path) as one, Connection(path) as two:
                self.assertEqual(one.ask('system version'), [VERSION, 'done'])
                self.assertEqual(two.ask('bogus'), ['error'])
                self.assertEqual(one.ask('peer 127.77.13.2 announce route 10.1.0.0/24 next-hop 192.0.2.1'), ['done'])
                # Every client sees all neighbors and all routes.
                self.assertEqual(two.ask('rib show out'), [
                    '{"127.77.13.2": {"routes": [{"family": "ipv4 unicast", "prefix": "10.1.0.0/24"}]}}', 'done'])
                one.send(''.join('announce route 10.2.%d.0/24 next-hop 192.0.2.1\n' % i for i in range(200)) + 'bogus\n')
                self.assertEqual([one.line() for _ in range(201)], ['done\n'] * 200 + ['error\n'])
                self.assertEqual(one.ask('announce route 10.0.0.0/33 next-hop 192.0.2.1')[-1], 'error')
            g.stop()
            self.assertFalse(os.path.exists(path))

    def test_flags_belong_to_the_connection(self):
        with started() as g:
            g.start()
            with Connection(g.run + '/api.sock') as one, Connection(g.run + '/api.sock') as two:
                self.assertEqual(one.ask('session ack disable'), ['done'])
                one.send('bogus\n')
                self.assertEqual(two.ask('bogus'), ['error'])
                self.assertEqual(one.ask('session ack enable'), ['done'])
                self.assertEqual(one.ask('session sync enable'), ['done'])
                self.assertEqual(one.ask('announce route 10.1.0.0/24 next-hop 192.0.2.1'), ['done'])

    def test_queues(self):
        with started() as g:
            g.start()
            with Connection(g.run + '/api.sock') as one:
                lines = one.ask('system queues')
                self.assertEqual(len(lines), 2)
                rows = json.loads(lines[0])['queues']
                names = [row['queue'] for row in rows]
                for name in ('routes not yet in the journal', 'messages to bgpd', 'connected operators', 'transmit ring of 127.77.13.2'):
                    self.assertIn(name, names)
                self.assertEqual({row['process'] for row in rows}, {'apid', 'ribd', 'bgpd'})
                self.assertEqual([row for row in rows if row['used'] > row['bound']], [])
                # Two questions to two daemons, and still in order.
                one.send('show queues\nsystem version\nbogus\n')
                lines = []
                while 'error\n' not in lines:
                    lines.append(one.line())
                self.assertEqual(lines[-4:], ['done\n', VERSION + '\n', 'done\n', 'error\n'])
                self.assertRegex(lines[0], '^process +queue +used +bound')

    def test_limit(self):
        with started(exabgp_api_max_clients='1') as g:
            g.start()
            with Connection(g.run + '/api.sock') as one:
                self.assertEqual(one.ask('system version')[-1], 'done')
                with Connection(g.run + '/api.sock') as two:
                    self.assertEqual([two.line(), two.line(), two.line()], [
                        'error: maximum concurrent clients reached\n', 'done\n', ''])

    def test_restart_of_apid_and_end(self):
        with started() as g:
            g.start()
            path = g.run + '/api.sock'
            pid = g.daemon('apid')
            with Connection(path) as one:
                self.assertEqual(one.ask('announce route 10.1.0.0/24 next-hop 192.0.2.1'), ['done'])
                os.kill(pid, signal.SIGKILL)
                self.assertEqual(one.line(), '')
            g.daemon('apid', other_than=pid)

            def again():
                try:
                    with Connection(path) as two:
                        return two.ask('rib show out')
                except OSError:
                    return None

            answer = group.until(again, what='a socket')
            self.assertEqual(len(answer), 3)
            with Connection(path) as three:
                three.ask('system version')
                g.stop()
                self.assertEqual([three.line(), three.line()], ['shutdown\n', ''])

    def test_path_and_switch(self):
        with started() as g:
            elsewhere = os.path.join(g.folder, 'here')
            os.mkdir(elsewhere)
            os.chmod(elsewhere, 0o777)
            del g.env['exabgp_cli_socket']
            g.env['exabgp_api_socketpath'] = elsewhere + '/my.sock'
            # A stale one is in the way.
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(elsewhere + '/my.sock')
            os.chmod(elsewhere + '/my.sock', 0o777)
            g.start()
            with Connection(elsewhere + '/my.sock') as one:
                self.assertEqual(one.ask('system version'), [VERSION, 'done'])
            code, out, _ = g.ctl('run', 'system', 'version')
            self.assertEqual((code, out), (0, VERSION + '\n'))
            g.stop()
            self.assertEqual(os.listdir(elsewhere), [])
        with started() as g:
            g.env['exabgp_api_cli'] = 'false'
            g.start()
            self.assertFalse(os.path.exists(g.run + '/api.sock'))
            code, _, err = g.ctl('run', 'system', 'version')
            self.assertEqual(code, 1)
            self.assertIn('exabgp.api.cli', err)

    @unittest.skipUnless(os.geteuid() == 0, 'needs root')
    def test_group(self):
        name = 'users'
        with started(troupe_ctl_group=name) as g:
            g.start()
            gid = grp.getgrnam(name).gr_gid
            for entry in ('api.sock', 'exabgp.in', 'exabgp.out', 'ctl.sock'):
                status = os.stat(os.path.join(g.run, entry))
                self.assertEqual((status.st_gid, stat.S_IMODE(status.st_mode)), (gid, 0o660), entry)
            script = 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b"bogus\\n"); print(s.recv(99))'
            for groups, result in (([gid], 0), ([12345], 1)):
                done = subprocess.run([group.PYTHON, '-c', script, g.run + '/api.sock'], user=23456, group=12345,
                                      extra_groups=groups, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, result, done.stderr)


class Run(unittest.TestCase):

    def test_one_command(self):
        with started() as g:
            g.start()
            for how in ((), ('--pipe',), ('--socket',), ('--pipe', '--pipename', 'exabgp')):
                self.assertEqual(g.ctl('run', *how, 'system', 'version'), (0, VERSION + '\n', ''), how)
            code, out, err = g.ctl('run', 'bogus')
            self.assertEqual((code, out), (0, ''))
            self.assertIn('returns an error', err)
            code, out, err = g.ctl('run', 'd', 'status')
            self.assertEqual((code, err), (0, ''))
            self.assertEqual(out.splitlines()[0], 'command: daemon status')
            self.assertEqual(g.ctl('cli', 'system', 'version'), (0, VERSION + '\n', ''))
            self.assertEqual(g.ctl('run', 'reset'), (0, '', ''))
            self.assertEqual(g.ctl('run')[0], 1)
            self.assertEqual(g.ctl('run', '--pipe', '--pipename', 'none', 'x')[0], 1)
            self.assertEqual(g.ctl('run', '--nonsense', 'x')[0], 2)
            self.assertEqual(g.ctl('--run', g.run, 'run', 'system', 'version')[1], VERSION + '\n')
            g.stop()
            code, _, err = g.ctl('run', 'system', 'version')
            self.assertEqual(code, 1)
            self.assertIn('nothing is running', err)

    def test_batch(self):
        with started() as g:
            g.start()
            path = os.path.join(g.folder, 'batch')
            with open(path, 'w', encoding='utf-8') as handle:
                handle.write('# a comment\n\nsystem version\nbogus\n  a r 10.1.0.0/24 next-hop self\n')
            for how in ((), ('--pipe',)):
                code, out, _ = g.ctl('run', *how, '--batch', path)
                self.assertEqual(code, 0)
                self.assertEqual(out.splitlines(), [
                    '[3] system version', VERSION, '[4] bogus', '[5] a r 10.1.0.0/24 next-hop self',
                    'command: announce route 10.1.0.0/24 next-hop self', 'Batch execution complete: 3 commands, 0 errors'])
            self.assertEqual(g.ctl('run', '--batch', '/nonexistent')[0], 1)

    def test_commands_from_a_file(self):
        with started() as g:
            g.start()
            done = subprocess.run([group.SCRIPT, 'cli'], env=g.env, capture_output=True, text=True, check=False, timeout=group.DEADLINE,
                                  input='system version\njson system version\ntext system version\nexit\nsystem version\n')
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertEqual(done.stdout.splitlines(), [
                VERSION, '{ "version": "6.0.0", "application": "exabgp" }', 'version: 6.0.0', 'application: exabgp'])

    def test_completion(self):
        with started() as g:
            g.start()
            self.assertEqual(g.ctl('cli', '--complete', 'rib show ')[1].split(), ['in', 'out'])
            self.assertEqual(g.ctl('cli', '--complete', 'peer 127.')[1].split(), ['127.77.13.2', '127.77.13.3'])
            self.assertIn('announce', g.ctl('cli', '--complete', 'peer 127.77.13.2 a')[1].split())


class Pipes(unittest.TestCase):

    def test_by_hand(self):
        with started() as g:
            g.start()
            with open(g.run + '/exabgp.in', 'w', encoding='utf-8') as handle:
                handle.write('system version\n')
            with open(g.run + '/exabgp.out', encoding='utf-8') as handle:
                self.assertEqual(handle.read(), VERSION + '\ndone\n')
            # The answer of a client that went away is not taken for the next one's.
            with open(g.run + '/exabgp.in', 'w', encoding='utf-8') as handle:
                handle.write('bogus\n')
            self.assertEqual(g.ctl('run', '--pipe', 'system', 'version'), (0, VERSION + '\n', ''))
            g.stop()
            self.assertFalse(os.path.exists(g.run + '/exabgp.in'))


    @unittest.skipUnless(os.geteuid() == 0 and shutil.which('exabgpcli') and os.path.isdir('/run/exabgp'), 'needs root and exabgp')
    def test_command_line_of_exabgp(self):
        """Debian's exabgpcli, with pipes that the administrator made."""
        name = 'troupe-test-%d' % os.getpid()
        owner = os.stat('/run/exabgp')
        pipes = ['/run/exabgp/%s.%s' % (name, way) for way in ('in', 'out')]
        for path in pipes:
            os.mkfifo(path, 0o600)
            os.chown(path, owner.st_uid, owner.st_gid)
        try:
            with started(exabgp_api_pipename=name, exabgp_api_version='4', exabgp_daemon_user=pwd.getpwuid(owner.st_uid).pw_name) as g:
                g.start()

                def ask(*words):
                    done = subprocess.run(['exabgpcli', *words], env=g.env, capture_output=True, text=True, timeout=20, check=False)
                    return done.stdout.strip(), done.stderr

                self.assertEqual(ask('version'), ('exabgp 6.0.0', ''))
                self.assertEqual(ask('announce route 10.9.0.0/24 next-hop 1.2.3.4'), ('', ''))
                self.assertIn('127.77.13.2 ipv4 unicast 10.9.0.0/24', ask('show', 'adj-rib', 'out')[0])
                self.assertIn('error', ask('bogus')[1])
                g.stop()
                self.assertTrue(os.path.exists(pipes[0]))
        finally:
            for path in pipes:
                os.unlink(path)


class Terminal:
    """`troupe cli` on a terminal of ours."""

    def __init__(self, g, **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(group.SCRIPT, [group.SCRIPT, 'cli'], dict(g.env, TERM='dumb', HOME=g.folder, PAGER="sed s/^/PAGED:/", **env))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 120, 0, 0))
        self.text = ''

    def expect(self, pattern, timeout=group.DEADLINE):
        """Reads until the pattern comes; what was read since the last one."""
        end = time.monotonic() + timeout
        while True:
            match = re.search(pattern, self.text)
            if match:
                before, self.text = self.text[:match.end()], self.text[match.end():]
                return before
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise group.Timeout('%r not in %r' % (pattern, self.text))
            try:
                self.text += os.read(self.fd, 65536).decode(errors='replace').replace('\r', '')
            except OSError:
                raise group.Timeout('ended before %r: %r' % (pattern, self.text)) from None

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        """The status, once it has ended by itself."""
        ended = group.until(lambda: [pair for pair in [os.waitpid(self.pid, os.WNOHANG)] if pair[0]], what='end')
        os.close(self.fd)
        return ended[0][1]


class Interactive(unittest.TestCase):

    def test_a_session(self):
        with started() as g:
            g.start()
            t = Terminal(g)
            t.expect('Connected to .*version 6.0.0')
            t.expect('troupe> ')
            t.type('system ver\t\n')
            self.assertIn('{ "version": "6.0.0", "application": "exabgp" }', t.expect('}\ntroupe> '))
            t.type('set display text\npeer list\n')
            self.assertRegex(t.expect(r'127\.77\.13\.3.*\ntroupe> '), r'peer-address +peer-as +state\n127\.77\.13\.2 +65002 ')
            t.type('a r 10.1.0.0/24 next-hop self\n')
            t.expect('command: announce route 10.1.0.0/24 next-hop self\ndone\ntroupe> ')
            t.type('bogus\n')
            t.expect('Error: .*\ntroupe> ')
            t.type('half a line\x03')
            t.expect('troupe> ')
            t.type('peer \t\t')
            t.expect(r'127\.77\.13\.2 +127\.77\.13\.3')
            t.type('\x15help\n')
            t.expect('PAGED: +rib show out')
            t.type('history\n')
            self.assertIn('peer list', t.expect('history\ntroupe> $'))
            t.type('exit\n')
            self.assertEqual(t.close(), 0)
            path = os.path.join(g.folder, '.troupe_history')
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_connection_comes_back(self):
        with started(exabgp_cli_history='false') as g:
            g.start()
            t = Terminal(g)
            t.expect('troupe> ')
            pid = g.daemon('apid')
            os.kill(pid, signal.SIGKILL)
            g.daemon('apid', other_than=pid)
            group.until(lambda: g.ctl('run', 'system', 'version')[0] == 0, what='service')
            t.type('system version\n')
            t.expect('Connected again')
            t.expect('"version": "6.0.0"')
            g.stop()
            t.type('\x04')
            self.assertEqual(t.close(), 0)
            self.assertFalse(os.path.exists(os.path.join(g.folder, '.troupe_history')))


if __name__ == '__main__':
    unittest.main()

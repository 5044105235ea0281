#!/usr/bin/env python3
"""The health check alone: its commands on a pipe, its answers on another."""

import getpass
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

PROGRAM = os.path.join(group.BUILD, 'healthcheck')
PATIENCE = 10
FAST = ['--no-syslog', '--no-ip-setup', '--interval', '0.05', '--fast-interval', '0.02']
UP = 'peer * announce route 10.0.0.1/32 next-hop self med 100'
DOWN = 'peer * announce route 10.0.0.1/32 next-hop self med 1000'
DISABLED = 'peer * announce route 10.0.0.1/32 next-hop self med 500'
WITHDRAW = 'peer * withdraw route 10.0.0.1/32 next-hop self'


class Check:
    """The running program; `answer` is what it is told after each line (None: nothing)."""

    def __init__(self, *options, answer='done\n', base=FAST, ips=('10.0.0.1',), prefix=(), env=None):
        self.answer = answer
        self.log = tempfile.TemporaryFile()
        arguments = list(base) + [word for ip in ips for word in ('--ip', ip)] + list(options)
        self.process = subprocess.Popen([*prefix, PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, env=dict(os.environ, **(env or {})))
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.log):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode().rstrip('\n'))
            if self.answer is not None:
                try:
                    self.process.stdin.write(self.answer.encode())
                    self.process.stdin.flush()
                except (BrokenPipeError, ValueError):
                    pass
        self.lines.put(None)

    def next(self):
        """The next command; None at the end of the stream."""
        return self.lines.get(timeout=PATIENCE)

    def rest(self):
        found = []
        while True:
            line = self.next()
            if line is None:
                return found
            found.append(line)

    def silent(self, seconds=0.3):
        try:
            return self.lines.get(timeout=seconds)
        except queue.Empty:
            return True

    def stop(self, number=signal.SIGTERM):
        """Sends the signal; (status, the commands until the end)."""
        self.process.send_signal(number)
        lines = self.rest()
        return self.process.wait(PATIENCE), lines

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()


class Case(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='troupe-hc-', dir='/tmp')
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as handle:
            handle.write(text)
        return self.path(name)

    def content(self, name):
        try:
            with open(self.path(name), encoding='utf-8') as handle:
                return handle.read()
        except FileNotFoundError:
            return ''

    def until(self, condition):
        group.until(condition, what=self.id)


class States(Case):

    def test_up_and_exit(self):
        with Check('--rise', '3', '--command', 'true', ips=('10.0.0.1', '10.0.0.2/32')) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.next(), 'peer * announce route 10.0.0.2/32 next-hop self med 101')
            self.assertEqual(c.stop(), (0, [WITHDRAW, 'peer * withdraw route 10.0.0.2/32 next-hop self']))
            self.assertIn('INIT -> RISING', c.said())
            self.assertIn('RISING -> UP', c.said())

    def test_every_signal_withdraws(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with Check('--rise', '1') as c:
                self.assertEqual(c.next(), UP)
                self.assertEqual(c.stop(number), (0, [WITHDRAW]))

    def test_rise_counts_runs_of_the_check(self):
        command = 'echo >>%s; true' % self.path('runs')
        with Check('--rise', '4', '--interval', '60', '--command', command) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(self.content('runs'), '\n' * 4)

    def test_fall_counts_and_one_good_check_starts_over(self):
        self.write('script', 'ok\nok\nbad\nok\nbad\nbad\nbad\n')
        command = ('line=$(head -n 1 %(script)s); sed -i 1d %(script)s; echo >>%(runs)s; '
                   'test "$line" = ok' % {'script': self.path('script'), 'runs': self.path('runs')})
        with Check('--rise', '2', '--fall', '3', '--command', command, '--withdraw-on-down') as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.next(), WITHDRAW)
            self.assertGreaterEqual(len(self.content('runs')), 7)
            for way in ('UP -> FALLING', 'FALLING -> RISING', 'RISING -> FALLING', 'FALLING -> DOWN'):
                self.assertIn(way, c.said())

    def test_down_raises_the_metric(self):
        with Check('--fall', '1', '--command', 'false') as c:
            self.assertEqual(c.next(), DOWN)
            self.assertEqual(c.stop(), (0, [WITHDRAW]))

    def test_debounce_is_the_default(self):
        with Check('--rise', '1') as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.silent(), True)

    def test_no_debounce_repeats(self):
        with Check('--rise', '1', '--no-debounce') as c:
            for _ in range(4):
                self.assertEqual(c.next(), UP)

    def test_disable_file(self):
        off = self.path('off')
        options = ['--rise', '1', '--disable', off, '--community', '65000:1 65000:2', '--disabled-community', '65000:9']
        with Check(*options) as c:
            self.assertEqual(c.next(), UP + ' community [ 65000:1 65000:2 ]')
            self.write('off', '')
            self.assertEqual(c.next(), DISABLED + ' community [ 65000:9 ]')
            os.unlink(off)
            self.assertEqual(c.next(), UP + ' community [ 65000:1 65000:2 ]')
            self.assertIn('DISABLED -> INIT', c.said())

    def test_disabled_from_the_start_runs_no_check(self):
        off = self.write('off', '')
        with Check('--disable', off, '--withdraw-on-down', '--command', 'touch ' + self.path('ran')) as c:
            self.assertEqual(c.next(), WITHDRAW)
            self.assertEqual(c.silent(), True)
        self.assertFalse(os.path.exists(self.path('ran')))

    def test_interval_0_ends_without_withdrawal(self):
        with Check('--interval', '0', '--rise', '2') as c:
            self.assertEqual(c.rest(), [UP])
            self.assertEqual(c.process.wait(PATIENCE), 0)

    def test_interval_0_reports_a_refusal(self):
        with Check('--interval', '0', '--rise', '1', answer='error: no such thing\nerror\n') as c:
            self.assertEqual(c.rest(), [UP])
            self.assertEqual(c.process.wait(PATIENCE), 1)


class Lines(Case):

    def test_all_attributes(self):
        with Check('--deaggregate-networks', '--start-ip', '1', '--up-metric', '10', '--increase', '5', '--next-hop',
                   '192.0.2.1', '--local-preference', '200', '--community', '65000:1', '--extended-community',
                   'target:65000:1', '--large-community', '65000:1:2', '--as-path', '65001 65002', '--path-id', '7',
                   '--neighbor', '10.0.0.1', '--neighbor', '10.0.0.2', '--rise', '1', ips=('10.0.0.0/30',)) as c:
            line = ('peer [10.0.0.1, 10.0.0.2] announce route 10.0.0.%d/32 next-hop 192.0.2.1 med %d local-preference 200 '
                    'community [ 65000:1 ] extended-community [ target:65000:1 ] large-community [ 65000:1:2 ] '
                    'as-path [ 65001 65002 ] path-information 7')
            for host, med in ((1, 10), (2, 15), (3, 20), (0, 25)):
                self.assertEqual(c.next(), line % (host, med))
            withdraw = 'peer [10.0.0.1, 10.0.0.2] withdraw route 10.0.0.%d/32 next-hop 192.0.2.1 path-information 7'
            self.assertEqual(c.stop(), (0, [withdraw % host for host in (1, 2, 3, 0)]))

    def test_neighbor_selectors(self):
        for options, prefix in ((['--neighbor', '192.0.2.1'], 'peer 192.0.2.1'),
                                (['--neighbor', '2001:db8::1', '--neighbor', '*'], 'peer *')):
            with Check('--rise', '1', *options) as c:
                self.assertEqual(c.next(), UP.replace('peer *', prefix))

    def test_as_path_of_the_state(self):
        options = ['--as-path', '1', '--down-as-path', '2 2', '--fall', '1', '--command', 'false']
        with Check(*options) as c:
            self.assertEqual(c.next(), DOWN + ' as-path [ 2 2 ]')

    def test_ipv6(self):
        with Check('--rise', '1', ips=('2001:DB8::/64',)) as c:
            self.assertEqual(c.next(), 'peer * announce route 2001:db8::/64 next-hop self med 100')


class Runs(Case):

    def test_time_out_kills_the_group(self):
        command = 'sleep 60 & echo $! >%s; sleep 60; true' % self.path('pid')
        with Check('--fall', '1', '--timeout', '0.2', '--command', command) as c:
            self.assertEqual(c.next(), DOWN)
            pid = int(self.content('pid').split()[-1])
            self.until(lambda: group.name_of(pid) != 'sleep')
            self.assertIn('time-out', c.said())

    def test_sigterm_ends_a_check(self):
        command = 'echo $$ >%s; exec sleep 60' % self.path('pid')
        with Check('--timeout', '0', '--command', command) as c:
            self.until(lambda: self.content('pid') != '')
            self.assertEqual(c.stop(), (0, [WITHDRAW]))
            pid = int(self.content('pid'))
            self.until(lambda: group.name_of(pid) != 'sleep')

    def test_background_processes_are_not_waited_for(self):
        command = 'sleep 60 & echo $! >>%s; true' % self.path('pids')
        with Check('--rise', '2', '--interval', '60', '--command', command) as c:
            self.assertEqual(c.next(), UP)
        for pid in self.content('pids').split():
            os.kill(int(pid), signal.SIGKILL)

    def test_exec_has_no_shell(self):
        with Check('--rise', '1', '--exec', '/usr/bin/test', '$HOME', '=', '$HOME') as c:
            self.assertEqual(c.next(), UP)

    def test_missing_program_is_a_failure(self):
        with Check('--fall', '2', '--exec', '/no/such/program') as c:
            self.assertEqual(c.next(), DOWN)
            self.assertIn('not started: No such file', c.said())

    def test_much_output(self):
        with Check('--rise', '1', '--command', 'yes | head -c 1000000') as c:
            self.assertEqual(c.next(), UP)

    def test_hooks(self):
        log = self.path('log')
        with Check('--rise', '2', '--execute', 'echo all $STATE >>' + log, '--up-execute', 'echo up $STATE >>' + log,
                   '--down-execute', 'echo down $STATE >>' + log, env={'STATE': 'mine'}) as c:
            self.assertEqual(c.next(), UP)
            # Before the announcement, the own hook of the state first; not at the end.
            self.assertEqual(self.content('log'), 'all RISING\nup UP\nall UP\n')
            c.stop()
            self.assertEqual(self.content('log'), 'all RISING\nup UP\nall UP\n')

    def test_a_hook_that_hangs_delays_but_does_not_stop(self):
        with Check('--fall', '1', '--command', 'false', '--execute', 'sleep 60', '--execute-timeout', '0.2') as c:
            self.assertEqual(c.next(), DOWN)

    def test_drain_command_runs_after_the_withdrawal(self):
        off = self.path('off')
        log = self.path('log')
        with Check('--rise', '1', '--disable', off, '--withdraw-on-down', '--drain-command', 'echo $STATE >>' + log) as c:
            self.assertEqual(c.next(), UP)
            c.answer = None
            self.write('off', '')
            self.assertEqual(c.next(), WITHDRAW)
            time.sleep(0.2)
            self.assertEqual(self.content('log'), '')
            c.process.stdin.write(b'done\n')
            c.process.stdin.flush()
            self.until(lambda: self.content('log') == 'DISABLED\n')
            c.answer = 'done\n'
            # Not serving any more: there is nothing left to drain.
            self.assertEqual(c.stop(), (0, [WITHDRAW]))
            self.assertEqual(self.content('log'), 'DISABLED\n')

    def test_drain_command_at_the_end(self):
        log = self.path('log')
        with Check('--rise', '1', '--drain-command', 'echo $STATE >>' + log) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.stop(), (0, [WITHDRAW]))
            self.assertEqual(self.content('log'), 'EXIT\n')


class Answers(Case):

    def test_a_refused_announcement_is_repeated(self):
        with Check('--rise', '1', answer='error: no neighbor\nerror\n') as c:
            self.assertEqual(c.next(), UP)
            c.answer = 'done\n'
            self.assertEqual(c.next(), UP)
            self.assertIn('no neighbor', c.said())

    def test_events_and_json_answers(self):
        with Check('--rise', '1', answer='{ "type": "state" }\n\n{ "answer": "done" }\n') as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.silent(), True)
            self.assertEqual(c.stop(), (0, [WITHDRAW]))

    def test_no_answers_do_not_stop_the_checks(self):
        self.write('ok', '')
        with Check('--rise', '1', '--fall', '1', '--command', 'test -e ' + self.path('ok'), answer=None) as c:
            self.assertEqual(c.next(), UP)
            os.unlink(self.path('ok'))
            self.assertEqual(c.next(), DOWN)
            self.assertEqual(c.stop(), (0, [WITHDRAW]))

    def test_no_ack_does_not_wait(self):
        with Check('--rise', '1', '--no-ack', answer=None) as c:
            self.assertEqual(c.next(), UP)
            start = time.monotonic()
            self.assertEqual(c.stop(), (0, [WITHDRAW]))
            self.assertLess(time.monotonic() - start, 0.8)

    def test_end_of_answers_changes_nothing(self):
        self.write('ok', '')
        with Check('--rise', '1', '--fall', '1', '--command', 'test -e ' + self.path('ok'), answer=None) as c:
            self.assertEqual(c.next(), UP)
            c.process.stdin.close()
            os.unlink(self.path('ok'))
            self.assertEqual(c.next(), DOWN)

    def test_service_gone(self):
        read, write = os.pipe()
        process = subprocess.Popen([PROGRAM, *FAST, '--ip', '10.0.0.1'], stdin=subprocess.DEVNULL, stdout=write,
                                   stderr=subprocess.DEVNULL)
        os.close(write)
        os.close(read)
        try:
            self.assertEqual(process.wait(PATIENCE), 1)
        finally:
            process.kill()
            process.wait()

    def test_a_service_that_does_not_read_is_not_flooded(self):
        read, write = os.pipe()
        ips = [word for i in range(256) for word in ('--ip', '10.0.%d.0/24' % i)]
        process = subprocess.Popen([PROGRAM, *FAST, '--rise', '1', '--no-debounce', *ips], stdin=subprocess.DEVNULL,
                                   stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        try:
            for line in process.stderr:
                if b'does not read' in line:
                    break
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE), 0)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()
            os.close(read)


class Configuration(Case):

    def test_file(self):
        conf = self.write('conf', '# comment\n\n  name = web\nno-syslog\nno-ip-setup\n interval=0\nrise = 9\n'
                          'ip = 10.0.0.1/32\nexec = /bin/sh -c "test 1 = 1"\ncommunity = 65000:1 no-export\n')
        with Check('--config', conf, '--rise', '1', '-f0.01', base=(), ips=('10.0.0.2',)) as c:
            self.assertEqual(c.next(), UP + ' community [ 65000:1 no-export ]')
            self.assertEqual(c.next(), 'peer * announce route 10.0.0.2/32 next-hop self med 101 community [ 65000:1 no-export ]')
            self.assertEqual(c.next(), None)

    def refused(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ''))
        return done.stderr

    def test_errors_have_a_place(self):
        for text, found in (('interval = 5\nrise = many\n', ':2: --rise: expected a number, found "many"'),
                            ('ip = 10.0.0.1/8\n', ':1: --ip: '), ('--debug\n', ':1: expected the name'),
                            ('debug = true\n', ':1: --debug takes no value'), ('nothing\n', ':1: there is no option'),
                            ('exec = "a\n', ':1: --exec: expected a closing quote'),
                            ('config = /other\n', 'another one'), ('x' * 5000, ':1: the line is too long')):
            conf = self.write('conf', text)
            message = self.refused('--config', conf)
            self.assertIn(conf, message)
            self.assertIn(found, message)
        self.assertIn('No such file', self.refused('--config', self.path('none')))

    def test_bad_options(self):
        for arguments, found in ((['--interval', '-1'], '--interval: expected'), (['--community', '1:1\nrun'], 'control'),
                                 (['--neighbor', 'a'], 'an address or *'), (['--di', 'x'], 'may be'),
                                 (['--silent', '--no-syslog'], 'exclude'), (['word'], 'expected an option'),
                                 (['-c', 'true', '--exec', 'true'], 'exclude'), (['--name'], 'expected a value'),
                                 (['--label', 'x' * 13], '--label'), (['--ip-ifname', '10.0.0.1%'], 'INTERFACE')):
            self.assertIn(found, self.refused(*arguments))

    def test_short_options_and_abbreviations(self):
        with Check('-sF', 'local3', '-aN', '192.0.2.1', '-i60', '-f.01', '--ris=1', '--cmd', 'true', '--no-ip',
                   '--withd', base=(), answer=None) as c:
            self.assertEqual(c.next(), UP.replace('self', '192.0.2.1'))

    def test_help(self):
        done = subprocess.run([PROGRAM, '--help'], capture_output=True, text=True, timeout=PATIENCE, check=True)
        self.assertIn('--withdraw-on-down', done.stdout)

    def test_pid_file(self):
        with Check('--rise', '1', '--pid', self.path('pid')) as c:
            c.next()
            self.assertEqual(self.content('pid'), '%d\n' % c.process.pid)
            c.stop()
            self.assertFalse(os.path.exists(self.path('pid')))

    @unittest.skipUnless(os.geteuid() == 0, 'root only')
    def test_user(self):
        with Check('--rise', '1', '--user', 'nobody') as c:
            c.next()
            self.assertEqual(os.stat('/proc/%d' % c.process.pid).st_uid, 65534)
        with Check('--user', 'no-such-user') as c:
            self.assertEqual(c.rest(), [WITHDRAW])
            self.assertEqual(c.process.wait(PATIENCE), 1)


def own_network():
    """True when a network of our own can be made for a process."""
    done = subprocess.run(['unshare', '-rn', 'ip', 'link', 'set', 'lo', 'up'], capture_output=True, check=False)
    return done.returncode == 0


@unittest.skipUnless(shutil.which('ip') and shutil.which('unshare') and own_network(), 'no network namespaces')
class Addresses(Case):
    BASE = ['--no-syslog', '--interval', '0.05', '--fast-interval', '0.02', '--rise', '1', '--fall', '1']

    def check(self, *options, before='', **kwargs):
        """In a network of its own; the addresses it leaves behind are in the file `left`."""
        shell = ('exec 3<&0; ip link set lo up; %s trap \'kill -TERM $pid\' TERM; "$0" "$@" <&3 & pid=$!; '
                 'wait $pid; wait $pid; code=$?; ip -o address show dev lo >%s; exit $code' % (before, self.path('left')))
        return Check(*options, base=self.BASE, prefix=('unshare', '-rn', 'sh', '-c', shell), **kwargs)

    def addresses(self, c):
        """The addresses of the loopback as the process sees them, with their labels."""
        done = subprocess.run(['nsenter', '-t', str(c.process.pid), '-U', '-n', '--preserve-credentials', 'ip', '-o',
                               'address', 'show', 'dev', 'lo'], capture_output=True, text=True, check=True)
        found = re.findall(r'inet6? (\S+) .*?(?: (lo:\w+)|)\\', done.stdout)
        return sorted((' '.join(pair)).strip() for pair in found if pair[0] not in ('127.0.0.1/8', '::1/128'))

    def test_set_up_and_removal(self):
        probe = 'ip -o address show dev lo >>%s' % self.path('seen')
        with self.check('--label', 'web', '--drain-command', probe, ips=('10.0.0.0/31', '2001:db8::1')) as c:
            self.assertEqual(c.next(), 'peer * announce route 10.0.0.0/31 next-hop self med 100')
            c.next()
            self.assertEqual(self.addresses(c), ['10.0.0.0/32 lo:web', '10.0.0.1/32 lo:web', '2001:db8::1/128'])
            self.assertEqual(c.stop()[0], 0)
            # The drain command still saw them: they go last.
            self.assertEqual(self.content('seen').count(' 10.0.0.'), 2)
            self.assertEqual(self.content('left').count(' 10.0.0.'), 0)
            self.assertNotIn('ip address', c.said())

    def test_an_address_that_was_there_stays(self):
        with self.check(before='ip address add 10.0.0.1/32 dev lo;') as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.stop(), (0, [WITHDRAW]))
            self.assertEqual(self.content('left').count(' 10.0.0.1/32'), 1)

    def test_dynamic(self):
        self.write('ok', '')
        with self.check('--dynamic-ip-setup', '--command', 'test -e ' + self.path('ok')) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(self.addresses(c), ['10.0.0.1/32'])
            c.answer = None
            os.unlink(self.path('ok'))
            # Withdrawn first; the address goes when that is answered.
            self.assertEqual(c.next(), WITHDRAW)
            time.sleep(0.2)
            self.assertEqual(self.addresses(c), ['10.0.0.1/32'])
            c.answer = 'done\n'
            c.process.stdin.write(b'done\n')
            c.process.stdin.flush()
            self.until(lambda: self.addresses(c) == [])
            self.write('ok', '')
            self.assertEqual(c.next(), UP)
            self.assertEqual(self.addresses(c), ['10.0.0.1/32'])
            self.assertEqual(c.stop(), (0, [WITHDRAW]))

    def test_discovery(self):
        before = ('ip address add 10.0.0.1/32 dev lo label lo:web1; ip address add 10.0.1.0/24 dev lo label lo:web2; '
                  'ip address add 10.0.2.1/24 dev lo label lo:dns;')
        with self.check('--label', 'web', before=before, ips=()) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(c.next(), 'peer * announce route 10.0.1.0/24 next-hop self med 101')
            self.assertEqual(c.silent(), True)
        with self.check('--label', 'dns', '--label-exact-match', before=before, ips=()) as c:
            self.assertEqual(c.next(), 'peer * announce route 10.0.2.1/32 next-hop self med 100')

    def test_nothing_to_announce(self):
        with self.check(ips=()) as c:
            self.assertEqual(c.rest(), [])
            self.assertEqual(c.process.wait(PATIENCE), 1)
            self.assertIn('No IP found', c.said())

    def test_an_address_that_cannot_be_added(self):
        with self.check('--ip-ifname', '10.0.0.1%nothere') as c:
            self.assertEqual(c.rest(), [WITHDRAW])
            self.assertEqual(c.process.wait(PATIENCE), 1)
            self.assertIn('--no-ip-setup', c.said())

    def test_another_interface(self):
        before = 'ip link add d0 type dummy || ip link add d0 type bridge; ip link set d0 up;'
        with self.check('--ip-ifname', '10.0.0.1/32%d0', before=before) as c:
            self.assertEqual(c.next(), UP)
            self.assertEqual(self.addresses(c), [])


CONF = """
process web { run %s %s; encoder %s; }
neighbor 127.77.11.2 { router-id 10.77.0.1; local-address 127.77.11.1; local-as 1; peer-as 1; passive true; listen 31002;
	api { processes [ web ]; } }
neighbor 127.77.11.3 { router-id 10.77.0.1; local-address 127.77.11.1; local-as 1; peer-as 2; passive true; listen 31003;
	api { processes [ web ]; } }
"""


class InGroup(Case):
    """As a helper of the real group."""

    def routes(self, g):
        code, out, err = g.ctl('api', 'show', 'adj-rib', 'out')
        self.assertEqual((code, err), (0, ''))
        return sorted(re.findall(r'^(\S+) ipv4 unicast (\S+)$', out, re.M))

    def group(self, options, encoder='text', version='4'):
        # Helpers run as daemon.user, for whom the build may be out of reach.
        env = {'exabgp_api_version': version, 'exabgp_daemon_user': getpass.getuser()}
        options = ' '.join(['--no-syslog --no-ip-setup --interval 0.05 --rise 1 --ip 10.0.0.1', *options])
        return group.Group(CONF % (PROGRAM, options, encoder), env=env)

    def test_both_versions_and_encoders(self):
        off = self.path('off')
        for version, encoder, options, found in (
                ('4', 'text', [], ['127.77.11.2', '127.77.11.3']),
                ('6', 'json', ['--neighbor 127.77.11.3'], ['127.77.11.3']),
                ('4', 'json', ['--neighbor 127.77.11.2 --neighbor 127.77.11.3'], ['127.77.11.2', '127.77.11.3']),
                ('6', 'text', ['--neighbor 127.77.11.2 --neighbor 127.77.11.3'], ['127.77.11.2', '127.77.11.3'])):
            with self.subTest(version=version, encoder=encoder, options=options), self.group(
                    options + ['--withdraw-on-down --disable ' + off], encoder, version) as g:
                g.start()
                self.until(lambda: self.routes(g) == [(peer, '10.0.0.1/32') for peer in found])
                self.write('off', '')
                self.until(lambda: self.routes(g) == [])
                os.unlink(off)
                self.assertNotIn('refused', g.log())

    def test_detached_it_withdraws(self):
        with self.group([]) as g:
            g.start()
            self.until(lambda: len(self.routes(g)) == 2)
            code, out, err = g.ctl('attach', 'more', '--encoder', 'text', '--', PROGRAM, '--no-syslog', '--no-ip-setup', '--rise',
                                   '1', '--ip', '10.0.0.9')
            self.assertEqual(code, 0, out + err)
            self.until(lambda: len(self.routes(g)) == 4)
            self.assertEqual(g.ctl('detach', 'more')[0], 0)
            self.until(lambda: self.routes(g) == [('127.77.11.2', '10.0.0.1/32'), ('127.77.11.3', '10.0.0.1/32')])


class Syslog(Case):

    @unittest.skipIf(os.path.exists('/dev/log') or not os.access('/dev', os.W_OK), 'needs a free /dev/log')
    def test_lines(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.bind('/dev/log')
            try:
                sock.settimeout(PATIENCE)
                with Check('--rise', '1', '--syslog-facility', 'local3', '--name', 'web', '--no-ip-setup', base=()) as c:
                    self.assertEqual(c.next(), UP)
                    line = sock.recv(2048).decode()
                    self.assertTrue(line.startswith('<158>'), line)
                    self.assertIn(' healthcheck-web[%d]: INIT -> UP' % c.process.pid, line)
            finally:
                os.unlink('/dev/log')


if __name__ == '__main__':
    unittest.main()

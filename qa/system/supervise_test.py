#!/usr/bin/env python3
"""The supervisor and the operator's command, with daemons that only play being some."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

FAKE = tempfile.mkdtemp(prefix='troupe-fake-', dir='/tmp')


def setUpModule():
    os.chmod(FAKE, 0o755)
    for name in ('ribd', 'bgpd', 'apid'):
        os.symlink(os.path.join(group.BUILD, 'tools', 'fakedaemon'), os.path.join(FAKE, name))


def tearDownModule():
    shutil.rmtree(FAKE, ignore_errors=True)


class Fakes(group.Group):
    """A group of fake daemons; `said` is what they recorded."""

    def __init__(self, conf='first\n', env=None, options=(), **kwargs):
        super().__init__(conf, env, options, libexec=FAKE, **kwargs)
        self.record = os.path.join(self.folder, 'record')
        with open(self.record, 'w', encoding='utf-8'):
            pass
        os.chmod(self.record, 0o666)
        self.env['FAKE_LOG'] = self.record

    def said(self):
        with open(self.record, encoding='utf-8') as handle:
            return [line.rstrip('\n').split(' ', 2) for line in handle]

    def texts(self, name):
        return [text for who, _, text in self.said() if who == name]

    def wait_said(self, name, text, times=1):
        group.until(lambda: self.texts(name).count(text) >= times, what=lambda: '%s: %r in %s\n%s' % (
            name, text, self.said(), self.log()))

    def processes(self, name):
        return [int(pid) for who, pid, text in self.said() if who == name and text == 'READY']


class Start(unittest.TestCase):

    def test_ready_and_stop(self):
        with Fakes() as g:
            g.start()
            self.assertEqual(sorted(g.members().values()), ['apid', 'bgpd', 'ribd'])
            self.assertEqual(group.name_of(g.pid), 'supervise')
            self.assertEqual(g.stop(), 0)
            self.assertEqual(g.leftovers(), {})
            order = [who for who, _, text in g.said() if text == 'STOP']
            self.assertEqual(order[0], 'apid')
            self.assertEqual(sorted(order), ['apid', 'bgpd', 'ribd'])

    def test_every_stop_signal_ends_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with Fakes() as g:
                g.start()
                self.assertEqual(g.stop(number), 0)

    def test_environment_and_descriptors_of_a_daemon(self):
        with Fakes() as g:
            g.start()
            pid = g.daemon('apid')
            env = group.environ_of(pid)
            self.assertEqual(env['TROUPE_RUN'], g.run)
            self.assertEqual(env['TROUPE_SUPERVISOR_PID'], str(g.pid))
            self.assertNotIn('NOTIFY_SOCKET', env)
            self.assertEqual(os.readlink('/proc/%d/cwd' % pid), '/')
            self.assertEqual(os.readlink('/proc/%d/fd/0' % pid), '/dev/null')
            self.assertTrue(os.readlink('/proc/%d/fd/3' % pid).startswith('socket:'))
            self.assertNotEqual(os.getpgid(pid), os.getpgid(g.pid))
            for fd in os.listdir('/proc/%d/fd' % pid):
                self.assertNotIn('/run/', os.readlink('/proc/%d/fd/%s' % (pid, fd)))

    @unittest.skipUnless(os.geteuid() == 0, 'root only')
    def test_privileges(self):
        with Fakes(env={'exabgp_daemon_umask': '027'}) as g:
            g.start()
            status = {}
            for name in ('apid', 'bgpd', 'ribd'):
                with open('/proc/%d/status' % g.daemon(name), encoding='utf-8') as handle:
                    status[name] = dict(line.rstrip('\n').split(':\t', 1) for line in handle if ':\t' in line)
            for name in ('apid', 'bgpd', 'ribd'):
                self.assertNotEqual(status[name]['Uid'].split()[1], '0')
            self.assertEqual(int(status['apid']['CapEff'], 16), 0)
            self.assertEqual(int(status['ribd']['CapEff'], 16), 0)
            self.assertEqual(int(status['bgpd']['CapEff'], 16) & ~(1 << 10 | 1 << 12 | 1 << 13), 0)
            self.assertTrue(int(status['bgpd']['CapEff'], 16) & 1 << 10)
            self.assertEqual(status['apid']['Umask'].strip(), '0027')
            run = os.stat(g.run)
            self.assertEqual(stat.S_IMODE(run.st_mode), 0o700)
            self.assertEqual(str(run.st_uid), status['apid']['Uid'].split()[1])

    @unittest.skipUnless(os.geteuid() == 0, 'root only')
    def test_helpers_keep_root_without_drop(self):
        with Fakes(env={'exabgp_daemon_drop': 'false'}) as g:
            g.start()
            self.assertEqual(os.stat('/proc/%d' % g.daemon('apid')).st_uid, 0)
            self.assertNotEqual(os.stat('/proc/%d' % g.daemon('ribd')).st_uid, 0)

    @unittest.skipUnless(os.geteuid() == 0, 'root only')
    def test_a_closed_folder_is_named(self):
        with Fakes() as g:
            os.chmod(g.folder, 0o700)
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn(g.folder + ' is closed to it', g.log())

    def test_missing_file(self):
        with Fakes() as g:
            os.unlink(g.confs[0])
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn('error: %s is not a troupe config file (file not found)' % g.confs[0], g.log())

    def test_second_start_is_refused(self):
        with Fakes() as g, Fakes(run=g.run) as second:
            g.start()
            second.start(wait=False)
            self.assertEqual(second.wait_exit(), 1)
            self.assertIn('already running in %s (pid %d)' % (g.run, g.pid), second.log())
            second.process = None
            self.assertEqual(g.ctl('status')[0], 0)

    def test_configuration_error(self):
        with Fakes(env={'FAKE_apid': 'config'}) as g:
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn('apid: the configuration is wrong', g.log())

    def test_daemon_that_cannot_start(self):
        with Fakes(env={'FAKE_bgpd': 'fail'}) as g:
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn('bgpd exited with status 3 before it was ready', g.log())

    def test_usage(self):
        with Fakes() as g:
            for words in (('start',), ('nonsense',), ('start', '--log-level', 'loud', 'x'), ('status', 'x')):
                self.assertEqual(g.ctl(*words)[0], 2)

    def test_wrong_setting(self):
        with Fakes(env={'exabgp_tcp_port': 'many'}) as g:
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn('invalid value for tcp.port : many', g.log())

    def test_pid_file(self):
        with Fakes() as g:
            path = os.path.join(g.folder, 'pid')
            g.env['exabgp_daemon_pid'] = path
            g.start()
            with open(path, encoding='utf-8') as handle:
                self.assertEqual(handle.read(), '%d\n' % g.pid)
            with Fakes(env={'exabgp_daemon_pid': path}) as second:
                second.start(wait=False)
                self.assertEqual(second.wait_exit(), 1)
                self.assertIn('pid file %s names process %d' % (path, g.pid), second.log())
            g.stop()
            self.assertFalse(os.path.exists(path))

    def test_configuration_without_command_word(self):
        with Fakes() as g:
            g.start(command='--log-level=info')
            self.assertEqual(g.stop(), 0)

    def test_standard_input(self):
        with Fakes(env={'FAKE_apid': 'conf'}) as g:
            env = dict(g.env)
            for text, code in (('from stdin\n', 0), ('  \n', 1)):
                with subprocess.Popen([group.SCRIPT, 'start', '-'], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env=env, start_new_session=True) as process:
                    process.stdin.write(text.encode())
                    process.stdin.close()
                    if code == 0:
                        g.wait_said('apid', 'CONF 1 - [from stdin]')
                        process.terminate()
                    self.assertEqual(process.wait(10), code)
                    self.assertTrue(code == 0 or b'is empty' in process.stderr.read())


class Background(unittest.TestCase):

    def test_returns_when_ready(self):
        with Fakes(env={'FAKE_ribd': 'slow'}) as g:
            done = g.background()
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertEqual(len([text for _, _, text in g.said() if text == 'READY']), 3)
            code, out, _ = g.ctl('logs')
            self.assertEqual(code, 0)
            self.assertIn('ready in ' + g.run, out)
            self.assertEqual(g.ctl('stop'), (0, '', ''))
            self.assertEqual(g.members(), {})

    def test_failure_is_the_command_s(self):
        with Fakes(env={'FAKE_apid': 'config'}) as g:
            done = g.background()
            self.assertEqual(done.returncode, 1)
            self.assertIn('apid: the configuration is wrong', done.stderr)
        with Fakes(env={'FAKE_ribd': 'fail'}) as g:
            done = g.background()
            self.assertEqual(done.returncode, 1)
            self.assertIn('ribd exited with status 3', done.stderr)

    def test_several_groups(self):
        with Fakes(['one\n', 'two\n'], env={'FAKE_apid': 'conf'}) as g:
            done = g.background()
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertEqual(len(g.members()), 6)
            for suffix in ('', '.2'):
                self.assertEqual(g.ctl('--run', g.run + suffix, 'stop')[0], 0)
            self.assertEqual(g.members(), {})

    def test_log_goes_to_the_file_of_the_setting(self):
        with Fakes() as g:
            path = os.path.join(g.folder, 'troupe.log')
            g.env['exabgp_log_destination'] = 'file:' + path
            g.start()
            g.stop()
            self.assertEqual(g.log(), '')
            with open(path, encoding='utf-8') as handle:
                self.assertIn('ready in ' + g.run, handle.read())

    def test_refusal_is_shown(self):
        with Fakes() as g:
            g.start()
            done = g.background()
            self.assertEqual(done.returncode, 1)
            self.assertIn('already running', done.stderr)


class Restart(unittest.TestCase):

    def test_a_killed_daemon_comes_back_at_once(self):
        with Fakes() as g:
            g.start()
            for name in ('bgpd', 'ribd', 'apid'):
                old = g.daemon(name)
                before = time.monotonic()
                os.kill(old, signal.SIGKILL)
                g.daemon(name, other_than=old)
                self.assertLess(time.monotonic() - before, 2)
            self.assertRegex(g.log(), 'bgpd was killed by signal 9')

    def test_back_off_doubles(self):
        with Fakes(env={'FAKE_bgpd': 'slow'}) as g:
            g.start()
            starts = [g.daemon('bgpd')]
            times = []
            for _ in range(4):
                os.kill(starts[-1], signal.SIGKILL)
                before = time.monotonic()
                starts.append(g.daemon('bgpd', other_than=starts[-1]))
                times.append(time.monotonic() - before)
            self.assertGreater(times[3], 0.39)
            self.assertGreater(times[2], 0.19)
            self.assertLess(times[0], 0.19)

    def test_strays_end_before_apid_starts_again(self):
        with Fakes(env={'FAKE_apid': 'strays'}) as g:
            g.start()
            g.wait_said('apid', 'STRAY', 3)
            first = [int(pid) for _, pid, text in g.said() if text == 'STRAY']
            self.assertTrue(all(group.alive(pid) for pid in first))
            old, other = g.daemon('apid'), g.daemon('bgpd')
            os.kill(old, signal.SIGKILL)
            g.daemon('apid', other_than=old)
            self.assertFalse(any(group.alive(pid) for pid in first))
            self.assertEqual(g.daemon('bgpd'), other)
            g.wait_said('apid', 'STRAY', 6)
            self.assertEqual(g.stop(), 0)
            self.assertEqual(g.leftovers(), {})

    def test_stale_group_is_ended_at_the_next_start(self):
        with Fakes(env={'FAKE_apid': 'strays'}) as g:
            g.start()
            g.wait_said('apid', 'STRAY', 3)
            g.kill()
            strays = [int(pid) for _, pid, text in g.said() if text == 'STRAY']
            group.until(lambda: set(g.members().values()) == {'stray'}, what='the daemons die with the supervisor')
            self.assertEqual(len([pid for pid in strays if group.alive(pid)]), 3)
            g.env['FAKE_apid'] = ''
            g.start()
            self.assertFalse(any(group.alive(pid) for pid in strays))
            self.assertEqual(sorted(g.members().values()), ['apid', 'bgpd', 'ribd'])

    def test_a_daemon_that_hangs_is_killed_at_stop(self):
        with Fakes(env={'FAKE_bgpd': 'hang', 'FAKE_apid': 'hang'}) as g:
            g.start()
            before = time.monotonic()
            self.assertEqual(g.stop(), 0)
            self.assertLess(time.monotonic() - before, 5)
            self.assertRegex(g.log(), 'bgpd: does not stop: killed')

    def test_stop_while_starting(self):
        with Fakes(env={'FAKE_ribd': 'never'}) as g:
            g.start(wait=False)
            g.wait_said('apid', 'READY')
            self.assertEqual(g.stop(), 0)

    def test_crash_loop_at_start_keeps_trying(self):
        with Fakes(env={'FAKE_ribd': 'crash'}) as g:
            g.start(wait=False)
            g.wait_said('ribd', 'READY', 3)
            self.assertIsNone(g.process.poll())
            g.stop()


class Files(unittest.TestCase):

    def test_reload_signals(self):
        with Fakes(env={'FAKE_apid': 'conf'}) as g:
            g.start()
            path = g.confs[0]
            g.wait_said('apid', 'CONF 1 %s [first]' % path)
            g.write_conf('changed\n')
            g.send_signal(signal.SIGUSR1)
            g.wait_said('apid', 'RELOAD 10')
            g.wait_said('apid', 'CONF 1 %s [changed]' % path)
            g.send_signal(signal.SIGUSR2)
            g.wait_said('apid', 'RELOAD 12')
            g.send_signal(signal.SIGALRM)
            g.wait_said('apid', 'RESTART')
            os.unlink(path)
            g.send_signal(signal.SIGUSR1)
            g.wait_said('apid', 'CONF 0 %s: No such file or directory []' % path)

    def test_rotation(self):
        env = {'FAKE_apid': 'conf', 'exabgp_debug_rotate': 'true'}
        with Fakes(['one\n', 'two\n', 'three\n'], env=env) as g:
            g.start()
            g.wait_said('apid', 'CONF 1 %s [one]' % g.confs[0])
            g.send_signal(signal.SIGUSR1)
            g.wait_said('apid', 'CONF 1 %s [two]' % g.confs[1])
            self.assertEqual(g.ctl('reload'), (0, 'reloaded\n', ''))
            g.wait_said('apid', 'CONF 1 %s [three]' % g.confs[2])
            self.assertEqual(g.ctl('api', 'next')[0], 0)
            g.wait_said('apid', 'CONF 1 %s [one]' % g.confs[0], 2)
            old = g.daemon('apid')
            os.kill(old, signal.SIGKILL)
            g.wait_said('apid', 'CONF 1 %s [one]' % g.confs[0], 3)

    def test_reload_before_ready_is_not_lost(self):
        with Fakes(env={'FAKE_apid': 'slow conf', 'FAKE_ribd': 'never'}) as g:
            g.start(wait=False)
            g.wait_said('ribd', 'x', 0)
            g.wait_said('apid', 'CONF 1 %s [first]' % g.confs[0])
            g.send_signal(signal.SIGUSR1)
            g.wait_said('apid', 'RELOAD 10')
            self.assertLess(g.texts('apid').index('READY'), g.texts('apid').index('RELOAD 10'))

    def test_one_group_per_file(self):
        with Fakes(['one\n', 'two\n'], env={'FAKE_apid': 'conf'}) as g:
            g.start()
            self.assertEqual(sorted(g.members().values()), ['apid', 'apid', 'bgpd', 'bgpd', 'ribd', 'ribd'])
            g.wait_said('apid', 'CONF 1 %s [one]' % g.confs[0])
            g.wait_said('apid', 'CONF 1 %s [two]' % g.confs[1])
            self.assertIn('apid', g.ctl('--run', g.run + '.2', 'status')[1])
            g.send_signal(signal.SIGUSR1)
            g.wait_said('apid', 'RELOAD 10', 2)
            self.assertEqual(g.ctl('stop', '--run', g.run + '.2')[0], 0)
            self.assertEqual(sorted(g.members().values()), ['apid', 'bgpd', 'ribd'])
            self.assertEqual(g.stop(), 0)


class Operator(unittest.TestCase):

    def test_status(self):
        with Fakes() as g:
            g.start()
            code, out, err = g.ctl('status')
            self.assertEqual((code, err), (0, ''))
            for name in ('ribd', 'bgpd', 'apid'):
                self.assertRegex(out, r'(?m)^%s +%d up +0:00:0\d +0  fake %s$' % (name, g.daemon(name), name))
            self.assertTrue(out.endswith('\nsessions\n'))

    def test_words_are_passed_on_and_answers_back(self):
        with Fakes() as g:
            g.start()
            self.assertEqual(g.ctl('attach', 'name', '--encoder', 'json', '--', '/bin/echo', 'two words', '--name'),
                             (0, 'attach\nname\n--encoder\njson\n--\n/bin/echo\ntwo words\n--name\n', ''))
            self.assertEqual(g.ctl('detach', 'bad'), (3, '', 'detach\nbad\n'))
            self.assertEqual(g.ctl('api', 'peer', '*', 'announce', 'x'), (0, 'api\npeer\n*\nannounce\nx\n', ''))
            code, out, _ = g.ctl('api', 'big', '300000')
            self.assertEqual((code, len(out)), (0, 300000 + len('end\n')))

    def test_errors(self):
        with Fakes() as g:
            code, _, err = g.ctl('status')
            self.assertEqual(code, 1)
            self.assertIn('nothing is running in ' + g.run, err)
            g.start()
            self.assertEqual(g.ctl('restart', 'named'), (1, '', 'no such daemon: use bgpd, ribd or apid\n'))
            self.assertEqual(g.ctl('attach', 'name', 'program', 'x')[0], 2)
            self.assertEqual(g.ctl('detach')[0], 2)
            code, _, err = g.ctl('logs')
            self.assertEqual(code, 1)

    def test_restart(self):
        with Fakes(env={'FAKE_bgpd': 'slow'}) as g:
            g.start()
            old = {name: g.daemon(name) for name in ('ribd', 'bgpd', 'apid')}
            self.assertEqual(g.ctl('restart', 'bgpd'), (0, '', ''))
            self.assertNotIn(old['bgpd'], g.members())
            self.assertEqual(g.daemon('apid'), old['apid'])
            self.assertEqual(g.ctl('restart'), (0, '', ''))
            self.assertFalse(set(old.values()) & set(g.members()))
            self.assertEqual(len(g.members()), 3)

    def test_apid_dying_during_a_command(self):
        with Fakes() as g:
            g.start()
            code, _, err = g.ctl('api', 'crash')
            self.assertEqual(code, 1)
            self.assertIn('apid', err)

    def test_finished(self):
        for code in (0, 7):
            with Fakes() as g:
                g.start()
                g.ctl('api', 'finish', str(code))
                self.assertEqual(g.wait_exit(), code)

    def test_stop_waits_until_nothing_is_left(self):
        with Fakes(env={'FAKE_apid': 'strays'}) as g:
            g.start()
            g.wait_said('apid', 'STRAY', 3)
            self.assertEqual(g.ctl('stop'), (0, '', ''))
            self.assertEqual(g.members(), {})
            self.assertEqual(g.wait_exit(), 0)

    @unittest.skipUnless(os.geteuid() == 0, 'root only')
    def test_other_users_are_refused(self):
        with Fakes() as g:
            g.start()
            os.chmod(g.run, 0o711)
            os.chmod(os.path.join(g.run, 'ctl.sock'), 0o666)
            pid = os.fork()
            if pid == 0:
                os.setgroups([])
                os.setuid(12345)
                sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                sock.connect(os.path.join(g.run, 'ctl.sock'))
                try:
                    sock.send(b'stop')
                    os._exit(0 if sock.recv(100) == b'' else 1)
                except OSError:
                    os._exit(0)
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
            g.wait_log('user 12345 is not allowed')
            self.assertEqual(g.ctl('status')[0], 0)

    def test_garbage_on_the_socket(self):
        with Fakes() as g:
            g.start()
            for data in (b'', b'\x00', b'\x1f' * 300, b'a' * 40000, b'status\x1fx', b'\xff\xfe'):
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
                    sock.connect(os.path.join(g.run, 'ctl.sock'))
                    sock.send(data)
                    sock.settimeout(2)
                    try:
                        sock.recv(65536)
                    except OSError:
                        pass
            self.assertEqual(g.ctl('status')[0], 0)

    def test_environment_version_help(self):
        with Fakes(env={'exabgp_tcp_port': '1790'}) as g:
            code, out, _ = g.ctl('environment', '--diff')
            self.assertEqual(code, 0)
            self.assertIn('exabgp.tcp.port=1790', out)
            self.assertEqual(g.ctl('version')[0], 0)
            self.assertEqual(g.ctl('help')[0], 0)


class Names(unittest.TestCase):

    def test_run_directory_follows_the_socket_name(self):
        base = tempfile.mkdtemp(dir='/tmp')
        os.chmod(base, 0o755)
        try:
            with Fakes() as g:
                del g.env['TROUPE_RUN']
                g.env['XDG_RUNTIME_DIR'] = base
                name = 'test-%d' % os.getpid()
                root = '/run/troupe' if os.geteuid() == 0 else base + '/troupe'
                for key, options in (('exabgp_api_socketname', ()), (None, ('--name', name))):
                    g.options = list(options)
                    if key:
                        g.env[key] = name
                    g.run = os.path.join(root, name)
                    g.start()
                    g.wait_log('ready in %s$' % g.run)
                    self.assertEqual(g.ctl(*options, 'stop')[0], 0)
                    g.wait_exit()
                    g.env.pop('exabgp_api_socketname', None)
                shutil.rmtree(g.run)
        finally:
            shutil.rmtree(base)

    def test_bad_names(self):
        with Fakes(options=['--name', '../x']) as g:
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertIn("'../x' is no name for a group", g.log())


if __name__ == '__main__':
    unittest.main()

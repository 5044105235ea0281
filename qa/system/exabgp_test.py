#!/usr/bin/env python3
"""ExaBGP's command line in front of Troupe: what each word becomes, and a conversation with a group."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

ETC = os.path.join(group.ROOT, 'etc')
FAKE = '#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done\necho "${EXABGP_ENVFILE:+ $EXABGP_ENVFILE}"\n'


class Words(unittest.TestCase):
    """With a troupe that only prints its arguments."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='troupe-exabgp-', dir='/tmp')
        self.addCleanup(shutil.rmtree, self.folder, True)
        # As installed, with a link to it.
        os.makedirs(os.path.join(self.folder, 'libexec', 'troupe'))
        os.makedirs(os.path.join(self.folder, 'bin'))
        for name in ('exabgp', 'exabgpcli'):
            shutil.copy(os.path.join(ETC, name), os.path.join(self.folder, 'libexec', 'troupe', name))
            os.symlink(os.path.join('libexec', 'troupe', name), os.path.join(self.folder, name))
        self.fake(FAKE)
        self.conf = os.path.join(self.folder, 'a b.conf')
        with open(self.conf, 'w', encoding='utf-8'):
            pass

    def fake(self, text):
        path = os.path.join(self.folder, 'bin', 'troupe')
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write(text)
        os.chmod(path, 0o755)

    def call(self, *words, program='exabgp', text=''):
        env = {key: value for key, value in os.environ.items() if not key.lower().startswith('exabgp')}
        done = subprocess.run([os.path.join(self.folder, program), *words], input=text, capture_output=True, text=True,
                              timeout=10, check=False, env=env)
        return done.returncode, done.stdout.rstrip('\n'), done.stderr

    def becomes(self, words, expected):
        code, out, err = self.call(*words)
        self.assertEqual((code, out), (0, expected), err)

    def test_start(self):
        conf = '<%s>' % self.conf
        self.becomes([self.conf], '<start>' + conf)
        self.becomes(['server', self.conf], '<start>' + conf)
        self.becomes(['-d', self.conf], '<start><--verbose>' + conf)
        self.becomes(['-v', self.conf], '<start><--verbose>' + conf)
        self.becomes([self.conf, '-1', '-P', '-p', '-m'], '<start>%s<--once><--passive>' % conf)
        self.becomes(['server', '--profile', 'x', '-s', self.conf, '-'], '<start>%s<->' % conf)
        self.becomes(['--env-file', 'some file', self.conf], '<start>%s some file' % conf)
        self.becomes(['-e', 'other', '-f', '/root', self.conf], '<start>%s other' % conf)

    def test_other_words(self):
        self.becomes(['version'], '<version>')
        self.becomes(['--version'], '<version>')
        self.becomes(['-v'], '<version>')
        self.becomes(['decode', '-m', 'FF FF'], '<decode><-m><FF FF>')
        self.becomes(['encode', 'route 10.0.0.0/8 next-hop 1.1.1.1'], '<encode><route 10.0.0.0/8 next-hop 1.1.1.1>')
        self.becomes(['-x', 'FFFF'], '<decode><FFFF>')
        self.becomes(['configuration', 'validate', '-n', self.conf], '<validate><-n><%s>' % self.conf)
        self.becomes(['validate', self.conf], '<validate><%s>' % self.conf)
        self.becomes(['--test', self.conf], '<validate><%s>' % self.conf)
        self.becomes(['healthcheck', '--ip', '10.0.0.1', '-d'], '<healthcheck><--ip><10.0.0.1><-d>')
        self.becomes(['--run', 'healthcheck', '--ip', '10.0.0.1'], '<healthcheck><--ip><10.0.0.1>')
        self.becomes(['env'], '<environment><--ini>')
        self.becomes(['env', '-d', '-e'], '<environment><--diff>')
        self.becomes(['--fe'], '<environment>')
        self.becomes(['--di'], '<environment><--ini><--diff>')

    def test_refused(self):
        for words, code, found in ((['shell', 'install'], 2, "no 'shell'"), (['schema'], 2, "no 'schema'"),
                                   (['migrate', 'conf'], 2, "no 'migrate'"), (['configuration', 'export'], 2, 'only'),
                                   (['--nonsense', 'x'], 2, 'unknown option'), (['-s', '5', self.conf], 2, 'SIGUSR1'),
                                   (['/no/file.conf'], 1, 'is not an exabgp config file (file not found)'),
                                   (['--run', 'x'], 2, 'no program x')):
            status, out, err = self.call(*words)
            self.assertEqual((status, out), (code, ''), words)
            self.assertIn(found, err)
        self.assertEqual(self.call()[0], 1)
        self.assertEqual(self.call('--help')[0], 0)
        self.assertIn('usage:', self.call('help')[1])

    def test_client(self):
        self.becomes(['run', '--batch', '-', 'x'], '<run><--batch><-><x>')
        self.becomes(['cli'], '<cli>')
        self.becomes(['--run', 'cli', 'version'], '<run><version>')
        self.assertEqual(self.call('-e', 'file', 'show', 'neighbor', program='exabgpcli')[1], '<run><show><neighbor> file')
        self.assertEqual(self.call(program='exabgpcli')[1], '<cli>')


class Conversation(unittest.TestCase):

    def test_run(self):
        # The operators' socket, which the tests' groups do without otherwise.
        with group.Group('neighbor 127.77.11.9 { local-address 127.77.11.8; local-as 1; peer-as 1; passive true; listen 31009; }',
                         env={'exabgp_api_cli': 'true'}) as g:
            g.start()

            def call(*words, program='exabgp'):
                done = subprocess.run([os.path.join(ETC, program), *words], env=g.env, capture_output=True, text=True,
                                      timeout=10, check=False)
                return done.returncode, done.stdout, done.stderr

            code, out, err = call('run', 's', 'n', 's')
            self.assertEqual((code, err), (0, ''))
            self.assertIn('command: show neighbor summary\n', out)
            self.assertIn('127.77.11.9', out)
            code, out, err = call('bogus', program='exabgpcli')
            self.assertEqual(code, 0)
            self.assertIn('returns an error', err)
            self.assertEqual(call('configuration', 'validate', g.confs[0])[0], 0)
            self.assertIn('Troupe', call('version')[1])
            self.assertEqual(call('decode', 'xx')[0], 1)


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
"""The manual and the shells' completions know every word: of the programs, the commands, the configuration."""

import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

MAN = os.path.join(group.ROOT, 'etc', 'man')
COMPLETIONS = os.path.join(group.ROOT, 'etc', 'completions')
ROW = re.compile(r'(?:\]\s*=\s*)?\{\s*"([a-z][a-z0-9-]*)",')


def source(*path):
    with open(os.path.join(group.ROOT, *path), encoding='utf-8') as handle:
        return handle.read()


def page(name):
    """The words of a page, without the escapes that keep mandoc from reading them as macros."""
    return set(re.findall(r'[a-z0-9][a-z0-9-]*', source('etc', 'man', name).replace('\\&', '')))


def rows(pattern):
    """First strings of the rows of static tables in the sources."""
    found = set()
    for path in glob.glob(os.path.join(group.ROOT, pattern)):
        with open(path, encoding='utf-8') as handle:
            found.update(ROW.findall(handle.read()))
    return found


class Manual(unittest.TestCase):

    @unittest.skipUnless(shutil.which('mandoc'), 'mandoc is not installed')
    def test_pages_are_well_formed(self):
        done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', *sorted(glob.glob(os.path.join(MAN, '*.[1-8]')))],
                              capture_output=True, text=True, check=False)
        # `troupe healthcheck` is a name of its own page, not of troupe(8).
        lines = [line for line in (done.stdout + done.stderr).splitlines() if 'cross reference to self' not in line]
        self.assertEqual(lines, [])

    def test_commands_are_those_of_apid(self):
        done = subprocess.run([os.path.join(group.ROOT, 'qa', 'man'), '--check'], capture_output=True, text=True, check=False,
                              env=dict(os.environ, TROUPE_BUILD=group.LIBEXEC))
        self.assertEqual((done.returncode, done.stdout), (0, ''))

    def test_every_keyword_of_the_configuration(self):
        words = rows('proto/text/conf_*.c') | rows('proto/text/route_grammar.c')
        words |= set(re.findall(r'\.name = "([a-z-]+)"', ''.join(source(path) for path in glob.glob('proto/wire/attr_*.c', root_dir=group.ROOT))))
        self.assertGreater(len(words), 90)
        self.assertEqual(sorted(words - page('troupe.conf.5')), [])

    def test_every_command_of_the_script(self):
        words = set(re.search(r'known="([^"]*)"', source('etc', 'troupe')).group(1).replace('\\\n', ' ').split())
        words -= {'sessions', 'env'}  # of `status`; the same as environment
        self.assertIn('cli', words)
        self.assertEqual(sorted(words - page('troupe.8')), [])

    def test_every_option_of_start(self):
        options = set(re.findall(r'\{ "([a-z-]+)", (?:no|required)_argument', source('common', 'supervise', 'options.c')))
        self.assertGreater(len(options), 8)
        self.assertEqual(sorted(options - page('troupe.8')), [])


class Completions(unittest.TestCase):

    def test_every_command(self):
        words = set(re.search(r'known="([^"]*)"', source('etc', 'troupe')).group(1).replace('\\\n', ' ').split())
        words -= {'sessions', 'env', 'server'}
        for name in ('troupe.bash', '_troupe', 'troupe.fish'):
            with self.subTest(name):
                text = set(re.findall(r'[a-z][a-z-]*', source('etc', 'completions', name)))
                self.assertEqual(sorted(words - text), [])

    def test_shells_can_read_them(self):
        for shell, name in (('bash', 'troupe.bash'), ('zsh', '_troupe'), ('fish', 'troupe.fish')):
            if shutil.which(shell) is None:
                continue
            with self.subTest(shell):
                done = subprocess.run([shell, '-n', os.path.join(COMPLETIONS, name)], capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ''))

    def complete_bash(self, *words):
        script = 'source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _troupe; echo "${COMPREPLY[*]}"' % (
            os.path.join(COMPLETIONS, 'troupe.bash'), ' '.join("'%s'" % word for word in words), len(words) - 1)
        env = {'PATH': os.environ['PATH'], 'TROUPE_LIBEXEC': group.LIBEXEC, 'TROUPE_RUN': '/nonexistent'}
        return subprocess.run(['bash', '-c', script], capture_output=True, text=True, check=True, env=env).stdout.split()

    def test_bash(self):
        self.assertEqual(self.complete_bash('troupe', 'sta'), ['start', 'status'])
        self.assertEqual(self.complete_bash('troupe', 'restart', ''), ['bgpd', 'ribd', 'apid'])
        self.assertEqual(self.complete_bash('troupe', '--run', '/x', 'logs', ''), ['-f'])
        self.assertEqual(self.complete_bash('troupe', 'start', '--log-format', 'j'), ['json'])
        self.assertEqual(self.complete_bash(group.SCRIPT, 'run', 'rib', 'show', ''), ['in', 'out'])


if __name__ == '__main__':
    unittest.main()

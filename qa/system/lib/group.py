"""Starts troupe in a private folder and run directory, watches it, and ends it without a trace.

    with group.Group('neighbor 127.77.3.1 { ... }', env={'exabgp_tcp_port': '23001'}) as g:
        g.start()                                # returns when the group is ready
        g.wait_log('sessions? up')               # a regular expression in what it wrote
        code, out, err = g.ctl('status')

    with group.Helper() as h:                    # a helper program driven by the test
        conf = 'process h { run %s; encoder json; }' % h.run
        ...
        h.send('announce route 10.0.0.0/24 next-hop self')
        h.wait_line('"type": "update"')

Programs are taken from $TROUPE_LIBEXEC, else $TROUPE_BUILD, else $B or build/ of the checkout.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SCRIPT = os.path.join(ROOT, 'etc', 'troupe')
BUILD = os.path.abspath(os.environ.get('TROUPE_BUILD') or os.path.join(ROOT, os.environ.get('B') or 'build'))
LIBEXEC = os.path.abspath(os.environ.get('TROUPE_LIBEXEC') or BUILD)
PYTHON = '/usr/bin/python3'  # helpers run as another user: it must be open to all
DEADLINE = 10.0


class Timeout(AssertionError):
    """What was waited for did not come."""


def until(test, timeout=DEADLINE, what='condition', every=0.01):
    """Calls test() until it is true or the deadline is over; returns its value."""
    end = time.monotonic() + timeout
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > end:
            raise Timeout('%s: not within %.1f s' % (what() if callable(what) else what, timeout))
        time.sleep(every)


def environ_of(pid):
    """The environment a process was started with, or {} when it is gone."""
    try:
        with open('/proc/%d/environ' % pid, 'rb') as handle:
            pairs = [entry.partition(b'=') for entry in handle.read().split(b'\0') if entry]
        return {key.decode(errors='replace'): value.decode(errors='replace') for key, _, value in pairs}
    except OSError:
        return {}


def alive(pid):
    """True unless it is gone or a zombie."""
    try:
        with open('/proc/%d/stat' % pid, encoding='utf-8', errors='replace') as handle:
            return handle.read().rpartition(')')[2].split()[0] not in 'ZX'
    except OSError:
        return False


def name_of(pid):
    try:
        with open('/proc/%d/comm' % pid, encoding='utf-8', errors='replace') as handle:
            return handle.read().strip()
    except OSError:
        return ''


def tagged(name, test):
    """Living processes which have the environment variable with a value passing the test."""
    pids = [int(entry) for entry in os.listdir('/proc') if entry.isdigit()]
    return [pid for pid in pids if name in (env := environ_of(pid)) and test(env[name]) and alive(pid)]


class Group:
    """conf: the text of a configuration, or a list of such texts (several files)."""

    def __init__(self, conf='', env=None, options=(), libexec=LIBEXEC, run=None):
        self.folder = tempfile.mkdtemp(prefix='troupe-test-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        self.run = run or os.path.join(self.folder, 'run')
        self.options, self.libexec, self.process, self.tags = list(options), libexec, None, set()
        self.detached = False
        self.confs = []
        for number, text in enumerate([conf] if isinstance(conf, str) else conf, 1):
            self.confs.append(os.path.join(self.folder, 'case.conf' if number == 1 else 'case.%d.conf' % number))
            self.write_conf(text, number)
        self.log_path = os.path.join(self.folder, 'stderr')
        self.env = {key: value for key, value in os.environ.items() if not key.lower().startswith(('exabgp', 'troupe'))}
        self.env.update({'exabgp_api_cli': 'false', 'TROUPE_LIBEXEC': libexec, 'TROUPE_BUILD': BUILD, 'TROUPE_RUN': self.run})
        self.env.update(env or {})
        self._notify = None

    def write_conf(self, text, number=1):
        with open(self.confs[number - 1], 'w', encoding='utf-8') as handle:
            handle.write(text)

    def start(self, wait=True, timeout=DEADLINE, command='start'):
        """Starts `troupe start CONF`, in the foreground; with wait until it says that it is ready."""
        path = os.path.join(self.folder, 'notify')
        if self._notify is None:
            self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._notify.bind(path)
            self._notify.setblocking(False)
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [SCRIPT, command, *self.options, *self.confs], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=dict(self.env, NOTIFY_SOCKET=path), start_new_session=True)
        if wait:
            self.wait_ready(timeout)
        return self

    def background(self, *options, timeout=DEADLINE):
        """`troupe start -d`: the finished command. The group is ended by ctl('stop'), at the latest by close()."""
        self.detached = True
        done = subprocess.run([SCRIPT, 'start', '-d', *options, *self.options, *self.confs], env=self.env, cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)
        self._remember()
        return done

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self, timeout=DEADLINE):
        until(self._ready, timeout, lambda: 'ready\n' + self.log())
        self._remember()

    def _ready(self):
        if self.process.poll() is not None:
            raise AssertionError('troupe exited with %d:\n%s' % (self.process.returncode, self.log()))
        try:
            return b'READY=1' in self._notify.recv(4096)
        except BlockingIOError:
            return False

    def _remember(self):
        for suffix in [''] + ['.%d' % number for number in range(2, len(self.confs) + 1)]:
            try:
                with open(os.path.join(self.run + suffix, 'group'), encoding='utf-8') as handle:
                    self.tags.add(handle.read().strip())
            except OSError:
                pass

    def log(self):
        try:
            with open(self.log_path, encoding='utf-8', errors='replace') as handle:
                return handle.read()
        except OSError:
            return ''

    def wait_log(self, pattern, timeout=DEADLINE):
        """Waits until what the group wrote matches the regular expression; returns the match."""
        return until(lambda: re.search(pattern, self.log(), re.M), timeout, lambda: 'log %r in:\n%s' % (pattern, self.log()))

    def members(self):
        """Every living process of this group but the supervisor: pid to name."""
        self._remember()
        pids = set(tagged('TROUPE_GROUP', lambda value: value in self.tags))
        pids |= set(tagged('TROUPE_RUN', lambda value: value == self.run or value.startswith(self.run + '.')))
        pids -= {self.process.pid if self.process else 0, os.getpid()}
        names = {pid: name_of(pid) for pid in pids}
        return {pid: name for pid, name in names.items() if name not in ('', 'supervise', 'ctl', 'sh')}

    def daemon(self, name, timeout=DEADLINE, other_than=0):
        """The pid of bgpd, ribd or apid (one which is not other_than)."""

        def find():
            return [pid for pid, comm in self.members().items() if comm == name and pid != other_than]

        return until(find, timeout, lambda: '%s running\n%s' % (name, self.log()))[0]

    def ctl(self, *words, timeout=DEADLINE):
        """`troupe WORDS...` for this group: (exit code, output, errors)."""
        done = subprocess.run([SCRIPT, *words], env=self.env, cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        return done.returncode, done.stdout, done.stderr

    def send_signal(self, number):
        os.kill(self.process.pid, number)

    def wait_exit(self, timeout=DEADLINE):
        """The exit status of the supervisor, once it has ended by itself."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Timeout('troupe still runs after %.1f s:\n%s' % (timeout, self.log())) from None

    def stop(self, number=signal.SIGTERM, timeout=DEADLINE):
        self._remember()
        if self.process.poll() is None:
            self.send_signal(number)
        return self.wait_exit(timeout)

    def kill(self):
        """The supervisor dies without a word (kill -9)."""
        self._remember()
        self.process.kill()
        self.process.wait()

    def leftovers(self):
        return self.members()

    def close(self):
        """Ends everything; what is left of a stopped group is an error."""
        left = {}
        try:
            if self.process is not None:
                if self.process.poll() is None:
                    self.stop()
                left = self.leftovers()
        finally:
            self._force()
            if self._notify is not None:
                self._notify.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        if left:
            raise AssertionError('left behind: %s' % left)

    def _force(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        rest = list(self.members()) if self.process is not None or self.detached else []
        if self.detached:
            rest = [pid for pid in tagged('TROUPE_RUN', lambda value: value == self.run) if name_of(pid) == 'supervise'] + rest
        for pid in rest:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
            return
        try:
            self.close()
        except AssertionError:
            pass


BRIDGE = '''import os, socket, sys, threading
link = socket.socket(socket.AF_UNIX)
link.connect(%r)
link.sendall(b'%%d\\n' %% os.getpid())

def orders():
    for line in link.makefile('rb'):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    os._exit(0)

threading.Thread(target=orders, daemon=True).start()
for line in sys.stdin.buffer:
    link.sendall(line)
'''


class Helper:
    """A helper program whose standard input and output are here. run: what goes after `run`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='troupe-helper-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        address = os.path.join(self.folder, 'socket')
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        os.chmod(address, 0o777)
        self._listener.listen(8)
        program = os.path.join(self.folder, 'helper.py')
        with open(program, 'w', encoding='utf-8') as handle:
            handle.write(BRIDGE % address)
        os.chmod(program, 0o755)
        self.run = '%s %s' % (PYTHON, program)
        self.lines = []  # everything the helper was told, decoded
        self.pids = []  # of each start of it
        self._seen, self._link, self._news = 0, None, threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                link = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._read, args=(link,), daemon=True).start()

    def _read(self, link):
        with link.makefile('rb') as stream:
            pid = int(stream.readline() or b'0')
            with self._news:
                self.pids.append(pid)
                self._link = link
                self._news.notify_all()
            for line in stream:
                with self._news:
                    self.lines.append(line.decode(errors='replace').rstrip('\n'))
                    self._news.notify_all()
        with self._news:
            if self._link is link:
                self._link = None

    def wait_for(self, test, timeout=DEADLINE, what='condition'):
        with self._news:
            if not self._news.wait_for(test, timeout):
                raise Timeout('%s: not within %.1f s; lines: %s' % (what, timeout, self.lines[-10:]))

    def wait_started(self, times=1, timeout=DEADLINE):
        self.wait_for(lambda: len(self.pids) >= times and self._link, timeout, 'helper started')
        return self.pids[-1]

    def send(self, *lines):
        """Commands, written in one go."""
        self.wait_started(max(1, len(self.pids)))
        self._link.sendall(''.join(line + '\n' for line in lines).encode())

    def wait_line(self, pattern, timeout=DEADLINE):
        """The next line not yet looked at which matches the regular expression."""
        found = []

        def fresh():
            while self._seen < len(self.lines):
                self._seen += 1
                if re.search(pattern, self.lines[self._seen - 1]):
                    found.append(self.lines[self._seen - 1])
                    return True
            return False

        self.wait_for(fresh, timeout, 'line %r' % pattern)
        return found[0]

    def ask(self, line, timeout=DEADLINE):
        """Sends a command and reads up to its answer: (done, error or shutdown; lines before it)."""
        before = len(self.lines)
        self._seen = before
        self.send(line)
        answer = self.wait_line(r'^(done|error|shutdown)$|"answer": *"(done|error|shutdown)"', timeout)
        word = re.search('done|error|shutdown', answer).group()
        return word, self.lines[before:self._seen - 1]

    def close(self):
        self._listener.close()
        if self._link is not None:
            self._link.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

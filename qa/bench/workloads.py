"""The workloads. Each function takes a kind of speaker, a port and sizes, runs it once, and returns
{'seconds', 'cpu', 'peak', 'by', …}: wall time by the clocks of the C tools, CPU seconds of all
processes of the speaker for the whole of the work, the sum of their peak resident bytes, CPU by
process. An impossible or wrong result is a Failed.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time

from speakers import FEEDER, FEEDER_AS, PEER_AS, SPEAKER, Setup, group, peer_address, prefix

TOOLS = os.path.join(group.BUILD, 'tools')
SINK = peer_address(0)


class Failed(Exception):
    """The speaker did not do the work."""


def usage(pids):
    """CPU seconds (of all threads, to the nanosecond) by name, and the sums of the resident bytes."""
    by, peak, now = {}, 0, 0
    for pid, name in pids.items():
        try:
            for task in os.listdir('/proc/%d/task' % pid):
                with open('/proc/%d/task/%s/schedstat' % (pid, task), encoding='utf-8') as handle:
                    by[name] = by.get(name, 0) + int(handle.read().split()[0]) / 1e9
            with open('/proc/%d/status' % pid, encoding='utf-8') as handle:
                sizes = {line.split(':')[0]: int(line.split()[1]) * 1024 for line in handle if line.startswith(('VmHWM', 'VmRSS'))}
            peak += sizes['VmHWM']
            now += sizes['VmRSS']
        except (OSError, KeyError):
            pass
    return {'by': by, 'peak': peak, 'rss': now}


class Run:
    """One run: scratch folder, tools, a speaker; all ended by the with statement."""

    def __init__(self, kind, port, **setup):
        self.folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
        os.chmod(self.folder, 0o777)
        self.tools = []
        self.port = port
        self.speaker = kind(Setup(port, **setup))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for tool in self.tools:
            tool.kill()
            tool.wait()
        self.speaker.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def go(self, name):
        with open(self.path(name), 'w', encoding='utf-8'):
            pass

    def tool(self, program, **options):
        words = [TOOLS + '/' + program]
        for name, value in options.items():
            words += ['--' + name.replace('_', '-'), str(value)]
        self.tools.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True))
        return self.tools[-1]

    def sink(self, out='sink', number=0, **options):
        options.setdefault('as', PEER_AS)
        options.setdefault('window', self.speaker.window)
        return self.tool('bgpsink', connect='%s:%d' % (SPEAKER, self.port), out=self.path(out),
                         **{'from': peer_address(number) + ':0'}, **options)

    def result(self, name, timeout):
        def ready():
            path = self.path(name)
            return os.path.exists(path) and os.path.getsize(path)

        try:
            group.until(ready, timeout, name, every=0.005)
        except group.Timeout:
            raise Failed('over %d s' % timeout) from None
        with open(self.path(name), encoding='utf-8') as handle:
            return json.load(handle)

    def sunk(self, timeout, out='sink'):
        """What the sink counted, when it is complete."""
        seen = self.result(out, timeout + 5)
        if not seen['complete']:
            raise Failed('over %d s (%d of %d sessions up, %d prefixes)' % (timeout, seen['established'], seen['sessions'], seen['announced']))
        return seen

    def finish(self, seconds, before=None, **more):
        after = usage(self.speaker.pids())
        by = {name: cpu - (before['by'].get(name, 0) if before else 0) for name, cpu in after['by'].items()}
        return dict(more, seconds=seconds, cpu=sum(by.values()), by=by, peak=after['peak'], rss=after['rss'])


def helper(program, **options):
    return ' '.join([TOOLS + '/' + program] + ['--%s %s' % (name.replace('_', '-'), value) for name, value in options.items()])


def up(run, timeout=30, **options):
    """A sink that stays, its session established."""
    run.sink(out='up', stay='yes', count=0, deadline=timeout, **options)
    run.sunk(timeout, 'up')


def inject(kind, port, count, deadline):
    """First line written to last route received."""
    if kind.name == 'openbgpd':
        return inject_bulk(kind, port, count, deadline)
    folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
    os.chmod(folder, 0o777)
    go, out = os.path.join(folder, 'go'), os.path.join(folder, 'inject')
    try:
        with Run(kind, port, helpers={'load': helper('inject', count=count, go=go, out=out)}) as run:
            run.sink(count=count, deadline=deadline)
            run.speaker.start()
            group.until(lambda: established(port), 20, 'session')
            time.sleep(0.2)
            before = usage(run.speaker.pids())
            with open(go, 'w', encoding='utf-8'):
                pass
            seen = run.sunk(deadline)
            group.until(lambda: os.path.exists(out), 60, 'answers')
            with open(out, encoding='utf-8') as handle:
                wrote = json.load(handle)
            return run.finish(seen['last'] - wrote['start'], before, acked=wrote['acked'] - wrote['start'])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def inject_bulk(kind, port, count, deadline):
    with Run(kind, port) as run:
        run.sink(count=count, deadline=deadline)
        run.speaker.start()
        run.speaker.load()
        group.until(lambda: established(port), 20, 'session')
        time.sleep(0.2)
        before = usage(run.speaker.pids())
        start = time.clock_gettime(time.CLOCK_MONOTONIC)
        run.speaker.bulk(count)
        return run.finish(run.sunk(deadline)['last'] - start, before)


def established(port):
    """A TCP connection to the speaker is open (its OPEN exchange takes no time worth waiting for)."""
    with open('/proc/net/tcp', encoding='utf-8') as handle:
        return any(line.split()[2].endswith(':%04X' % port) and line.split()[3] == '01' for line in handle.readlines()[1:])


def config(kind, port, count, deadline):
    """Start of the process to last route received."""
    with Run(kind, port, routes=count) as run:
        run.sink(count=count, deadline=deadline)
        start = time.clock_gettime(time.CLOCK_MONOTONIC)
        run.speaker.start()
        return run.finish(run.sunk(deadline)['last'] - start)


MANY = '''neighbor 10.{a}.{b}.2 {{
	router-id 10.91.0.1;
	local-address 127.91.0.1;
	local-as 64512;
	peer-as 64512;
	family {{
		ipv4 unicast;
	}}
	static {{
		route 192.0.2.{b}/32 next-hop self;
	}}
}}
'''


def parse(kind, port, count):
    """`validate` of a configuration with so many neighbors of one route, alone."""
    assert kind.name == 'troupe' and port
    with tempfile.NamedTemporaryFile('w', prefix='bench-', dir='/tmp', encoding='utf-8') as conf:
        conf.writelines(MANY.format(a=i >> 8, b=i & 255) for i in range(count))
        conf.flush()
        start = time.clock_gettime(time.CLOCK_MONOTONIC)
        process = subprocess.Popen([os.path.join(group.BUILD, 'apid'), '--validate', conf.name])
        _, status, used = os.wait4(process.pid, 0)
        end = time.clock_gettime(time.CLOCK_MONOTONIC)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed('refused')
    cpu = used.ru_utime + used.ru_stime
    return {'seconds': end - start, 'cpu': cpu, 'peak': used.ru_maxrss * 1024, 'by': {'apid': cpu}}


def receive(kind, port, count, deadline):
    """First UPDATE sent to last line read by the helper. Five prefixes a message."""
    folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
    os.chmod(folder, 0o777)
    out = os.path.join(folder, 'json')
    lines = count if kind.name == 'gobgpd' else count // 5
    try:
        with Run(kind, port, receive=True, helpers={'count': helper('jsoncount', lines=lines, out=out)}) as run:
            run.tool('bgpsource', connect='%s:%d' % (SPEAKER, port), count=count, go=run.path('go'), out=run.path('source'),
                     **{'from': SINK + ':0', 'as': FEEDER_AS})
            run.speaker.start()
            group.until(lambda: established(port), 20, 'session')
            time.sleep(0.5)
            before = usage(run.speaker.pids())
            run.go('go')
            try:
                group.until(lambda: os.path.exists(out), deadline, 'lines')
            except group.Timeout:
                raise Failed('over %d s' % deadline) from None
            with open(out, encoding='utf-8') as handle:
                seen = json.load(handle)
            with open(out + '.last', encoding='utf-8') as handle:
                last = handle.read().strip().rpartition('\n')[2]
            if last_prefix(count) not in last:
                raise Failed('the last line is of something else: %s' % last[-200:])
            source = run.result('source', 5)
            return run.finish(seen['last'] - source['start'], before)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def last_prefix(count):
    number = (1 << 16) + count - 1  # as qa/tools/bgpsource counts
    return '%d.%d.%d.0/24' % (number >> 16, number >> 8 & 255, number & 255)


def fanout(kind, port, count, peers, deadline):
    """Peers connect at once to a speaker with its routes, to the last route received by the last peer."""
    feeder = kind.name == 'gobgpd'
    folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
    os.chmod(folder, 0o777)
    out = os.path.join(folder, 'inject')
    setup = {'feeder': True} if feeder else {'routes': count}
    if kind.through_helper:
        setup = {'helpers': {'load': helper('inject', count=count, out=out)}}
    try:
        with Run(kind, port, peers=peers, **setup) as run:
            run.sink(sessions=peers, count=count, deadline=deadline + 90, go=run.path('go'))
            run.speaker.start()
            run.speaker.load()
            if feeder:
                run.tool('bgpsource', connect='%s:%d' % (SPEAKER, port), count=count, group=500, same='yes', out=run.path('fed'),
                         **{'from': FEEDER + ':0', 'as': FEEDER_AS})
                run.result('fed', 30)
            if kind.through_helper:
                group.until(lambda: os.path.exists(out), 60, 'answers')
            before = settle(run)
            run.go('go')
            seen = run.sunk(deadline)
            return run.finish(seen['last'] - seen['begun'], before)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(run):
    """Waits until the speaker has been without work for half a second; its usage then."""
    quiet, last = 0, None
    for _ in range(600):
        now = usage(run.speaker.pids())
        used = sum(now['by'].values())
        quiet = quiet + 1 if last is not None and used - last < 0.01 else 0
        if quiet >= 5:
            return now
        last = used
        time.sleep(0.1)
    return now


def reaction(kind, port, commands, load=0):
    """One command at a time, from the write of its line to its UPDATE at the peer. load: another
    helper meanwhile writes announces of so many different routes for another peer."""
    folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
    os.chmod(folder, 0o777)
    out, go = os.path.join(folder, 'reaction'), os.path.join(folder, 'go')
    ours, other = peer_address(0), peer_address(1)
    words = {'count': commands, 'out': out, 'connect': '%s:%d' % (SPEAKER, port), 'from': ours + ':0', 'as': PEER_AS}
    helpers = {'react': helper('reaction', prefix='"neighbor %s announce route"' % ours, **words)}
    if load:
        helpers['load'] = helper('inject', count=2**31, distinct=load, go=go, acks='no', out=out + '.load',
                                 prefix='"neighbor %s announce route"' % other)
    try:
        with Run(kind, port, peers=2 if load else 1, helpers=helpers) as run:
            if load:
                run.sink(number=1, count=2**40, deadline=600)
            run.speaker.start()
            if load:
                group.until(lambda: established(port), 20, 'session')
                with open(go, 'w', encoding='utf-8'):
                    pass
            try:
                group.until(lambda: os.path.exists(out) and os.path.getsize(out), 30 + commands * 0.1, 'reaction times')
            except group.Timeout:
                raise Failed('over %d s' % (30 + commands * 0.1)) from None
            with open(out, encoding='utf-8') as handle:
                times = json.load(handle)
            if times['count'] < commands:
                raise Failed('only %d of %d commands had an effect' % (times['count'], commands))
            return run.finish(times['p50'] / 1e6, us=times)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bringup(kind, port, peers, deadline):
    """First connection to the last session up; and resident bytes by session."""
    with Run(kind, port, peers=peers) as run:
        run.sink(sessions=peers, count=0, deadline=deadline + 30, go=run.path('go'), stay='yes')
        run.speaker.start()
        run.speaker.load()
        group.until(lambda: listening_soon(run), 10, 'listening')
        before = settle(run)
        run.go('go')
        seen = run.sunk(deadline)
        time.sleep(0.5)
        done = run.finish(seen['up'] - seen['begun'], before)
    if peers > 1:
        with Run(kind, port + 1) as run:
            run.speaker.start()
            up(run)
            time.sleep(0.3)
            done['each'] = (done['rss'] - usage(run.speaker.pids())['rss']) / (peers - 1)
    return done


def listening_soon(run):
    with open('/proc/net/tcp', encoding='utf-8') as handle:
        return any(line.split()[1].endswith(':%04X' % run.port) and line.split()[3] == '0A' for line in handle.readlines()[1:])


def restart(kind, port, count, deadline):
    """kill -9 of ribd with routes in it, to the first new announce at the peer."""
    folder = tempfile.mkdtemp(prefix='bench-', dir='/tmp')
    os.chmod(folder, 0o777)
    names = {name: os.path.join(folder, name) for name in ('go1', 'go2', 'out1', 'out2')}
    helpers = {'table': helper('inject', count=count, go=names['go1'], out=names['out1']),
               'after': helper('inject', count=1, first=count, go=names['go2'], out=names['out2'])}
    try:
        with Run(kind, port, helpers=helpers) as run:
            run.sink(count=0, until=prefix(count).partition('/')[0], deadline=deadline + 60)
            run.speaker.start()
            group.until(lambda: established(port), 20, 'session')
            time.sleep(0.2)
            os.close(os.open(names['go1'], os.O_CREAT | os.O_WRONLY, 0o644))
            group.until(lambda: os.path.exists(names['out1']), 60, 'answers')
            settle(run)
            start = time.clock_gettime(time.CLOCK_MONOTONIC)
            run.speaker.kill('ribd')
            os.close(os.open(names['go2'], os.O_CREAT | os.O_WRONLY, 0o644))
            seen = run.sunk(deadline)
            return run.finish(seen['last'] - start)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Families beyond unicast, announced by Troupe and looked for in the tables of real daemons.

Each peer here runs with a configuration of its own, one session over IPv4; a check is a statement and what
the peer's own command line tool must then show, and show no more after the withdraw.
"""

import re
import shutil

from lib import group
import peers

DEADLINE = 15.0
CONF = '''
process driver {{ run {run}; encoder json; }}
neighbor {peer4} {{
	local-as {us}; peer-as {them}; router-id 10.90.0.1; local-address {us4}; outgoing-ttl 8; connect {port}; hold-time 30;
	family {{ {families} }}
	api {{ processes [ driver ]; neighbor-changes; }}
}}
'''
HOP = 'next-hop 192.0.2.1'
TARGET = 'extended-community [ target:65000:1 ]'
RD = 'rd 65000:1'

# name: the statement, and what shows it was understood: in any order, somewhere in the peer's output.
ROUTES = {
    'labelled unicast': ('ipv4 nlri-mpls', 'ipv4 nlri-mpls 10.20.0.0/24 label 800 ' + HOP),
    'vpn4': ('ipv4 mpls-vpn', 'route 10.21.0.0/24 %s label 801 %s %s' % (RD, HOP, TARGET)),
    'vpn6': ('ipv6 mpls-vpn', 'route 2001:db8:21::/48 %s label 802 next-hop 2001:db8::1 %s' % (RD, TARGET)),
    'flow4': ('ipv4 flow', 'flow route { match { destination 10.22.0.0/24; protocol =tcp; destination-port >=8080; } '
              'then { rate-limit 9600; } }'),
    'flow6': ('ipv6 flow', 'flow route { match { destination 2001:db8:22::/48; next-header =udp; } then { discard; } }'),
    'evpn mac-ip': ('l2vpn evpn', 'l2vpn evpn mac-ip aa:bb:cc:dd:ee:01 ip 10.23.0.5 %s ethernet-tag 10 vni 10001 %s %s' % (
        RD, HOP, TARGET)),
    'evpn inclusive-multicast': ('l2vpn evpn', 'l2vpn evpn inclusive-multicast 10.23.0.6 %s %s %s pmsi-tunnel ( '
                                 'ingress-replication 10.23.0.6 vni 100 )' % (RD, HOP, TARGET)),
    'evpn ip-prefix': ('l2vpn evpn', 'l2vpn evpn ip-prefix 10.24.0.0/24 %s vni 800 %s %s' % (RD, HOP, TARGET)),
    'evpn ethernet-segment': ('l2vpn evpn', 'l2vpn evpn ethernet-segment 10.23.0.7 %s esi 00:11:22:33:44:55:66:77:88:99 %s %s' % (
        RD, HOP, TARGET)),
    'evpn ethernet-ad': ('l2vpn evpn', 'l2vpn evpn ethernet-ad %s esi 00:11:22:33:44:55:66:77:88:aa ethernet-tag 10 label 800 %s %s' % (
        RD, HOP, TARGET)),
    'rtc': ('ipv4 rtc', 'ipv4 rtc origin-as 65001 route-target target:65000:77 ' + HOP),
}


class FamilyPeer:
    """Mixed into a peer: shows maps a route's name to the command and the pattern that proves it."""

    shows = {}
    takes_withdraws = True

    def output_of(self, name):
        raise NotImplementedError

    def families(self):
        return sorted({ROUTES[name][0] for name in self.shows})


class Frr(FamilyPeer, peers.Frr):
    files = {'bgpd.conf': '''
hostname frr
no log monitor
router bgp {PEER_AS}
 bgp router-id 10.90.0.2
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 coalesce-time 0
 neighbor {TROUPE4} remote-as {TROUPE_AS}
 neighbor {TROUPE4} ebgp-multihop 8
 neighbor {TROUPE4} disable-connected-check
 neighbor {TROUPE4} update-source {PEER4}
 neighbor {TROUPE4} timers connect 1
 neighbor {TROUPE4} passive
''' + ''.join(''' address-family %s
  neighbor {TROUPE4} activate
  neighbor {TROUPE4} soft-reconfiguration inbound
 exit-address-family
''' % family for family in ('ipv4 labeled-unicast', 'ipv4 vpn', 'ipv6 vpn', 'ipv4 flowspec', 'ipv6 flowspec')) + '''
 address-family l2vpn evpn
  neighbor {TROUPE4} activate
 exit-address-family
'''}
    shows = {
        'labelled unicast': ('show bgp ipv4 labeled-unicast 10.20.0.0/24', r'Remote label: 800\b'),
        'vpn4': ('show bgp ipv4 vpn 10.21.0.0/24', r'(?s)65000:1:?10\.21\.0\.0/24.*RT:65000:1.*Remote label: 801\b'),
        'vpn6': ('show bgp ipv6 vpn 2001:db8:21::/48', r'(?s)2001:db8:21::/48.*RT:65000:1.*Remote label: 802\b'),
        'flow4': ('show bgp ipv4 flowspec detail', r'(?s)Destination Address 10\.22\.0\.0/24.*IP Protocol = 6.*Destination Port >= 8080'
                  r'.*rate 9600'),
        'flow6': ('show bgp ipv6 flowspec detail', r'(?s)Destination Address 2001:db8:22::/48.*FS:rate 0'),
        'evpn mac-ip': ('show bgp l2vpn evpn', r'\[2\]:\[10\]:\[48\]:\[aa:bb:cc:dd:ee:01\]:\[32\]:\[10\.23\.0\.5\]'),
        'evpn inclusive-multicast': ('show bgp l2vpn evpn', r'\[3\]:\[0\]:\[32\]:\[10\.23\.0\.6\]'),
        'evpn ip-prefix': ('show bgp l2vpn evpn', r'\[5\]:\[0\]:\[24\]:\[10\.24\.0\.0\]'),
        'evpn ethernet-segment': ('show bgp l2vpn evpn', r'\[4\]:\[00:11:22:33:44:55:66:77:88:99\]:\[32\]:\[10\.23\.0\.7\]'),
        'evpn ethernet-ad': ('show bgp l2vpn evpn', r'\[1\]:\[10\]:\[00:11:22:33:44:55:66:77:88:aa\]'),
    }

    def output_of(self, name):
        return self.vtysh(self.shows[name][0])


class GoBgp(FamilyPeer, peers.GoBgp):
    files = {'gobgp.toml': '''
[global.config]
  as = {PEER_AS}
  router-id = "10.90.0.2"
  port = {PORT}
  local-address-list = ["{PEER4}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{TROUPE4}"
    peer-as = {TROUPE_AS}
  [neighbors.transport.config]
    passive-mode = true
    local-address = "{PEER4}"
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 8
''' + ''.join('''
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "%s"
''' % name for name in ('ipv4-labelled-unicast', 'l3vpn-ipv4-unicast', 'l3vpn-ipv6-unicast', 'ipv4-flowspec', 'ipv6-flowspec',
                        'l2vpn-evpn', 'rtc'))}
    shows = {
        'labelled unicast': ('ipv4-mpls', r'10\.20\.0\.0/24.*192\.0\.2\.1'),
        'vpn4': ('vpnv4', r'65000:1:10\.21\.0\.0/24 +\[801\].*65000:1'),
        'vpn6': ('vpnv6', r'65000:1:2001:db8:21::/48 +\[802\]'),
        'flow4': ('ipv4-flowspec', r'\[destination: ?10\.22\.0\.0/24\] ?\[protocol: ?==tcp ?\] ?\[destination-port: ?>=8080 ?\].*9600'),
        'flow6': ('ipv6-flowspec', r'\[destination: ?2001:db8:22::/48(/0)?\] ?\[protocol: ?==udp ?\].*discard'),
        'evpn mac-ip': ('evpn', r'\[type:macadv\]\[rd:65000:1\]\[etag:10\]\[mac:aa:bb:cc:dd:ee:01\]\[ip:10\.23\.0\.5\]'),
        'evpn inclusive-multicast': ('evpn', r'\[type:multicast\]\[rd:65000:1\]\[etag:0\]\[ip:10\.23\.0\.6\]'),
        'evpn ip-prefix': ('evpn', r'\[type:Prefix\]\[rd:65000:1\]\[etag:0\]\[prefix:10\.24\.0\.0/24\]'),
        'evpn ethernet-segment': ('evpn', r'\[type:esi\]\[rd:65000:1\]\[esi:.*\[ip:10\.23\.0\.7\]'),
        'evpn ethernet-ad': ('evpn', r'\[type:A-D\]\[rd:65000:1\]\[esi:.*\[etag:10\]'),
        'rtc': ('rtc', r'65001:65000:77'),
    }

    def originate(self):
        pass

    def output_of(self, name):
        return self.gobgp('neighbor', peers.TROUPE4, 'adj-in', '-a', self.shows[name][0])


class Bird(FamilyPeer, peers.Bird):
    files = {'bird.conf': '''
log stderr all;
router id 10.90.0.2;
flow4 table ft4;
flow6 table ft6;
vpn4 table vt4;
vpn6 table vt6;
mpls table mt;
protocol device {{ }}
protocol bgp t4 {{
	local {PEER4} port {PORT} as {PEER_AS}; neighbor {TROUPE4} as {TROUPE_AS};
	multihop; strict bind yes; passive yes; enable extended messages yes;
	ipv4 mpls {{ import all; export none; }};
	vpn4 mpls {{ table vt4; import all; export none; }};
	vpn6 mpls {{ table vt6; import all; export none; }};
	flow4 {{ table ft4; import all; export none; }};
	flow6 {{ table ft6; import all; export none; }};
}}
'''}
    shows = {
        'labelled unicast': (('table', 'master4'), r'(?s)10\.20\.0\.0/24.*BGP\.mpls_label_stack: 800'),
        'vpn4': (('table', 'vt4'), r'(?s)65000:1 10\.21\.0\.0/24.*BGP\.mpls_label_stack: 801'),
        'vpn6': (('table', 'vt6'), r'(?s)65000:1 2001:db8:21::/48.*BGP\.mpls_label_stack: 802'),
        'flow4': (('table', 'ft4'), r'flow4 \{ dst 10\.22\.0\.0/24; proto 6; dport >= 8080; \}'),
        'flow6': (('table', 'ft6'), r'flow6 \{ dst 2001:db8:22::/48; next header 17; \}'),
    }

    def output_of(self, name):
        return self.birdc('show', 'route', 'all', *self.shows[name][0])


class OpenBgpd(FamilyPeer, peers.OpenBgpd):
    # 7.7 keeps a withdrawn VPN route, whatever label the withdraw has and whoever sends it.
    takes_withdraws = False
    files = {'bgpd.conf': '''
AS {PEER_AS}
router-id 10.90.0.2
fib-update no
listen on {PEER4} port {PORT}
socket "{folder}/ctl"
neighbor {TROUPE4} {{
	remote-as {TROUPE_AS}
	local-address {PEER4}
	multihop 8
	passive
	announce IPv4 none
	announce IPv4 vpn
	announce IPv6 vpn
}}
allow from any
'''}
    shows = {
        'vpn4': ('10.21.0.0/24', r'rd 65000:1 10\.21\.0\.0/24'),
        'vpn6': ('2001:db8:21::/48', r'rd 65000:1 2001:db8:21::/48'),
    }

    def output_of(self, name):
        return self.bgpctl('show', 'rib', 'in', 'detail')


PEERS = {peer.name: peer for peer in (Bird, Frr, GoBgp, OpenBgpd)}


def check(peer, helper, troupe, name):
    pattern = peer.shows[name][1]
    statement = ROUTES[name][1]
    for word, wanted in (('announce', True), ('withdraw', False)):
        if not wanted and not peer.takes_withdraws:
            break
        answer, _ = helper.ask('neighbor %s %s %s' % (peers.PEER4, word, statement))
        assert answer == 'done', '%s %s was answered %s\n%s' % (word, statement, answer, troupe.log()[-800:])
        group.until(lambda: bool(re.search(pattern, peer.output_of(name))) == wanted, DEADLINE, lambda: '%s of %s: %s; %s\n%s' % (
            word, name, peer.output_of(name), peer.output()[-600:], troupe.log()[-800:]), every=0.1)
    assert peer.up(False), 'the session went down'


def one_peer(name, keep):
    """(passed, failed)"""
    passed = failed = 0
    peer = PEERS[name]()
    helper = group.Helper()
    troupe = group.Group(CONF.format(run=helper.run, us=peers.TROUPE_AS, them=peers.PEER_AS, port=peers.PORT, us4=peers.TROUPE4,
                                     peer4=peers.PEER4, families='; '.join(peer.families()) + ';'),
                         env={'exabgp_api_version': '4'})
    try:
        peer.start()
        troupe.start()
        group.until(lambda: peer.up(False), DEADLINE, lambda: 'session: %s\n%s' % (peer.output()[-2000:], troupe.log()[-2000:]))
        for route in peer.shows:
            try:
                check(peer, helper, troupe, route)
                passed += 1
                print('ok - %s: %s' % (name, route), flush=True)
            except AssertionError as fault:
                failed += 1
                print('not ok - %s: %s\n#   %s' % (name, route, str(fault).replace('\n', '\n#   ')), flush=True)
    except (AssertionError, OSError) as fault:
        failed += 1
        print('not ok - %s: %s' % (name, str(fault).replace('\n', '\n#   ')), flush=True)
    finally:
        if troupe.process is not None and troupe.process.poll() is None:
            troupe.stop()
        troupe.close()
        helper.close()
        peer.stop()
        if not keep and not failed:
            shutil.rmtree(peer.folder, ignore_errors=True)
    return passed, failed

"""The text of the rules, with the reason for each; `ruleset` puts in what a plan says. `$` marks a place to fill."""

from __future__ import annotations

from string import Template

HEAD = """\
# The rules by which Breaktime steers social media to its workers and leaves everything else to the kernel.
# `breaktime steering show` prints them, `apply` loads them in one step, `remove` takes all of them away.
# They follow from the configuration: change that, not this. `nft -f` loads this text as it stands.
#
#   prerouting  names to our resolver, social media to a worker; only the first packet of a connection comes here
#   forward     what a worker never sees: QUIC to social media, private DNS, names that nobody asked us for
#   input       the workers' ports are for what was steered, our resolver is for the site's clients
#
# If Breaktime stops, nothing has to be undone: without a worker `standing` is empty within 3 seconds and web traffic
# is forwarded as if these rules were not there; without the resolver's socket, names are asked for upstream."""

WHOLE = Template("""\
$head

# 1. What there is. What stands here already stays, with all that the resolver and the workers put into it.
table inet $table {
$lasting
  chain steer4 { }
  chain steer6 { }
  chain dns { }
  chain cut { }
  chain look { }
  chain ours { }
  chain private { }
  chain watch { }
  chain prerouting { type nat hook prerouting priority dstnat - 5; policy accept; }
  chain postrouting { type nat hook postrouting priority srcnat - 5; policy accept; }
  chain forward { type filter hook forward priority filter; policy accept; }
  chain input { type filter hook input priority filter; policy accept; }
}

# 2. The rules of before, and the addresses that come from the configuration, make room for those below. All of it
#    is one transaction: no packet ever meets half of it, and connections that stand are not touched.
flush table inet $table
$emptied
$unused

# 3. The rules.
table inet $table {
$fast_table
$classes

$chains}

# 4. Whose: all of the site's clients, those of concern with their class, zones that are shut when no worker is left;
#    the resolvers that we ask, and those of others that answer in private.
add element inet $table revision { $revision }
$sets
""")

CHAINS = Template("""\
  # Each client by its address to one worker, always the same, so that its minutes are counted in one place.
  chain steer4 {
    $share4
  }
  chain steer6 {
    $share6
  }

  # Whatever resolver a client asks, ours answers, so that it knows which addresses are social media. `socket` is
  # true only while our resolver listens: without it names are asked for as the client wished, or upstream.
  chain dns {
$resolving
  }

  chain prerouting {
    type nat hook prerouting priority dstnat - 5; policy accept;
    meta l4proto { tcp, udp } th dport 53 jump dns
    # `standing` holds its entries for 3 seconds; they are renewed while a worker is well, and gone when none is.
$steering
  }

  chain postrouting {
    type nat hook postrouting priority srcnat - 5; policy accept;
$past
  }

  # A connection that slipped past and is not allowed ends at once instead of hanging: the client's next packet, at
  # the latest its acknowledgement of what the site says, is answered by the end. An end to the site alone would leave
  # the client waiting.
  chain cut {
    tcp flags rst accept
    meta l4proto tcp ct direction reply accept
    counter name cut
    meta l4proto tcp reject with tcp reset
    reject with icmpx type port-unreachable
  }

  # The first packets with content go to the log group, where the name in them is read; then never again: the connection
  # keeps a mark of its own, and with it stays out of any flowtable, where a cut would pass it by.
  chain look {
    meta length < 81 return
    log prefix "breaktime " group $group snaplen 2048 queue-threshold 1
    ct mark and 0x0f000000 == 0x03000000 ct mark set ct mark and 0xf0ffffff or 0x04000000 return
    ct mark and 0x0f000000 == 0x02000000 ct mark set ct mark and 0xf0ffffff or 0x03000000 return
    ct mark set ct mark and 0xf0ffffff or 0x02000000
  }

  chain forward {
    type filter hook forward priority filter; policy accept;
    # Nearly every packet of the school ends here.$fast
    ct state established,related ct mark and 0x0f000000 == 0 accept
    ct state established,related ct mark and 0x0f000000 == 0x04000000 accept
    ct mark and 0x0f000000 == 0x0f000000 jump cut
    ct direction original ct mark and 0x0f000000 != 0 jump look
    ct state established,related accept
    ip saddr @clients4 goto ours
    ip6 saddr @clients6 goto ours
  }

  # New connections of the site's clients that are not steered.
  chain ours {
    # The gateway's page is there in clear text, and while a worker is well: a browser that tries another way, or
    # comes at another time, is told so at once.
    ip daddr $page reject with icmpx type port-unreachable
    # QUIC cannot be ruled on: it is refused, at once, where there may be something to rule on, and nowhere else.
    udp dport 443 ip saddr vmap @class4
    udp dport 443 ip6 saddr vmap @class6
    meta l4proto { tcp, udp } th dport { 443, 853 } jump private
    # Tunnels are counted and let be.
    meta l4proto { gre, esp } counter name vpn
    udp dport { 500, 1194, 1701, 4500, 51820 } counter name vpn
    tcp dport { 1194, 1723 } counter name vpn
    # Social media comes here only when no worker is left to rule on it; these zones are then to be shut.
    ip saddr @closed4 ip daddr @social4 tcp dport { 80, 443 } counter name aside reject with tcp reset
    ip6 saddr @closed6 ip6 daddr @social6 tcp dport { 80, 443 } counter name aside reject with tcp reset
    ip saddr @steered4 meta l4proto { tcp, udp } th dport 443 jump watch
    ip6 saddr @steered6 meta l4proto { tcp, udp } th dport 443 jump watch
    counter name passed
  }

  # Private DNS would hide from us which addresses are social media. A resolver of the school's own may use it.
  chain private {
    ip saddr @resolvers4 return
    ip6 saddr @resolvers6 return
    tcp dport 853 counter name dot reject with tcp reset
    udp dport 853 counter name dot reject with icmpx type port-unreachable
    ip daddr @doh4 tcp dport 443 counter name doh reject with tcp reset
    ip6 daddr @doh6 tcp dport 443 counter name doh reject with tcp reset
    ip daddr @doh4 udp dport 443 counter name doh reject with icmpx type port-unreachable
    ip6 daddr @doh6 udp dport 443 counter name doh reject with icmpx type port-unreachable
  }

  # An address that our resolver never named may be social media all the same. Its first connection is looked at;
  # one that was looked at within 10 minutes only now and then, so that busy addresses cost nothing. QUIC comes here
  # also to social media of no concern for its client; behind the same address may be some that is.
  chain watch {
    meta l4proto tcp ip daddr @social4 return
    meta l4proto tcp ip6 daddr @social6 return
    ip daddr @seen4 numgen random mod 64 != 0 return
    ip6 daddr @seen6 numgen random mod 64 != 0 return
    ct mark and 0x0f000000 != 0 return
    ct mark set ct mark and 0xf0ffffff or 0x01000000
    meta l4proto udp jump look
  }

  chain input {
    type filter hook input priority filter; policy accept;
    ct state established,related accept
    iif lo accept
    # Nobody may ask a worker to go somewhere for them: its ports are for what was steered.
    ct status dnat accept
    tcp dport { $ports } reject with tcp reset
    # Our resolver answers this site and nobody else.
    meta l4proto != { tcp, udp } accept
    th dport != 53 accept
    ip saddr @clients4 accept
    ip6 saddr @clients6 accept
    ip saddr @resolvers4 accept
    ip6 saddr @resolvers6 accept
    ip6 saddr fe80::/10 accept
    counter name private_resolver reject
  }
""")

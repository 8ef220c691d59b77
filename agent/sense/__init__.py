"""What slips past: the names in the first packets of flows that were not steered here, and in captures.

    capture ─► captures (scapy) ─► links ─┐
                                          ├─► wire ─► flows ─► streams    TCP: hello (TLS), clear (HTTP)
    nftables log group ─► nflog ──────────┘               └──► datagrams  UDP: quic, quickeys, gquic
                                                               │
                                                               └─► lines (JSON) ─► whoever started the process

Everything runs in a process of its own, `python -P -m agent.sense`. scapy is GPL-2.0-only: that process imports
nothing that is licensed under Apache-2.0 alone, and the rest of Breaktime imports `lines` and `child` from here
and nothing else. What stands between the ends is pure: bytes in, readings out; it never raises, whatever the
bytes, and holds a bounded number of bounded things.
"""

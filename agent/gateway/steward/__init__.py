"""The steward: the process beside the workers that keeps the kernel's rules, the resolver and *sense* in step.

    link ──► Engine ──► Plan ──┬─► rules of the kernel (agent/gateway/steering)
                               └─► Resolver (dnsmasq) ──► Answers ──► the account of addresses ──► sweeps
    beats of the workers ──► Health ──► who gets which clients, and `standing`: while it is renewed, traffic is steered
    Sense ──► Slips ──► an address more, a connection less

No traffic goes through it: if it dies, the kernel's rules fall aside by themselves within three seconds.
"""

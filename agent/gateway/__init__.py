"""The gateway: a supervisor with mitmdump workers as children, the scoped CA, and the block page.

The supervisor (`supervisor.py`) starts workers, gives each the configuration over a private socket
(`link.py`), takes their minutes and brings back those that die. A worker (`launch.py`) is mitmdump with the
script `addons/gateway.py`; nothing but that launcher and the addons knows mitmproxy.
"""

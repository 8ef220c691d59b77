"""The gateway: a supervisor with mitmdump workers as children, the scoped CA, and the block page.

The supervisor (`supervisor.py`) starts workers, gives each the configuration over a private socket
(`link.py`), takes their minutes and brings back those that die. A worker (`addons/launch.py`) is mitmdump with
our addons; nothing but the addons knows mitmproxy.
"""

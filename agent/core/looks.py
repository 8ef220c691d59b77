"""What the look of a path tells where no header does: a widget, something that only measures, a page that asks again.

General words that many sites use for the same, not one site's own: those stand in the catalogue as request shapes.
Each is a guess with an error of its own, so it is asked only where Fetch-Metadata and Referer leave the question open.
"""

from __future__ import annotations

import re

_BEGIN, _END = r"(?:^|[/._-])", r"(?=[/._-]|$)"


def _words(*words: str) -> re.Pattern[str]:
    """Paths (or hosts) in which one of these stands as a whole word."""
    return re.compile(f"{_BEGIN}(?:{'|'.join(words)}){_END}", re.IGNORECASE)


_WIDGET = re.compile(
    r"/(?:plugins?|widgets?|embed\w*|video_ext|videoembed|like(?:_?box)?\.php|xd_arbiter|oembed|"
    r"(?:share|follow|tweet|like|save)[-_]?button|badges?|iframe_api|share_iframe)(?=[/._-]|$)",
    re.IGNORECASE,
)
_MEASURES = _words(
    "tr", "pixels?", "px", "beacons?", "collect", "adsct", "jot", "fbevents", "signals", "uwt", "scevent", "insight",
    "ct", "track(?:ing|er)?", "analytics", "ads?", "conversions?", "impressions?", "li_sync", "attribution", "events?",
    "metrics", "stats?", "telemetry", "adview", "cm", "usersync", "rum",
)  # fmt: skip
_MEASURING_HOST = re.compile(
    r"(?:ads?|analytics|pixel|px|ct|tr|stats|metrics|telemetry|beacon|alb|events?|log|static-ads|snap|bat)"
    r"[.]|[.]ads[.]|(?:^|[.])ads-",
    re.IGNORECASE,
)
_ASKS_AGAIN = _words(
    r"generate_204", "log(?:_event|ging|s)?", "stats?", "ping", "poll(?:ing)?", "heartbeat", "presence", "keep_?alive",
    "beacons?", "collect", "qoe", "csi", "bz", "jot", "metrics", "telemetry", "rum", "unread\\w*", "badge_?counts?",
    "notif\\w*", "watchtime", "health", "refresh\\w*", "sync", "pull", "events?", "analytics", "reportingapi",
)  # fmt: skip


def is_widget(path: str) -> bool:
    """True for what sites offer to be put into other sites' pages: `/plugins/like.php`, `/embed/abc`."""
    return _WIDGET.search(path) is not None


def measures(host: str, path: str) -> bool:
    """True for what shows nobody anything and only counts who was there: `/tr`, `ct.pinterest.com`."""
    return _MEASURING_HOST.match(host) is not None or _MEASURES.search(path) is not None


def asks_again(path: str) -> bool:
    """True for what an open page asks by itself, time and again, with nobody before it: `/presence`, `/log_event`."""
    return _ASKS_AGAIN.search(path) is not None

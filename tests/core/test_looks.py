"""What the look of a path tells."""

import pytest

from agent.core.looks import asks_again, is_widget, measures


@pytest.mark.parametrize(
    ("path", "widget"),
    [
        ("/plugins/like.php", True),
        ("/v2.3/plugins/comments.php", True),
        ("/embed/abc", True),
        ("/p/abc/embed/", True),
        ("/embed/v2/123", True),
        ("/EmbeddedPlayer/v=2", True),
        ("/widgets/follow_button.1.html", True),
        ("/widget_community.php", True),
        ("/video_ext.php", True),
        ("/connect/xd_arbiter.php", True),
        ("/embed.js", True),
        ("/watch", False),
        ("/embarrassing", False),
        ("/wiki/Plug-in", False),
        ("/", False),
        ("", False),
    ],
)
def test_is_widget(path: str, widget: bool) -> None:
    """What is made for other sites' pages says so as a whole word of its path."""
    assert is_widget(path) is widget


@pytest.mark.parametrize(
    ("host", "path", "counts"),
    [
        ("www.facebook.com", "/tr/", True),
        ("www.facebook.com", "/tr", True),
        ("connect.facebook.net", "/en_US/fbevents.js", True),
        ("connect.facebook.net", "/signals/config/123", True),
        ("connect.facebook.net", "/en_US/sdk.js", False),
        ("ct.pinterest.com", "/v3/", True),
        ("s.pinimg.com", "/ct/core.js", True),
        ("assets.pinterest.com", "/js/pinit.js", False),
        ("analytics.tiktok.com", "/i18n/pixel/sdk.js", True),
        ("px.ads.linkedin.com", "/collect/", True),
        ("static.ads-twitter.com", "/uwt.js", True),
        ("platform.twitter.com", "/widgets.js", False),
        ("www.facebook.com", "/travel", False),
        ("www.facebook.com", "/", False),
    ],
)
def test_measures(host: str, path: str, counts: bool) -> None:
    """A pixel is told by its host or by a word of its path, and a widget's script is none."""
    assert measures(host, path) is counts


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("/youtubei/v1/log_event", True),
        ("/generate_204", True),
        ("/api/stats/watchtime", True),
        ("/ajax/bz", True),
        ("/presence/keepalive", True),
        ("/api/notifications", True),
        ("/api/unread_count", True),
        ("/youtubei/v1/next", False),
        ("/pollen", False),
        ("/synchrotron", False),
    ],
)
def test_asks_again(path: str, again: bool) -> None:
    """What an open page asks time and again is told by a whole word of its path."""
    assert asks_again(path) is again

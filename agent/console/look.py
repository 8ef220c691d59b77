"""How pages are made: Jinja2 with everything escaped, one frame, dates as the school reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from agent.console.inputs import TOKEN
from agent.console.pages import Page
from agent.report import charts

if TYPE_CHECKING:
    from agent.console.visit import Visit

TEMPLATES = str(files(__package__).joinpath("templates"))
STATIC = files(__package__).joinpath("static")


class Look:
    """The templates and the navigation; `pages` are those of the whole console."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._nav = [page for page in pages if page.nav]
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._env.filters |= {"day": day, "moment": moment, "words": words, "minutes": minutes, "drawn": drawn}
        self._env.globals["pictures_css"] = f"/static/charts.css?v={digest(charts.style_sheet().encode())}"
        self._env.globals["style"] = f"/static/console.css?v={static_digest('console.css')}"

    def page(self, template: str, visit: Visit, status: int, more: Mapping[str, Any]) -> Response:
        """The answer."""
        engine = visit.config.engine
        zone = engine.timetable.calendar.zone
        text = self._env.get_template(template).render(
            visit=visit,
            caller=visit.caller,
            given=visit.given,
            said=visit.said,
            site=engine.site.name,
            zone=zone,
            now=visit.now.astimezone(zone),
            rehearsal=visit.house.clock.rehearsing,
            demonstration=visit.caller is not None and visit.shown[1],
            nav=self.navigation(visit),
            token=self._token(visit),
            **more,
        )
        return HTMLResponse(text, status)

    def navigation(self, visit: Visit) -> list[Page]:
        """The pages that stand in the navigation for this caller."""
        caller = visit.caller
        return [page for page in self._nav if caller is not None and page.who is not None and caller.may(page.who)]

    @staticmethod
    def _token(visit: Visit) -> Markup:
        proof = visit.house.keyring.proof(visit.new_secret or visit.secret)
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, proof)


def static_digest(name: str) -> str:
    """Tells one release's file from another's."""
    return digest(STATIC.joinpath(name).read_bytes())


def digest(content: bytes) -> str:
    """What an address of that content ends with."""
    return sha256(content).hexdigest()[:12]


def day(value: date | datetime) -> str:
    """Monday 23 November 2026."""
    return f"{value:%A} {value.day} {value:%B %Y}"


def moment(value: datetime, zone: Any) -> str:
    """23 November 2026, 09:30, by the school's clock."""
    local = value.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M}"


def words(value: str) -> str:
    """An id as words: chair of governors."""
    return str(value).replace("-", " ")


def minutes(value: float | timedelta) -> str:
    """1 minute, 5 minutes; of seconds."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    count = max(1, round(seconds / 60))
    return f"{count} minute{'' if count == 1 else 's'}"


def drawn(chart: charts.Chart) -> Markup:
    """A picture: drawn by us, its texts escaped by who drew it."""
    return Markup(chart.svg)  # noqa: S704

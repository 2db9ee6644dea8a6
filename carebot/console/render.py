"""Templates, and the few filters that they need."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from carebot.console import words
from carebot.console.parts import ConsoleParts

# What the masker puts in the place of personal data: <EMAIL>, <ORDER_NUMBER>.
_MASK = re.compile(r"<([A-Z_]{3,30})>")
_STATIC = files("carebot.console") / "static"


class Pages:
    """Draws templates in the installation's time zone."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._zone = ZoneInfo(parts.house.care.hours.time_zone)
        self._clock = parts.clock
        self._environment = Environment(
            loader=PackageLoader("carebot.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        brands = ", ".join(brand.name for brand in parts.house.care.brands)
        self._environment.globals |= {"brand": brands or "carebot", "asset": _asset}
        self._environment.filters |= {
            "at": self._at,
            "age": self._age,
            "masked": masked,
            "plain": words.plain,
            "event": words.event,
            "channel": words.channel,
        }

    def draw(self, template: str, values: Mapping[str, object]) -> str:
        """A template with its values. Networks let halves of characters through; a page cannot carry them."""
        drawn = self._environment.get_template(template).render(values)
        return drawn.encode("utf-8", errors="replace").decode("utf-8")

    def now(self) -> datetime:
        """The present moment, from which a page counts its ages on."""
        return self._clock.now()

    def _at(self, moment: datetime) -> str:
        """A time of day; with its date when that is not today."""
        here, today = moment.astimezone(self._zone), self._clock.now().astimezone(self._zone)
        return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%-d %b %H:%M}"

    def _age(self, moment: datetime) -> str:
        return age(self._clock.now() - moment)


def age(since: timedelta) -> str:
    """How long ago, in one unit; ``console.js`` counts on in the same words."""
    minutes = int(since.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def masked(text: str) -> Markup:
    """A redacted text: escaped, with what was taken out set apart."""
    pieces = _MASK.split(text)
    drawn = [
        Markup('<span class="mask">{}</span>').format(words.plain(piece.lower()))
        if number % 2
        else escape(piece)
        for number, piece in enumerate(pieces)
    ]
    return Markup("").join(drawn)


@cache
def _asset(name: str) -> str:
    """The path of a file in ``static``, another one whenever its content is."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"

"""What ``carebot check`` looks at, one harmless call each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from carebot.cli.common import open_app
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from carebot.app import App

_SAMPLE = "hello, my card is 4111 1111 1111 1111"


def checks(config: Path | None) -> Iterator[tuple[str, str | None]]:
    """Pairs of what was looked at, and what is wrong with it (None: it is fine).

    A configuration that cannot be read raises ConfigurationError: nothing else could be looked at.
    """
    with open_app(config) as app:
        yield "configuration", None
        for name, look in (
            ("key", _key),
            ("database", _database),
            ("recognizers", _recognizers),
            ("classifier", _classifier),
            ("articles", _articles),
        ):
            yield name, _problem(look, app)


def _problem(look: Callable[[App], str | None], app: App) -> str | None:
    try:
        return look(app)
    except CarebotError as error:
        return str(error)


def _key(app: App) -> str | None:
    wrapped = app.sealer.new_key()
    sealed = app.sealer.seal(wrapped, b"check", context="check")
    return (
        None
        if app.sealer.open(wrapped, sealed, context="check") == b"check"
        else "it does not open what it sealed"
    )


def _database(app: App) -> str | None:
    from carebot.store import schema
    from carebot.store.backup import check

    schema.require_current(app.places.database)
    check(app.places.database)
    return None


def _recognizers(app: App) -> str | None:
    found = [finding.kind for finding in app.recognizer.find(_SAMPLE)]
    return None if found == ["card"] else "a card number is not found; install carebot again"


def _classifier(app: App) -> str | None:
    app.classifier.classify("my order has not arrived", entity_counts={}, brand=None)
    limits = app.thresholds
    if limits.private.value is None:
        return "its evidence never reaches the targets of care.yaml: every message would be doubt"
    return None


def _articles(app: App) -> str | None:
    if not any(article.approved for article in app.articles()):
        return "none is approved, so the bot answers nothing; `carebot kb import`, then `carebot kb approve`"
    return None

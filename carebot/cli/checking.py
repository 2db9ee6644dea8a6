"""What ``carebot check`` looks at, one harmless call each, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from carebot.cli.common import open_app
from carebot.core.records import REPLAYED
from carebot.demo.figures import unreached
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from carebot.app import App
    from carebot.core.ports import Channel

_SAMPLE = "hello, my card is 4111 1111 1111 1111"


class State(StrEnum):
    """How a part is. ``TODO``: it is sound, but nobody has given it anything to do yet."""

    OK = "OK"
    TODO = "TODO"
    NOT_OK = "NOT OK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One part that was looked at; ``remark`` says what is wrong, or what is worth knowing."""

    part: str = ""
    state: State = State.OK
    remark: str = ""


def checks(config: Path | None) -> Iterator[Seen]:
    """Every part, one after the other.

    A configuration that cannot be read raises ConfigurationError: nothing else could be looked at.
    """
    with open_app(config) as app:
        yield Seen(part="configuration")
        for name, look in (
            ("key", _key),
            ("database", _database),
            ("recognizers", _recognizers),
            ("classifier", _classifier),
            ("articles", _articles),
        ):
            yield replace(_look(look, app), part=name)
        if app.care.incidents:
            yield replace(_look(_incidents, app), part="incidents")
        yield from _channels(app)


def _look(look: Callable[[App], Seen], app: App) -> Seen:
    try:
        return look(app)
    except CarebotError as error:
        return _wrong(str(error))


def _wrong(remark: str) -> Seen:
    return Seen(state=State.NOT_OK, remark=remark)


def _key(app: App) -> Seen:
    wrapped = app.sealer.new_key()
    sealed = app.sealer.seal(wrapped, b"check", context="check")
    is_opened = app.sealer.open(wrapped, sealed, context="check") == b"check"
    return Seen() if is_opened else _wrong("it does not open what it sealed")


def _database(app: App) -> Seen:
    from carebot.store import schema
    from carebot.store.backup import check

    schema.require_current(app.places.database)
    check(app.places.database)
    is_replayed = app.uow.run(lambda work: work.switch(REPLAYED))
    return Seen(remark="it holds what was replayed; nothing of it is ever sent" if is_replayed else "")


def _recognizers(app: App) -> Seen:
    found = [finding.kind for finding in app.recognizer.find(_SAMPLE)]
    return Seen() if found == ["card"] else _wrong("a card number is not found; install carebot again")


def _classifier(app: App) -> Seen:
    app.classifier.classify("my order has not arrived", entity_counts={}, brand=None)
    app.classifier.evidence()  # says what is wrong with it; the thresholds only do without
    limits = app.thresholds
    if _is_own(app) and limits.private.support == 0:
        remark = (
            "every message is doubt: nothing was measured of your own model yet; docs/own-model.md says how"
        )
        return Seen(state=State.TODO, remark=remark)
    if limits.private.value is None:
        return _wrong("its evidence never reaches the targets of care.yaml: every message would be doubt")
    if apart := _golden_differences(app):
        return _wrong(
            f"this machine computes otherwise than the one it was trained on: {len(apart)} golden messages are read "
            f"otherwise, such as {apart[0]}. Its figures do not hold here; use a processor with VNNI, or let people "
            "look at everything (bot.mode: suggest)"
        )
    if limits.answer.value is None:
        return Seen(remark=f"no answer will be automatic: {unreached(limits.answer)}")
    return Seen()


def _channels(app: App) -> Iterator[Seen]:
    """One call to each account's network; without one there is nothing to run yet."""
    try:
        channels = app.running.channels
    except CarebotError as error:
        named = {channel for brand in app.care.brands for channel in brand.accounts}
        is_begun = any(app.places.values_of(channel) for channel in named)
        remark = "; ".join(str(error).splitlines())
        yield Seen(part="channels", state=State.NOT_OK if is_begun else State.TODO, remark=remark)
        return
    for channel in channels:
        yield replace(_look(partial(_ask, channel), app), part=f"{channel.name} @{channel.account}")
    if not channels:
        remark = "no account of a network that can be connected stands in care.yaml"
        yield Seen(part="channels", state=State.TODO, remark=remark)


def _ask(channel: Channel, _: App) -> Seen:
    return Seen(remark=channel.check())


def _is_own(app: App) -> bool:
    from carebot.classifier.registry import is_own

    choice = app.care.classifier
    return is_own(app.places.model or choice.model, choice)


def _golden_differences(app: App) -> list[str]:
    """Where the model reads its golden messages otherwise than when it was built, if that is more than a few.

    A model of one's own has none.
    """
    from carebot.classifier.artifacts import find_model, open_model
    from carebot.classifier.golden import differences, too_many
    from carebot.classifier.registry import CLASSIFIERS
    from carebot.classifier.transformer import DEFAULT

    if _is_own(app):
        return []
    named = app.places.model or app.care.classifier.model
    folder = Path(named) if named and named not in CLASSIFIERS else find_model(DEFAULT)
    golden = open_model(folder).manifest.get("golden", ())
    apart = differences(app.classifier, golden)
    return apart if too_many(apart, golden) else []


def _articles(app: App) -> Seen:
    if any(article.approved for article in app.articles()):
        return Seen()
    remark = "none is approved, so the bot answers nothing; `carebot kb import`, then `carebot kb approve`"
    return Seen(state=State.TODO, remark=remark)


def _incidents(app: App) -> Seen:
    """What would keep one from being told; else which are current and which are over."""
    from carebot.services.check_incidents import check_incidents

    now, told = app.clock.now(), app.care.incidents
    if faults := check_incidents(
        app.house, app.articles(), channel_rules=app.article_channels(), find=app.recognizer, now=now
    ):
        return _wrong("; ".join(faults))
    current = [each.id for each in told if each.is_current(now)]
    ended = [each.id for each in told if each.has_ended(now)]
    remarks = [f"current: {', '.join(current)}"] if current else []
    remarks += [f"over, and to be taken out: {', '.join(ended)}"] if ended else []
    return Seen(remark="; ".join(remarks))

"""Transcripts as specifications: what a customer, the bot and agents say, and what must come of it.

A transcript is a JSON Lines file that a care lead can read and write. Its first line is the setting, every
other line is one turn:

* ``{"title": ..., "shows": ["answer"], "preset": "full", "mode": "auto", "channel": "x", ...}``: ``shows``
  names the lines of the policy, or the rules, that decide here; ``care`` is a piece of care.yaml
* ``{"customer": "Ada", "says": "...", "where": "public"}`` with what the classifier reads in it:
  ``"private": 0.95``, ``"answer": "charging"``, ``"sure": 0.99``, ``"kind": "problem"``, or why it ``fails``
* ``{"agent": "Kim", "to": "Ada", "says": "..."}``: a person of the brand, by hand; without ``to``, to nobody
* ``{"resolve": "Ada"}``: an agent resolves Ada's case
* ``{"again": true}``: the network delivers the last message once more, and nothing may come of it
* ``{"bot_awake": false}``: all automatic text is stopped
* ``{"expect": {"action": "invite", "zone": "private", "says": ["invitation"]}}``: about the turn before

A turn comes a minute after the one before, or ``after`` so many minutes, or ``"3 days"``. The classifier is
scripted, so that a transcript tests the house and not the model; recognizers, store, sealing, policy, gate
and texts are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carebot.app import App
from carebot.care_file import parse_care
from carebot.core.article import Article, ArticleMode, Variant
from carebot.core.assessment import Category, FlagReason, Kind, Probabilities, Reading, Sentiment
from carebot.core.care import Care
from carebot.core.case import Case, CaseStatus
from carebot.core.decision import Action
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import Outgoing, OutgoingState, StoredMessage
from carebot.errors import ClassifierError
from carebot.services.ingest import Original
from carebot.services.triage import Decided
from carebot.testing.fake_classifier import HARMLESS, reading

START = "2026-11-02 09:00"  # a Monday, in UTC
Turn = Mapping[str, Any]

SETTING_KEYS = {
    "title", "shows", "preset", "mode", "channel", "brand", "articles", "care", "bot_awake", "starts",
}  # fmt: skip
SPOKEN_KEYS = {"says", "where", "thread", "after", "channel", "brand"}
POST_KEYS = {"kind_of_post", "followers", "image", "summons", "bot"}
READING_KEYS = {
    "private", "categories", "answer", "sure", "kind", "kind_sure", "sentiment", "language", "flag", "flag_reason",
    "urgent", "fails",
}  # fmt: skip
TURN_KEYS: Mapping[str, set[str]] = {  # by the key that says what kind of turn it is
    "customer": SPOKEN_KEYS | READING_KEYS | POST_KEYS,
    "agent": SPOKEN_KEYS | {"to"},
    "resolve": {"after"},
    "again": set(),
    "bot_awake": set(),
    "expect": set(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One file, taken apart."""

    name: str
    setting: Turn
    turns: tuple[Turn, ...]


def read_transcript(file: Path) -> Transcript:
    """Read a file; an unknown key is an error, so that a typo never makes an expectation vanish."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    setting, *turns = lines
    assert {"title", "shows"} <= setting.keys() <= SETTING_KEYS, f"{file.name}:1: has {sorted(setting)}"
    readings: dict[str, Turn] = {}
    for number, turn in enumerate(turns, start=2):
        kinds = turn.keys() & TURN_KEYS.keys()
        assert len(kinds) == 1, f"{file.name}:{number}: expected one of {sorted(TURN_KEYS)}"
        unknown = turn.keys() - kinds - TURN_KEYS[min(kinds)]
        assert not unknown, f"{file.name}:{number}: unknown keys {sorted(unknown)}"
        if "customer" in turn:
            read = {key: turn[key] for key in READING_KEYS & turn.keys()}
            same = readings.setdefault(turn["says"], read) == read
            assert same, f"{file.name}:{number}: the same words are read in two ways"
    assert any("expect" in turn for turn in turns), f"{file.name}: expects nothing"
    return Transcript(name=file.stem, setting=setting, turns=tuple(turns))


def care_of(setting: Turn) -> Care:
    """The configuration of a transcript: one brand that is called Plum, always open."""
    given = setting.get("care", {})
    care = {
        "version": 1,
        "brands": [{"name": setting.get("brand", "Plum")}],
        **given,
        "plan": {"preset": setting.get("preset", "full"), **given.get("plan", {})},
        "bot": {"mode": setting.get("mode", "auto"), **given.get("bot", {})},
    }
    return parse_care(json.dumps(care), name="transcript")


def articles_of(setting: Turn) -> tuple[Article, ...]:
    """The approved articles: ``{"charging": "Plug it in."}``, or with ``mode``, ``long``, ``language``."""
    articles = []
    for slug, given in setting.get("articles", {}).items():
        article = {"approved": True, **({"short": given} if isinstance(given, str) else given)}
        article["mode"] = ArticleMode(article["mode"]) if "mode" in article else None
        language = article.pop("language", "en")
        variant = Variant(language=language, short=article.pop("short", None), long=article.pop("long", None))
        articles.append(Article(slug=slug, title=slug, variants={language: variant}, **article))
    return tuple(articles)


def reading_of(turn: Turn) -> Reading | ClassifierError:
    """What the scripted classifier says of a turn."""
    if "fails" in turn:
        return ClassifierError(turn["fails"])
    sure = turn.get("sure", 0.99)
    base = reading(private=turn.get("private", 0.02), answer=turn.get("answer"), confidence=sure)
    categories = {Category(name).value: 0.9 for name in turn.get("categories", [])}
    values = {**{name: getattr(base.probabilities, name) for name in HARMLESS.__slots__}, **categories}
    values["flag"], values["urgent"] = turn.get("flag", 0.0), turn.get("urgent", 0.0)
    return replace(
        base,
        probabilities=Probabilities(**values),
        kind=Kind(turn.get("kind", "problem")),
        kind_confidence=turn.get("kind_sure", 0.95),
        sentiment=Sentiment(turn.get("sentiment", "neu")),
        language=turn.get("language", "en"),
        flag_reason=FlagReason(turn["flag_reason"]) if "flag_reason" in turn else None,
        flag_reason_confidence=0.9 if "flag_reason" in turn else 0.0,
    )


def pause(after: float | str) -> timedelta:
    """So many minutes, or a number with its unit: ``"3 days"``."""
    if not isinstance(after, str):
        return timedelta(minutes=after)
    number, unit = after.split()
    return timedelta(**{unit.removesuffix("s") + "s": float(number)})


class Stage:
    """Plays turns through the pipeline, one after the other.

    ``last`` is what came of the last message; ``deciders`` are the lines and rules that have decided so far.
    """

    def __init__(self, app: App, transcript: Transcript) -> None:
        self._app = app
        self._setting = transcript.setting
        self._now = datetime.fromisoformat(self._setting.get("starts", START)).replace(tzinfo=UTC)
        self._count = 0
        self._cases: dict[str, str] = {}  # each customer's latest
        self._incoming: list[IncomingMessage] = []
        self._stored: list[tuple[StoredMessage, Original]] = []
        self.last: Decided | None = None
        self.deciders: set[str] = set()
        self._wake(self._setting.get("bot_awake", True))

    def play(self, turn: Turn) -> None:
        """Somebody says something, or does something."""
        self._now += pause(turn.get("after", 1))
        if "resolve" in turn:
            self._resolve(self._cases[turn["resolve"]])
        elif "again" in turn:
            self._deliver_again()
        elif "bot_awake" in turn:
            self._wake(turn["bot_awake"])
        else:
            self._say(turn)

    def _say(self, turn: Turn) -> None:
        self._count += 1
        self._incoming = [self._message(turn)]
        received = self._app.ingest(self._incoming)
        self._stored = [(item.message, item.original) for item in received if item.message is not None]
        (self.last,) = self._app.triage(self._stored, at_message_time=True)
        if self.last.case is not None:
            self._cases[_customer(turn)] = self.last.case.id
        if decision := self.last.decision:
            by_rule = decision.rule in {rule.name for rule in self._app.care.rules.ordered}
            muted = by_rule and decision.action is Action.NO_CASE  # only the rule is named then
            self.deciders |= {decision.rule, "muted"} if muted else {decision.rule}

    def _deliver_again(self) -> None:
        """Nothing new comes in, and deciding again, as after a restart, changes nothing."""
        before = self._app.uow.run(self._all_of)
        assert not any(item.is_new for item in self._app.ingest(self._incoming)), "it came in twice"
        again = self._app.triage(self._stored, at_message_time=True)
        assert not any(item.decision or item.texts for item in again), "it was decided twice"
        assert self._app.uow.run(self._all_of) == before, "something changed"

    def _all_of(self, work: Work) -> tuple[object, ...]:
        reads = (work.messages_of, work.decisions_of, work.outgoing_of, work.clocks_of, work.events_of)
        return tuple(read(case_id) for case_id in self._cases.values() for read in reads)

    def _resolve(self, case_id: str) -> None:
        def resolve(work: Work) -> Case:
            case = work.case(case_id)
            assert case is not None
            case, events = case.moved_to(CaseStatus.RESOLVED, self._now, "agent:desk")
            work.save_case(case)
            work.add_events(events)
            return case

        assert self.last is not None
        self.last = replace(self.last, case=self._app.uow.run(resolve))

    def _wake(self, awake: bool) -> None:
        self._app.uow.run(lambda work: work.set_switch("bot_awake", awake))

    def _message(self, turn: Turn) -> IncomingMessage:
        where = Visibility(turn.get("where", "public"))
        by_agent = "agent" in turn
        writer = Writer.AGENT if by_agent else Writer.OTHER_BOT if turn.get("bot") else Writer.CUSTOMER
        name = turn["agent"] if by_agent else turn["customer"]
        brand = turn.get("brand") or self._setting.get("brand", "Plum")
        return IncomingMessage(
            channel=turn.get("channel") or self._setting.get("channel", "replay"),
            account=brand.lower(),
            brand=brand,
            external_id=f"{self._count}",
            author=Author(external_id=name, handle=name, writer=writer, followers=turn.get("followers")),
            answers=turn.get("to"),
            visibility=where,
            text=turn["says"],
            at=self._now,
            thread_id=turn.get("thread", f"{_customer(turn)}/{where}"),
            post_kind=PostKind(turn.get("kind_of_post", "post")),
            summons=turn.get("summons", True),
            has_unread_media=turn.get("image", False),
        )

    def outcome(self) -> dict[str, Any]:
        """What came of the last turn, in the words that transcripts use."""
        assert self.last is not None, "expects something before anybody spoke"
        decision, case = self.last.decision, self.last.case
        queued = [text for text in self.last.texts if text.state is OutgoingState.QUEUED]
        offered = [text for text in self.last.texts if text.state is OutgoingState.SUGGESTED]
        seen: dict[str, Any] = {
            "case": None if case is None else case.id,
            "status": None if case is None else case.status.value,
            "case_zone": None if case is None else case.zone.value,
            "case_tier": None if case is None else case.tier,
            "case_queue": None if case is None else case.queue,
            "case_priority": None if case is None else case.priority.value,
            "says": [_origin(text) for text in queued],
            "where": queued[0].zone.value if queued else None,
            "text": queued[0].text if queued else None,
            "offers": [_origin(text) for text in offered],
            "held": self.last.held,
            "masked": self.last.understood.masked_text,
            **self._app.uow.run(lambda work: _at_rest(work, case)),
        }
        if decision is not None:
            seen |= {
                "action": decision.action.value,
                "band": decision.band.value,
                "zone": decision.zone.value,
                "tier": decision.tier,
                "queue": decision.queue,
                "rule": decision.rule,
                "priority": decision.priority.value,
                "flags": sorted(decision.flag_reasons),
                "labels": sorted(decision.labels),
                "silent": decision.silence,
                "reason": decision.reason,
            }
        return seen


def _at_rest(work: Work, case: Case | None) -> dict[str, Any]:
    """What is written down of a case: its running clocks, all its texts, what is kept of its messages."""
    case_id = "" if case is None else case.id
    record = next(reversed(work.decisions_of(case_id)), None)
    snapshot = {} if record is None else json.loads(json.dumps(dict(record.situation)))
    read = snapshot.get("assessment", {}).get("reading") or {}
    return {
        "clocks": [clock.kind.value for clock in work.clocks_of(case_id) if clock.stopped_at is None],
        "outbox": [f"{_origin(text)} {text.state}" for text in work.outgoing_of(case_id)],
        "kept": [message.masked_text for message in work.messages_of(case_id)],
        "categories_kept": [c.value for c in Category if c.value in read.get("probabilities", {})],
    }


def _origin(text: Outgoing) -> str:
    return text.origin.removeprefix("article:")


def _customer(turn: Turn) -> str:
    """In whose conversation this is said."""
    return str(turn.get("customer") or turn.get("to") or turn["agent"])


def check(expected: Turn, seen: Mapping[str, Any], where: str) -> None:
    """Compare; ``text_has``, ``text_lacks`` and ``reason_has`` look for a piece, everything else is equal."""
    for key, value in expected.items():
        name, _, how = key.partition("_")
        if how in ("has", "lacks"):
            found = value in (seen[name] or "")
            assert found is (how == "has"), f"{where}: {key} {value!r}, but it is {seen[name]!r}"
        else:
            assert key in seen, f"{where}: nothing is known of {key!r}; there is {sorted(seen)}"
            why = seen.get("reason")
            assert seen[key] == value, f"{where}: {key} is {seen[key]!r}, expected {value!r} ({why})"

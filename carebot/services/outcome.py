"""What became of each message of a run, and what the run added up to: for the demo, ``replay`` and tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from carebot.core.assessment import Assessment, Band
from carebot.core.decision import Action, Decision
from carebot.core.message import IncomingMessage, Visibility, Writer
from carebot.core.records import Outgoing
from carebot.core.tiers import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One message, what was decided about it, and what would be said.

    ``decision`` is None for a message that is not decided: an agent's own, or a duplicate. ``texts`` are
    queued or suggested; ``held`` counts texts that were waiting and are now kept back. ``entity_kinds`` are
    the kinds of personal data in the text. ``shown_text`` is what a viewer without rights may see.
    """

    message: IncomingMessage
    case_id: str | None = None
    decision: Decision | None = None
    assessment: Assessment | None = None
    texts: tuple[Outgoing, ...] = ()
    held: int = 0
    entity_kinds: tuple[str, ...] = ()
    shown_text: str
    is_duplicate: bool = False

    @property
    def is_by_agent(self) -> bool:
        """Whether a person of the brand wrote it."""
        return self.message.author.writer is Writer.AGENT

    @property
    def is_abstention(self) -> bool:
        """Whether it went to a person only because no article answers it surely enough."""
        decision = self.decision
        if decision is None or decision.band is not Band.CLEAR or decision.silences_bot:
            return False
        if decision.action is Action.ASK_DETAIL:
            return True
        return decision.action is Action.HAND_OFF and not decision.drafts and decision.silence is None

    @property
    def article(self) -> str | None:
        """The article that would be said or is offered; None when there is none."""
        drafts = self.decision.drafts if self.decision else ()
        return next((draft.article for draft in drafts if draft.article), None)

    @property
    def leaks(self) -> bool:
        """Whether any personal data of the message stands in a text that would go out.

        Deliberately asks neither the recognizers nor the gate: it is the check of their work.
        """
        if not self.entity_kinds:
            return False
        secrets = _hidden(self.message.text, self.shown_text) | _suspicious(self.message.text)
        return any(secret in _squeezed(text.text) for text in self.texts for secret in secrets)


_PLACEHOLDER = re.compile(r"<[A-Z_]{3,30}>")
_SHORTEST_SECRET = 4  # characters, squeezed: "17" or "NL" would be found in harmless words

# An e-mail address: anything, an @, anything with a dot; or a number as people write it: up to four letters
# and a hyphen, then digits with separators between them (so "VN-48213" and "4111 1111" are one piece each). Each part
# is bounded, because a long text without an @ would otherwise be searched anew from every letter.
_SUSPICIOUS = re.compile(
    r"[^\s@<>]{1,64}@[^\s@<>]{1,255}\.[^\s@<>]{1,63} | [A-Za-z]{0,4}-?\d[\d\s()./-]{2,60}\d", re.VERBOSE
)


def _hidden(original: str, shown: str) -> set[str]:
    """The pieces of the original in whose place the shown text has ``<KIND>``."""
    kept = _PLACEHOLDER.split(shown)
    match = re.fullmatch("(.+?)".join(re.escape(piece) for piece in kept), original, flags=re.DOTALL)
    return _long_enough(match.groups()) if match else set()


def _suspicious(original: str) -> set[str]:
    return _long_enough(_SUSPICIOUS.findall(original))


def _long_enough(pieces: tuple[str, ...] | list[str]) -> set[str]:
    squeezed = (_squeezed(piece) for piece in pieces)
    return {piece for piece in squeezed if len(piece) >= _SHORTEST_SECRET}


def _squeezed(text: str) -> str:
    """The text without what people write differently: capitals, spaces, dots, hyphens, brackets, slashes."""
    return re.sub(r"[\s().,;:!?/-]", "", text).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run added up to.

    ``messages`` leaves out duplicates and skipped lines. ``bands``, ``actions`` and ``languages`` count decided
    messages, ``tiers`` and ``zones`` those of them that somebody has to care about. ``answered`` to ``no_case``
    count messages by action; ``abstained`` are those handed off only for want of a sure article.
    ``personal_data`` counts messages that carried some, ``personal_data_in_public`` those of them that anybody
    could read, and ``leaks`` those of which a piece stands in a text that would go out. Of ``article_expected``
    messages the right article is known; ``article_right`` and ``article_wrong`` count those where it, or
    another one, was said or offered. ``seconds`` is the time the run took.
    """

    messages: int = 0
    cases: int = 0
    duplicates: int = 0
    skipped: int = 0
    by_agents: int = 0
    bands: Mapping[Band, int] = field(default_factory=dict)
    tiers: Mapping[int, int] = field(default_factory=dict)
    zones: Mapping[Zone, int] = field(default_factory=dict)
    actions: Mapping[Action, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    abstained: int = 0
    flagged: int = 0
    texts_held: int = 0
    personal_data: int = 0
    personal_data_in_public: int = 0
    leaks: int = 0
    article_expected: int = 0
    article_right: int = 0
    article_wrong: int = 0
    seconds: float = 0.0

    @property
    def answered(self) -> int:
        """Messages that the bot answered from an article."""
        return self.actions.get(Action.ANSWER, 0)

    @property
    def suggested(self) -> int:
        """Messages whose answer was offered to an agent."""
        return self.actions.get(Action.SUGGEST, 0)

    @property
    def invited(self) -> int:
        """Customers' messages that were met with an invitation to a private place."""
        return self.actions.get(Action.INVITE, 0)

    @property
    def handed_off(self) -> int:
        """Messages handed to people."""
        return self.actions.get(Action.HAND_OFF, 0)

    @property
    def asked(self) -> int:
        """Messages that the bot met with a question the agent would have asked."""
        return self.actions.get(Action.ASK_DETAIL, 0)

    @property
    def held(self) -> int:
        """Messages that people look at before anything is said."""
        return self.actions.get(Action.HOLD, 0)

    @property
    def no_case(self) -> int:
        """Messages that nobody has to act on."""
        return self.actions.get(Action.NO_CASE, 0)

    @property
    def per_second(self) -> float:
        """Messages per second; 0 when no time was taken."""
        return self.messages / self.seconds if self.seconds > 0 else 0.0


class Tally:
    """Adds outcomes up, one at a time, and keeps no text."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._cases: set[str] = set()
        self._bands: Counter[Band] = Counter()
        self._tiers: Counter[int] = Counter()
        self._zones: Counter[Zone] = Counter()
        self._actions: Counter[Action] = Counter()
        self._channels: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()

    def skip(self) -> None:
        """Count a line of the input that is not a message we support."""
        self._counts["skipped"] += 1

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.is_duplicate:
            self._counts["duplicates"] += 1
            return
        self._channels[outcome.message.channel] += 1
        public = outcome.message.visibility is Visibility.PUBLIC
        self._counts.update(
            messages=1,
            by_agents=int(outcome.is_by_agent),
            abstained=int(outcome.is_abstention),
            texts_held=outcome.held,
            personal_data=int(bool(outcome.entity_kinds)),
            personal_data_in_public=int(bool(outcome.entity_kinds) and public),
            leaks=int(outcome.leaks),
        )
        if outcome.case_id is not None:
            self._cases.add(outcome.case_id)
        if outcome.decision is not None:
            self._add_decision(outcome.decision)
            if outcome.assessment is not None and outcome.assessment.reading is not None:
                self._languages[outcome.assessment.reading.language] += 1

    def _add_decision(self, decision: Decision) -> None:
        self._bands[decision.band] += 1
        self._actions[decision.action] += 1
        self._counts["flagged"] += bool(decision.flag_reasons)
        if decision.makes_case:
            self._tiers[decision.tier] += 1
            self._zones[decision.zone] += 1

    def expect(self, found: str | None, expected: str) -> None:
        """Count a conversation whose right article a person has named; ``found`` is the one that was used."""
        self._counts["article_expected"] += 1
        if found is not None:
            self._counts["article_right" if found == expected else "article_wrong"] += 1

    def summary(self, *, seconds: float = 0.0) -> Summary:
        """What has been added up so far."""
        return Summary(
            **self._counts,
            cases=len(self._cases),
            bands=dict(self._bands),
            tiers=dict(self._tiers),
            zones=dict(self._zones),
            actions=dict(self._actions),
            channels=dict(self._channels),
            languages=dict(self._languages),
            seconds=seconds,
        )

"""How the demo looks: each message, what was decided and why, and what would be said."""

from __future__ import annotations

from datetime import UTC, tzinfo

from rich.console import Console
from rich.text import Text

from carebot.core.assessment import Band
from carebot.core.decision import Action, Decision, ThresholdUse
from carebot.core.message import PostKind, Visibility
from carebot.core.records import Outgoing, OutgoingState
from carebot.core.thresholds import Threshold
from carebot.core.tiers import Priority, Zone
from carebot.demo.figures import show_summary
from carebot.demo.plain import can_draw, harmless, hung, is_rich, width_of, write
from carebot.services.outcome import Outcome, Summary

__all__ = ["Show", "show_summary"]

MARGIN = " " * 7  # the width of "08:04  "
CHANNELS = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon", "townsquare": "Town square"}
# Black or white on a colour reads on light and on dark terminals alike; yellow letters would not.
CHIPS = {
    Band.CLEAR: "bold black on green",
    Band.DOUBT: "bold black on yellow",
    Band.PRIVATE: "bold bright_white on magenta",
}
NO_CASE_CHIP = "reverse"
BARS = {Band.CLEAR: "green", Band.DOUBT: "yellow", Band.PRIVATE: "magenta"}
WORDS = {
    Action.ANSWER: "ANSWERED",
    Action.SUGGEST: "SUGGESTED",
    Action.INVITE: "INVITED",
    Action.HAND_OFF: "HANDED OFF",
    Action.ASK_DETAIL: "ASKED",
    Action.HOLD: "HELD",
    Action.NO_CASE: "NOTHING TO DO",
}
KINDS = {
    PostKind.POST: "",
    PostKind.REPLY: "reply",
    PostKind.QUOTE: "quote",
    PostKind.REPOST: "repost",
}
_DECIDES = {Band.PRIVATE: ("private",), Band.DOUBT: ("doubt",), Band.CLEAR: ("answer", "no_care")}
_MANY = 10_000  # followers: from here on worth a mention


class Show:
    """Prints a run, one message at a time. Without a terminal, or with NO_COLOR, it is plain text.

    ``time_zone`` is the one that times are shown in; ``handles`` False leaves out who wrote.
    """

    def __init__(
        self, console: Console, brand: str, total: int, *, time_zone: tzinfo = UTC, handles: bool = True
    ) -> None:
        self._console = console
        self._brand = brand
        self._total = total
        self._time_zone = time_zone
        self._handles = handles
        self._number = 0
        self._width = width_of(console)
        self._rich = is_rich(console)
        self._dot, self._arrow = (" · ", "→ ") if can_draw(console) else (" - ", "-> ")

    def begin(self) -> None:
        """Say what is about to be seen."""
        count = "1 message" if self._total == 1 else f"{self._total:,} messages, one after the other"
        self._line(Text(f"{self._brand}: {count}", style="bold"))
        self._hang("Each with what was decided and why. Nothing leaves this machine.", first="", rest="")
        self._line()
        for band, meaning in (
            (Band.CLEAR, "the bot may answer"),
            (Band.DOUBT, "people look first, nothing automatic is said"),
            (Band.PRIVATE, "for a private place, never in a public thread"),
        ):
            self._line(Text.assemble("  ", self._chip(f"{band:^7}", CHIPS[band]), f"  {meaning}"))

    def message(self, moment: Outcome) -> None:
        """Show one message and what became of it."""
        self._number += 1
        self._line()
        self._header(moment)
        text = harmless(moment.shown_text)
        if moment.message.has_unread_media:
            text = f"{text} [an image]".strip()
        self._hang(text or "[no text]", first=MARGIN, rest=MARGIN)
        self._verdict(moment)
        for because in self._reasons(moment):
            self._hang(because, first=MARGIN, rest=MARGIN + "  ", style="dim")
        for outgoing in moment.texts:
            self._quote(outgoing, moment.decision.band if moment.decision else Band.DOUBT)

    def end(self, summary: Summary, *, answer: Threshold | None = None) -> None:
        """Show what the run added up to; ``answer`` is the threshold that answers had to reach."""
        self._line()
        show_summary(self._console, summary, answer=answer)

    def _header(self, moment: Outcome) -> None:
        message = moment.message
        public = message.visibility is Visibility.PUBLIC
        parts = [CHANNELS.get(message.channel, message.channel)]
        if self._handles:
            parts.append("@" + harmless(message.author.handle).removeprefix("@"))
        if (message.author.followers or 0) >= _MANY:
            parts.append(f"{message.author.followers:,} followers")
        if KINDS[message.post_kind]:
            parts.append(KINDS[message.post_kind])
        left = Text.assemble(
            (f"{message.at.astimezone(self._time_zone):%H:%M}", "bold"),
            "  ",
            ("PUBLIC" if public else "DIRECT", "bold cyan" if public else "bold blue"),
            ("  " + self._dot.join(parts)),
        )
        count = Text(f"{self._number}/{self._total}", style="dim")
        left.truncate(self._width - count.cell_len - 2, overflow="ellipsis")
        gap = self._width - left.cell_len - count.cell_len
        self._line(left, " " * gap, count)

    def _verdict(self, moment: Outcome) -> None:
        """The line with the arrow; facts that do not fit into the width go on below it."""
        word, style, facts = _said_of(moment)
        line = Text.assemble(MARGIN, self._arrow, self._chip(word, style))
        for fact in facts:
            part = self._dot + fact
            if line.cell_len + len(part) > self._width:
                self._line(line)
                line, part = Text(MARGIN + " " * len(self._arrow)), fact
            line.append(part)
        self._line(line)

    def _reasons(self, moment: Outcome) -> list[str]:
        decision = moment.decision
        if moment.is_duplicate:
            return ["because this message came in before: nothing is done twice"]
        if decision is None:
            return ["because a person of the brand wrote it: from here on the bot is silent", *_held(moment)]
        facts = [f"band {decision.band}", f"rule {decision.rule}"]
        facts += [self._comparison(use) for use in _deciding(decision)]
        reason = decision.reason if ", because " in decision.reason else f"because {decision.reason}"
        return [reason, self._dot.join(facts), *_held(moment)]

    def _comparison(self, use: ThresholdUse) -> str:
        name = use.name.replace("_", " ")
        if use.threshold is None:
            return f"{name} {use.score:.0%}, and none is enough yet"
        return f"{name} {use.score:.0%}, needed {use.threshold:.0%}"

    def _quote(self, outgoing: Outgoing, band: Band) -> None:
        place = "PUBLIC" if outgoing.zone is Zone.PUBLIC else "DIRECT"
        offered = outgoing.state is OutgoingState.SUGGESTED
        origin = _origin(outgoing.origin)
        label = f"{place}, offered to the agent" if offered else f"{place}, automatic"
        bar = Text("▌ ", style=BARS[band]) if self._rich and can_draw(self._console) else Text("> ")
        margin = Text.assemble(MARGIN, bar)
        for line in hung(self._console, Text(f"{label} ({origin})", style="bold"), first=margin, rest=margin):
            self._line(line)
        for line in hung(self._console, Text(harmless(outgoing.text)), first=margin, rest=margin):
            self._line(line)

    def _chip(self, word: str, style: str) -> Text:
        return Text(f" {word} ", style=style) if self._rich else Text(word)

    def _hang(self, text: str, *, first: str, rest: str, style: str = "") -> None:
        for line in hung(self._console, Text(text, style=style), first=first, rest=rest):
            self._line(line)

    def _line(self, *parts: Text | str) -> None:
        write(self._console, *parts)


def _origin(origin: str) -> str:
    """Where a text comes from, in words: an article by its slug, a fixed text by its name."""
    kind, colon, slug = origin.partition(":")
    return f"{kind} {slug}" if colon else kind.replace("_", " ")


def _said_of(moment: Outcome) -> tuple[str, str, list[str]]:
    """The word for what happened, its style, and the facts beside it, the least important last."""
    decision, case = moment.decision, moment.case_id
    in_case = [f"case {case}"] if case else []
    if moment.is_duplicate:
        return "SEEN BEFORE", NO_CASE_CHIP, in_case
    if decision is None:
        return "SENT BY HAND", NO_CASE_CHIP, in_case
    flags = [f"flagged {reason}" for reason in sorted(decision.flag_reasons)]
    labels = sorted(decision.labels)
    if not decision.makes_case:
        return WORDS[decision.action], NO_CASE_CHIP, [*in_case, *flags, *labels]
    facts = [f"tier {decision.tier}", f"zone {decision.zone}"]
    facts += [f"queue {decision.queue}"] if decision.queue else []
    if decision.priority.rank < Priority.NORMAL.rank:
        facts.append(str(decision.priority))
    return WORDS[decision.action], CHIPS[decision.band], [*facts, *in_case, *flags, *labels]


def _deciding(decision: Decision) -> tuple[ThresholdUse, ...]:
    """The comparisons that the outcome hung on: what raised the band, or what let the bot speak or not."""
    uses = [use for use in decision.thresholds if use.name in _DECIDES[decision.band]]
    return tuple(use for use in uses if use.is_reached or decision.band is Band.CLEAR)


def _held(moment: Outcome) -> list[str]:
    if not moment.held:
        return []
    waiting = "text that was waiting is" if moment.held == 1 else "texts that were waiting are"
    return [f"{moment.held} automatic {waiting} kept back"]

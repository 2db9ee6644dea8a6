"""What a run added up to, as a small table and two or three plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text

from carebot.core.assessment import Band
from carebot.core.languages import UNDETERMINED, language_name
from carebot.core.thresholds import Threshold
from carebot.core.tiers import Zone
from carebot.demo.plain import can_draw, hung, write
from carebot.services.outcome import Summary

_MOST_LANGUAGES = 12


def unreached(answer: Threshold) -> str:
    """Why a threshold for answers does not exist, as part of a sentence."""
    return f"the evidence never reaches the target of {answer.target * 100:g} %"


def show_summary(console: Console, summary: Summary, *, answer: Threshold | None = None) -> None:
    """Print the figures; rows in which nothing happened are left out.

    ``answer`` is the threshold that automatic answers had to reach, where there could have been any.
    """
    dot = " · " if can_draw(console) else " - "
    write(console, Text("In all", style="bold"))
    rows = [row for row in _rows(summary) if row[1]]
    width = max((len(name) for name, _, _ in rows), default=0)
    digits = max((len(f"{count:,}") for _, count, _ in rows), default=0)
    for name, count, note in rows:
        label = Text.assemble("  ", f"{name:<{width}}", "  ", (f"{count:>{digits},}", "bold"), "  ")
        _print(console, Text(note, style="dim"), first=label, rest=" " * label.cell_len)
    for name, parts in _spreads(summary):
        if parts:
            label = Text(f"  {name:<{width}}  ")
            _print(console, Text(dot.join(parts)), first=label, rest=" " * label.cell_len)
    write(console)
    for sentence, style in _sentences(summary, answer):
        _print(console, Text(sentence, style=style), first="", rest="")


def _print(console: Console, text: Text, *, first: Text | str, rest: Text | str) -> None:
    if not text:
        write(console, first)
    for line in hung(console, text, first=first, rest=rest):
        write(console, line)


def _rows(summary: Summary) -> Iterator[tuple[str, int, str]]:
    yield "Messages", summary.messages, _in_words(_aside(summary))
    yield "Answered", summary.answered, "by the bot, from approved articles"
    yield "Suggested", summary.suggested, "an answer is offered to an agent, who presses send"
    yield "Invited", summary.invited, "to a private place, because the matter is nobody else's"
    yield "Handed off", summary.handed_off, _abstained(summary)
    yield "Asked", summary.asked, "what the agent will need to know; the agent is told already"
    yield "Held", summary.held, "people look first, nothing automatic is said"
    yield "No case", summary.no_case, "nobody has to act"
    yield "Flagged", summary.flagged, "for marketing, whatever else was done"
    yield "Kept back", summary.texts_held, _kept_back(summary.texts_held)


def _aside(summary: Summary) -> Iterator[str]:
    yield _count(summary.cases, "case")
    if summary.by_agents:
        yield f"{summary.by_agents:,} sent by hand"
    if summary.duplicates:
        yield _count(summary.duplicates, "duplicate") + " passed over"
    if summary.skipped:
        yield _count(summary.skipped, "line") + " skipped"


def _abstained(summary: Summary) -> str:
    if not summary.abstained:
        return "to people"
    return f"to people; for {summary.abstained:,} of them no article was sure enough"


def _kept_back(texts: int) -> str:
    return f"automatic {'text that was' if texts == 1 else 'texts that were'} waiting when a person came"


def _spreads(summary: Summary) -> Iterator[tuple[str, list[str]]]:
    yield "Band", [f"{band} {summary.bands[band]:,}" for band in Band if summary.bands.get(band)]
    yield "Tier", [f"{tier}: {count:,}" for tier, count in sorted(summary.tiers.items())]
    yield "Zone", [f"{zone} {summary.zones[zone]:,}" for zone in Zone if summary.zones.get(zone)]
    yield "Channel", _by_size(summary.channels) if len(summary.channels) > 1 else []
    yield "Language", _by_size(_named(summary.languages)) if len(summary.languages) > 1 else []


def _named(languages: Mapping[str, int]) -> Mapping[str, int]:
    return {
        "not clear" if code == UNDETERMINED else language_name(code): count
        for code, count in languages.items()
    }


def _by_size(counts: Mapping[str, int]) -> list[str]:
    largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in largest[_MOST_LANGUAGES:])
    shown = [f"{name} {count:,}" for name, count in largest[:_MOST_LANGUAGES]]
    return [*shown, f"others {rest:,}"] if rest else shown


def _sentences(summary: Summary, answer: Threshold | None) -> Iterator[tuple[str, str]]:
    if summary.leaks:
        what = _count(summary.leaks, "text")
        yield f"Look at this: personal data of the message stands in {what} that would go out.", "bold red"
    elif summary.personal_data:
        verb = "carry" if summary.personal_data > 1 else "carries"
        what = f"{_count(summary.personal_data, 'message')} {verb} personal data{_public_of(summary)}"
        yield f"{what}; none of it is in anything that would go out.", ""
    if summary.messages and answer is not None and answer.value is None:
        yield f"No answer was automatic: {unreached(answer)}.", ""
    if summary.article_expected:
        yield _articles(summary), ""
    if summary.messages and summary.seconds:
        rate = f"{summary.per_second:,.0f}" if summary.per_second >= 10 else f"{summary.per_second:.1f}"
        took = f"{summary.seconds:.1f} s" if summary.seconds < 120 else f"{summary.seconds / 60:.0f} minutes"
        yield f"{_count(summary.messages, 'message')} in {took}, {rate} a second, on this machine alone.", ""


def _public_of(summary: Summary) -> str:
    public = summary.personal_data_in_public
    if not public:
        return ""
    of_them = f"{public:,} of them " if summary.personal_data > 1 else ""
    return f", {of_them}where anybody can read it"


def _articles(summary: Summary) -> str:
    silent = summary.article_expected - summary.article_right - summary.article_wrong
    known = _count(summary.article_expected, "message")
    found = f"Of {known} that an article answers, {summary.article_right:,} got it"
    wrong = f"{summary.article_wrong:,} got another one" if summary.article_wrong else "none got another one"
    return f"{found}, {wrong}, and {silent:,} went to people." if silent else f"{found}, and {wrong}."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _in_words(parts: Iterable[str]) -> str:
    return ", ".join(parts)

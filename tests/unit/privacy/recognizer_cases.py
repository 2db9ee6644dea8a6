"""The written cases: texts in 13 languages, with what the recognizers should find in them."""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers import Recognizers


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    language: str
    text: str
    expected: tuple[tuple[EntityKind, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`found` counts expected places that one finding of the right kind covers from end to end; `false`
    counts findings that touch no expected place of their kind."""

    expected: Counter[EntityKind]
    found: Counter[EntityKind]
    false: Counter[EntityKind]
    harmless: int
    alarms: int

    def recall(self, *kinds: EntityKind) -> float:
        chosen = kinds or tuple(EntityKind)
        return sum(self.found[kind] for kind in chosen) / sum(self.expected[kind] for kind in chosen)

    @property
    def precision(self) -> float:
        return self.found.total() / (self.found.total() + self.false.total())


def read_cases() -> tuple[Case, ...]:
    """Each line: {language, text, findings: [[kind, exact words], ...]}, in the order of the text."""
    lines = (Path(__file__).parent / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_case(line) for line in lines)


def score(cases: tuple[Case, ...]) -> Score:
    expected: Counter[EntityKind] = Counter()
    found: Counter[EntityKind] = Counter()
    false: Counter[EntityKind] = Counter()
    alarms = 0
    for case in cases:
        findings = Recognizers().find(case.text)
        expected.update(kind for kind, _, _ in case.expected)
        found.update(place[0] for place in case.expected if any(_covers(f, place) for f in findings))
        false.update(f.kind for f in findings if not any(_touches(f, place) for place in case.expected))
        alarms += bool(findings and not case.expected)
    harmless = sum(not case.expected for case in cases)
    return Score(expected=expected, found=found, false=false, harmless=harmless, alarms=alarms)


def _case(line: str) -> Case:
    written = json.loads(line)
    expected = []
    position = 0
    for kind, words in written["findings"]:
        start = written["text"].index(words, position)
        position = start + len(words)
        expected.append((EntityKind(kind), start, position))
    return Case(language=written["language"], text=written["text"], expected=tuple(expected))


def _covers(finding: Finding, place: tuple[EntityKind, int, int]) -> bool:
    kind, start, end = place
    return finding.kind is kind and finding.start <= start and finding.end >= end


def _touches(finding: Finding, place: tuple[EntityKind, int, int]) -> bool:
    kind, start, end = place
    return finding.kind is kind and finding.start < end and finding.end > start


def _print() -> None:
    result = score(read_cases())
    for kind in EntityKind:
        found, expected = result.found[kind], result.expected[kind]
        share = found / expected
        sys.stdout.write(f"{kind:15} {found:3}/{expected:3} = {share:.3f}   false {result.false[kind]}\n")
    alarms = f"false alarms in {result.alarms} of {result.harmless} harmless texts"
    sys.stdout.write(f"precision {result.precision:.3f}; {alarms}\n")


if __name__ == "__main__":
    _print()

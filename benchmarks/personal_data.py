"""Recall, precision and false alarms of the recognizers on cases written by others, per kind and language.

    python benchmarks/personal_data.py [PATH ...] [--show]

A path is a JSON Lines file, or a folder of them; without one, both halves in tests/fixtures/personal-data. A
line: ``{"id", "lang", "text", "spans": [{"kind", "text"}]}``, without spans where all numbers are harmless.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from carebot.core.finding import EntityKind, Finding  # noqa: E402
from carebot.privacy.recognizers import Recognizers  # noqa: E402

CASES = ROOT / "tests" / "fixtures" / "personal-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where personal data stands, in code points; ``end`` is exclusive."""

    kind: EntityKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    language: str
    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True, kw_only=True)
class Score:
    """`found` counts expected spans, `false` findings that touch none of their kind, `alarms` harmless texts."""

    expected: Counter[EntityKind] = field(default_factory=Counter)
    found: Counter[EntityKind] = field(default_factory=Counter)
    masked: Counter[EntityKind] = field(default_factory=Counter)  # found under any kind
    right: Counter[EntityKind] = field(default_factory=Counter)
    false: Counter[EntityKind] = field(default_factory=Counter)
    harmless: int = 0
    alarms: int = 0

    def recall(self, *kinds: EntityKind) -> float:
        """Of these kinds, or of all, pooled; 1.0 where none was expected."""
        return _share(self.found, self.expected, kinds or tuple(EntityKind))

    def precision(self, *kinds: EntityKind) -> float:
        """Of the findings of these kinds, or of all, pooled."""
        return _share(self.right, self.right + self.false, kinds or tuple(EntityKind))


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file, or of all ``*.jsonl`` files of a folder."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(_case(json.loads(line)) for line in lines)


def score(cases: Iterable[Case]) -> Score:
    result = Score()
    for case in cases:
        findings = Recognizers().find(case.text)
        for span in case.spans:
            overlapping = [finding for finding in findings if _is_found(case.text, span, finding)]
            result.expected[span.kind] += 1
            result.found[span.kind] += any(finding.kind is span.kind for finding in overlapping)
            result.masked[span.kind] += bool(overlapping)
        for finding in findings:
            is_right = any(finding.kind is span.kind and _overlap(span, finding) > 0 for span in case.spans)
            (result.right if is_right else result.false)[finding.kind] += 1
        result.harmless += not case.spans
        result.alarms += bool(findings and not case.spans)
    return result


def _case(written: dict[str, object]) -> Case:
    text, spans, position = str(written["text"]), [], Counter[str]()
    listed = written["spans"]
    assert isinstance(listed, list)
    for span in listed:
        start = text.index(span["text"], position[span["text"]])
        position[span["text"]] = end = start + len(span["text"])
        spans.append(Span(kind=EntityKind(span["kind"]), start=start, end=end))
    return Case(id=str(written["id"]), language=str(written["lang"]), text=text, spans=tuple(spans))


def _is_found(text: str, span: Span, finding: Finding) -> bool:
    """Whether the finding covers half of the span, or, of an address, a piece of street with its number."""
    if 2 * _overlap(span, finding) >= span.end - span.start:
        return True
    common = text[max(span.start, finding.start) : min(span.end, finding.end)]
    return span.kind is EntityKind.ADDRESS and any(map(str.isdigit, common)) and any(map(str.isalpha, common))


def _overlap(span: Span, finding: Finding) -> int:
    return max(0, min(span.end, finding.end) - max(span.start, finding.start))


def _share(part: Counter[EntityKind], whole: Counter[EntityKind], kinds: Iterable[EntityKind]) -> float:
    kinds = tuple(kinds)
    total = sum(whole[kind] for kind in kinds)
    return sum(part[kind] for kind in kinds) / total if total else 1.0


def _table(cases: tuple[Case, ...]) -> None:
    result = score(cases)
    print("| kind | expected | recall | masked as any kind | precision |\n|---|---|---|---|---|")
    for kind in EntityKind:
        masked = _share(result.masked, result.expected, [kind])
        figures = f"{result.recall(kind):.3f} | {masked:.3f} | {result.precision(kind):.3f}"
        print(f"| {kind} | {result.expected[kind]} | {figures} |")
    masked = _share(result.masked, result.expected, EntityKind)
    total = result.expected.total()
    print(f"| all | {total} | {result.recall():.3f} | {masked:.3f} | {result.precision():.3f} |\n")
    print("| language | expected | recall | precision | false alarms |\n|---|---|---|---|---|")
    for language in sorted({case.language for case in cases}):
        part = score(case for case in cases if case.language == language)
        figures = f"{part.recall():.3f} | {part.precision():.3f} | {part.alarms} of {part.harmless}"
        print(f"| {language} | {part.expected.total()} | {figures} |")
    print(f"\nfalse alarms in {result.alarms} of {result.harmless} harmless texts")


def _show(case: Case) -> None:
    """A case that went wrong: `-` what was missed, `+` what is false."""
    findings = Recognizers().find(case.text)
    missed = [
        span
        for span in case.spans
        if not any(span.kind is finding.kind and _is_found(case.text, span, finding) for finding in findings)
    ]
    false = [
        finding
        for finding in findings
        if not any(finding.kind is span.kind and _overlap(span, finding) for span in case.spans)
    ]
    if missed or false:
        print(f"{case.id} {case.text!r}")
    for span in missed:
        print(f"    - {span.kind} {case.text[span.start : span.end]!r}")
    for finding in false:
        print(f"    + {finding.kind} {case.text[finding.start : finding.end]!r} by {finding.recognizer}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true", help="print the cases that went wrong first")
    arguments = parser.parse_args()
    for path in arguments.paths or sorted(CASES.glob("*.jsonl")):
        cases = read_cases(path)
        print(f"## {path.name}: {len(cases)} texts\n")
        if arguments.show:
            for case in cases:
                _show(case)
        _table(cases)


if __name__ == "__main__":
    main()

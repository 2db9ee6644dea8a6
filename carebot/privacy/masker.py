"""Puts `<EMAIL>`, `<CARD>` ... in the place of what the recognizers found."""

from collections.abc import Iterable

from carebot.core.finding import Finding


def mask(text: str, findings: Iterable[Finding]) -> str:
    """The text with every finding replaced by its kind; findings must not overlap, their order is free."""
    pieces = []
    position = 0
    for finding in sorted(findings, key=lambda finding: finding.start):
        pieces.append(text[position : finding.start])
        pieces.append(f"<{finding.kind.name}>")
        position = finding.end
    pieces.append(text[position:])
    return "".join(pieces)

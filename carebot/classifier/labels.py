"""What the labels of somebody's own model mean here: which heads of a reading they speak for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from carebot.core.assessment import Category, FlagReason, Kind, Probabilities, Sentiment
from carebot.errors import ConfigurationError

YES_OR_NO = tuple(item.name for item in fields(Probabilities))
CHOICES: Mapping[str, type[StrEnum]] = {"kind": Kind, "sentiment": Sentiment, "flag_reason": FlagReason}
HEADS = (*YES_OR_NO, *(f"{choice}:{value}" for choice, values in CHOICES.items() for value in values))
EXPECTED = ", ".join((*YES_OR_NO, *(f"{choice}:<{', '.join(values)}>" for choice, values in CHOICES.items())))


def objection_to(labels: Mapping[str, Collection[str]]) -> str | None:
    """Why nothing could be told from these labels (each with its heads), or None."""
    meant = {head for heads in labels.values() for head in heads}
    if unknown := sorted(meant - set(HEADS)):
        return f"there is no head {unknown[0]!r}; expected one of {EXPECTED}"
    if not meant & {"private", *Category}:
        sensitive = ", ".join(("private", *Category))
        return f"no label stands for what is private; map one or more to {sensitive}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a model says of one text: a probability a label. ``are_exclusive``: exactly one label is true."""

    shares: Mapping[str, float]
    are_exclusive: bool

    def __post_init__(self) -> None:
        for label, share in self.shares.items():
            if not 0.0 <= share <= 1.0:  # also refuses NaN
                raise ValueError(f"label {label} has the probability {share}, expected 0 to 1")

    def any_of(self, labels: Collection[str]) -> float:
        """The probability that one of these labels is true (if any may be: at least this); 0 for none."""
        shares = [self.shares[label] for label in labels]
        return min(1.0, sum(shares)) if self.are_exclusive else max(shares, default=0.0)


class Meaning:
    """The labels of a model with the heads that each speaks for. Raises ConfigurationError for useless ones."""

    def __init__(self, labels: Mapping[str, Collection[str]]) -> None:
        if objection := objection_to(labels):
            raise ConfigurationError(f"classifier.labels: {objection}")
        self.labels = labels
        self._by_head = {
            head: tuple(label for label, heads in labels.items() if head in heads) for head in HEADS
        }

    def probabilities(self, scores: Scores) -> Probabilities:
        """Every yes-or-no head; one without a label is as likely as those that imply it, or 0."""
        said = {name: scores.any_of(self._by_head[name]) for name in YES_OR_NO}
        if not self._by_head["private"]:
            said["private"] = scores.any_of(self._labels_of(*Category))
        if not self._by_head["flag"]:
            said["flag"] = scores.any_of(self._labels_of(*(f"flag_reason:{reason}" for reason in FlagReason)))
        return Probabilities(**said)

    def kind(self, scores: Scores) -> tuple[Kind, float]:
        """What it is, and how sure that is; a problem unless something else is likelier than no kind at all."""
        value, share = self._choice("kind", Kind.PROBLEM, scores)
        return Kind(value), share

    def sentiment(self, scores: Scores) -> tuple[Sentiment, float]:
        """How it sounds, and how sure that is; neutral in the same way."""
        value, share = self._choice("sentiment", Sentiment.NEU, scores)
        return Sentiment(value), share

    def flag_reason(self, scores: Scores) -> tuple[FlagReason | None, float]:
        """The likeliest reason, and how likely it is; None when no label tells reasons."""
        shares = self._shares_of("flag_reason", scores)
        if not shares:
            return None, 0.0
        best = max(shares, key=lambda value: shares[value])
        return FlagReason(best), shares[best]

    def _choice(self, choice: str, default: str, scores: Scores) -> tuple[str, float]:
        """The likeliest value; the default when it is likelier that none of the mapped labels is true."""
        shares = self._shares_of(choice, scores)
        best = max(shares, key=lambda value: shares[value], default=default)
        none_of_them = 1.0 - scores.any_of(self._labels_of(*(f"{choice}:{value}" for value in shares)))
        value = best if shares.get(best, 0.0) >= none_of_them else default
        return value, shares.get(value, 0.0)

    def _shares_of(self, choice: str, scores: Scores) -> dict[str, float]:
        labels = {str(value): self._by_head[f"{choice}:{value}"] for value in CHOICES[choice]}
        return {value: scores.any_of(own) for value, own in labels.items() if own}

    def _labels_of(self, *heads: str) -> frozenset[str]:
        return frozenset(label for head in heads for label in self._by_head[head])

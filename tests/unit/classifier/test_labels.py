"""What a model's labels mean here, and how ``care.yaml`` says so."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from carebot.care_file import load_care, parse_care
from carebot.classifier.labels import EXPECTED, HEADS, YES_OR_NO, Meaning, Scores
from carebot.core.assessment import Category, FlagReason, Kind, Sentiment
from carebot.errors import ConfigurationError


def exclusive(**shares: float) -> Scores:
    return Scores(shares=shares, are_exclusive=True)


def independent(**shares: float) -> Scores:
    return Scores(shares=shares, are_exclusive=False)


def section(body: str) -> str:
    return "version: 1\nclassifier:\n  model: ours\n" + body


def test_a_label_may_speak_for_several_heads_and_several_labels_for_one() -> None:
    meaning = Meaning(
        {"refund": ("billing", "kind:request"), "charged": ("billing",), "spam": ("kind:spam",)}
    )
    said = exclusive(refund=0.5, charged=0.3, spam=0.1, other=0.1)
    assert meaning.probabilities(said).billing == pytest.approx(0.8)
    assert meaning.kind(said) == (Kind.REQUEST, 0.5)


def test_labels_that_may_be_true_together_are_as_likely_as_the_likeliest() -> None:
    meaning = Meaning({"refund": ("billing",), "charged": ("billing",)})
    assert meaning.probabilities(independent(refund=0.5, charged=0.9)).billing == 0.9


def test_private_is_any_sensitive_label_unless_one_says_it_itself() -> None:
    labels = {"refund": ("billing", "account"), "hacked": ("fraud",), "praise": ("kind:praise",)}
    said = exclusive(refund=0.25, hacked=0.5, praise=0.25)
    assert Meaning(labels).probabilities(said).private == 0.75
    assert Meaning({**labels, "praise": ("private",)}).probabilities(said).private == 0.25


def test_a_reason_to_flag_is_a_flag_unless_a_label_says_so_itself() -> None:
    labels = {"secret": ("private",), "boycott": ("flag_reason:boycott",), "press": ("flag_reason:press",)}
    said = independent(secret=0.1, boycott=0.7, press=0.2)
    assert Meaning(labels).probabilities(said).flag == 0.7
    assert Meaning(labels).flag_reason(said) == (FlagReason.BOYCOTT, 0.7)
    assert Meaning({**labels, "secret": ("private", "flag")}).probabilities(said).flag == 0.1


def test_what_no_label_speaks_for_is_told_carefully() -> None:
    meaning = Meaning({"secret": ("private",)})
    said = exclusive(secret=0.9, other=0.1)
    told = meaning.probabilities(said)
    assert {name: getattr(told, name) for name in YES_OR_NO} == {
        **dict.fromkeys(YES_OR_NO, 0.0),
        "private": 0.9,
    }
    assert meaning.kind(said) == (Kind.PROBLEM, 0.0)
    assert meaning.sentiment(said) == (Sentiment.NEU, 0.0)
    assert meaning.flag_reason(said) == (None, 0.0)


def test_a_kind_that_is_unlikely_is_not_taken_for_want_of_another() -> None:
    meaning = Meaning({"secret": ("private",), "junk": ("kind:spam",), "angry": ("sentiment:neg",)})
    for scores in (exclusive, independent):
        assert meaning.kind(scores(secret=0.6, junk=0.3, angry=0.1)) == (Kind.PROBLEM, 0.0)
        assert meaning.sentiment(scores(secret=0.1, junk=0.2, angry=0.7)) == (Sentiment.NEG, 0.7)


def test_the_likeliest_of_all_kinds_is_taken_however_unsure() -> None:
    labels = {f"k{number}": (f"kind:{kind}",) for number, kind in enumerate(Kind)}
    shares = dict.fromkeys(labels, 0.1) | {"k6": 0.4}
    assert Meaning({"secret": ("private",), **labels}).kind(exclusive(secret=0.0, **shares)) == (
        Kind.SPAM,
        0.4,
    )


def test_a_probability_that_is_none_is_refused() -> None:
    for value in (float("nan"), -0.1, 1.1):
        with pytest.raises(ValueError, match="label refund has the probability"):
            exclusive(refund=value)


def test_rounding_never_makes_more_than_certain() -> None:
    labels = dict.fromkeys("abc", ("billing",))
    assert Meaning(labels).probabilities(exclusive(a=0.4, b=0.4, c=0.2 + 1e-9)).billing == 1.0


def test_labels_that_tell_nothing_private_are_a_mistake() -> None:
    for labels in ({}, {"junk": ("kind:spam",)}):
        with pytest.raises(ConfigurationError, match="no label stands for what is private; map one or more"):
            Meaning(labels)


def test_every_part_of_a_reading_has_a_head() -> None:
    choices = [*(f"kind:{kind}" for kind in Kind), *(f"sentiment:{value}" for value in Sentiment)]
    reasons = [f"flag_reason:{reason}" for reason in FlagReason]
    assert set(HEADS) == {*YES_OR_NO, *choices, *reasons}
    assert set(Category) <= set(YES_OR_NO)
    assert all(head.partition(":")[0] in EXPECTED for head in HEADS)
    assert all(meaning_field.name in YES_OR_NO for meaning_field in fields(type(_harmless())))


def _harmless() -> object:
    return Meaning({"a": ("private",)}).probabilities(exclusive(a=0.0))


def test_the_care_file_maps_labels() -> None:
    body = (
        "  labels:\n    LABEL_0: private\n    2 stars: [sentiment:neg, kind:complaint]\n  max_tokens: 256\n"
    )
    read = parse_care(section(body + "  revision: 1f2e3d\n")).classifier
    assert read.labels == {"LABEL_0": ("private",), "2 stars": ("sentiment:neg", "kind:complaint")}
    assert (read.model, read.max_tokens, read.revision) == ("ours", 256, "1f2e3d")


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        (
            "  labels: {refund: biling}",
            "care.yaml:4:20: classifier.labels.refund: there is no head 'biling'; did you mean 'billing'?",
        ),
        (
            "  labels: {refund: [billing, zzz]}",
            f"care.yaml:4:30: classifier.labels.refund[1]: there is no head 'zzz'; expected one of {EXPECTED}",
        ),
        (
            "  labels: {junk: kind:spam}",
            "care.yaml:4:11: classifier.labels: no label stands for what is private",
        ),
        ("  labels: [billing]", "care.yaml:4:11: classifier.labels: expected keys with values"),
        ("  max_tokens: 4", "care.yaml:4:15: classifier.max_tokens: expected 8 or more, got '4'"),
    ],
)
def test_a_mistake_in_the_mapping_is_named_with_its_place(body: str, mistake: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_care(section(body))
    assert str(caught.value).startswith(mistake)
    assert "\n" not in str(caught.value)


def test_a_models_folder_lies_beside_the_care_file(tmp_path: Path) -> None:
    file = tmp_path / "care.yaml"
    file.write_text(section(""), encoding="utf-8")
    assert load_care(file).classifier.model == "ours"  # a name, as long as there is no such folder
    (tmp_path / "ours").mkdir()
    assert load_care(file).classifier.model == str(tmp_path / "ours")

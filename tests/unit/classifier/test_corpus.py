"""Labelled messages: read, and counted once."""

from __future__ import annotations

import json
from pathlib import Path

from carebot.classifier.corpus import near_duplicates, opening, read_examples

LABELS = {
    "private": True,
    "cat": ["billing"],
    "exposes_pii": False,
    "kind": "problem",
    "sentiment": "neg",
    "flag": False,
    "urgent": True,
    "lang": "en",
}


def row(number: int, text: str, **labels: bool) -> str:
    said = [{"who": "customer", "text": text}]
    return json.dumps({"id": f"w{number:04}", "messages": said, "labels": LABELS | labels}) + "\n"


def test_the_files_of_a_folder_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "messages-02.jsonl").write_text(row(2, "where is my parcel", urgent=False), encoding="utf-8")
    (tmp_path / "messages-01.jsonl").write_text(row(1, "charged twice, again"), encoding="utf-8")
    first, second = read_examples(tmp_path)
    assert (first.id, first.text, first.private, first.language) == (
        "w0001",
        "charged twice, again",
        True,
        "en",
    )
    assert first.answers("billing")
    assert not first.answers("legal")
    assert first.answers("urgent")
    assert not second.answers("urgent")


def test_an_opening_ends_at_the_first_answer() -> None:
    told = [("customer", "hi"), ("customer", "help"), ("agent", "yes?"), ("customer", "thanks")]
    assert opening({"who": who, "text": text} for who, text in told) == "hi\nhelp"


def test_near_duplicates_point_to_the_first_of_them() -> None:
    texts = ["one two three four", "something else here", "one two three four!", "four three two one"]
    assert near_duplicates(texts) == [0, 1, 0, 0]


def test_texts_without_words_are_no_duplicates() -> None:
    assert near_duplicates(["😡", "!!"]) == [0, 1]

"""Labelled messages: read, converted, and counted once."""

from __future__ import annotations

import json
from pathlib import Path

from carebot.classifier.corpus import convert, near_duplicates, opening, read_examples

ROW = {
    "t": "charged twice, again",
    "p": 1,
    "c": ["billing"],
    "x": 0,
    "k": "problem",
    "s": "neg",
    "f": 0,
    "u": 1,
}


def test_written_rows_become_messages_in_the_public_format(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    again = ROW | {"t": "Charged twice again!"}
    other = ROW | {"t": "where is my parcel", "u": 0}
    source.write_text("\n".join(map(json.dumps, [ROW, again, other])), encoding="utf-8")
    counts = convert([source], tmp_path / "data")
    assert counts == {"read": 3, "near duplicates": 1, "kept": 2}
    first, second = read_examples(tmp_path / "data")
    assert (first.id, first.text, first.private, first.language) == ("w0001", ROW["t"], True, "en")
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

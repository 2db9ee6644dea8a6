"""Reading labelled conversations and knowledge bases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carebot.errors import EvaluationError
from carebot.evaluation.conversations import read_conversations
from carebot.evaluation.knowledge import read_knowledge, require_known
from tests.unit.evaluation.sample import LABELS, line, write


def test_the_opening_is_everything_before_the_first_answer(tmp_path: Path) -> None:
    row = line("1", "hello", "anybody there?")
    row["messages"].append({"who": "customer", "text": "thanks"})

    (one,) = read_conversations(write(tmp_path / "a.jsonl", row)).conversations

    assert one.opening == "hello\nanybody there?"


def test_only_what_is_labelled_is_judged(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl",
        line("1", "a", labels={"private": True}),
        line("2", "b", labels={"article": None}),
        {"id": "3", "messages": [{"who": "customer", "text": "c"}]},
    )

    one, two, three = read_conversations(file).conversations

    assert (one.private, one.kind, one.has_article_label) == (True, None, False)
    assert (two.private, two.article, two.has_article_label) == (None, None, True)
    assert (three.private, three.brand, three.has_article_label) == (None, None, False)


@pytest.mark.parametrize(
    ("label", "value", "complaint"),
    [
        ("private", "yes", "`labels.private` expected true or false, got 'yes'"),
        ("kind", "praize", "`labels.kind` expected 'howto', 'problem'"),
        ("cat", "billing", "`labels.cat` expected a list"),
        ("cat", ["money"], "`labels.cat[0]` expected 'billing'"),
        ("lang", "English", "`labels.lang` expected two small letters such as en, got 'English'"),
        ("flag_reason", "bored", "`labels.flag_reason` expected 'legal'"),
        ("article", 3.5, "`labels.article` expected a text, got 3.5"),
    ],
)
def test_a_wrong_label_is_told_with_its_line(
    tmp_path: Path, label: str, value: object, complaint: str
) -> None:
    good = line("1", "a", labels=LABELS)
    file = write(tmp_path / "a.jsonl", good, line("2", "b", labels={**LABELS, label: value}))

    with pytest.raises(EvaluationError) as raised:
        read_conversations(file)

    assert str(raised.value).startswith(f"{file}:2: {complaint}")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", "1: not JSON at column 2"),
        ("[]", "1: expected one JSON object a line"),
        ('{"id": "1"}', "1: `messages` is missing"),
        ('{"id": "1", "messages": []}', "1: `messages` expected at least one item"),
        (
            '{"id": "1", "messages": [{"who": "robot", "text": "a"}]}',
            "1: `messages[0].who` expected 'customer'",
        ),
        (
            '{"id": "1", "messages": [{"who": "agent", "text": "a"}]}',
            "1: `messages[0].who` expected 'customer'",
        ),
        ('{"id": "1", "messages": [{"who": "customer"}]}', "1: `messages[0].text` is missing"),
        (
            '{"id": "1", "messages": [{"who": "customer", "text": "\\ud83d"}]}',
            "1: `messages[0].text` holds half",
        ),
        ("", " the file is empty"),
        ("\n  \n", " the file is empty"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(tmp_path: Path, row: str, complaint: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(row, encoding="utf-8")

    with pytest.raises(EvaluationError) as raised:
        read_conversations(file)

    assert str(raised.value).startswith(f"{file}:{complaint}")


def test_an_id_that_comes_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "a"), line("1", "b"))

    with pytest.raises(EvaluationError, match=r":2: `id` '1' stands in line 1 already"):
        read_conversations(file)


def test_twenty_mistakes_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", *({"id": str(n), "messages": 1} for n in range(25)))

    with pytest.raises(EvaluationError) as raised:
        read_conversations(file)

    assert len(str(raised.value).splitlines()) == 21
    assert str(raised.value).endswith("and 5 more")


def test_a_misspelt_label_is_noticed(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line("1", "a", labels={"privat": True}))

    assert read_conversations(file).notices == (
        "labels.privat (in 1 lines) is no label that is judged here; it was left alone",
    )


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_bytes(b'{"id": "1"}\n\xff')

    with pytest.raises(EvaluationError, match="cannot be read"):
        read_conversations(tmp_path / "none.jsonl")
    with pytest.raises(EvaluationError, match=r"odd\.jsonl:2: not UTF-8"):
        read_conversations(odd)


FLAT = [
    {
        "slug": "returns",
        "title": "Returns",
        "answer": "Send it.",
        "language": "en",
        "examples": ["send back"],
    },
    {"slug": "hours", "title": "Hours", "answer": "Nine to five.", "language": "en"},
]
YAML = """
- {slug: returns, title: Returns, answer: Send it., language: en, examples: [send back]}
- {slug: hours, title: Hours, answer: Nine to five., language: en}
"""
FULL = """
articles:
  - {slug: returns, title: Returns, languages: {en: {long: Send it.}}, examples: [send back]}
  - {slug: hours, title: Hours, languages: {en: {long: Nine to five.}}}
"""
WRAPPED = "articles:" + YAML.replace("\n-", "\n  -")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kb.jsonl", "".join(json.dumps(one) + "\n" for one in FLAT)),
        ("kb.yaml", YAML),
        ("kb.yaml", WRAPPED),
        ("kb.yaml", FULL),
    ],
    ids=["json lines", "a list", "below articles", "carebot's own"],
)
def test_a_knowledge_base_may_be_written_in_several_ways(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    returns, hours = read_knowledge([tmp_path / name])

    assert (returns.slug, returns.examples, returns.approved) == ("returns", ("send back",), True)
    assert hours.variants["en"].long == "Nine to five."


def test_an_article_that_stands_there_twice_or_is_wrong_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kb.yaml").write_text(YAML + YAML, encoding="utf-8")
    (tmp_path / "odd.yaml").write_text("- {slug: returns, language: en, answer: Send it.}", encoding="utf-8")

    with pytest.raises(EvaluationError, match="more than once: hours, returns"):
        read_knowledge([tmp_path / "kb.yaml"])
    with pytest.raises(EvaluationError, match=r"odd\.yaml:1: `title` is missing"):
        read_knowledge([tmp_path / "odd.yaml"])


def test_a_label_must_name_an_article_that_exists(tmp_path: Path) -> None:
    (tmp_path / "kb.yaml").write_text(YAML, encoding="utf-8")
    knowledge = read_knowledge([tmp_path / "kb.yaml"])
    file = write(
        tmp_path / "a.jsonl",
        line("1", "a", labels={"article": "hours"}),
        line("2", "b", labels={"article": None}),
        line("3", "c", labels={"article": "return"}),
    )
    conversations = read_conversations(file).conversations

    require_known(file, conversations[:2], knowledge)
    with pytest.raises(EvaluationError) as raised:
        require_known(file, conversations, knowledge)

    assert str(raised.value) == (
        f"{file}:3: `labels.article` there is no article 'return' in --articles; did you mean 'returns'?"
    )

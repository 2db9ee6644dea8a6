"""``carebot evaluate`` on a small invented file, with the model that ships."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from carebot.cli import main

KNOWLEDGE = [
    {
        "slug": "returns",
        "title": "How to send something back",
        "answer": "Print the label from the returns page and hand the parcel in within 30 days.",
        "language": "en",
        "examples": ["how do i send this back", "can i return my shoes", "where is the return label"],
    },
    {
        "slug": "opening-hours",
        "title": "When the shops are open",
        "answer": "The shops are open from nine to eight, on Sundays from noon.",
        "language": "en",
        "examples": ["when do you open", "are you open on sunday", "what time does the shop close"],
    },
]
SAID: list[tuple[str, dict[str, Any]]] = [
    ("@acme how can i send these shoes back?", {"private": False, "article": "returns", "kind": "howto"}),
    ("@acme until when is the shop in town open today?", {"private": False, "article": "opening-hours"}),
    (
        "@acme you charged my card twice, i want my money back",
        {"private": True, "cat": ["billing"], "article": None},
    ),
    ("@acme i am locked out of my account since friday", {"private": True, "cat": ["account"], "lang": "en"}),
    ("@acme mail me at ana.b@example.org about order 4482-1177", {"private": True, "exposes_pii": True}),
    (
        "@acme your new advert is lovely",
        {"private": False, "exposes_pii": False, "sentiment": "pos", "lang": "en"},
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    code: int
    out: str
    err: str


Evaluate = Callable[..., Ran]


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Evaluate:
    """Runs ``carebot evaluate`` in a folder with ``care.jsonl`` and ``kb.jsonl``, and without any configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    rows = [
        {
            "id": f"c{number}",
            "brand": "acme",
            "messages": [{"who": "customer", "text": text}, {"who": "agent", "text": "one moment"}],
            "labels": labels,
        }
        for number, (text, labels) in enumerate(SAID)
    ]
    for name, lines in (("care.jsonl", rows), ("kb.jsonl", KNOWLEDGE)):
        Path(name).write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")

    def run(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["carebot", "evaluate", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ran(code=int(ended.value.code or 0), out=printed.out, err=printed.err)

    return run


def test_conversations_are_judged_told_and_reported(evaluate: Evaluate) -> None:
    options = ("--articles", "kb.jsonl", "--predictions", "out.jsonl", "--report", "page")

    told = evaluate("care.jsonl", *options)

    assert (told.code, told.err) == (0, "")
    for words in (
        "care.jsonl: 6 conversations",
        "Private or harmless",
        "Bands",
        "right when forced",
        "a second in",
    ):
        assert words in told.out
    rows = [json.loads(row) for row in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [f"c{n}" for n in range(6)]
    assert [row["best_article"] for row in rows[:2]] == ["returns", "opening-hours"]
    text = SAID[4][0]
    found = [(each["kind"], text[each["start"] : each["end"]]) for each in rows[4]["entities"]]
    assert ("email", "ana.b@example.org") in found
    assert rows[4]["band"] == "private"
    page = Path("page", "index.html").read_text(encoding="utf-8")
    assert "ana.b@example.org" not in page + Path("out.jsonl").read_text(encoding="utf-8")
    assert sorted(file.name for file in Path().iterdir()) == ["care.jsonl", "kb.jsonl", "out.jsonl", "page"]


def test_figures_for_programs_are_one_object_and_the_same_every_time(evaluate: Evaluate) -> None:
    first = json.loads(evaluate("care.jsonl", "--articles", "kb.jsonl", "--json").out)
    second = json.loads(evaluate("care.jsonl", "--articles", "kb.jsonl", "--json").out)

    assert first.pop("speed")["messages_per_second"] > 0
    second.pop("speed")
    assert first == second
    assert (first["conversations"], first["unread"], first["file"]) == (6, 0, "care.jsonl")
    assert first["sensitivity"]["private"] == 3
    assert set(first["sensitivity"]["auroc"]) == {"value", "low", "high", "support"}
    assert first["categories"]["billing"]["true"] == 1
    assert first["personal_data"]["recall"]["value"] == 1.0
    assert first["answers"]["right_when_forced"]["value"] == 1.0
    assert first["flag"] is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            '{"id": "c9", "messages": [{"who": "customer", "text": "a"}], "labels": {"private": 1}}',
            "`labels.private`",
        ),
        (
            '{"id": "c9", "messages": [{"who": "customer", "text": "a"}], "labels": {"article": "x"}}',
            "no article 'x'",
        ),
        ("no json", "not JSON"),
    ],
)
def test_a_mistake_in_the_file_ends_before_anything_is_written(
    evaluate: Evaluate, line: str, complaint: str
) -> None:
    with Path("care.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    told = evaluate("care.jsonl", "--articles", "kb.jsonl", "--predictions", "out.jsonl", "--report", "page")

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("carebot: care.jsonl:7: ")
    assert complaint in told.err
    assert sorted(file.name for file in Path().iterdir()) == ["care.jsonl", "kb.jsonl"]


def test_the_report_does_not_replace_the_predictions(evaluate: Evaluate) -> None:
    Path("page").mkdir()

    told = evaluate("care.jsonl", "--predictions", "page/index.html", "--report", "page")

    assert (told.code, list(Path("page").iterdir())) == (2, [])
    assert "lies where --report writes" in told.err


def test_the_model_of_this_folders_configuration_is_used(evaluate: Evaluate) -> None:
    Path("care.yaml").write_text("version: 1\nclassifier:\n  model: nobodys\n", encoding="utf-8")

    told = evaluate("care.jsonl")

    assert told.code == 2
    assert "'nobodys' is not known" in told.err


def test_an_evaluation_wants_a_model(evaluate: Evaluate) -> None:
    Path("care.yaml").write_text("version: 1\nclassifier:\n  model: none\n", encoding="utf-8")

    told = evaluate("care.jsonl", "--predictions", "out.jsonl")

    assert told.code == 1
    assert told.err.startswith("carebot: no model is configured")
    assert not Path("out.jsonl").exists()

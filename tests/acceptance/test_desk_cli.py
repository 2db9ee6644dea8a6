"""``carebot reply``, ``review`` and ``bot`` on a real folder: what is shown, what is asked, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from carebot.app import App, Places
from carebot.care_file import parse_care
from carebot.cli import main
from carebot.core.case import Case
from carebot.core.message import IncomingMessage, Visibility
from carebot.core.ports import Work
from carebot.core.records import AnswerReview, Outgoing
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import MINUTE, NOON, article, by, said, tell

ASKED = "how do I charge it?"
HELLO = "Hello Ada, plug it in."
Carebot = Callable[..., tuple[int, str]]


class Terminal(io.StringIO):
    """An input that somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def carebot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Carebot:
    """Runs a command in an installation with three cases; its exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, typed: str | io.StringIO = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["carebot", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed) if isinstance(typed, str) else typed)
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            said = capsys.readouterr()
            return int(ended.code or 0), said.out + said.err
        said = capsys.readouterr()
        return 0, said.out + said.err

    run("init")
    three_cases(tmp_path)
    return run


def message(number: int, text: str, name: str, **changes: object) -> IncomingMessage:
    return said(number, text, channel="townsquare", author=by(name), thread_id=f"t-{number}", **changes)


def three_cases(folder: Path, mode: str = "suggest") -> None:
    """C-1001 has a suggested answer, C-1002 is private in public, C-1003 is answered too unsurely."""
    script = {
        ASKED: reading(answer="charging"),
        "private": reading(private=0.95),
        "unsure": reading(answer="charging", confidence=0.4),
    }
    fill(
        folder,
        [message(1, ASKED, "ada"), message(2, "private", "ben"), message(3, "unsure", "cleo")],
        ScriptedClassifier(script),
        mode,
    )


def fill(
    folder: Path, messages: Sequence[IncomingMessage], script: ScriptedClassifier, mode: str = "suggest"
) -> None:
    care = parse_care(
        f"version: 1\nbrands: [{{name: Plum}}]\nbot: {{mode: {mode}}}\nplan: {{preset: full}}\n"
    )
    places = Places(database=folder / "carebot.db", key_file=folder / "carebot.key")
    with App(care=care, places=places, classifier=script) as app:
        app.save_articles((article(title="Charging"),))
        tell(app, *messages)


def texts(folder: Path, case_id: str = "C-1001") -> tuple[Outgoing, ...]:
    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        return uow.run(lambda work: work.outgoing_of(case_id))


def replies(folder: Path, case_id: str = "C-1001") -> list[str]:
    return [row.text for row in texts(folder, case_id) if row.origin.startswith("agent:")]


def case(folder: Path, case_id: str = "C-1001") -> Case:
    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        found = uow.run(lambda work: work.case(case_id))
    assert found is not None
    return found


def reviews(folder: Path) -> tuple[AnswerReview, ...]:
    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        return uow.run(lambda work: work.answer_reviews())


# carebot reply


def test_a_reply_is_shown_with_who_can_read_it_and_sent_after_a_yes(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("reply", "c-1001", HELLO, typed="y\n")

    assert code == 0
    assert f"customer (public): {ASKED}" in said
    assert "PUBLIC: everybody can read it" in said
    assert f"{len(HELLO)} of 500 characters, townsquare as plum" in said
    assert "Send this? [y/N]" in said
    (reply,) = [row for row in texts(tmp_path) if row.origin.startswith("agent:")]
    assert f"queued as {reply.id}; `carebot run` sends it" in said
    assert (reply.text, reply.state, reply.is_automatic) == (HELLO, "queued", False)


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_sent(carebot: Carebot, tmp_path: Path, typed: str) -> None:
    code, said = carebot("reply", "C-1001", HELLO, typed=typed)

    assert code == 1
    assert "carebot: nothing was sent" in said
    assert replies(tmp_path) == []


def test_the_text_may_be_piped_in_and_then_needs_yes_beforehand(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("reply", "C-1001", typed=HELLO)
    assert code == 1
    assert "nobody can be asked; add --yes to send it" in said
    assert replies(tmp_path) == []

    assert carebot("reply", "C-1001", "--yes", "--resolve", typed=f"{HELLO}\n")[0] == 0
    assert replies(tmp_path) == [HELLO]
    assert case(tmp_path).status == "resolved"


def test_the_text_may_be_typed(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("reply", "C-1001", "--yes", typed=Terminal(HELLO))

    assert (code, replies(tmp_path)) == (0, [HELLO])
    assert "Ctrl-D alone ends it" in said


def test_the_text_may_be_written_in_an_editor(
    carebot: Carebot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.sh"
    editor.write_text(f'#!/bin/sh\nprintf "{HELLO}" > "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))

    assert carebot("reply", "C-1001", "--yes", typed=Terminal())[0] == 0
    assert replies(tmp_path) == [HELLO]


def test_an_editor_that_does_not_work_sends_nothing(
    carebot: Carebot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", str(tmp_path / "nowhere"))

    code, said = carebot("reply", "C-1001", "--yes", typed=Terminal())

    assert code == 1
    assert "nothing was sent: the editor" in said
    assert replies(tmp_path) == []


def test_what_may_not_leave_is_shown_with_every_reason(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("reply", "C-1001", "a" * 501 + " www.elsewhere.example.com", "--yes")

    assert code == 1
    assert "carebot: the reply has 527 characters; townsquare takes 500" in said
    assert "carebot: it has a link that is not the brand's own" in said
    assert replies(tmp_path) == []


def test_a_private_case_is_not_answered_in_public(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("reply", "C-1002", HELLO, "--yes", "--role", "specialist")

    assert code == 1
    assert "invite the customer" in said
    assert replies(tmp_path, "C-1002") == []


def test_a_private_case_is_answered_by_direct_message(carebot: Carebot, tmp_path: Path) -> None:
    came = message(4, "it is me", "ben", visibility=Visibility.DIRECT, at=NOON + MINUTE)
    fill(tmp_path, [came], ScriptedClassifier())

    code, said = carebot("reply", "C-1002", HELLO, "--yes", "--role", "specialist")

    assert code == 0
    assert "DIRECT: only the customer can read it; the case is private" in said
    assert replies(tmp_path, "C-1002") == [HELLO]


def test_nothing_is_sent_from_a_replay(carebot: Carebot, tmp_path: Path) -> None:
    with SqliteUnitOfWork(tmp_path / "carebot.db") as uow:
        uow.run(lambda work: work.set_switch("replayed", True))

    code, said = carebot("reply", "C-1001", HELLO, "--yes")

    assert (code, said) == (
        1,
        "carebot: this installation was filled by a replay: nothing is sent from it\n",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("C-9", HELLO), "no case C-9"),
        (
            ("C-1002", HELLO, "--role", "agent"),
            "(agent) has no right reply to a case at tier 2 in zone private",
        ),
        (("C-1001", HELLO, "--role", "operator"), "(operator) has no right reply"),
    ],
)
def test_who_may_not_reply_is_told_in_one_line(carebot: Carebot, words: Sequence[str], says: str) -> None:
    code, said = carebot("reply", *words, "--yes")

    assert code == 1
    assert says in said.splitlines()[-1]


def test_what_a_terminal_would_obey_is_not_printed(carebot: Carebot) -> None:
    _, said = carebot("reply", "C-1001", "Hello\x1b[2J\nAda", typed="n\n")

    assert "\x1b" not in said
    assert "Hello?[2J" in said


# carebot review


def test_answers_are_reviewed_one_after_the_other(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("review", typed="y\n")

    assert code == 0
    assert "1 of 1: case C-1001, 99% sure, suggested" in said
    assert "Charging (charging)" in said
    assert ASKED in said
    assert "y sends it  PUBLIC, as your reply" in said
    assert "queued as o-" in said
    assert "1 answer reviewed, 1 right" in said
    assert "149 are missing, and if all of them are right, the bot is right in at least 98.2%" in said
    assert [(one.verdict, one.article) for one in reviews(tmp_path)] == [("right", "charging")]
    assert len(replies(tmp_path)) == 1
    assert "nothing waits for a review" in carebot("review")[1]


@pytest.mark.parametrize(
    ("typed", "verdicts"), [("n\n", ["wrong"]), ("s\n", ["sensitive"]), ("k\n", []), ("q\n", []), ("", [])]
)
def test_nothing_but_a_yes_sends(carebot: Carebot, tmp_path: Path, typed: str, verdicts: list[str]) -> None:
    code, _ = carebot("review", "--role", "agent", typed=typed)

    assert code == 0
    assert [str(one.verdict) for one in reviews(tmp_path)] == verdicts
    assert replies(tmp_path) == []


def test_another_key_is_asked_again_with_what_the_keys_do(carebot: Carebot, tmp_path: Path) -> None:
    _, said = carebot("review", typed="what\nn\n")

    assert said.count("y right (a suggestion is sent), n wrong") == 2
    assert len(reviews(tmp_path)) == 1


def test_before_the_first_review_it_says_how_many_are_needed(carebot: Carebot) -> None:
    _, said = carebot("review", "--role", "marketing")

    assert "nothing waits for a review that this role may read" in said
    assert "no answers reviewed yet; 150 are needed" in said


# carebot bot


def queue_a_text(folder: Path) -> None:
    fill(
        folder,
        [message(7, ASKED, "dora")],
        ScriptedClassifier({ASKED: reading(answer="charging")}),
        mode="auto",
    )


def test_the_bot_is_stopped_and_says_what_it_held(carebot: Carebot, tmp_path: Path) -> None:
    queue_a_text(tmp_path)

    code, said = carebot("bot", "stop")

    assert code == 0
    assert said.startswith("the bot is silent since 20")
    assert "; 1 queued text was held" in said or "; 2 queued texts were held" in said
    assert [row.state for row in texts(tmp_path, "C-1004")] == ["held"]
    assert carebot("bot", "stop") == (0, "the bot was silent already; 0 queued texts were held\n")


def test_the_bot_is_started_again(carebot: Carebot, tmp_path: Path) -> None:
    assert carebot("bot", "start") == (0, "the bot was awake already\n")
    carebot("bot", "stop")
    assert carebot("bot", "start") == (0, "the bot may speak again\n")
    assert switch(tmp_path) is True


def switch(folder: Path) -> bool | None:
    def read(work: Work) -> bool | None:
        return work.switch("bot_awake")

    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        return uow.run(read)


def test_not_everybody_may_stop_the_bot(carebot: Carebot, tmp_path: Path) -> None:
    code, said = carebot("bot", "stop", "--role", "expert")

    assert code == 1
    assert "(expert) has no right silence_bot" in said
    assert switch(tmp_path) is None

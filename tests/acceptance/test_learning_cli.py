"""``carebot review --doubt`` and ``carebot train --from-reviews`` on a real folder, with the model that ships."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from carebot.app import App, Places
from carebot.care_file import parse_care
from carebot.classifier.transformer import TransformerClassifier
from carebot.cli import main
from carebot.cli.training import say_how_to_use
from carebot.core.ports import Work
from carebot.core.records import AnswerReview, BandReview, BandVerdict, Verdict
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import NOON, article, by, said, tell

Carebot = Callable[..., tuple[int, str]]
# What only this shop knows: "the blue one" is a customer's own contract, "the red one" a bicycle in the window.
PRIVATE = "can you look at the blue one for me, number {}?"
HARMLESS = "can you look at the red one for me, number {}?"


@pytest.fixture
def carebot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Carebot:
    """Runs a command in an installation of its own; its exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["carebot", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    run("init")
    return run


def fill(folder: Path, texts: Sequence[str], private: float = 0.6, customers: int | None = None) -> list[str]:
    """Public messages in doubt, each of a customer of its own, or of so many in turn; their ids."""
    many = customers or max(1, len(texts))
    care = parse_care("version: 1\nbrands: [{name: Plum}]\nplan: {preset: full}\n")
    places = Places(database=folder / "carebot.db", key_file=folder / "carebot.key")
    script = ScriptedClassifier(default=reading(private=private))
    with App(care=care, places=places, classifier=script) as app:
        app.save_articles((article(title="Charging"),))
        messages = [
            said(
                number,
                text,
                channel="townsquare",
                author=by(f"u{number % many}"),
                thread_id=f"t-{number % many}",
            )
            for number, text in enumerate(texts)
        ]
        return [item.message.id for item in tell(app, *messages)]


def judge(folder: Path, verdicts: dict[str, BandVerdict]) -> None:
    def keep(work: Work) -> None:
        for message_id, verdict in verdicts.items():
            work.save_band_review(BandReview(message_id=message_id, verdict=verdict, reviewer="kim", at=NOON))

    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        uow.run(keep)


def reviewed(folder: Path, *, contradicting: bool = False) -> None:
    """A hundred reviews; ``contradicting``: what is said of those that are held back is the opposite."""
    from carebot.core.lessons import HELD_BACK, drawn

    texts = [(PRIVATE if number % 2 else HARMLESS).format(number) for number in range(100)]
    ids = fill(folder, texts)

    def verdict(work: Work, number: int, message_id: str) -> BandVerdict:
        message = work.message(message_id)
        assert message is not None
        turned = contradicting and drawn("held back", message.customer_id) < HELD_BACK
        return BandVerdict.PRIVATE if bool(number % 2) is not turned else BandVerdict.FINE_IN_PUBLIC

    with SqliteUnitOfWork(folder / "carebot.db") as uow:
        verdicts = uow.run(
            lambda work: {message: verdict(work, number, message) for number, message in enumerate(ids)}
        )
    judge(folder, verdicts)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if "models" in path.parts}


def said_plain(said: str) -> str:
    """Without the spaces and line ends that a terminal wants."""
    return " ".join(said.split())


# carebot review --doubt


def test_messages_in_doubt_are_judged_with_one_key_each(carebot: Carebot, tmp_path: Path) -> None:
    fill(tmp_path, ["is the red one in stock?", "what about the blue one?", "and the green one?"])

    code, said = carebot("review", "--doubt", typed="f\np\nk\n")

    assert code == 0
    assert "1 of 3: case C-1001" in said
    assert "customer is the red one in stock?" in said_plain(said)
    assert (
        "in doubt people look first, because it may need this customer's own data (60% likely)"
        in said_plain(said)
    )
    assert "kept; C-1001 is in care, zone public" in said
    assert (
        "kept; C-1002 is in private, zone private; 1 text of the bot queued, `carebot run` sends it" in said
    )
    assert "2 messages reviewed, 1 of them private: `carebot train --from-reviews` needs 58 more" in said
    _, again = carebot("review", "--doubt", typed="q\n")
    assert "1 of 1: case C-1003" in again


def test_what_else_is_in_a_case_that_became_private_is_not_shown_any_more(
    carebot: Carebot, tmp_path: Path
) -> None:
    fill(tmp_path, ["is the red one mine?", "what about the blue one?", "and the green one?"], customers=2)

    code, said = carebot("review", "--doubt", typed="p\nf\n")

    assert code == 0, said
    assert "the red one" in said
    assert "the green one" not in said
    assert "kept; C-1002 is in care, zone public" in said


def test_nothing_in_doubt_is_said_so(carebot: Carebot) -> None:
    code, said = carebot("review", "--doubt")

    assert code == 0
    assert "no message in doubt waits for a review that this role may read" in said


def test_a_role_without_the_right_sees_no_message_in_doubt(carebot: Carebot, tmp_path: Path) -> None:
    fill(tmp_path, ["is the red one in stock?"])

    assert "no message in doubt" in carebot("review", "--doubt", "--role", "marketing")[1]


# carebot train --from-reviews


def test_a_model_learns_what_people_said_and_says_what_changed(carebot: Carebot, tmp_path: Path) -> None:
    reviewed(tmp_path)

    code, said = carebot("train", "--from-reviews", "--out", "ours")

    assert code == 0, said
    assert "100 reviewed messages, 50 private, 50 fine in public" in said
    before, after = map(float, re.findall(r"log loss +([\d.]+) +([\d.]+)", said)[0])
    assert after < before
    assert re.search(r"private called clear +\d+ +\d+", said)
    assert re.search(r"doubt from +[\d.]+ +[\d.]+", said)
    assert "would change band" in said or "no reviewed message changes its band" in said
    assert "to use it: `model: ours` under `classifier:` in care.yaml" in said
    assert "to go back: `model: null` there" in said
    told = [
        TransformerClassifier(tmp_path / "ours").classify(text.format(7), entity_counts={}, brand=None)
        for text in (PRIVATE, HARMLESS)
    ]
    assert told[0].probabilities.private > told[1].probabilities.private


def test_the_new_model_can_be_put_to_use_and_checked(carebot: Carebot, tmp_path: Path) -> None:
    reviewed(tmp_path)
    carebot("train", "--from-reviews", "--out", "ours")
    care = "version: 1\nbrands: [{name: Plum}]\nclassifier: {model: ours}\n"
    (tmp_path / "care.yaml").write_text(care, encoding="utf-8")

    assert "OK classifier" in said_plain(
        carebot("check")[1]
    )  # its golden messages are read as when it was built

    (tmp_path / "ours" / "heads.npz").write_bytes(b"noise")
    assert "NOT OK classifier" in said_plain(carebot("check")[1])


@pytest.mark.parametrize(
    ("environment", "chosen", "use", "back"),
    [
        (None, None, "`model: models/new` under `classifier:`", "`model: null` there"),
        (None, "/srv/old", "`model: models/new` under `classifier:`", "`model: /srv/old` there"),
        (
            "/srv/env",
            "/srv/old",
            "CAREBOT_MODELS=/srv/models/new in the environment",
            "CAREBOT_MODELS=/srv/env",
        ),
    ],
)
def test_the_setting_that_decides_is_the_one_that_is_named(
    environment: str | None, chosen: str | None, use: str, back: str, capsys: pytest.CaptureFixture[str]
) -> None:
    there = SimpleNamespace(
        places=SimpleNamespace(model=environment),
        care=SimpleNamespace(classifier=SimpleNamespace(model=chosen)),
    )

    say_how_to_use(there, Path("/srv/models/new"), Path("/srv"))  # type: ignore[arg-type]

    to_use, to_go_back = capsys.readouterr().out.splitlines()
    assert use in to_use
    assert to_go_back == f"to go back: {back}"


def test_a_dry_run_says_the_same_and_writes_nothing(carebot: Carebot, tmp_path: Path) -> None:
    reviewed(tmp_path)

    code, said = carebot("train", "--from-reviews", "--dry-run")

    assert code == 0, said
    assert "nothing was written (--dry-run)" in said
    assert not (tmp_path / "models").exists()


def test_without_a_folder_named_it_lies_beside_the_database_under_its_date(
    carebot: Carebot, tmp_path: Path
) -> None:
    reviewed(tmp_path)

    code, said = carebot("train", "--from-reviews")

    assert code == 0, said
    (folder,) = (tmp_path / "models").iterdir()
    assert re.fullmatch(r"reviewed-\d{4}-\d\d-\d\d", folder.name)
    code, again = carebot("train", "--from-reviews")
    assert code == 1
    assert f"models/{folder.name} exists already: name another folder with --out" in again


def test_reviews_that_the_held_back_ones_contradict_are_refused(carebot: Carebot, tmp_path: Path) -> None:
    reviewed(tmp_path, contradicting=True)

    code, said = carebot("train", "--from-reviews", "--out", "ours")

    assert code == 1
    assert "carebot: nothing was written: on the held-back messages the log loss would go from" in said
    assert not (tmp_path / "ours").exists()


def test_too_few_reviews_are_counted(carebot: Carebot, tmp_path: Path) -> None:
    (first,) = fill(tmp_path, [PRIVATE.format(1)])
    judge(tmp_path, {first: BandVerdict.PRIVATE})

    code, said = carebot("train", "--from-reviews")

    assert code == 1
    assert "1 message reviewed, 1 of them private: `carebot train --from-reviews` needs 59 more" in said


def test_what_should_have_been_answered_is_printed_as_an_example_for_its_article(
    carebot: Carebot, tmp_path: Path
) -> None:
    (asked,) = fill(tmp_path, ["how long does the red one take to charge?"], private=0.0)
    review = AnswerReview(
        message_id=asked,
        article="charging",
        confidence=0.4,
        verdict=Verdict.RIGHT,
        reviewer="kim",
        at=NOON,
        was_suggested=False,
    )
    with SqliteUnitOfWork(tmp_path / "carebot.db") as uow:
        uow.run(lambda work: work.add_answer_review(review))

    code, said = carebot("train", "--from-reviews")

    assert code == 1  # one review is too few to learn from, and worth printing all the same
    assert "should have been answered; add what fits as an example of the article" in said
    assert "charging: how long does the red one take to charge?" in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "say what to train from: --from-reviews"),
        (("--from-reviews", "--role", "agent"), 1, "no right change_rules"),
    ],
)
def test_what_is_refused_says_why(carebot: Carebot, words: tuple[str, ...], code: int, says: str) -> None:
    ended, said = carebot("train", *words)

    assert ended == code
    assert says in said_plain(said)

"""The command line on real folders: what it prints, what it leaves behind, and how it ends."""

from __future__ import annotations

import json
import os
import pwd
import re
import resource
import shutil
import signal
import sqlite3
import stat
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carebot.app import App, Places
from carebot.care_file import load_care
from carebot.cli import main
from carebot.cli.keeping import with_mode
from carebot.core.article import ArticleMode
from carebot.core.assessment import Category, Probabilities
from carebot.core.message import Author, IncomingMessage, Visibility
from carebot.core.records import REPLAYED
from carebot.core.rights import Role
from carebot.testing.fake_classifier import ScriptedClassifier, reading

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "replay"
FORMATS = ("conversations.jsonl", "messages.jsonl", "messages.csv")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CARD = "4111 1111 1111 1111"
QUICK = "version: 1\nclassifier:\n  model: none\n"  # everything is doubt, and no model is loaded
ARTICLES = """
- slug: opening-hours
  title: When we are open
  owner: care
  review_at: 2099-01-01
  languages:
    en: {short: We are open from nine to five.}
  examples: [when are you open, are you open on monday, opening hours please, open today?, until when today]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one message of a command that failed."""
        assert self.code != 0
        assert "Traceback" not in self.err
        assert self.err.startswith("carebot: "), self.err
        assert self.err.count("carebot: ") == 1, "one message, not several"
        return self.err.removeprefix("carebot: ").strip()


Carebot = Callable[..., Ran]


@pytest.fixture
def carebot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Carebot:
    """Runs commands in ``tmp_path``, in this process: an exception that nobody catches fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in [name for name in os.environ if name.startswith("CAREBOT_")]:
        monkeypatch.delenv(name)

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["carebot", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ran(code=int(ended.value.code or 0), out=out, err=err)

    return run


def process(*words: object, cwd: Path, **env: str) -> Ran:
    """A command in a process of its own, without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "carebot", *map(str, words)],
        cwd=cwd,
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **more}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``carebot init`` makes, with one approved article."""
    folder = tmp_path_factory.mktemp("template")
    assert process("init", ".", cwd=folder).code == 0
    (folder / "articles.yaml").write_text(ARTICLES, encoding="utf-8")
    return folder


@pytest.fixture
def installed(template: Path, tmp_path: Path, carebot: Carebot) -> Carebot:
    """Runs commands in an installation of its own."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return carebot


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@contextmanager
def installation(folder: Path, **readings: Any) -> Iterator[App]:
    """The installation of a folder, with a classifier that reads as it is told to."""
    places = Places(database=folder / "carebot.db", key_file=folder / "carebot.key")
    care = load_care(folder / "care.yaml")
    with App(care=care, places=places, classifier=ScriptedClassifier(readings)) as app:
        yield app


def message(number: int, text: str, *, who: str = "ada", direct: bool = False, channel: str = "x") -> Any:
    return IncomingMessage(
        channel=channel,
        account="acme",
        brand="acme",
        external_id=f"{who}-{number}",
        author=Author(external_id=who, handle=who),
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        text=text,
        at=START + timedelta(minutes=number),
        thread_id=f"{who}/{direct}",
    )


@pytest.fixture
def with_cases(installed: Carebot, tmp_path: Path) -> Carebot:
    """An installation with a public case (C-1001), a direct one (C-1002) and a private one (C-1003)."""
    messages = [
        message(1, "where is [bold]my[/] parcel"),
        message(2, "quokka marmalade", who="ben", direct=True),
        message(3, f"you charged {CARD} twice", who="cleo"),
    ]
    with installation(tmp_path) as app:
        assert [outcome.case_id for outcome in app.replay(messages)] == ["C-1001", "C-1002", "C-1003"]
    return installed


# init ---------------------------------------------------------------------------------------------------------


def test_init_makes_everything_in_a_folder_that_is_not_there_yet(carebot: Carebot, tmp_path: Path) -> None:
    done = carebot("init", "new/one")

    folder = tmp_path / "new" / "one"
    assert done.code == 0
    assert {file.name: oct(mode(file)) for file in folder.iterdir()} == {
        "care.yaml": "0o644",
        ".env": "0o600",
        "carebot.key": "0o600",
        "carebot.db": "0o600",
    }
    assert load_care(folder / "care.yaml").brands
    assert (folder / ".env").read_text("utf-8") == (ROOT / ".env.example").read_text("utf-8")


def test_init_a_second_time_keeps_everything(installed: Carebot, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    done = installed("init")

    assert done.code == 0
    assert done.out.count("kept ") == 4
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_init_makes_what_is_missing_and_keeps_the_rest(installed: Carebot, tmp_path: Path) -> None:
    key = (tmp_path / "carebot.key").read_bytes()
    (tmp_path / "carebot.db").unlink()

    assert installed("init").code == 0

    assert (tmp_path / "carebot.db").exists()
    assert (tmp_path / "carebot.key").read_bytes() == key


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/self", "/proc/none"])
def test_init_says_where_it_cannot_write(carebot: Carebot, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    done = carebot("init", place)

    assert done.code == 2
    assert done.complaint.startswith(f"{place}: cannot be written (")
    assert "\n" not in done.complaint
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_init_makes_no_key_file_when_the_key_is_in_the_environment(
    carebot: Carebot, tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (template / "carebot.key").read_text(encoding="utf-8").splitlines()
    monkeypatch.setenv("CAREBOT_KEY", ",".join(line for line in lines if not line.startswith("#")))

    assert carebot("init").code == 0

    assert not (tmp_path / "carebot.key").exists()
    assert "OK      key" in carebot("check").out
    for command in (("keys", "new"), ("keys", "rotate"), ("backup", "b.db", "--with-keys")):
        assert "comes from CAREBOT_KEY" in carebot(*command).complaint


# check --------------------------------------------------------------------------------------------------------


def test_check_is_all_ok_after_init_import_and_approval(installed: Carebot) -> None:
    assert not re.search("^OK +articles", installed("check").out, re.MULTILINE)

    assert installed("kb", "import", "articles.yaml").code == 0
    assert installed("kb", "approve", "--all").code == 0
    after = installed("check")

    assert after.code == 0
    assert [line.partition(":")[0].split() for line in after.out.splitlines()] == [
        *(
            ["OK", name]
            for name in ("configuration", "key", "database", "recognizers", "classifier", "articles")
        ),
        ["TODO", "channels"],
    ]


def lose_key(folder: Path) -> None:
    (folder / "carebot.key").unlink()


def show_key(folder: Path) -> None:
    (folder / "carebot.key").chmod(0o644)


def damage_key(folder: Path) -> None:
    (folder / "carebot.key").write_bytes(b"\xff\x00 noise")


def lose_database(folder: Path) -> None:
    (folder / "carebot.db").unlink()


def newer_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "carebot.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def damage_database(folder: Path) -> None:
    (folder / "carebot.db").write_bytes(b"noise" * 1000)


@pytest.mark.parametrize(
    ("change", "name", "problem"),
    [
        (lose_key, "key", "there is no key file at .*carebot.key; make one with `carebot keys new`"),
        (show_key, "key", "other users can read the key file .*; run `chmod 600 .*carebot.key`"),
        (damage_key, "key", "the key file .*carebot.key cannot be read"),
        (lose_database, "database", "there is no database at .*carebot.db; `carebot init` makes one"),
        (newer_database, "database", "has schema 9999, which this version does not know .* a newer carebot"),
        (damage_database, "database", "is not a database of carebot; check the path"),
    ],
)
def test_check_names_what_is_wrong_and_what_to_do_and_goes_on(
    installed: Carebot, tmp_path: Path, change: Callable[[Path], None], name: str, problem: str
) -> None:
    (tmp_path / "care.yaml").write_text(QUICK, encoding="utf-8")
    change(tmp_path)

    done = installed("check")

    assert done.code == 1
    found = re.search(rf"^NOT OK  {name}: (.*)$", done.out, re.MULTILINE)
    assert found is not None, done.out
    assert re.search(problem, found[1])
    assert "OK      recognizers" in done.out
    assert done.err == ""


@pytest.mark.parametrize("change", [lose_key, show_key, damage_key])
def test_without_a_key_that_is_only_ours_nothing_is_taken_in(
    installed: Carebot, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    change(tmp_path)

    assert "key" in installed("keys", "list").complaint
    assert "key" in installed("keys", "rotate").complaint


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "models" / "care", tmp_path / "model"))


@pytest.mark.parametrize("file", ["english.onnx", "multilingual.onnx", "heads.npz", "model.json"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "noise"])
def test_check_names_the_file_of_the_model_that_cannot_be_used(
    installed: Carebot, monkeypatch: pytest.MonkeyPatch, model: Path, file: str, damage: str
) -> None:
    content = (model / file).read_bytes()
    if damage == "missing":
        (model / file).unlink()
    else:
        (model / file).write_bytes(content[:900] if damage == "truncated" else os.urandom(len(content)))
    monkeypatch.setenv("CAREBOT_MODELS", str(model))

    done = installed("check")

    assert done.code == 1
    assert re.search(rf"^NOT OK  classifier: .*{file} .*install carebot again", done.out, re.MULTILINE)


def test_check_says_when_this_machine_reads_golden_messages_otherwise(
    installed: Carebot, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    manifest = json.loads((model / "model.json").read_text(encoding="utf-8"))
    first = manifest["golden"][0]
    for other in manifest["golden"][: len(manifest["golden"]) // 50]:  # two in a hundred
        other["private"] = 0.0 if other["private"] > 0.5 else 1.0
    (model / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("CAREBOT_MODELS", str(model))

    done = installed("check")

    assert done.code == 1
    assert "NOT OK  classifier: this machine computes otherwise" in done.out
    assert repr(first["text"]) in done.out


def test_check_says_when_no_answer_can_be_automatic(installed: Carebot, tmp_path: Path) -> None:
    (tmp_path / "care.yaml").write_text("version: 1\ntargets: {answer_precision: 99.9 %}\n", encoding="utf-8")

    done = installed("check")

    assert done.code == 0
    assert (
        "OK      classifier: no answer will be automatic: the evidence never reaches the target of 99.9 %"
        in done.out
    )


# kb -----------------------------------------------------------------------------------------------------------

MARKDOWN = "---\nslug: returns\ntitle: Returns\nlanguage: en\n---\nSend it back within thirty days.\n"
CSV = "slug,title,language,short\ndelivery,Delivery,en,It takes two days.\n"
JSONL = '{"slug": "warranty", "title": "Warranty", "language": "en", "short": "It is two years."}\n'


def test_articles_come_in_from_every_format_and_from_a_folder(installed: Carebot, tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "returns.md").write_text(MARKDOWN, encoding="utf-8")
    (tmp_path / "kb.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "kb.jsonl").write_text(JSONL, encoding="utf-8")

    done = installed("kb", "import", "kb", "kb.csv", "kb.jsonl", "articles.yaml")
    again = installed("kb", "import", "kb.csv")

    assert done.out.startswith("4 added, 0 changed, 0 unchanged\n")
    assert again.out.startswith("0 added, 0 changed, 1 unchanged\n")
    listed = installed("kb", "list").out
    assert [line.split()[0] for line in listed.splitlines()[1:]] == [
        "delivery",
        "opening-hours",
        "returns",
        "warranty",
    ]


def test_a_list_shows_titles_as_they_are_and_slugs_in_full(
    installed: Carebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = "change-the-language-of-the-display"
    assert installed("kb", "add", slug, "--title", "[/red] what [bold]?", "--short", "yes").code == 0

    monkeypatch.setenv("COLUMNS", "80")
    narrow = installed("kb", "list")
    monkeypatch.setenv("COLUMNS", "200")
    wide = installed("kb", "list")

    assert "[/red] what [bold]?" in wide.out
    assert slug in wide.out
    assert slug in narrow.out.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("Not A Slug", "--title", "t", "--short", "s"), "slug: expected small letters"),
        (("out_of_scope", "--title", "t", "--short", "s"), "slug: expected small letters"),
        (("ok", "--title", " ", "--short", "s"), "title: has no words"),
        (("ok", "--title", "t", "--short", ""), "short: has no words"),
        (("ok", "--title", "t", "--short", "s", "--language", "Deutsch"), "expected two small letters"),
        (("ok", "--title", "t", "--short", "s", "--example", ""), "has no words"),
    ],
)
def test_an_article_that_no_file_could_hold_is_not_added(
    installed: Carebot, words: tuple[str, ...], complaint: str
) -> None:
    done = installed("kb", "add", *words)

    assert done.code == 1
    assert complaint in done.complaint
    assert "no articles yet" in installed("kb", "list").out


def test_another_language_leaves_the_rest_of_an_article_as_it_was(installed: Carebot, tmp_path: Path) -> None:
    installed("kb", "import", "articles.yaml")
    installed("kb", "approve", "--all")
    before = articles(tmp_path)["opening-hours"]

    done = installed(
        "kb", "add", "opening-hours", "--title", before.title, "--short", "Von neun bis fünf.",
        "--language", "de", "--example", "wann habt ihr offen",
    )  # fmt: skip

    after = articles(tmp_path)["opening-hours"]
    assert done.out.startswith("opening-hours changed")
    assert set(after.variants) == {"en", "de"}
    assert after.variants["en"] == before.variants["en"]
    assert after.examples == (*before.examples, "wann habt ihr offen")
    assert (after.owner, after.review_at) == (before.owner, before.review_at)
    assert not after.approved, "nobody has approved the new words"


def articles(folder: Path) -> dict[str, Any]:
    with installation(folder) as app:
        return {article.slug: article for article in app.articles()}


def test_what_kb_check_finds_fault_with_is_not_approved(installed: Carebot, tmp_path: Path) -> None:
    bad = "- slug: bad\n  title: Bad\n  languages:\n    en: {short: 'Mail eve@elsewhere.example'}\n"
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    installed("kb", "import", "bad.yaml", "articles.yaml")

    checked = installed("kb", "check")
    done = installed("kb", "approve", "--all")

    assert checked.code == 1
    assert "error    bad: " in checked.out
    assert done.code == 1
    assert done.out.startswith("1 approved")
    assert done.complaint.endswith("finds errors: bad")
    assert {slug: article.approved for slug, article in articles(tmp_path).items()} == {
        "bad": False,
        "opening-hours": True,
    }
    assert "1" in installed("kb", "approve", "opening-hours").out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("approve",), "name the articles to approve, or give --all"),
        (("approve", "nothing"), "there is no article nothing; `carebot kb list` lists them"),
        (("approve", "opening-hours", "--role", "agent"), r"\(agent\) has no right approve_articles"),
        (("import", "none.md"), "none.md: cannot be read: No such file"),
        (("import", "empty"), "there is no .md file in this folder"),
        (("import", "care.txt"), "expected a file that ends in .yaml"),
        (("import", "broken.yaml"), "broken.yaml:1"),
        (("import", "broken.jsonl"), "broken.jsonl:2: not JSON"),
        (("import", "twice.csv"), "more than one article is called delivery"),
    ],
)
def test_what_cannot_be_done_with_articles_is_one_message(
    installed: Carebot, tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    installed("kb", "import", "articles.yaml")
    (tmp_path / "empty").mkdir()
    (tmp_path / "care.txt").write_text("text", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("- slug: [", encoding="utf-8")
    (tmp_path / "broken.jsonl").write_text(JSONL + "{", encoding="utf-8")
    (tmp_path / "twice.csv").write_text(CSV + CSV.splitlines()[1] + "\n", encoding="utf-8")

    done = installed("kb", *words)

    assert done.code == 1
    assert re.search(complaint, done.complaint)
    assert list(articles(tmp_path)) == ["opening-hours"]


def test_todo_says_what_is_missing_until_nothing_is(installed: Carebot) -> None:
    installed("kb", "import", "articles.yaml")
    assert installed("kb", "todo").out.startswith("opening-hours: nobody has approved it\n1 thing")

    installed("kb", "approve", "--all")

    assert installed("kb", "todo").out == "nothing is missing\n"


# cases, explain, roles ----------------------------------------------------------------------------------------


def rows(out: str) -> dict[str, str]:
    """The lines of a table of cases, by the case's id."""
    return {line.split()[0]: line for line in out.splitlines() if line.startswith("C-")}


def test_nothing_is_listed_where_nothing_happened(installed: Carebot) -> None:
    assert installed("cases").out.startswith("no cases")


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_of_the_cases_what_it_may_see(with_cases: Carebot, role: Role) -> None:
    done = with_cases("cases", "--role", role.value)

    found = rows(done.out)
    sees_all = role is not Role.VENDOR  # vendors see private cases at tier 4 only
    assert done.code == 0
    assert set(found) == ({"C-1001", "C-1002", "C-1003"} if sees_all else set())
    assert CARD not in done.out
    if not sees_all:
        return
    sees_text = role is not Role.OPERATOR
    sees_direct = role in (Role.AGENT, Role.PRIVATE_AGENT, Role.LEAD, Role.SPECIALIST)
    assert ("where is [bold]my[/] parcel" in found["C-1001"]) == sees_text
    assert ("quokka marmalade" in found["C-1002"]) == sees_direct


def test_what_no_role_would_see_is_told_apart_from_what_this_one_may_not_see(
    with_cases: Carebot, tmp_path: Path
) -> None:
    assert with_cases("cases", "--role", "vendor").out == "no cases that this role may see\n"
    assert with_cases("cases", "--queue", "legal").out == "no cases in the queue legal\n"
    for case in ("C-1001", "C-1002"):
        assert with_cases("case", "resolve", case).code == 0
    assert with_cases("cases", "--queue", "care").out == (
        "no open cases in the queue care; `--all` lists the others too\n"
    )


def test_cases_are_readable_in_80_columns(with_cases: Carebot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = with_cases("cases", "--role", "lead").out.splitlines()

    assert max(map(len, lines)) <= 80
    assert {line.split()[0] for line in lines if line.startswith("C-")} == {"C-1001", "C-1002", "C-1003"}
    assert "quokka marmalade" in "\n".join(lines)


def test_cases_can_be_narrowed_to_a_queue(with_cases: Carebot) -> None:
    assert set(rows(with_cases("cases", "--queue", "private").out)) == {"C-1003"}
    assert len(rows(with_cases("cases", "--limit", "1").out)) == 1


def test_explain_says_what_was_seen_what_decided_and_what_would_have_changed_it(with_cases: Carebot) -> None:
    done = with_cases("explain", "c-1003")

    assert done.code == 0
    words = " ".join(done.out.split())
    for piece in (
        "case C-1003 on x for acme",
        "decided invite: band private, zone private",
        "rule private_in_public",
        "personal data: 1 card",
        "model scripted 1:",
        "not kept account, billing, fraud, health, identity, legal: x forbids to keep them",
        "without the personal data in the text:",
    ):
        assert piece in words, f"{piece!r} is not in {words!r}"
    assert CARD not in done.out
    assert "cleo" not in done.out


def test_explain_names_the_threshold_that_decided_and_its_evidence(
    installed: Carebot, tmp_path: Path
) -> None:
    with installation(tmp_path, private=reading(private=0.93)) as app:
        list(app.replay([message(1, "private")]))

    words = " ".join(installed("explain", "C-1001").out.split())

    assert re.search(
        r"threshold private: 93.0% ≥ 90.0%, computed for a target of 8% from \d+ examples", words
    )
    assert "(a script)" in words
    assert "if private were below" in words


@pytest.mark.parametrize("name", ["C-9999", "nonsense", "C-1'; DROP TABLE cases", "[/red]", ""])
def test_explaining_a_case_that_does_not_exist_is_one_message(with_cases: Carebot, name: str) -> None:
    done = with_cases("explain", name)

    assert done.code == 1
    assert done.complaint.startswith(f"there is no case {name.upper()}")


def test_explain_is_refused_to_a_role_without_the_right(with_cases: Carebot) -> None:
    done = with_cases("explain", "C-1001", "--role", "marketing")

    assert done.code == 1
    assert "(marketing) has no right explain" in done.complaint


def test_a_case_is_explained_although_its_queue_is_gone_from_the_configuration(
    installed: Carebot, tmp_path: Path
) -> None:
    with installation(tmp_path) as app:
        list(app.replay([message(1, "our company account is empty"), message(2, "hello?")]))
    assert "queue business" in installed("explain", "C-1001").out
    (tmp_path / "care.yaml").write_text("version: 1\nbrands: [{name: acme}]\n", encoding="utf-8")

    done = installed("explain", "C-1001")

    assert done.code == 0
    assert "queue business" in done.out


def test_an_account_without_a_name_may_look_too(with_cases: Carebot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run under numbers that no file of users knows."""

    def nobody(number: int) -> Any:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)

    assert set(rows(with_cases("cases").out)) == {"C-1001", "C-1002", "C-1003"}


def test_roles_are_printed_in_full_on_a_narrow_screen(
    carebot: Carebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = carebot("roles").out
    monkeypatch.setenv("COLUMNS", "40")
    narrow = carebot("roles").out

    assert "operator" in wide
    assert "manage keys" in wide
    assert "…" not in narrow


# keys, db, backup ---------------------------------------------------------------------------------------------


def test_keys_are_listed_without_their_secret_and_rotated(with_cases: Carebot, tmp_path: Path) -> None:
    secrets = (tmp_path / "carebot.key").read_text(encoding="utf-8").split()
    listed = with_cases("keys", "list").out

    done = with_cases("keys", "rotate")

    assert "3 customers" in done.out
    assert re.fullmatch(r"\w{8}  made \d{4}-\d\d-\d\d  current\n", listed)
    after = with_cases("keys", "list").out.splitlines()
    assert [line.endswith("current") for line in after] == [False, True]
    assert not any(word in listed for word in secrets if len(word) > 30)
    assert mode(tmp_path / "carebot.key") == 0o600
    with installation(tmp_path) as app:
        (again,) = app.replay([message(9, "and now?")])
        assert again.case_id == "C-1001", "the customer is known again"


def test_a_key_that_is_there_is_never_replaced(installed: Carebot, tmp_path: Path) -> None:
    before = (tmp_path / "carebot.key").read_bytes()

    assert "exists already" in installed("keys", "new").complaint
    assert (tmp_path / "carebot.key").read_bytes() == before


@pytest.mark.parametrize(
    "words", [("keys", "rotate"), ("db", "upgrade"), ("backup", "b.db"), ("restore", "b.db", "--force")]
)
def test_what_operators_do_is_refused_to_agents(installed: Carebot, words: tuple[str, ...]) -> None:
    assert "(agent) has no right" in installed(*words, "--role", "agent").complaint


def test_an_upgrade_backs_up_first_and_a_second_one_does_nothing(installed: Carebot, tmp_path: Path) -> None:
    (tmp_path / "carebot.db").unlink()
    with closing(sqlite3.connect(tmp_path / "carebot.db")) as connection, connection:
        connection.execute("CREATE TABLE mine (words TEXT)")

    done = installed("db", "upgrade")
    again = installed("db", "upgrade")

    (kept,) = tmp_path.glob("carebot.db.before-*")
    assert done.code == 0
    assert kept.name in done.out
    assert mode(kept) == 0o600
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    assert "upgraded" not in again.out
    assert list(tmp_path.glob("carebot.db.before-*")) == [kept]
    assert installed("cases").code == 0


def test_a_database_of_a_newer_version_is_left_alone(installed: Carebot, tmp_path: Path) -> None:
    newer_database(tmp_path)

    for words in (("db", "upgrade"), ("cases",), ("kb", "list"), ("explain", "C-1")):
        assert "a newer carebot wrote it" in installed(*words).complaint
    assert list(tmp_path.glob("*before*")) == []


def test_a_backup_with_its_key_brings_everything_back(with_cases: Carebot, tmp_path: Path) -> None:
    assert with_cases("backup", "b.db", "--with-keys").code == 0
    assert [mode(tmp_path / name) for name in ("b.db", "b.db.keys")] == [0o600, 0o600]
    for name in ("carebot.db", "carebot.key"):
        (tmp_path / name).unlink()

    assert with_cases("restore", "b.db", "--with-keys").code == 0

    assert set(rows(with_cases("cases").out)) == {"C-1001", "C-1002", "C-1003"}
    with installation(tmp_path) as app:
        (again,) = app.replay([message(9, "and now?")])
        assert again.case_id == "C-1001"


def test_a_backup_without_the_key_says_so_and_holds_none(with_cases: Carebot, tmp_path: Path) -> None:
    done = with_cases("backup", "b.db")

    assert "the key is not in it" in done.out
    assert not (tmp_path / "b.db.keys").exists()


@pytest.mark.parametrize(
    ("words", "file"), [(("backup", "b.db"), "b.db"), (("restore", "a.db"), "carebot.db")]
)
def test_nothing_is_overwritten_unless_it_is_forced(
    installed: Carebot, tmp_path: Path, words: tuple[str, ...], file: str
) -> None:
    assert installed("backup", "a.db").code == 0
    (tmp_path / "b.db").write_bytes(b"mine")
    before = (tmp_path / file).read_bytes()

    refused = installed(*words)

    assert "exists already" in refused.complaint
    assert "--force" in refused.complaint
    assert (tmp_path / file).read_bytes() == before
    assert installed(*words, "--force").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "none/b.db"),
        ("backup", "/proc/b.db"),
        ("restore", "none.db"),
        ("restore", "articles.yaml"),
        ("restore", "."),
    ],
)
def test_a_backup_that_cannot_be_written_or_read_is_one_message(
    installed: Carebot, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = (tmp_path / "carebot.db").read_bytes()

    done = installed(*words, "--force")

    assert done.code == 1
    assert done.complaint
    assert (tmp_path / "carebot.db").read_bytes() == before


# replay -------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    file = tmp_path / "quick.yaml"
    file.write_text(QUICK, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_played_and_summed_up(carebot: Carebot, quick: Path, name: str) -> None:
    done = carebot("replay", FIXTURES / name, "-c", quick)

    assert done.code == 0
    assert "In all" in done.out
    assert re.search(r"Messages +7 ", done.out)
    assert re.search(r"\d+ messages in [\d.]+ s, [\d,.]+ a second", done.out)


@pytest.mark.parametrize("name", FORMATS)
def test_json_is_all_that_stands_on_standard_output(carebot: Carebot, quick: Path, name: str) -> None:
    done = carebot("replay", FIXTURES / name, "-c", quick, "--json")

    summary = json.loads(done.out)
    assert done.code == 0
    assert summary["messages"] == 7
    assert sum(summary["bands"].values()) == sum(summary["actions"].values()) == 7 - summary["by_agents"]
    assert summary["answered"] == summary["suggested"] == 0
    assert set(summary["thresholds"]) == {"private", "doubt", "answer", "no_care"}


def test_progress_goes_to_standard_error(quick: Path, tmp_path: Path) -> None:
    done = process(
        "replay", FIXTURES / FORMATS[0], "-c", quick, "--json", cwd=tmp_path, FORCE_COLOR="1", TERM="xterm"
    )

    assert json.loads(done.out)["messages"] == 7
    assert "replaying" in done.err
    assert "\x1b" not in done.out


def documented_fields() -> set[str]:
    """The first column of the table in docs/replay.md."""
    text = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")
    table = text.partition("| field of the transcript |")[2].partition("\n\n")[0]
    return {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", "".join(row.split("|")[1:2]))
    }


IN_THE_ISSUE = {
    "id", "case", "tier", "zone", "band", "action", "reason", "rule", "probabilities", "kind", "sentiment",
    "language", "best_article", "answer_confidence", "answered", "out",
}  # fmt: skip


def transcript(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_transcript_has_the_documented_fields_and_no_others(carebot: Carebot, tmp_path: Path) -> None:
    done = carebot(
        "replay", FIXTURES / "messages.jsonl", "--transcript", "t.jsonl", "--channel", "townsquare"
    )

    lines = transcript(tmp_path / "t.jsonl")
    assert done.code == 0
    assert len(lines) == 8, "one line per delivery"
    assert documented_fields() >= IN_THE_ISSUE
    for line in lines:
        assert set(line) == documented_fields()
    read = [line for line in lines if line["probabilities"]]
    assert len(read) == 7
    for line in read:
        assert set(line["probabilities"]) == set(Probabilities.__slots__)
        assert all({"to", "zone", "text"} == set(said) for said in line["out"])
    assert [line["id"] for line in lines if line["out"]] == ["m1"]
    again = next(line for line in lines if line["probabilities"] is None)
    assert again["reason"] == "it was delivered before"


def test_on_x_a_transcript_leaves_out_what_may_not_be_kept(carebot: Carebot, tmp_path: Path) -> None:
    carebot("replay", FIXTURES / "conversations.jsonl", "--transcript", "t.jsonl", "--channel", "x")

    lines = transcript(tmp_path / "t.jsonl")
    kept = set(Probabilities.__slots__) - {category.value for category in Category}
    assert len(lines) == 7
    assert {frozenset(line["probabilities"]) for line in lines} == {frozenset(kept)}


def test_articles_answer_in_the_mode_that_was_asked_for(carebot: Carebot, tmp_path: Path) -> None:
    (tmp_path / "kb.yaml").write_text(ARTICLES, encoding="utf-8")
    (tmp_path / "care.yaml").write_text(
        "version: 1\ntargets: {answer_precision: 60 %, private_called_clear: 7 %}\n", encoding="utf-8"
    )
    line = {"id": "1", "channel": "x", "visibility": "public", "author": "a", "at": "2026-11-02T09:00:00Z"}
    asked = json.dumps({**line, "text": "when are you open on monday?"})
    (tmp_path / "m.jsonl").write_text(asked, encoding="utf-8")

    actions = {}
    for chosen in ("auto", "suggest", "off"):
        done = carebot(
            "replay", "m.jsonl", "--articles", "kb.yaml", "-c", "care.yaml", "--mode", chosen, "--json",
            "--transcript", "t.jsonl",
        )  # fmt: skip
        assert done.code == 0
        (played,) = transcript(tmp_path / "t.jsonl")
        actions[chosen] = (played["action"], played["best_article"], len(played["out"]))

    if actions["auto"][0] == "hand_off":
        pytest.skip("the evidence that ships with the model never reaches this target")
    assert actions == {
        "auto": ("answer", "opening-hours", 1),
        "suggest": ("suggest", "opening-hours", 0),
        "off": ("hand_off", "opening-hours", 0),
    }


def test_times_without_a_zone_need_one(carebot: Carebot, quick: Path, tmp_path: Path) -> None:
    line = {"id": "1", "channel": "x", "visibility": "public", "author": "a", "text": "hi"}
    (tmp_path / "m.jsonl").write_text(json.dumps({**line, "at": "2026-11-02T09:00:00"}), encoding="utf-8")

    without = carebot("replay", "m.jsonl", "-c", quick)
    with_zone = carebot("replay", "m.jsonl", "-c", quick, "--timezone", "Europe/Berlin")

    assert "`--timezone" in without.complaint
    assert with_zone.code == 0


def test_bad_lines_are_named_or_skipped_and_counted(carebot: Carebot, quick: Path, tmp_path: Path) -> None:
    good = (FIXTURES / "conversations.jsonl").read_text(encoding="utf-8")
    (tmp_path / "m.jsonl").write_text(
        good + '{"id": "half \\ud83d"}\n{"nothing": 1}\nnoise\n', encoding="utf-8"
    )

    refused = carebot("replay", "m.jsonl", "-c", quick)
    skipped = carebot("replay", "m.jsonl", "-c", quick, "--skip-bad", "--json")

    assert refused.code == 1
    lines = good.count("\n")
    for number in (lines + 1, lines + 2, lines + 3):
        assert f"line {number}:" in refused.complaint
    summary = json.loads(skipped.out)
    assert (summary["messages"], summary["skipped"]) == (7, 3)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be opened: No such file"),
        (b"", "is empty"),
        (b"[1, 2]", "this is one JSON list"),
        (b"\xff\xfea\x00", "the file is UTF-16"),
        (b"hello\nworld\n", "neither JSON Lines nor CSV"),
        (b"id,text\n1,hi\n", "the header has no column visibility, author, at"),
        (b"{" * 2000, "line 1"),
        (b'{"id": "1"}\n' * 50, "reading stopped there"),
    ],
)
def test_a_file_that_cannot_be_played_is_one_message(
    carebot: Carebot, quick: Path, tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "m").write_bytes(content)

    done = carebot("replay", "m", "-c", quick, "--transcript", "t.jsonl")

    assert done.code == 1
    assert complaint in done.complaint
    assert not (tmp_path / "t.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("--mode", "loud"), 2, "--mode: 'loud' is not one of auto, suggest, off"),
        (("--timezone", "Mars/Base"), 1, "there is no time zone 'Mars/Base'"),
        (("--articles", "none.yaml"), 1, "none.yaml: cannot be read"),
        (("--config", "none.yaml"), 2, "none.yaml: there is no such file"),
        (("--transcript", "none/t.jsonl"), 1, "the transcript cannot be written"),
        (("--transcript", "/dev/full"), 1, "the transcript cannot be written (No space left on device)"),
    ],
)
def test_an_option_that_cannot_be_followed_is_one_message(
    carebot: Carebot, quick: Path, words: tuple[str, ...], code: int, complaint: str
) -> None:
    done = carebot("replay", FIXTURES / FORMATS[0], "-c", quick, *words)

    assert done.code == code
    assert complaint in done.err
    assert "Traceback" not in done.err


def test_what_is_unusual_about_a_file_is_told_as_it_stands_there(carebot: Carebot, quick: Path) -> None:
    done = carebot("replay", FIXTURES / FORMATS[0], "-c", quick, "--channel", "[/red]")

    assert done.code == 0
    assert "of the unknown channel '[/red]': the rules of `replay` are used" in done.out


NASTY = [
    "a" * 10_000, "nul \x00 byte", "😀" * 300, "\u202eשלום \u2067مرحبا", "\ufeff", "\u200d" * 3000, "\t\n x",
    "[bold]loud[/] [/red]", "<CARD> {name} %s", f"{CARD} " * 300, "1-2 " * 2500, "a.b@" * 2500, "-" * 10_000,
]  # fmt: skip
IDS = ["'; DROP TABLE messages; --", "new\nline", "../../etc/passwd", "id\x00", "𝕚𝕕", " ", "C-1001"]
TIMES = ["0001-01-01T00:00:00Z", "1900-02-28T00:00:00+14:00", "2999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]


def test_nothing_that_people_write_stops_a_replay(carebot: Carebot, quick: Path, tmp_path: Path) -> None:
    line = {"channel": "x", "visibility": "public", "author": 'o\'brien "x"', "at": "2026-11-02T09:00:00Z"}
    lines = [{**line, "id": f"t{number}", "text": text} for number, text in enumerate(NASTY)]
    lines += [{**line, "id": name, "text": "stop", "visibility": "direct"} for name in IDS]
    lines += [{**line, "id": name, "text": "same id", "channel": "mastodon"} for name in IDS]
    lines += [{**line, "id": at, "author": at, "text": f"human: {CARD}", "at": at} for at in TIMES]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    done = carebot("replay", "m.jsonl", "-c", quick, "--json", "--transcript", "t.jsonl")

    summary = json.loads(done.out)
    assert done.code == 0
    assert summary["messages"] == len(lines)
    assert summary["leaks"] == 0
    assert {line["id"] for line in transcript(tmp_path / "t.jsonl")} == {line["id"] for line in lines}


def test_a_thousand_articles_come_in_are_checked_and_are_approved(installed: Carebot, tmp_path: Path) -> None:
    rows = [
        f'{{"slug": "a-{n}", "title": "{n}", "language": "en", "short": "Press {n}."}}' for n in range(1000)
    ]
    (tmp_path / "kb.jsonl").write_text("\n".join(rows), encoding="utf-8")

    assert installed("kb", "import", "kb.jsonl").out.startswith("1000 added")
    assert installed("kb", "check").code == 0
    assert installed("kb", "approve", "--all").out.startswith("1000 approved")


# --keep -------------------------------------------------------------------------------------------------------


def test_a_replay_that_is_kept_can_be_looked_at(carebot: Carebot, tmp_path: Path) -> None:
    (tmp_path / "care.yaml").write_text("version: 1\nbot:\n  mode: suggest # careful\n", encoding="utf-8")

    done = carebot("replay", FIXTURES / FORMATS[0], "-c", "care.yaml", "--keep", "look")

    assert done.code == 0
    hints = re.findall(r"^  carebot (.*)$", done.out, re.MULTILINE)
    assert hints == ["cases --role lead -c look/care.yaml", "explain C-1001 -c look/care.yaml"]
    assert rows(carebot(*hints[0].split()).out)
    explained = carebot(*hints[1].split())
    assert "case C-1001" in explained.out
    assert "today" not in explained.out, "its configuration decides as the replay did"
    assert "mode: auto # careful" in (tmp_path / "look" / "care.yaml").read_text(encoding="utf-8")
    modes = {name: mode(tmp_path / "look" / name) for name in (".env", "carebot.key", "carebot.db")}
    assert set(modes.values()) == {0o600}
    assert mode(tmp_path / "look") == 0o700


def test_what_is_kept_says_that_nothing_of_it_is_sent(carebot: Carebot, quick: Path, tmp_path: Path) -> None:
    assert carebot("replay", FIXTURES / FORMATS[0], "-c", quick, "--keep", "look", "--json").code == 0

    with App(
        care=load_care(quick),
        places=Places(database=tmp_path / "look" / "carebot.db", key_file=tmp_path / "look" / "carebot.key"),
    ) as app:
        assert app.uow.run(lambda work: work.switch(REPLAYED)) is True
    assert "OK      database: it holds what was replayed" in carebot("check", "-c", "look/care.yaml").out


def test_only_a_folder_without_an_installation_is_kept_in(
    installed: Carebot, quick: Path, tmp_path: Path
) -> None:
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    refused = installed("replay", FIXTURES / FORMATS[0], "-c", quick, "--keep", ".")
    demo = installed("demo", "--once", "--keep", ".")

    for done in (refused, demo):
        assert done.code == 2
        assert "has a care.yaml already; name a new folder" in done.complaint
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_replay_that_fails_leaves_nothing_to_be_kept(carebot: Carebot, quick: Path, tmp_path: Path) -> None:
    done = carebot(
        "replay", FIXTURES / FORMATS[0], "-c", quick, "--keep", "look", "--transcript", "/dev/full"
    )

    assert done.code == 1
    assert not (tmp_path / "look").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\n", "version: 1\nbot:\n  mode: auto\n"),
        ("version: 1\nbot:\n  mode: 'off' # x\n", "version: 1\nbot:\n  mode: auto # x\n"),
        ("version: 1\nbot:\n  reach: 5\n", "version: 1\nbot:\n  mode: auto\n  reach: 5\n"),
        ("version: 1\nbot: {reach: 5}\n", "version: 1\nbot: {mode: auto, reach: 5}\n"),
        (
            '{"version": 1}',
            '# The replay went by --mode auto, whatever bot.mode says below.\n{"version": 1}',
        ),
    ],
)
def test_the_mode_of_the_replay_is_written_into_the_file_that_is_kept(text: str, expected: str) -> None:
    assert with_mode(text, ArticleMode.AUTO) == expected


# Configuration ------------------------------------------------------------------------------------------------

MISTAKES = """version: 1
brands:
  - name: acme
    languages: [English]
plan:
  preset: huge
bot:
  mode: shout
  reach: none
hours:
  time_zone: Mars/Base
people:
  kim: [boss]
surprise: true
"""


@pytest.mark.parametrize("words", [("check",), ("cases",), ("kb", "list"), ("replay", FIXTURES / FORMATS[0])])
def test_every_mistake_in_the_configuration_is_named_with_file_and_line(
    carebot: Carebot, tmp_path: Path, words: tuple[object, ...]
) -> None:
    (tmp_path / "bad.yaml").write_text(MISTAKES, encoding="utf-8")

    done = carebot(*words, "--config", "bad.yaml")

    assert done.code == 2
    assert done.out == ""
    named = {int(number) for number in re.findall(r"bad\.yaml:(\d+):", done.complaint)}
    assert named == {4, 6, 8, 9, 10, 11, 13, 14}
    assert "expected" in done.complaint


def test_mistakes_in_the_environment_file_are_named_with_file_and_line(
    installed: Carebot, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("CAREBOT_LOG_LEVEL=loud\nCAREBOT_DATABSE=x\n", encoding="utf-8")

    done = installed("cases")

    assert done.code == 2
    assert ".env:1: CAREBOT_LOG_LEVEL: " in done.complaint
    assert (
        ".env:2: there is no setting CAREBOT_DATABSE here; did you mean CAREBOT_DATABASE?" in done.complaint
    )


def test_another_kind_of_database_is_refused_without_its_password(
    installed: Carebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREBOT_DATABASE", "postgresql://care:hunter2@db/carebot")

    done = installed("cases")

    assert done.code == 2
    assert "PostgreSQL comes with a later release" in done.complaint
    assert "hunter2" not in done.err


@pytest.mark.parametrize(
    "words", [("nonsense",), ("cases", "--role", "boss"), ("cases", "--limit", "0"), ("explain",)]
)
def test_a_command_that_is_no_command_is_answered_with_its_usage(
    carebot: Carebot, words: tuple[str, ...]
) -> None:
    done = carebot(*words)

    assert done.code == 2
    assert "Usage:" in done.err
    assert "Traceback" not in done.err
    assert "Value error" not in done.err


# Processes ----------------------------------------------------------------------------------------------------


def test_a_database_that_another_process_holds_is_waited_for_and_then_named(
    installed: Carebot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "care.yaml").write_text(QUICK, encoding="utf-8")
    monkeypatch.setenv("CAREBOT_TIME_LIMIT", "0.05")
    with closing(sqlite3.connect(tmp_path / "carebot.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        ended = [installed(*words) for words in (("kb", "list"), ("kb", "import", "articles.yaml"))]
        checked = installed("check")
        waited = time.monotonic() - began

    for done in ended:
        assert done.code == 1
        assert "another process is writing to it; stop that one or try again" in done.complaint
    assert "NOT OK  articles: " in checked.out
    assert waited < 15, "three times the default of ten seconds"
    assert installed("kb", "import", "articles.yaml").code == 0


def test_two_commands_at_once_lose_nothing(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    line = '{{"slug": "{}-{}", "title": "t", "language": "en", "short": "s"}}\n'
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(line.format(name, n) for n in range(200)), encoding="utf-8"
        )

    started = [
        subprocess.Popen(
            [sys.executable, "-m", "carebot", "kb", "import", f"{name}.jsonl"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    ended = [(one.communicate(timeout=100), one.returncode) for one in started]

    assert [code for _, code in ended] == [0, 0], ended
    assert len(articles(tmp_path)) == 400


def test_ctrl_c_ends_a_replay_with_130_and_leaves_nothing_behind(tmp_path: Path, quick: Path) -> None:
    line = {"channel": "x", "visibility": "public", "text": "hello there", "at": "2026-11-02T09:00:00Z"}
    many = (json.dumps({**line, "id": str(n), "author": str(n)}) for n in range(3000))
    (tmp_path / "m.jsonl").write_text("\n".join(many), encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    os.mkfifo(tmp_path / "t.jsonl")  # opening it for reading waits until the replay opens it for writing

    started = subprocess.Popen(
        [sys.executable, "-m", "carebot", "replay", "m.jsonl", "-c", str(quick), "--transcript", "t.jsonl"],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "tmp")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with (tmp_path / "t.jsonl").open(encoding="utf-8") as lines:
        assert any((tmp_path / "tmp").iterdir()), "the scratch folder is there"
        started.send_signal(signal.SIGINT)
        written = len(lines.readlines())
    out, err = started.communicate(timeout=100)

    assert started.returncode == 130
    assert written < 3000
    assert out == ""
    assert "Traceback" not in err
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("words", [("roles",), ("replay", FIXTURES / FORMATS[0], "-c", "quick.yaml")])
def test_a_reader_who_has_had_enough_is_no_error_to_talk_about(
    tmp_path: Path, quick: Path, words: tuple[object, ...]
) -> None:
    (tmp_path / "tmp").mkdir()
    reading_end, writing_end = os.pipe()
    os.close(reading_end)

    done = subprocess.run(
        [sys.executable, "-m", "carebot", *map(str, words)],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "tmp")),
        stdout=writing_end,
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        check=False,
    )
    os.close(writing_end)

    assert done.stderr.strip() == ""
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_full_disk_behind_standard_output_is_one_message(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "carebot", "roles"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
        )

    assert done.returncode != 0
    assert done.stderr.startswith("carebot: No space left on device\n")
    assert "Traceback" not in done.stderr


def test_without_a_home_a_language_or_a_terminal_it_works_the_same(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    bare = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C", "LC_ALL": "C"}

    done = subprocess.run(
        [sys.executable, "-m", "carebot", "explain", "C-1"],
        cwd=tmp_path,
        env=bare,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        1,
        "carebot: there is no case C-1; `carebot cases` lists those you may see\n",
    )


def test_the_model_reports_to_nobody_and_keeps_no_id_of_this_machine(template: Path, tmp_path: Path) -> None:
    """ONNX Runtime would: it is told not to before it loads."""
    shutil.copytree(template, tmp_path / "care")
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()

    done = process(
        "check", cwd=tmp_path / "care", HOME=str(tmp_path / "home"), TMPDIR=str(tmp_path / "tmp"),
        XDG_CACHE_HOME=str(tmp_path / "home"),
    )  # fmt: skip

    assert "OK      classifier" in done.out
    assert [*(tmp_path / "home").rglob("*"), *(tmp_path / "tmp").rglob("*")] == []


PRINTS_MODULES = """
import sys
from carebot.cli import main
try:
    main()
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""
HEAVY = {"alembic", "cryptography", "numpy", "onnxruntime", "phonenumbers", "pydantic_settings", "sqlalchemy",
         "sqlmodel", "tokenizers", "transformers", "tweepy"}  # fmt: skip


@pytest.mark.parametrize("words", [("--help",), ("replay", "--help"), ("kb", "--help"), ("roles",)])
def test_help_loads_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINTS_MODULES, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    loaded = set(done.stderr.split())
    assert "carebot.cli" in loaded
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith(("carebot.store", "carebot.classifier"))}


def test_help_is_there_in_less_than_half_a_second(tmp_path: Path) -> None:
    """Of processor time, and the middle one of three: other people work on this machine too."""
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = process("--help", cwd=tmp_path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert "Usage:" in done.out

    assert statistics.median(taken) < 0.5

"""The documents and the program say the same: commands, options, errors, links, pages."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from carebot import errors
from carebot.channels.townsquare.web.server import serving
from carebot.cli import app
from tests.unit.engine.waiting import until

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NOT_OURS = {".venv", ".venv-train", ".git", ".pytest_cache", "build", "dist", "node_modules"}
PAGES = sorted(page for page in ROOT.rglob("*.md") if not NOT_OURS & set(page.relative_to(ROOT).parts))
# A folder of one machine, or one outside the repository.
OF_ONE_MACHINE = re.compile(r"(?<!\w)/(?:root|home|work|Users)/[a-z]|(?<![\w./])(?:\.\./){2,}[a-z]")


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command of the program ("kb list") with its options, ``--help`` left out."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, word))
        else:
            spellings = (spelling for one in command.params for spelling in (*one.opts, *one.secondary_opts))
            options = set(spellings)
            yield " ".join((*path, word)), {spelling for spelling in options if spelling.startswith("-")}


COMMANDS = dict(commands(get_command(app)))
OF_THE_PROGRAM = {"--help", "--version"}


def problem_with(line: str) -> str | None:
    """What is wrong with a line that calls carebot, or None."""
    words = shlex.split(line.partition(" # ")[0])[1:]
    while words and words[0] in OF_THE_PROGRAM:
        words = words[1:]
    if not words or words[0].isupper():  # `carebot COMMAND --help`
        return None
    command = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in COMMANDS), None)
    if command is None:
        is_group = any(known.startswith(f"{words[0]} ") for known in COMMANDS) and len(words) == 1
        return None if is_group else f"there is no command: {line}"
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    strange = options - COMMANDS[command] - OF_THE_PROGRAM
    return f"there is no {', '.join(sorted(strange))}: {line}" if strange else None


def calls(text: str) -> Iterator[str]:
    """Lines that call carebot: in code fences, and in code within a sentence."""
    prompt = r"(?:\$ |(?:sudo|podman run) .* )?(?:[\w./-]*/)?"
    for fence in re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        joined = fence.replace("\\\n", " ")
        yield from re.findall(rf"^{prompt}(carebot [a-z-].*)$", joined, re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (
        " ".join(code.split()) for code in re.findall(r"`(?:\.venv/bin/)?(carebot [a-z-][^`]*)`", prose)
    )


def anchors(page: Path) -> set[str]:
    """The headings of a page as links spell them."""
    headings = re.findall(r"^#+ +(.*)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_options(command: str) -> None:
    row = re.search(rf"^\| `carebot {command}` \|.*$", read(DOCS / "commands.md"), re.MULTILINE)

    assert row is not None
    shown = set(re.findall(r"--[a-z-]+", row[0]))
    assert shown == {option for option in COMMANDS[command] if option.startswith("--")} - {"--help"}


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^\| `carebot ([a-z -]+)` \|", read(DOCS / "commands.md"), re.MULTILINE)

    assert set(documented) == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_calls_only_commands_and_options_that_exist(page: Path) -> None:
    assert [problem for line in calls(read(page)) if (problem := problem_with(line))] == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("carebot replay export.jsonl --json", None),
        ("carebot kb approve --all", None),
        ("carebot keys", None),
        ("carebot --version", None),
        ("carebot replya export.jsonl", "there is no command: carebot replya export.jsonl"),
        ("carebot kb aprove --all", "there is no command: carebot kb aprove --all"),
        ("carebot demo --fast", "there is no --fast: carebot demo --fast"),
    ],
)
def test_a_call_that_would_fail_is_seen(line: str, problem: str | None) -> None:
    assert problem_with(line) == problem
    assert list(calls(f"Say `{line}`.\n")) == list(calls(f"```\n$ {line}\n```\n"))


def test_every_error_is_documented_with_its_message() -> None:
    tree = [
        error
        for error in vars(errors).values()
        if inspect.isclass(error) and issubclass(error, errors.CarebotError)
    ]
    rows = dict(re.findall(r"^\| `(\w+Error)` \| (.*?) \|", read(DOCS / "errors.md"), re.MULTILINE))

    assert rows == {error.__name__: inspect.getdoc(error) for error in tree}
    assert all(error.__name__ in (errors.__doc__ or "") for error in tree)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_page_and_heading_that_exist(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", read(page)) if "://" not in link]
    wrong = []
    for link in links:
        path, _, heading = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            wrong.append(link)

    assert wrong == []


def test_the_index_lists_every_page() -> None:
    listed = set(re.findall(r"\]\(([\w./-]+)\)", read(DOCS / "index.md")))

    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} <= listed


def test_the_quickstart_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own file and every command that it shows, one after the other."""
    page = read(DOCS / "quickstart.md")
    messages = Path("carebot", "examples", "messages.jsonl")
    (tmp_path / messages).parent.mkdir(parents=True)
    (tmp_path / messages).write_bytes((ROOT / "examples" / messages.name).read_bytes())
    (tmp_path / "care").mkdir()
    monkeypatch.chdir(tmp_path / "care")
    for port in ("INSIDE", "OUTSIDE"):
        monkeypatch.setenv(f"CAREBOT_{port}", "127.0.0.1:0")
    Path("articles.csv").write_text(_fence_after(page, "`articles.csv`"), encoding="utf-8")

    printed = []
    with ExitStack() as stack:
        square = stack.enter_context(serving(tmp_path / "square.db"))
        for line in re.findall(r"^\$ carebot (.*)$", page, re.MULTILINE):
            if line.startswith("replay") and "lower.yaml" in line:
                text = Path("care.yaml").read_text(encoding="utf-8")
                assert "answer_precision: 98 %" in text
                assert "private_called_clear: 1 %" in text
                lower = text.replace("98 %", "90 %").replace("clear: 1 %", "clear: 7 %")
                Path("lower.yaml").write_text(lower, encoding="utf-8")
            if line == "check" and Path("lower.yaml").exists():
                _connect(square)
            if line == "run":
                running = stack.enter_context(_running())
                _write_as_customers(square, re.findall(r"`(@acme [^`]+)`", page))
                until(lambda: "3 sent" in _run("status"), "two replies and a hidden post")
                continue
            if line.startswith("restore"):
                running.terminate()
                assert running.wait(40) == 0
            printed.append(_run(line))

    words = " ".join("\n".join(printed).split())
    for said in (
        "1 added",
        "1 message carries personal data, where anybody can read it",
        "the text carries personal data (email, order number)",
        "C-1001",
        "knows us as @acme",
        "care (public): 2 open cases, 1 waiting for people",
        "C-1003 on townsquare for acme: tier 1, zone public, waiting for agent",
        "/sign-in?token=",
        "the bot may speak again",
    ):
        assert said in words


def _connect(square: str) -> None:
    """What the page says about the account, `.env` and the target."""
    account = {"handle": "acme", "name": "Acme", "is_brand": True}
    token = httpx.post(f"{square}/api/v1/accounts", json=account).json()["token"]
    env = Path(".env").read_text(encoding="utf-8")
    for name, value in (("URL", square), ("TOKEN", token)):
        env, count = re.subn(rf"(?m)^#(CAREBOT_TOWNSQUARE_{name}=).*$", rf"\g<1>{value}", env)
        assert count == 1
    Path(".env").write_text(env, encoding="utf-8")
    Path("care.yaml").write_bytes(Path("lower.yaml").read_bytes())


def _write_as_customers(square: str, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        account = {"handle": f"customer{number}", "name": "Somebody", "is_brand": False}
        token = httpx.post(f"{square}/api/v1/accounts", json=account).json()["token"]
        posted = httpx.post(
            f"{square}/api/v1/posts", json={"text": text}, headers={"Authorization": f"Bearer {token}"}
        )
        assert posted.is_success


@contextmanager
def _running() -> Iterator[subprocess.Popen[bytes]]:
    """``carebot run`` in this folder."""
    log = Path("run.log")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "carebot", "run"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=file,
            stderr=file,
        )
    try:
        until(lambda: "stop it with" in read(log) or process.poll() is not None, "the start", within=60)
        assert process.poll() is None, read(log)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def _fence_after(page: str, words: str) -> str:
    found = re.search(r"^```\w+\n(.*?)^```", page[page.index(f" as {words}") :], re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _run(line: str) -> str:
    """What a command prints; it must succeed."""
    done = CliRunner().invoke(app, shlex.split(line))
    assert done.exit_code == 0, f"{line}: {done.output} {done.exception!r}"
    return done.output


def test_the_readme_leads_to_the_documents() -> None:
    assert "(docs/index.md)" in read(ROOT / "README.md")


@pytest.mark.parametrize("page", [*PAGES, *DOCS.glob("*.svg"), *ROOT.glob("*.yaml")], ids=name)
def test_a_page_names_no_folder_of_one_machine(page: Path) -> None:
    assert OF_ONE_MACHINE.findall(read(page)) == []


def test_a_folder_of_one_machine_would_be_seen() -> None:
    assert OF_ONE_MACHINE.search("see ../../elsewhere/notes.md")
    assert OF_ONE_MACHINE.search("python /home/somebody/carebot/x.py")
    assert not OF_ONE_MACHINE.search("see ../docs/policy.md, carebot/home/x.py")

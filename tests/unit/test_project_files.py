"""The files around the code agree with one another and with the code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import carebot

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = set(PROJECT["optional-dependencies"])
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contrib").rglob("*.md")])
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)$", re.MULTILINE)
# An address, a path from the root of a machine, or an option of pip's.
OF_ONE_MACHINE = re.compile(r"\w+://|(?:^|[\s=\"'])/\w|^\s*--?\w", re.MULTILINE)
# What `carebot --help` must not wait for.
HEAVY = {
    "alembic", "apscheduler", "atproto", "cryptography", "httpx", "huggingface_hub", "mastodon", "numpy",
    "onnxruntime", "phonenumbers", "psycopg", "py3langid", "slack_bolt", "sqlalchemy", "sqlmodel", "stdnum",
    "tokenizers", "torch", "transformers", "tweepy",
}  # fmt: skip


def pins(lock: Path) -> dict[str, str]:
    return dict(PIN.findall(lock.read_text(encoding="utf-8")))


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def test_the_version_is_told_once() -> None:
    assert carebot.__version__ == PROJECT["version"]
    assert f"[{carebot.__version__}]" in read(ROOT / "CHANGELOG.md")


def test_there_are_locks_for_running_changing_and_training() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "run", "train"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_address_and_no_path(lock: Path) -> None:
    assert OF_ONE_MACHINE.findall(read(lock)) == []


@pytest.mark.parametrize("text", ["--index-url x", "-e ./x", "a @ file:///x", "#  /srv/x", "a @ https://x/y"])
def test_an_address_or_path_in_a_lock_would_be_seen(text: str) -> None:
    assert OF_ONE_MACHINE.search(text)


def test_the_locks_agree() -> None:
    run, dev, train = (pins(ROOT / "requirements" / f"{name}.txt") for name in ("run", "dev", "train"))

    assert run.items() <= dev.items()
    assert run.items() <= train.items()
    assert {name for name in dev.keys() & train.keys() if dev[name] != train[name]} == set()


def test_every_dependency_is_in_its_lock() -> None:
    wanted = {re.split(r"[\[<>=~ ]", line)[0].lower().replace(".", "-") for line in PROJECT["dependencies"]}

    assert wanted - {name.replace(".", "-") for name in pins(ROOT / "requirements" / "run.txt")} == set()


def test_training_is_pinned_to_the_pytorch_that_made_the_model() -> None:
    assert pins(ROOT / "requirements" / "train.txt")["torch"] == "2.13.0"


def test_every_extra_that_is_recommended_exists() -> None:
    files = [*(ROOT / "carebot").rglob("*.py"), *(ROOT / "carebot").rglob("*.yaml"), *PAGES]
    recommended = {(name, file) for file in files for name in re.findall(r"carebot\[([a-z,]+)\]", read(file))}

    assert named([file for names, file in recommended if not set(names.split(",")) <= EXTRAS]) == []


def test_every_make_target_that_is_recommended_exists_and_is_listed() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## \S", read(ROOT / "Makefile"), re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.*)$", read(ROOT / "Makefile"), re.MULTILINE)[0].split())
    shown = re.compile(r"(?:^|[`$] ?)make ([a-z-]+)", re.MULTILINE)
    recommended = {name for page in PAGES for name in shown.findall(read(page))}

    assert targets == phony
    assert {"demo", "test"} <= recommended <= targets


def test_ci_runs_what_make_test_runs() -> None:
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    assert read(script).splitlines()[-1] == "exec make test"


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    linked = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", read(page))
    missing = [link for link in linked if "://" not in link and not (page.parent / link).exists()]

    assert missing == []


def test_every_decision_is_listed() -> None:
    decisions = {page.name for page in (ROOT / "docs" / "adr").glob("[0-9]*.md")}

    listed = set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", read(ROOT / "docs" / "adr" / "README.md")))

    assert listed == decisions


def test_no_file_is_meant_for_one_machine_only() -> None:
    home = re.compile(r"/(?:root|home|work|Users)/[a-z]")
    files = [*PAGES, *LOCKS, ROOT / "Makefile", *(ROOT / "carebot").rglob("*.py")]

    assert named([file for file in files if home.search(read(file))]) == []


def test_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, carebot.cli; print('\\n'.join({name.partition('.')[0] for name in sys.modules}))"
    command = [sys.executable, "-c", code]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    loaded = set(told.stdout.split())

    assert "carebot" in loaded
    assert HEAVY & loaded == set()

"""What lies on the disk after a run: ids, times, masked text where it may be, and nothing else in clear."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from carebot.app import App, Places
from carebot.article_files import read_articles
from carebot.care_file import load_care
from carebot.channels.replay.adapter import read_conversations
from carebot.core.message import Author, IncomingMessage, Visibility
from carebot.privacy import keys
from carebot.privacy.recognizers import Recognizers
from carebot.store import schema

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DEMO = Path(str(files("carebot.demo")))
SECRETS = {
    "card": "4539 1488 0343 6467",
    "iban": "DE89 3704 0044 0532 0130 00",
    "e-mail": "zebulon.quist@example.org",
    "phone": "+31 6 55501234",
    "direct words": "quokka marmalade hexagon",
}


@pytest.fixture
def installation(tmp_path):
    """An app on a real folder, and a way to read every byte in it."""
    places = Places(database=tmp_path / "carebot.db", key_file=tmp_path / "carebot.key")
    keys.create(places.key_file, START)
    schema.create(places.database)
    app = App(care=load_care(DEMO / "care.yaml"), places=places)
    yield app
    app.close()


def raw(folder: Path) -> bytes:
    """Every byte of every file: database, write-ahead log, shared memory, whatever else was left."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def pieces(text: str, length: int = 5) -> set[str]:
    """Runs of ``length`` words that say something: what a leak of the text would leave behind."""
    words = re.findall(r"\S+", text)
    runs = (" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1)))
    return {run for run in runs if len(run) >= 12}


def found(pieces_to_find: set[str], everything: bytes) -> set[str]:
    # JSON writes letters outside ASCII as escapes unless told otherwise: look for both
    return {
        piece
        for piece in pieces_to_find
        if piece.encode() in everything or json.dumps(piece)[1:-1].encode() in everything
    }


def message(number: int, text: str, *, direct: bool, who: str = "ada") -> IncomingMessage:
    return IncomingMessage(
        channel="replay",
        account="plumvelo",
        brand="Plumvelo",
        external_id=f"raw-{number}",
        author=Author(external_id=f"{who}-7781", handle=f"{who}_handle_7781"),
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        text=text,
        at=START + timedelta(hours=number),
        thread_id=f"{who}/{direct}",
    )


def play(app: App, messages: list[IncomingMessage]) -> list:
    return list(app.replay(messages))


def test_the_search_would_find_what_is_there(installation, tmp_path):
    play(installation, [message(1, "does the quokka charger also fit the older bike", direct=False)])
    assert found({"quokka charger"}, raw(tmp_path)), "a harmless public post is kept masked, in clear"


def test_after_the_morning_no_private_word_and_no_personal_data_lies_in_clear(installation, tmp_path):
    installation.save_articles(tuple(read_articles(DEMO / "articles.yaml", allow_approved=True)))
    messages = read_conversations(DEMO / "morning.jsonl").messages
    outcomes = play(installation, messages)
    find = Recognizers().find
    secret: set[str] = set()
    private_direct = 0
    for outcome in outcomes:
        text = outcome.message.text
        secret |= {text[f.start : f.end] for f in find(text)}
        zone = outcome.decision.zone if outcome.decision else None
        if outcome.message.visibility is Visibility.DIRECT and zone == "private":
            private_direct += 1
            secret |= pieces(text)
    handles = {f"@{outcome.message.author.handle}" for outcome in outcomes}
    said_by_others = " ".join(outcome.message.text for outcome in outcomes)
    secret |= {handle for handle in handles if handle not in said_by_others}
    assert private_direct >= 2
    assert len(secret) >= 30
    open_database = raw(tmp_path)
    assert (tmp_path / "carebot.db-wal").exists(), "the log is searched too"
    assert found(secret, open_database) == set()
    installation.close()
    assert found(secret, raw(tmp_path)) == set()


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "public"])
@pytest.mark.parametrize("kind", ["card", "iban", "e-mail", "phone"])
def test_personal_data_lies_nowhere_outside_the_seal(installation, tmp_path, kind, direct):
    secret = SECRETS[kind]
    play(installation, [message(1, f"hi, please use {secret} for my refund, thanks", direct=direct)])
    assert found({secret, secret.replace(" ", "")}, raw(tmp_path)) == set()


def test_nothing_of_a_direct_message_is_left_when_its_case_moves_to_private(installation, tmp_path):
    words = SECRETS["direct words"]
    first = message(1, f"how do I charge the {words} bike overnight", direct=True)
    (outcome,) = play(installation, [first])
    case = installation.uow.run(lambda work: work.case(outcome.case_id))
    assert case.zone == "direct"
    assert found({words}, raw(tmp_path)), "while it is harmless it is kept, masked"
    later = message(2, f"and my card is {SECRETS['card']}, why was I charged twice", direct=True)
    (outcome,) = play(installation, [replace(later, at=first.at + timedelta(minutes=5))])
    assert outcome.decision.zone == "private"
    installation.close()  # the writer empties the log after the commit at the latest before it ends
    assert found({words, SECRETS["card"]}, raw(tmp_path)) == set()


def test_handles_and_account_ids_are_not_kept_in_clear(installation, tmp_path):
    play(installation, [message(1, "how long does charging take", direct=False)])
    assert found({"ada_handle_7781", "ada-7781"}, raw(tmp_path)) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.acceptance.test_raw_database import DEMO, SECRETS, message
from carebot.app import App, Places
from carebot.care_file import load_care
folder = Path(sys.argv[1])
places = Places(database=folder / "carebot.db", key_file=folder / "carebot.key")
app = App(care=load_care(DEMO / "care.yaml"), places=places)
app.triage
text = f"my {SECRETS['direct words']} and my card {SECRETS['card']}"
app.ingest([message(number, text, direct=number % 2 == 0) for number in range(8)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_between_intake_and_decision_leaves_only_seals_and_loses_nothing(
    installation, tmp_path
):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert found({SECRETS["direct words"], SECRETS["card"]}, raw(tmp_path)) == set()
    decided = installation.triage.catch_up()
    assert len(decided) == 8
    assert {item.decision.band for item in decided} == {"private"}
    assert installation.triage.catch_up() == []
    events = installation.uow.run(lambda work: work.events_of(decided[0].case.id))
    assert events
    assert found({SECRETS["direct words"], SECRETS["card"]}, raw(tmp_path)) == {SECRETS["direct words"]}

"""Full disks, clocks that jump, a database that others lock, a network that is away: what docs/reliability.md says."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carebot.app import App, Places
from carebot.care_file import parse_care
from carebot.channels.townsquare.web.server import serving
from carebot.core.case import Case, CaseStatus
from carebot.core.records import Outgoing, OutgoingState
from carebot.core.rights import Role, Viewer
from carebot.errors import ChannelLimitError, ChannelUncertainError, ChannelUnreachableError
from carebot.privacy import keys
from carebot.services.reply import Reply
from carebot.store import schema
from carebot.testing.network import MemoryChannel, MemoryNetwork, MemoryPost
from tests.kills.scene import CARE, HOURS, ROOT, Scene, Words, scene
from tests.kills.storm_victim import UP
from tests.kills.victim import WordClassifier

QUESTION = f"what are your {Words.QUESTION}?"
PATIENCE = 30.0
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86_400))
SANNE = Viewer(id="sanne", roles=frozenset({Role.AGENT, Role.PRIVATE_AGENT}))


# Processes: a disk, a database ------------------------------------------------------------------------------------


@dataclass
class Live:
    """A carebot that runs, and its log. The log goes through a pipe: a full disk does not silence it."""

    here: Scene
    process: subprocess.Popen[str]
    lines: list[str]

    def until(self, is_so: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            log = "".join(self.lines[-40:])
            assert self.process.poll() is None, f"carebot ended:\n{log}"
            assert time.monotonic() < end, f"never came: {what}\n{self.here.compare()}\n{log}"
            time.sleep(0.02)

    def says(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def is_done(self, messages: int) -> bool:
        return self.here.is_at_rest and self.here.compare().decided == messages

    def is_on_its_way(self, state: str) -> bool:
        return bool(self.here.on_its_way().get(state))

    def a_reply_is_in_the_air(self) -> None:
        """The square has it, and answers only after a while."""
        self.here.square.faults(hold_next_post_ms=800, hold_when="after")
        self.here.square.post(self.here.somebody(), f"@acme {QUESTION}")
        self.until(lambda: self.is_on_its_way("sending"), "a row on its way")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with serving(tmp_path / "square.db") as address, scene(tmp_path, address) as here:
        here.square.faults(honour_keys=False)
        words = ["-m", "tests.kills.storm_victim", str(tmp_path)]
        with subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            made = Live(here=here, process=process, lines=[])
            assert process.stdout is not None
            reader = threading.Thread(target=made.lines.extend, args=(process.stdout,))
            reader.start()
            try:
                made.until(lambda: made.says(UP), "the start")
                yield made
            finally:
                process.terminate()
                process.wait(PATIENCE)
                reader.join(PATIENCE)


def check(live: Live, messages: int) -> None:
    live.until(lambda: live.is_done(messages), "rest")
    found = live.here.compare()
    assert found.is_right, found
    assert found.messages == found.decided == messages
    assert found.replies_in_square == found.replies_decided == messages, found
    assert not found.by_hand


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process need Linux")
def test_with_a_full_disk_it_waits_and_when_there_is_space_everything_is_said_once(live: Live) -> None:
    live.here.everybody_writes()
    live.until(lambda: live.is_done(4), "the first replies")
    live.a_reply_is_in_the_air()
    resource.prlimit(live.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    live.here.everybody_writes()

    live.until(lambda: live.says("the disk"), "a word about the disk")
    live.until(lambda: live.here.public_words().count("nine to five") == 2, "the reply that was in the air")
    assert live.here.compare().taken_in == 5

    resource.prlimit(live.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    check(live, messages=9)


def test_a_database_that_another_process_locks_for_seconds_costs_only_time(live: Live) -> None:
    live.a_reply_is_in_the_air()
    with closing(sqlite3.connect(live.here.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ends = time.monotonic() + 3
        live.here.everybody_writes()
        live.until(lambda: live.says("StoreBusyError"), "a word about the database")
        live.until(lambda: time.monotonic() > ends, "three seconds")
        assert live.here.compare().taken_in == 1
        other.execute("ROLLBACK")

    check(live, messages=5)


# Clocks -----------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Clock:
    """Stands still until somebody moves it."""

    moment: datetime = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class House:
    """The whole engine on a real database; the network is in memory, and the clock is ours.

    The network has a clock of its own, which does not jump when ours does.
    """

    app: App
    clock: Clock
    networks_clock: Clock
    network: MemoryNetwork

    def ask(self, who: str, text: str = QUESTION) -> MemoryPost:
        return self.network.write(who, text, to="acme")

    def once(self) -> None:
        self.app.running.engine.once()

    def go_on(self, time: timedelta, step: timedelta = 5 * SECOND) -> None:
        for _ in range(time // step):
            self.clock.moment += step
            self.networks_clock.moment += step
            self.once()

    def reply(self, post: MemoryPost, text: str) -> None:
        """Sanne answers at the desk."""
        app = self.app
        reply = Reply(uow=app.uow, clock=app.clock, house=app.house, find=app.recognizer.find)
        reply.send(reply.preview(self.case_of(post).id, text, viewer=SANNE), viewer=SANNE)

    def said_to(self, post: MemoryPost) -> list[str]:
        return [own.text for own in self.network.by("acme") if own.in_reply_to == post.id]

    def case_of(self, post: MemoryPost) -> Case:
        def find(work) -> Case:
            return work.case(work.message_by_external_id("townsquare", "acme", post.id).case_id)

        return self.app.uow.run(find)

    def row_of(self, post: MemoryPost) -> Outgoing:
        case_id = self.case_of(post).id
        (row,) = [row for row in self.app.uow.run(lambda work: work.outgoing_of(case_id)) if row.is_automatic]
        return row

    def events(self) -> Counter[str]:
        with closing(sqlite3.connect(self.app.places.database)) as db:
            return Counter(dict(db.execute("SELECT name, count(*) FROM events GROUP BY name")))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock, networks_clock = Clock(), Clock()
    keys.create(tmp_path / "carebot.key", clock.now())
    schema.create(tmp_path / "carebot.db")
    network = MemoryNetwork(networks_clock)
    with App(
        care=parse_care(CARE),
        places=Places(database=tmp_path / "carebot.db", key_file=tmp_path / "carebot.key"),
        clock=clock,
        classifier=WordClassifier(),
        channels=(MemoryChannel(network, account="acme", brand="acme"),),
    ) as app:
        app.save_articles((HOURS,))
        yield House(app=app, clock=clock, networks_clock=networks_clock, network=network)


@dataclass
class Pending:
    """Four questions at the worst moment: said and not known, begun and not said, told to wait, with a person."""

    unknown: MemoryPost
    begun: MemoryPost
    waiting: MemoryPost
    with_person: MemoryPost


@contextmanager
def killed() -> Iterator[None]:
    with pytest.raises(Killed):
        yield


@pytest.fixture
def pending(house: House) -> Pending:
    with_person = house.ask("dora", "my bike makes a strange noise")
    house.once()
    house.reply(with_person, "Which noise?")
    house.once()
    begun = house.ask("ben")
    house.network.fail("send", Killed())  # type: ignore[arg-type]
    with killed():
        house.once()
    last = (house.ask("ada"), house.ask("cleo"))
    house.network.fail("send", ChannelUncertainError("the answer was lost"), is_done=True)
    house.network.fail("send", ChannelLimitError("slow down", retry_after=10 * MINUTE))
    house.once()
    by_state = {house.row_of(post).state: post for post in (begun, *last)}  # two threads drew from the faults
    return Pending(
        unknown=by_state[OutgoingState.UNKNOWN],
        begun=by_state[OutgoingState.SENDING],
        waiting=by_state[OutgoingState.FAILED],
        with_person=with_person,
    )


def test_when_the_clock_jumps_back_an_hour_nothing_waits_for_it(house: House, pending: Pending) -> None:
    house.clock.moment -= HOUR
    later = house.ask("eve")
    again = house.ask("dora")
    house.go_on(2 * MINUTE)

    for post in (pending.unknown, pending.begun, pending.waiting, later):
        assert len(house.said_to(post)) == 1
        assert house.row_of(post).state is OutgoingState.SENT
    assert house.said_to(pending.with_person) == ["Which noise?"]
    assert house.said_to(again) == []


def test_when_the_clock_jumps_a_day_ahead_what_is_too_old_goes_to_people(
    house: House, pending: Pending
) -> None:
    house.clock.moment += DAY
    house.go_on(2 * MINUTE)

    assert len(house.said_to(pending.unknown)) == 1
    assert house.row_of(pending.unknown).state is OutgoingState.SENT
    for post in (pending.begun, pending.waiting):
        assert house.said_to(post) == []
        assert house.row_of(post).reason == "it could not leave in time"
        assert house.case_of(post).status is CaseStatus.WAITING_FOR_AGENT


def test_an_invited_customer_is_missed_once_wherever_the_clock_jumps(house: House) -> None:
    post = house.ask("ada", f"you {Words.MONEY}")
    house.once()
    assert len(house.said_to(post)) == 1

    house.clock.moment -= HOUR
    house.go_on(2 * MINUTE)
    assert not house.events()["invited_not_come"]
    house.clock.moment += DAY
    house.go_on(2 * MINUTE)

    assert house.events()["invited_not_come"] == 1
    assert len(house.said_to(post)) == 1


# A network that is away -------------------------------------------------------------------------------------------


def test_an_hour_without_the_network_is_quiet_and_afterwards_nothing_is_missing(house: House) -> None:
    network = house.network
    noise = house.ask("dora", "my bike makes a strange noise")
    house.once()
    old = house.ask("ada")
    network.fail("send", ChannelUnreachableError("the network is down"))
    house.once()

    network.is_down = True
    network.calls.clear()
    house.reply(noise, "Which noise?")
    early = house.ask("ben")
    house.go_on(HOUR - 5 * MINUTE)
    late = house.ask("cleo", f"you {Words.MONEY}")
    house.go_on(5 * MINUTE)
    assert set(network.calls) == {"fetch", "send"}
    assert all(55 <= calls <= 75 for calls in network.calls.values())  # about one a minute each
    assert house.events()["channel_lost"] == 1

    network.is_down = False
    house.go_on(2 * MINUTE)

    assert house.events()["channel_lost"] == house.events()["channel_back"] == 1
    assert house.said_to(old) == []
    assert house.row_of(old).reason == "it could not leave in time"
    assert house.case_of(old).status is CaseStatus.WAITING_FOR_AGENT
    assert house.said_to(noise) == ["Which noise?"]
    assert [len(house.said_to(post)) for post in (early, late)] == [1, 1]

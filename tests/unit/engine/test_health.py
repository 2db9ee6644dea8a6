from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from carebot.app import App, SystemClock
from carebot.core.figures import Figures, unsynced_for
from carebot.core.records import ChannelState, OutgoingState
from carebot.engine.gauges import exposition
from carebot.engine.health import Health, HealthParts, look
from carebot.engine.meter import Meter
from carebot.engine.serving import Site, make_inside
from carebot.errors import ConfigurationError, ModelMissingError, StoreError
from carebot.testing.network import MemoryChannel, MemoryNetwork
from tests.unit.engine.conftest import CARD

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
READ = ChannelState(channel="townsquare", account="acme", last_success_at=NOW - timedelta(seconds=3))


@dataclass
class FixedClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class FakeWorker:
    name: str = "triage"
    is_alive: bool = True
    is_failing: bool = False


def parts(
    figures: Figures | StoreError | None = None,
    workers: Sequence[FakeWorker] = (FakeWorker(),),
    model_error: Exception | None = None,
) -> HealthParts:
    def read(*, dead: int = 20) -> Figures:
        if isinstance(figures, StoreError):
            raise figures
        return figures or Figures(channels=(READ,))

    def model() -> None:
        if model_error is not None:
            raise model_error

    clock = FixedClock()
    return HealthParts(
        clock=clock,
        figures=read,
        model=model,
        meter=Meter(clock),
        channels=(MemoryChannel(MemoryNetwork(clock=clock), account="acme", brand="acme"),),
        workers=lambda: workers,
    )


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (parts(), Health.OK),
        (parts(model_error=ModelMissingError("gone")), Health.DEGRADED),
        (parts(workers=(FakeWorker(is_failing=True),)), Health.DEGRADED),
        (parts(Figures()), Health.DEGRADED),
        (parts(Figures(channels=(replace(READ, failing_since=NOW),))), Health.DEGRADED),
        (
            parts(Figures(channels=(replace(READ, last_success_at=NOW - timedelta(hours=1)),))),
            Health.DEGRADED,
        ),
        (parts(workers=()), Health.DOWN),
        (parts(workers=(FakeWorker(is_alive=False),)), Health.DOWN),
        (parts(StoreError("locked")), Health.DOWN),
    ],
    ids=[
        "all well",
        "no model",
        "a worker fails",
        "never read",
        "a network is away",
        "read an hour ago",
        "not started",
        "a worker died",
        "no database",
    ],
)
def test_the_worst_part_says_how_the_whole_is(seen: HealthParts, status: Health) -> None:
    assert look(seen).status is status


@pytest.mark.parametrize(
    ("seen", "code"),
    [(parts(), 200), (parts(Figures()), 200), (parts(StoreError("locked")), 503)],
    ids=["ok", "degraded", "down"],
)
def test_health_is_asked_over_http(seen: HealthParts, code: int) -> None:
    with TestClient(make_inside(lambda: look(seen), lambda: b"", None)) as client:
        answer = client.get("/health")
    assert answer.status_code == code
    assert answer.json()["status"] == look(seen).status
    if code == 200:
        assert "townsquare/acme" in answer.json()["channels"]


def test_metrics_go_without_a_database() -> None:
    seen = parts(StoreError("locked"))
    text = exposition(seen, Meter(FixedClock()))().decode()
    assert 'carebot_worker_up{worker="triage"} 1.0' in text
    assert "carebot_outgoing" not in text


def test_what_was_read_last_says_how_old_the_oldest_unread_message_can_be() -> None:
    assert unsynced_for(READ, NOW) == timedelta(seconds=3)
    assert unsynced_for(ChannelState(channel="a", account="b"), NOW) is None
    assert unsynced_for(READ, NOW - timedelta(hours=1)) == timedelta(), "the clock jumped back"


def test_figures_and_metrics_of_a_database(app: App, network: MemoryNetwork) -> None:
    network.write("ada", f"quokka, you charged {CARD} twice", to="acme")
    app.running.engine.once()
    text = exposition(app.running.health_parts, app.running.meter)().decode()
    for line in (
        'carebot_messages_received_total{channel="townsquare"} 1.0',
        'carebot_messages_decided_total{action="invite"} 1.0',
        'carebot_sends_total{channel="townsquare",kind="text",outcome="done"} 1.0',
        'carebot_outgoing{state="sent"} 2.0',
        'carebot_open_cases{queue="private",zone="private"} 1.0',
        'carebot_channel_up{account="acme",channel="townsquare"} 1.0',
        "carebot_bot_awake 1.0",
        "carebot_arrival_to_decided_seconds_count 1.0",
        "carebot_arrival_to_sent_seconds_count 1.0",
    ):
        assert line in text
    assert not any(word in text for word in ("quokka", "ada", CARD, CARD.replace(" ", "")))


def test_dead_letters_are_listed_with_their_reason(app: App, network: MemoryNetwork) -> None:
    network.write("ada", f"you charged {CARD} twice", to="acme")
    app.running.engine.once()
    with closing(sqlite3.connect(app.places.database)) as connection, connection:
        connection.execute("UPDATE outbox SET state = 'dead', reason = 'refused' WHERE kind = 'text'")
    (letter,) = app.figures().dead
    assert (letter.case_id, letter.reason) == ("C-1001", "refused")
    assert app.figures(dead=0).dead == ()
    assert app.figures().outbox[OutgoingState.DEAD] == 1


def test_an_address_that_is_taken_is_a_mistake_in_the_configuration() -> None:
    site = Site("127.0.0.1:0", setting="CAREBOT_INSIDE")
    port = site.url.rpartition(":")[2]
    with pytest.raises(ConfigurationError, match=f"CAREBOT_INSIDE: 127.0.0.1:{port} cannot be listened on"):
        Site(f"127.0.0.1:{port}", setting="CAREBOT_INSIDE")
    site.stop(timedelta(seconds=1))


@pytest.mark.parametrize(
    ("address", "is_loopback"), [("127.0.0.1:0", True), ("localhost:0", True), ("0.0.0.0:0", False)]
)
def test_an_address_that_others_reach_is_told_apart(address: str, is_loopback: bool) -> None:
    site = Site(address, setting="CAREBOT_INSIDE")
    assert site.is_loopback is is_loopback
    site.stop(timedelta(seconds=1))


def test_the_classifier_is_said_to_fail_after_several_readings_in_a_row(app: App) -> None:
    meter = Meter(SystemClock())
    for count in range(3):
        assert not meter.is_classifier_failing, count
        meter._note_reading("too slow")
    assert meter.is_classifier_failing
    meter._note_reading(None)
    assert not meter.is_classifier_failing

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest

from carebot.app import App, Places
from carebot.core.article import Article
from carebot.core.records import OutgoingState
from carebot.errors import ChannelUncertainError
from carebot.services.silence_bot import stop_bot
from carebot.store.uow import SqliteUnitOfWork
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from carebot.testing.network import MemoryNetwork
from tests.unit.engine.conftest import CARD, installation
from tests.unit.engine.waiting import until
from tests.unit.services.houses import article

GRACE = timedelta(seconds=20)


@contextmanager
def running(app: App) -> Iterator[App]:
    app.running.engine.start()
    try:
        yield app
    finally:
        assert app.running.engine.stop(GRACE)


def poll(app: App) -> None:
    app.running.engine.wake_poller("townsquare", "acme")


def replies(network: MemoryNetwork) -> list[str]:
    return [post.in_reply_to or "" for post in network.by("acme")]


def test_what_was_written_before_the_start_and_after_it_is_answered(app: App, network: MemoryNetwork) -> None:
    before = network.write("ada", f"you charged {CARD} twice", to="acme")
    with running(app):
        until(lambda: replies(network) == [before.id], "the reply to the backlog")
        after = network.write("ben", f"my card is {CARD}", to="acme")
        poll(app)
        until(lambda: replies(network) == [before.id, after.id], "the reply to what came later")
    assert network.posts[before.id].is_hidden


def test_what_came_while_it_was_stopped_is_answered_once(places: Places, network: MemoryNetwork) -> None:
    with installation(places, network) as first, running(first):
        one = network.write("ada", f"you charged {CARD} twice", to="acme")
        poll(first)
        until(lambda: replies(network) == [one.id], "the first reply")
    two = network.write("ben", f"you charged {CARD} twice", to="acme")
    with installation(places, network) as second, running(second):
        until(lambda: replies(network) == [one.id, two.id], "the second reply")
        until(lambda: second.figures().outbox.get(OutgoingState.SENT, 0) >= 2, "both written down")


def test_it_stops_in_the_middle_of_a_send_only_when_that_has_ended(
    app: App, network: MemoryNetwork, places: Places
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    network.meanwhile("send", lambda: (begun.set(), may_end.wait(20)))
    network.write("ada", f"you charged {CARD} twice", to="acme")
    app.running.engine.start()
    assert begun.wait(20)
    ended: list[bool] = []
    stopping = threading.Thread(target=lambda: ended.append(app.running.engine.stop(GRACE)))
    stopping.start()
    assert ended == []
    may_end.set()
    stopping.join(20)
    assert ended == [True]
    assert app.figures().outbox.get(OutgoingState.SENDING, 0) == 0
    assert len(replies(network)) == 1


def test_a_stop_that_takes_too_long_says_so(app: App, network: MemoryNetwork) -> None:
    begun, may_end = threading.Event(), threading.Event()
    network.meanwhile("send", lambda: (begun.set(), may_end.wait(20)))
    network.write("ada", f"you charged {CARD} twice", to="acme")
    app.running.engine.start()
    assert begun.wait(20)
    assert not app.running.engine.stop(timedelta(milliseconds=50))
    may_end.set()
    assert app.running.engine.stop(GRACE)


def test_originals_in_memory_are_read_without_opening_a_seal(app: App, network: MemoryNetwork) -> None:
    network.write("ada", f"you charged {CARD} twice", to="acme")
    with running(app):
        until(lambda: replies(network), "the reply")
    with closing(sqlite3.connect(app.places.database)) as connection:
        (opened,) = connection.execute("SELECT count(*) FROM events WHERE name = 'seal_opened'").fetchone()
    assert opened == 0


def test_what_was_received_by_an_earlier_process_is_decided(places: Places, network: MemoryNetwork) -> None:
    network.write("ada", f"you charged {CARD} twice", to="acme")
    with installation(places, network) as first:
        first.running.intake.poll(first.running.channels[0])
        assert first.figures().undecided == 1
    with installation(places, network) as second, running(second):
        until(lambda: len(replies(network)) == 1, "the reply")


def test_a_database_that_another_process_locks_for_a_while_loses_nothing(
    places: Places, network: MemoryNetwork
) -> None:
    quick = Places(database=places.database, key_file=places.key_file, time_limit=timedelta(milliseconds=100))
    with installation(quick, network) as app, running(app):
        until(lambda: app.figures().channels, "the first poll")
        with closing(sqlite3.connect(places.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            posts = [network.write(name, f"you charged {CARD} twice", to="acme") for name in ("ada", "ben")]
            poll(app)
            workers = app.running.engine.workers
            until(lambda: any(worker.is_failing for worker in workers), "a worker that meets the lock")
            assert replies(network) == []
            other.execute("ROLLBACK")
        poll(app)
        until(lambda: sorted(replies(network)) == [post.id for post in posts], "both replies")
        assert all(worker.is_alive for worker in workers)


def test_a_network_that_is_away_is_followed_when_it_is_back(app: App, network: MemoryNetwork) -> None:
    network.is_down = True
    with running(app):
        until(lambda: any(state.failing_since for state in app.figures().channels), "the loss")
        network.is_down = False
        post = network.write("ada", f"you charged {CARD} twice", to="acme")
        until(lambda: replies(network) == [post.id], "the reply, by the polls alone")
        until(lambda: not app.figures().channels[0].failing_since, "that it is back")


def test_an_answer_that_was_lost_is_looked_for_and_not_sent_again(app: App, network: MemoryNetwork) -> None:
    network.fail("send", ChannelUncertainError("the answer was lost"), is_done=True)
    network.write("ada", f"you charged {CARD} twice", to="acme")
    with running(app):
        until(lambda: app.figures().outbox.get(OutgoingState.UNKNOWN, 0) == 0 and replies(network), "the end")
        until(lambda: app.figures().outbox.get(OutgoingState.SENT, 0) >= 1, "that it was found")
    assert len(replies(network)) == 1


def test_a_bot_that_was_stopped_says_nothing(app: App, network: MemoryNetwork) -> None:
    stop_bot(viewer=app.care.viewer("sanne"), uow=app.uow, clock=app.clock)
    network.write("ada", f"you charged {CARD} twice", to="acme")
    with running(app):
        until(
            lambda: (
                app.running.meter.registry.get_sample_value(
                    "carebot_messages_decided_total", {"action": "hold"}
                )
                or app.figures().queues
            ),
            "the decision",
        )
    assert replies(network) == []
    assert not app.figures().is_bot_awake
    assert app.figures().bot_stopped_at is not None


def test_one_round_reads_decides_and_delivers(app: App, network: MemoryNetwork) -> None:
    posts = [network.write(f"c{number}", f"you charged {CARD} twice", to="acme") for number in range(120)]
    done = app.running.engine.once()
    assert (done.decided, done.lost) == (120, ())
    assert sorted(replies(network), key=int) == [post.id for post in posts]
    assert app.running.engine.once().decided == 0


def test_one_round_says_which_account_cannot_be_read(app: App, network: MemoryNetwork) -> None:
    network.is_down = True
    assert app.running.engine.once().lost == ("townsquare/acme: the network is down",)


def test_no_level_of_the_log_shows_words_or_handles(
    app: App, network: MemoryNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    network.fail("send", ChannelUncertainError("the answer was lost"))
    with caplog.at_level(logging.DEBUG), running(app):
        for number, text in enumerate((f"quokka {CARD}", "quokka where is it", "stop writing, quokka")):
            network.write(f"wombat{number}", text, to="acme", direct=number == 1)
        poll(app)
        until(lambda: app.figures().queues and not app.figures().undecided, "the decisions")
        until(lambda: network.calls["send"] >= 2, "two sends")
    for word in ("quokka", "wombat", CARD, "4111"):
        assert word not in caplog.text


def test_articles_that_another_process_approves_are_used(app: App) -> None:
    with running(app), SqliteUnitOfWork(app.places.database) as other:
        assert app.triage.articles == {}
        other.run(lambda work: work.save_article(article("hours")))
        until(lambda: app.triage.articles == {"hours": article("hours")}, "the approved article")
        other.run(lambda work: work.save_article(article("hours", approved=False)))
        until(lambda: app.triage.articles == {}, "that it is withdrawn")


def test_messages_are_decided_while_the_model_takes_articles_up(
    places: Places, network: MemoryNetwork
) -> None:
    class Slow(ScriptedClassifier):
        begun, may_end = threading.Event(), threading.Event()

        def use_articles(self, articles: Sequence[Article]) -> None:
            if articles:
                self.begun.set()
                assert self.may_end.wait(20)
            super().use_articles(articles)

    slow = Slow(default=reading(private=0.99))
    with installation(places, network, slow) as app, running(app):
        app.save_articles((article("hours"),))
        assert slow.begun.wait(20)
        post = network.write("ada", "hello", to="acme")
        poll(app)
        until(lambda: replies(network) == [post.id], "the reply meanwhile")
        slow.may_end.set()


def test_one_round_uses_what_was_approved_since_the_one_before(app: App) -> None:
    app.running.engine.once()
    app.save_articles((article("hours"),))
    app.running.engine.once()
    assert set(app.triage.articles) == {"hours"}

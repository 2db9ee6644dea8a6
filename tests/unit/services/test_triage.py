"""Every message is decided once, whatever fails, and whoever decides at the same time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from carebot.app import App
from carebot.core.assessment import Band, Reading
from carebot.core.decision import Action
from carebot.core.events import EventName
from carebot.core.finding import EntityKind
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import MessageState, OutgoingState
from carebot.core.tiers import Zone
from carebot.errors import ClassifierError, StoreError
from carebot.services.triage import Decided
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import (
    CARD,
    MINUTE,
    NOON,
    article,
    by,
    by_agent,
    case_of,
    decisions_of,
    events_of,
    open_house,
    said,
    tell,
    texts_of,
)

House = Callable[..., App]
ANSWERED = "how do I charge it?"
SECRET = "quokka marmalade"


class Script(ScriptedClassifier):
    """Answers one question from the article ``charging``; some texts make the policy trip afterwards."""

    def __init__(self) -> None:
        super().__init__({ANSWERED: reading(answer="charging"), "private": reading(private=0.95)})

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        if "trip" in masked_text:
            return _Trips()
        return super().classify(masked_text, entity_counts=entity_counts, brand=brand)


class _Trips:
    """A reading that raises, with a message's words in the error, when anybody looks at it."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"{SECRET} {name}")


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(Script(), articles=[article()])


def stored(app: App, *messages: Any) -> list:
    return [(item.message, item.original) for item in app.ingest(messages) if item.message is not None]


def decision_of(item: Decided) -> Any:
    assert item.decision is not None
    return item.decision


# Once ---------------------------------------------------------------------------------------------------------


def test_a_message_is_decided_once(app: App) -> None:
    messages = stored(app, said(1, ANSWERED))

    (first,) = app.triage(messages)
    (again,) = app.triage(messages)

    assert first.case is not None
    assert decision_of(first).action is Action.ANSWER
    assert (again.case, again.decision, again.texts) == (None, None, ())
    assert again.message.state is MessageState.DECIDED
    assert len(decisions_of(app, first.case.id)) == len(texts_of(app, first.case.id)) == 1
    assert case_of(app, first.case.id).version == 1


def test_the_same_message_twice_in_one_batch_is_decided_once(app: App) -> None:
    (message,) = stored(app, said(1, ANSWERED))

    first, again = app.triage([message, message])

    assert (first.decision is None, again.decision is None) == (False, True)


def test_a_queued_text_carries_what_it_answers_and_a_key_that_is_always_the_same(app: App) -> None:
    (item,) = tell(app, said(1, ANSWERED))

    (text,) = item.texts
    assert text.text == "Plug it in. (Automated reply)"
    assert text.state is OutgoingState.QUEUED
    assert text.idempotency_key == f"{item.message.id}/article:charging"
    assert (text.in_reply_to, text.message_id, text.zone) == ("1", item.message.id, Zone.PUBLIC)
    assert texts_of(app, text.case_id) == (text,)


def test_messages_of_one_customer_are_decided_in_their_order(app: App) -> None:
    first, second = tell(app, said(1, "private"), said(2, ANSWERED, at=NOON + MINUTE))

    assert first.case is not None
    assert second.case is not None
    assert first.case.id == second.case.id
    assert decision_of(first).action is Action.INVITE
    assert decision_of(second).band is Band.PRIVATE, "the case had become private before"


def test_two_who_decide_at_the_same_moment_decide_each_message_once(app: App) -> None:
    messages = stored(app, *(said(n, ANSWERED, author=by(f"u{n}"), thread_id=f"t{n}") for n in range(30)))
    triage, together = app.triage, threading.Barrier(3)

    def decide(order: int) -> list[Decided]:
        together.wait(timeout=30)
        return triage(messages[::order])

    with ThreadPoolExecutor(3) as pool:
        rounds = list(pool.map(decide, (1, -1, 1)))

    decided = [item.message.id for result in rounds for item in result if item.decision is not None]
    assert sorted(decided) == sorted(message.id for message, _ in messages)
    assert len({item.case.id for result in rounds for item in result if item.case is not None}) == 30


def test_another_process_on_the_same_database_decides_nothing_twice(house: House, tmp_path: Any) -> None:
    one = house(Script(), database=tmp_path / "carebot.db", articles=[article()])
    messages = stored(one, *(said(n, ANSWERED, author=by(f"u{n}"), thread_id=f"t{n}") for n in range(10)))
    with open_house(Script(), database=tmp_path / "carebot.db") as other:
        triages, together = (one.triage, other.triage), threading.Barrier(2)

        def decide(triage: Any) -> list[Decided]:
            together.wait(timeout=30)
            return triage(messages)

        with ThreadPoolExecutor(2) as pool:
            rounds = list(pool.map(decide, triages))

    assert sum(item.decision is not None for result in rounds for item in result) == 10


# After the process ended ------------------------------------------------------------------------------------


def test_what_was_taken_in_but_not_decided_is_caught_up_with_once(app: App) -> None:
    stored(app, said(1, ANSWERED), said(2, f"my card is {CARD}", author=by("ben"), thread_id="t-2"))

    decided = app.triage.catch_up()

    assert [decision_of(item).action for item in decided] == [Action.ANSWER, Action.INVITE]
    assert app.triage.catch_up() == []


def test_each_opening_of_a_seal_by_the_triage_is_written_down(any_house: House) -> None:
    app = any_house(Script())
    written: list[Any] = []
    uow = app.uow

    class Noting:
        """The unit of work, with a list of the events that go through it."""

        def run(self, fn: Any) -> Any:
            return uow.run(lambda work: fn(_noting(work, written)))

        def run_all(self, fns: Any) -> Any:
            return uow.run_all([lambda work, fn=fn: fn(_noting(work, written)) for fn in fns])

    app.uow = Noting()
    messages = stored(app, said(1), said(2))
    app.triage.catch_up()
    app.uow = uow

    openings = [event for event in written if event.name is EventName.SEAL_OPENED]
    assert [event.message_id for event in openings] == [message.id for message, _ in messages]
    assert {event.actor for event in openings} == {"system:triage"}


def _noting(work: Work, written: list[Any]) -> Any:
    class Proxy:
        def __getattr__(self, name: str) -> Any:
            if name != "add_events":
                return getattr(work, name)
            return lambda events: (written.extend(events), work.add_events(events))

    return Proxy()


def test_catching_up_takes_the_oldest_first_and_no_more_than_it_is_told(app: App) -> None:
    stored(app, *(said(n, author=by(f"u{n}"), at=NOON - n * MINUTE) for n in range(5)))

    assert [item.message.external_id for item in app.triage.catch_up(limit=2)] == ["4", "3"]
    assert [item.message.external_id for item in app.triage.catch_up()] == ["2", "1", "0"]


def test_a_seal_that_does_not_open_goes_to_people_and_stands_in_nobodys_way(app: App) -> None:
    class Refuses:
        """Does not open what was sealed for the message 1."""

        def __init__(self) -> None:
            self.bad = ""

        def open(self, wrapped_key: bytes, sealed: bytes, *, context: str) -> bytes:
            return sealer.open(wrapped_key, sealed, context=f"{context}!" if context == self.bad else context)

        def __getattr__(self, name: str) -> Any:
            return getattr(sealer, name)

    sealer, app.sealer = app.sealer, Refuses()
    messages = stored(app, said(1), said(2, ANSWERED, author=by("ben"), thread_id="t-2"))
    app.sealer.bad = messages[0][0].id

    decided = {item.message.external_id: item for item in app.triage.catch_up()}

    assert decision_of(decided["1"]).band is Band.DOUBT
    assert decision_of(decided["1"]).queue == "triage"
    assert decided["1"].understood.masked_text is None
    assert decision_of(decided["2"]).action is Action.ANSWER
    assert app.triage.catch_up() == []


# What fails ---------------------------------------------------------------------------------------------------


def test_a_decision_that_fails_goes_to_people_and_the_others_are_decided(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        first, bad, last = tell(
            app,
            said(1, ANSWERED),
            said(2, f"trip {SECRET}", author=by("ben"), thread_id="t-2"),
            said(3, ANSWERED, author=by("cleo"), thread_id="t-3"),
        )

    assert [decision_of(item).action for item in (first, last)] == [Action.ANSWER, Action.ANSWER]
    assert decision_of(bad).action is Action.HOLD
    assert decision_of(bad).band is Band.DOUBT
    assert bad.texts == ()
    assert bad.understood.assessment.failure == "it could not be decided (LookupError)"


def test_a_decision_that_fails_is_logged_with_the_id_and_no_word_of_the_text(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        (bad,) = tell(app, said(1, f"trip {SECRET}"))

    assert "LookupError" in caplog.text
    assert bad.message.id in caplog.text
    assert "triage.py" in caplog.text, "where it failed"
    assert SECRET not in caplog.text


def test_nothing_of_a_message_that_could_not_be_decided_is_kept_in_clear(app: App) -> None:
    (bad,) = tell(app, said(1, f"trip {SECRET}"))

    kept = app.uow.run(lambda work: work.message(bad.message.id))
    assert kept is not None
    assert (kept.state, kept.masked_text) == (MessageState.DECIDED, None)
    assert bad.case is not None
    assert SECRET not in repr(
        [decisions_of(app, bad.case.id), events_of(app, bad.case.id, EventName.DECIDED)]
    )


def test_a_message_that_no_way_leads_out_of_is_an_error_after_the_others_are_decided(app: App) -> None:
    lost, trips, good = stored(
        app,
        said(1, author=by("ben")),
        said(2, "trip", author=by("cleo"), thread_id="t-2"),
        said(3, ANSWERED, thread_id="t-3"),
    )

    with pytest.raises(KeyError, match="no customer"):
        app.triage([_of_nobody(lost), trips, good])

    states = [app.uow.run(lambda work, m=m: work.message(m.id)).state for m, _ in (lost, trips, good)]
    assert states == [MessageState.RECEIVED, MessageState.DECIDED, MessageState.DECIDED]


def _of_nobody(item: Any) -> Any:
    message, original = item
    return replace(message, customer_id="u-erased"), original


def test_a_store_that_fails_is_an_error_and_nobodys_doubt(house: House) -> None:
    app = house(Script())
    messages = stored(app, said(1))
    triage = app.triage
    app.uow.close()

    with pytest.raises(StoreError):
        triage(messages)


def test_a_model_that_cannot_take_the_articles_leaves_everything_to_people(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Missing(Script):
        def use_articles(self, articles: Any) -> None:
            raise ClassifierError("no model here")

        def classify(self, *args: Any, **kwargs: Any) -> Reading:
            raise ClassifierError("no model here")

    with caplog.at_level(logging.ERROR):
        (item,) = tell(house(Missing(), articles=[article()]), said(1, ANSWERED))

    assert decision_of(item).band is Band.DOUBT
    assert decision_of(item).action is Action.HOLD
    assert item.texts == ()
    assert "no model here" in caplog.text


def test_a_text_that_the_gate_refuses_is_not_said_and_a_person_takes_the_case(any_house: House) -> None:
    bad = article(text="Mail it to eve@elsewhere.example.")
    app = any_house(Script(), articles=[bad])

    (item,) = tell(app, said(1, ANSWERED))

    decision = decision_of(item)
    assert (decision.action, decision.queue, decision.tier) == (Action.HAND_OFF, "care", 1)
    assert "personal data" in decision.silence
    assert item.texts == ()
    assert item.case is not None
    assert texts_of(app, item.case.id) == ()
    assert case_of(app, item.case.id).automatic_texts == 0
    (event,) = events_of(app, item.case.id, EventName.TEXT_REFUSED)
    assert "personal_data" in str(event.facts["refusals"])
    assert events_of(app, item.case.id, EventName.ANSWER_QUEUED) == []
    assert [record.decision for record in decisions_of(app, item.case.id)] == [decision]


# Who speaks ---------------------------------------------------------------------------------------------------


def test_while_the_bot_sleeps_it_says_nothing_and_then_again(app: App) -> None:
    app.uow.run(lambda work: work.set_switch("bot_awake", False))
    (asleep,) = tell(app, said(1, ANSWERED))
    app.uow.run(lambda work: work.set_switch("bot_awake", True))
    (awake,) = tell(app, said(2, ANSWERED, author=by("ben"), thread_id="t-2"))

    assert OutgoingState.QUEUED not in [text.state for text in asleep.texts]
    assert decision_of(asleep).silence == "all automatic text is stopped"
    assert [text.state for text in awake.texts] == [OutgoingState.QUEUED]


def test_one_automatic_text_per_interaction_and_direct_messages_in_a_row_are_one(app: App) -> None:
    direct = {"visibility": Visibility.DIRECT, "thread_id": "d"}
    spoken = [(1, ANSWERED), (2, ANSWERED), (30, "can I talk to a human please")]
    first, second, third = (
        tell(app, said(number, text, at=NOON + number * MINUTE, **direct))[0] for number, text in spoken
    )

    states = [[text.state for text in item.texts] for item in (first, second, third)]
    assert states[0] == states[2] == [OutgoingState.QUEUED]
    assert OutgoingState.QUEUED not in states[1]


def test_the_same_article_is_not_said_twice_in_a_case(app: App) -> None:
    """Two programs that answer each other would go on for ever."""
    states = [
        [text.state for text in tell(app, said(number, ANSWERED, at=NOON + number * 30 * MINUTE))[0].texts]
        for number in range(1, 5)
    ]

    assert states == [[OutgoingState.QUEUED], *[[OutgoingState.SUGGESTED]] * 3]


def test_a_customer_who_said_stop_is_left_in_peace_in_the_next_case_too(app: App) -> None:
    (stop,) = tell(app, said(1, "stop"))
    (later,) = tell(app, said(2, ANSWERED, thread_id="t-2", at=NOON + 60 * 24 * 30 * MINUTE))

    assert stop.case is not None
    assert later.case is not None
    assert stop.case.id != later.case.id
    assert decision_of(stop).silences_bot
    assert decision_of(later).silence == "the customer asked the bot to stop"
    assert OutgoingState.QUEUED not in [text.state for text in later.texts]


def test_an_article_that_nobody_approved_is_not_used(any_house: House) -> None:
    app = any_house(Script(), articles=[article(approved=False)])

    (item,) = tell(app, said(1, ANSWERED))

    assert decision_of(item).action is Action.HAND_OFF
    assert item.texts == ()


def test_articles_that_were_taken_out_of_use_are_not_used_from_then_on(app: App) -> None:
    (before,) = tell(app, said(1, ANSWERED))
    app.triage.use_articles([])
    (after,) = tell(app, said(2, ANSWERED, author=by("ben"), thread_id="t-2"))

    assert [len(before.texts), len(after.texts)] == [1, 0]


def test_what_the_masked_text_of_a_private_direct_message_was_is_not_kept(app: App) -> None:
    direct = {"visibility": Visibility.DIRECT, "thread_id": "d"}
    (first,) = tell(app, said(1, "where is it?", **direct))
    assert app.uow.run(lambda work: work.message(first.message.id)).masked_text == "where is it?"

    (second,) = tell(app, said(2, "private", at=NOON + MINUTE, **direct))

    assert second.case is not None
    assert [m.masked_text for m in app.uow.run(lambda work: work.messages_of(second.case.id))] == [None, None]
    (event,) = events_of(app, second.case.id, EventName.MASKED_TEXT_WIPED)
    assert event.facts == {"texts": 1}


def test_a_person_who_spoke_in_the_thread_before_it_was_a_case_has_spoken(app: App) -> None:
    _, here, elsewhere = tell(
        app,
        by_agent(1),
        said(2, ANSWERED, at=NOON + MINUTE),
        said(3, ANSWERED, author=by("ben"), thread_id="t-3", at=NOON + MINUTE),
    )

    assert decision_of(here).action is not Action.ANSWER
    assert decision_of(here).silence == "a person has spoken"
    assert decision_of(elsewhere).action is Action.ANSWER


def test_a_person_who_speaks_later_has_not_spoken_yet(app: App) -> None:
    """A replay takes both in before it decides about the first."""
    asked, spoken = tell(app, said(1, ANSWERED), by_agent(2, at=NOON + 5 * MINUTE))

    assert decision_of(asked).action is Action.ANSWER
    assert spoken.held == 1


def test_a_person_who_speaks_to_somebody_without_a_case_opens_none(app: App) -> None:
    (item,) = tell(app, by_agent(1))

    assert (item.case, item.decision, item.texts) == (None, None, ())
    assert app.triage.catch_up() == []

"""What a unit of work writes when there is no database: dictionaries with the promises of the real tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

from carebot.core.article import Article
from carebot.core.case import Case, CaseStatus
from carebot.core.clocks import CaseClock, ClockKind
from carebot.core.events import Event
from carebot.core.message import Visibility, Writer, require_utc
from carebot.core.ports import Topic
from carebot.core.records import (
    AnswerReview,
    BandReview,
    ChannelState,
    Customer,
    DecisionRecord,
    MessageState,
    StoredMessage,
)
from carebot.errors import StaleVersionError
from carebot.testing.memory_outbox import MemoryOutbox
from carebot.testing.memory_tables import Tables, require

FIRST_CASE = 1001


class MemoryWork(MemoryOutbox):
    """Implements core.ports.Work on dictionaries."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._versions: dict[str, int] = {}

    @property
    def tables(self) -> Tables:
        """What was written."""
        return self._t

    def new_id(self, prefix: str) -> str:
        if prefix != "case":
            return f"{prefix}-{secrets.token_urlsafe(15)}"
        self._t.counters[prefix] = self._t.counters.get(prefix, FIRST_CASE - 1) + 1
        return f"C-{self._t.counters[prefix]}"

    def customer(self, channel: str, account: str, fingerprint: str) -> Customer | None:
        found = self._t.fingerprints.get((channel, account, fingerprint))
        return None if found is None else self._t.customers[found]

    def customer_by_id(self, customer_id: str) -> Customer:
        if customer_id not in self._t.customers:
            raise KeyError(f"no customer {customer_id}: unknown, or erased")
        return self._t.customers[customer_id]

    def add_customer(self, customer: Customer, fingerprint: str) -> None:
        key = (customer.channel, customer.account, fingerprint)
        if key in self._t.fingerprints or customer.id in self._t.customers:
            raise StaleVersionError(f"customer {customer.id} was written down by somebody else in between")
        self._t.fingerprints[key] = customer.id
        self._t.customers[customer.id] = customer

    def silence_bot_for(self, customer_id: str) -> None:
        self._t.customers[customer_id] = replace(self.customer_by_id(customer_id), is_silenced=True)

    def wrapped_keys(self, *, after: str = "", limit: int = 500) -> tuple[tuple[str, bytes], ...]:
        behind = sorted(customer_id for customer_id in self._t.customers if customer_id > after)
        return tuple(
            (customer_id, self._t.customers[customer_id].wrapped_key) for customer_id in behind[:limit]
        )

    def replace_wrapped_key(self, customer_id: str, wrapped_key: bytes) -> None:
        self._t.customers[customer_id] = replace(self.customer_by_id(customer_id), wrapped_key=wrapped_key)

    def add_message(self, message: StoredMessage) -> bool:
        key = (message.channel, message.account, message.external_id)
        if key in self._t.external_ids:
            return False
        require(message.customer_id in self._t.customers, "a message needs its customer")
        require(message.case_id is None or message.case_id in self._t.cases, "a message needs its case")
        require(message.id not in self._t.messages, "a message needs an id of its own")
        self._t.external_ids.add(key)
        self._t.messages[message.id] = message
        if message.state is MessageState.RECEIVED:
            self.topics.add(Topic.RECEIVED)
        return True

    def message(self, message_id: str) -> StoredMessage | None:
        return self._t.messages.get(message_id)

    def message_by_external_id(self, channel: str, account: str, external_id: str) -> StoredMessage | None:
        key = (channel, account, external_id)
        found = (m for m in self._t.messages.values() if (m.channel, m.account, m.external_id) == key)
        return next(found, None)

    def messages_of(self, case_id: str) -> tuple[StoredMessage, ...]:
        return _by_time(self._t.messages.values(), case_id)

    def person_spoke_at(self, customer_id: str, thread_id: str | None, *, until: datetime) -> datetime | None:
        return max(
            (
                message.at
                for message in self._t.messages.values()
                if message.writer is Writer.AGENT
                and message.customer_id == customer_id
                and message.thread_id == thread_id
                and (thread_id is not None or message.visibility is Visibility.DIRECT)
                and (message.state is MessageState.DECIDED or message.at <= until)
            ),
            default=None,
        )

    def cases_in_thread(self, customer_id: str, thread_id: str | None) -> frozenset[str]:
        return frozenset(
            message.case_id
            for message in self._t.messages.values()
            if message.case_id is not None
            and message.customer_id == customer_id
            and message.thread_id is not None
            and message.thread_id == thread_id
        )

    def undecided(self, limit: int) -> tuple[StoredMessage, ...]:
        waiting = [m for m in self._t.messages.values() if m.state is MessageState.RECEIVED]
        return tuple(sorted(waiting, key=lambda message: (message.priority.rank, message.at))[:limit])

    def forget_text(self, message_id: str, *, deleted_at: datetime | None) -> None:
        message = self._t.messages.get(message_id)
        if message is None:
            raise KeyError(f"no message {message_id}")
        gone_at = message.deleted_at or deleted_at
        self._t.messages[message_id] = replace(message, masked_text=None, deleted_at=gone_at)

    def mark_decided(self, message_id: str, *, case_id: str | None, masked_text: str | None) -> None:
        message = self._t.messages.get(message_id)
        if message is None:
            raise KeyError(f"no message {message_id}")
        if message.state is MessageState.DECIDED:
            raise StaleVersionError(f"message {message_id} was decided by somebody else in between")
        require(case_id is None or case_id in self._t.cases, "a message needs its case")
        self._t.messages[message_id] = replace(
            message, state=MessageState.DECIDED, case_id=case_id, masked_text=masked_text
        )

    def wipe_direct_texts(self, case_id: str) -> int:
        direct = [
            message
            for message in self.messages_of(case_id)
            if message.visibility is Visibility.DIRECT and message.masked_text is not None
        ]
        for message in direct:
            self._t.messages[message.id] = replace(message, masked_text=None)
        return len(direct)

    def move_messages(self, message_ids: Sequence[str], case_id: str) -> int:
        ids = set(message_ids) & self._t.messages.keys()
        require(not ids or case_id in self._t.cases, "a message needs its case")
        for message_id in ids:
            self._t.messages[message_id] = replace(self._t.messages[message_id], case_id=case_id)
        for message_id in ids & self._t.decisions.keys():
            self._t.decisions[message_id] = replace(self._t.decisions[message_id], case_id=case_id)
        for text in [text for text in self._t.outbox.values() if text.message_id in ids]:
            self._t.outbox[text.id] = replace(text, case_id=case_id)
        return len(ids)

    def case(self, case_id: str) -> Case | None:
        return self._t.cases.get(case_id)

    def cases_of(self, customer_id: str) -> tuple[Case, ...]:
        found = [
            case
            for case in self._t.cases.values()
            if case.customer_id == customer_id and case.status is not CaseStatus.CLOSED
        ]
        return tuple(sorted(found, key=lambda case: (case.opened_at, case.id)))

    def resting_cases(self, before: datetime, limit: int) -> tuple[Case, ...]:
        resolved = [case for case in self._t.cases.values() if case.status is CaseStatus.RESOLVED]
        resting = [case for case in resolved if case.updated_at <= before]
        return tuple(sorted(resting, key=lambda case: (case.updated_at, case.id))[:limit])

    def cases_held_until(self, now: datetime, limit: int) -> tuple[Case, ...]:
        held = [
            (case.held_until, case)
            for case in self._t.cases.values()
            if case.status.is_open and case.held_until is not None and case.held_until <= now
        ]
        return tuple(case for _, case in sorted(held, key=lambda pair: (pair[0], pair[1].id))[:limit])

    def open_cases_in(self, channel: str, account: str, thread_id: str) -> tuple[Case, ...]:
        found = (
            case
            for case in self._t.cases.values()
            if (case.channel, case.account, case.thread_id) == (channel, account, thread_id)
        )
        return tuple(case for case in found if case.status.is_open)

    def save_case(self, case: Case) -> None:
        expected = self._versions.get(case.id, case.version)
        known = self._t.cases.get(case.id)
        if expected != (0 if known is None else known.version):
            raise StaleVersionError(f"case {case.id} was changed by somebody else since version {expected}")
        require(case.customer_id in self._t.customers, "a case needs its customer")
        for item in fields(case):
            if isinstance(value := getattr(case, item.name), datetime):
                require_utc(value, f"a case's {item.name}")
        self._versions[case.id] = expected + 1
        self._t.cases[case.id] = replace(case, version=expected + 1)

    def add_decision(self, record: DecisionRecord) -> None:
        if record.message_id in self._t.decisions:
            raise StaleVersionError(f"message {record.message_id} was decided by somebody else in between")
        require(record.message_id in self._t.messages, "a decision needs its message")
        require(record.case_id is None or record.case_id in self._t.cases, "a decision needs its case")
        self._t.decisions[record.message_id] = record

    def decisions_of(self, case_id: str) -> tuple[DecisionRecord, ...]:
        return _by_time(self._t.decisions.values(), case_id)

    def due_clocks(self, kind: ClockKind, *, now: datetime, limit: int) -> tuple[CaseClock, ...]:
        due = [c for c in self._t.clocks if c.kind is kind and c.is_running and c.due_at <= now]
        return tuple(sorted(due, key=lambda clock: clock.due_at)[:limit])

    def stop_clock(self, case_id: str, kind: ClockKind, at: datetime) -> None:
        for place, clock in enumerate(self._t.clocks):
            if (clock.case_id, clock.kind) == (case_id, kind) and clock.is_running:
                self._t.clocks[place] = replace(clock, stopped_at=at)

    def start_clock(self, clock: CaseClock) -> None:
        require(clock.case_id in self._t.cases, "a clock needs its case")
        running = any(
            known.case_id == clock.case_id and known.kind is clock.kind and known.stopped_at is None
            for known in self._t.clocks
        )
        if not running or clock.stopped_at is not None:
            self._t.clocks.append(clock)

    def stop_clocks(self, case_id: str, at: datetime) -> int:
        running = [
            place
            for place, clock in enumerate(self._t.clocks)
            if clock.case_id == case_id and clock.stopped_at is None
        ]
        for place in running:
            self._t.clocks[place] = replace(self._t.clocks[place], stopped_at=at)
        return len(running)

    def clocks_of(self, case_id: str) -> tuple[CaseClock, ...]:
        return tuple(clock for clock in self._t.clocks if clock.case_id == case_id)

    def add_events(self, events: Sequence[Event]) -> None:
        self._t.events.extend(events)

    def events_of(self, case_id: str) -> tuple[Event, ...]:
        return tuple(event for event in self._t.events if event.case_id == case_id)

    def save_article(self, article: Article) -> None:
        self._t.articles[article.slug] = article

    def articles(self) -> tuple[Article, ...]:
        return tuple(self._t.articles[slug] for slug in sorted(self._t.articles))

    def channel_state(self, channel: str, account: str) -> ChannelState:
        known = self._t.channel_states.get((channel, account))
        return known or ChannelState(channel=channel, account=account)

    def save_channel_state(self, state: ChannelState) -> None:
        self._t.channel_states[state.channel, state.account] = state

    def add_answer_review(self, review: AnswerReview) -> bool:
        if review.message_id in self._t.answer_reviews:
            return False
        require(review.message_id in self._t.messages, "a review needs its message")
        self._t.answer_reviews[review.message_id] = review
        return True

    def answer_reviews(self) -> tuple[AnswerReview, ...]:
        return tuple(sorted(self._t.answer_reviews.values(), key=lambda review: review.at))

    def save_band_review(self, review: BandReview) -> None:
        require(review.message_id in self._t.messages, "a review needs its message")
        self._t.band_reviews[review.message_id] = review

    def band_review(self, message_id: str) -> BandReview | None:
        return self._t.band_reviews.get(message_id)

    def band_reviews(self) -> tuple[BandReview, ...]:
        return tuple(sorted(self._t.band_reviews.values(), key=lambda review: (review.at, review.message_id)))

    def switch(self, name: str) -> bool | None:
        return self._t.switches.get(name)

    def set_switch(self, name: str, value: bool) -> None:
        self._t.switches[name] = value


TimedT = TypeVar("TimedT", StoredMessage, DecisionRecord)


def _by_time(records: Iterable[TimedT], case_id: str) -> tuple[TimedT, ...]:
    """Oldest first; what came at the same moment stays in the order in which it was written."""
    return tuple(sorted((r for r in records if r.case_id == case_id), key=lambda record: record.at))

"""Reads and writes of one transaction, in SQLAlchemy Core."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from carebot.core.article import Article
from carebot.core.case import Case
from carebot.core.clocks import CaseClock, ClockKind
from carebot.core.events import Event
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
from carebot.store import mapping
from carebot.store import statements as sql
from carebot.store.outbox_work import OutboxWork

FIRST_CASE = 1001  # a first number that does not look like a test


class SqlWork(OutboxWork):
    """Implements core.ports.Work on a connection whose transaction somebody else begins and ends."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._versions: dict[str, int] = {}

    def new_id(self, prefix: str) -> str:
        if prefix != "case":
            return f"{prefix}-{secrets.token_urlsafe(15)}"
        counted = self._connection.execute(
            sql.count_up(self._dialect), {"counter": prefix, "first": FIRST_CASE}
        )
        return f"C-{counted.scalar_one()}"

    def customer(self, channel: str, account: str, fingerprint: str) -> Customer | None:
        return self._one(
            Customer, sql.CUSTOMER_BY_FINGERPRINT, channel=channel, account=account, fingerprint=fingerprint
        )

    def customer_by_id(self, customer_id: str) -> Customer:
        found = self._one(Customer, sql.CUSTOMER_BY_ID, id=customer_id)
        if found is None:
            raise KeyError(f"no customer {customer_id}: unknown, or erased")
        return found

    def add_customer(self, customer: Customer, fingerprint: str) -> None:
        if not self._add(sql.CUSTOMERS, {**mapping.values_of(customer), "fingerprint": fingerprint}):
            raise StaleVersionError(f"customer {customer.id} was written down by somebody else in between")

    def silence_bot_for(self, customer_id: str) -> None:
        if not self._count(sql.SILENCE, key=customer_id):
            raise KeyError(f"no customer {customer_id}")

    def wrapped_keys(self, *, after: str = "", limit: int = 500) -> tuple[tuple[str, bytes], ...]:
        found = self._connection.execute(sql.WRAPPED, {"after": after, "most": limit})
        return tuple((customer_id, key) for customer_id, key in found)

    def replace_wrapped_key(self, customer_id: str, wrapped_key: bytes) -> None:
        if not self._count(sql.REPLACE_KEY, key=customer_id, wrapped=wrapped_key):
            raise KeyError(f"no customer {customer_id}: unknown, or erased")

    def add_message(self, message: StoredMessage) -> bool:
        is_new = self._add(sql.MESSAGES, mapping.values_of(message), "channel", "account", "external_id")
        if is_new and message.state is MessageState.RECEIVED:
            self.topics.add(Topic.RECEIVED)
        return is_new

    def message(self, message_id: str) -> StoredMessage | None:
        return self._one(StoredMessage, sql.MESSAGE, id=message_id)

    def message_by_external_id(self, channel: str, account: str, external_id: str) -> StoredMessage | None:
        return self._one(
            StoredMessage,
            sql.MESSAGE_BY_EXTERNAL_ID,
            channel=channel,
            account=account,
            external_id=external_id,
        )

    def messages_of(self, case_id: str) -> tuple[StoredMessage, ...]:
        return self._all(StoredMessage, sql.MESSAGES_OF, case_id=case_id)

    def person_spoke_at(self, customer_id: str, thread_id: str | None, *, until: datetime) -> datetime | None:
        found = self._connection.execute(
            sql.PERSON_SPOKE, {"customer": customer_id, "thread": thread_id, "until": until}
        )
        moment: datetime | None = found.scalar()
        return moment

    def cases_in_thread(self, customer_id: str, thread_id: str | None) -> frozenset[str]:
        found = self._connection.execute(sql.CASES_IN_THREAD, {"customer": customer_id, "thread": thread_id})
        return frozenset(found.scalars())

    def undecided(self, limit: int) -> tuple[StoredMessage, ...]:
        return self._all(StoredMessage, sql.UNDECIDED, most=limit)

    def mark_decided(self, message_id: str, *, case_id: str | None, masked_text: str | None) -> None:
        if self._count(sql.MARK, key=message_id, in_case=case_id, text=masked_text):
            return
        if self.message(message_id) is None:
            raise KeyError(f"no message {message_id}")
        raise StaleVersionError(f"message {message_id} was decided by somebody else in between")

    def forget_text(self, message_id: str, *, deleted_at: datetime | None) -> None:
        if not self._count(sql.FORGET, key=message_id, moment=deleted_at):
            raise KeyError(f"no message {message_id}")
        self.has_wiped = True

    def wipe_direct_texts(self, case_id: str) -> int:
        wiped = self._count(sql.WIPE, in_case=case_id)
        self.has_wiped = self.has_wiped or wiped > 0
        return wiped

    def move_messages(self, message_ids: Sequence[str], case_id: str) -> int:
        *_, moved = (self._count(move, these=list(message_ids), in_case=case_id) for move in sql.MOVE)
        return moved

    def case(self, case_id: str) -> Case | None:
        return self._one(Case, sql.CASE, id=case_id)

    def cases_of(self, customer_id: str) -> tuple[Case, ...]:
        return self._all(Case, sql.CASES_OF, customer_id=customer_id)

    def resting_cases(self, before: datetime, limit: int) -> tuple[Case, ...]:
        return self._all(Case, sql.RESTING, before=before, most=limit)

    def cases_held_until(self, now: datetime, limit: int) -> tuple[Case, ...]:
        return self._all(Case, sql.HELD_UNTIL, now=now, most=limit)

    def open_cases_in(self, channel: str, account: str, thread_id: str) -> tuple[Case, ...]:
        return self._all(Case, sql.OPEN_CASES_IN, channel=channel, account=account, thread_id=thread_id)

    def save_case(self, case: Case) -> None:
        # A unit that saves a case twice holds its first version both times, and is not somebody else.
        expected = self._versions.get(case.id, case.version)
        values = {**mapping.values_of(case), "version": expected + 1}
        if expected == 0:
            saved = self._add(sql.CASES, values, "id")
        else:
            saved = self._count(sql.UPDATE_CASE, key=case.id, expected=expected, **values) == 1
        if not saved:
            raise StaleVersionError(f"case {case.id} was changed by somebody else since version {expected}")
        self._versions[case.id] = expected + 1

    def add_decision(self, record: DecisionRecord) -> None:
        if not self._add(sql.DECISIONS, mapping.decision_values(record), "message_id"):
            raise StaleVersionError(f"message {record.message_id} was decided by somebody else in between")

    def decisions_of(self, case_id: str) -> tuple[DecisionRecord, ...]:
        found = self._connection.execute(sql.DECISIONS_OF, {"case_id": case_id})
        return tuple(mapping.read_decision(row) for row in found)

    def due_clocks(self, kind: ClockKind, *, now: datetime, limit: int) -> tuple[CaseClock, ...]:
        return self._all(CaseClock, sql.DUE_CLOCKS, kind=kind, now=now, most=limit)

    def stop_clock(self, case_id: str, kind: ClockKind, at: datetime) -> None:
        self._count(sql.STOP_CLOCK, in_case=case_id, of_kind=kind, moment=at)

    def start_clock(self, clock: CaseClock) -> None:
        self._add(sql.CLOCKS, mapping.values_of(clock))

    def stop_clocks(self, case_id: str, at: datetime) -> int:
        return self._count(sql.STOP_CLOCKS, in_case=case_id, moment=at)

    def clocks_of(self, case_id: str) -> tuple[CaseClock, ...]:
        return self._all(CaseClock, sql.CLOCKS_OF, case_id=case_id)

    def add_events(self, events: Sequence[Event]) -> None:
        if events:
            written = [{**mapping.values_of(event), "facts": dict(event.facts)} for event in events]
            self._connection.execute(sql.EVENTS.insert(), written)

    def events_of(self, case_id: str) -> tuple[Event, ...]:
        return self._all(Event, sql.EVENTS_OF, case_id=case_id)

    def save_article(self, article: Article) -> None:
        self._put(sql.ARTICLES, mapping.article_values(article), "slug")

    def articles(self) -> tuple[Article, ...]:
        found = self._connection.execute(sql.ALL_ARTICLES)
        return tuple(mapping.read_article(article) for article in found.scalars())

    def channel_state(self, channel: str, account: str) -> ChannelState:
        known = self._one(ChannelState, sql.CHANNEL_STATE, channel=channel, account=account)
        return known or ChannelState(channel=channel, account=account)

    def save_channel_state(self, state: ChannelState) -> None:
        self._put(sql.CHANNEL_STATES, mapping.values_of(state), "channel", "account")

    def add_answer_review(self, review: AnswerReview) -> bool:
        return self._add(sql.ANSWER_REVIEWS, mapping.values_of(review), "message_id")

    def answer_reviews(self) -> tuple[AnswerReview, ...]:
        return self._all(AnswerReview, sql.ALL_REVIEWS)

    def save_band_review(self, review: BandReview) -> None:
        self._put(sql.BAND_REVIEWS, mapping.values_of(review), "message_id")

    def band_review(self, message_id: str) -> BandReview | None:
        return self._one(BandReview, sql.BAND_REVIEW, message_id=message_id)

    def band_reviews(self) -> tuple[BandReview, ...]:
        return self._all(BandReview, sql.ALL_BAND_REVIEWS)

    def switch(self, name: str) -> bool | None:
        found = self._connection.execute(sql.SWITCH, {"name": name})
        return found.scalar_one_or_none()

    def set_switch(self, name: str, value: bool) -> None:
        self._put(sql.SWITCHES, {"name": name, "value": value}, "name")

"""What the services need from the edges, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from carebot.core.article import Article
from carebot.core.assessment import Reading
from carebot.core.case import Case
from carebot.core.channel import ChannelTraits, Fetched, Posted, Sending
from carebot.core.clocks import CaseClock, ClockKind
from carebot.core.events import Event
from carebot.core.evidence import Evidence
from carebot.core.finding import EntityKind, Finding
from carebot.core.lessons import Learned, Lesson
from carebot.core.records import (
    AnswerReview,
    BandReview,
    CaseView,
    ChannelState,
    Customer,
    DecisionRecord,
    Json,
    Outgoing,
    StoredMessage,
)
from carebot.core.rights import Viewer
from carebot.core.views import CaseCard, CaseEvent, Waiting, Wanted

T = TypeVar("T")


class Topic(StrEnum):
    """What a commit has to say to those who wait for work."""

    RECEIVED = "received"
    QUEUED = "queued"


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


class Recognizer(Protocol):
    """Finds personal data in a text."""

    def find(self, text: str) -> tuple[Finding, ...]:
        """Findings in order, never overlapping; offsets are code points."""
        ...


class Classifier(Protocol):
    """Reads one masked message. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name and version of the model, as it appears in decisions."""
        ...

    def classify(
        self, masked_text: str, *, entity_counts: Mapping[EntityKind, int], brand: str | None
    ) -> Reading:
        """Read one message; the result depends on nothing but the arguments and the articles in use.

        Raises ClassifierError when the model is missing, damaged or fails.
        """
        ...

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these articles from now on (approved ones; others are ignored)."""
        ...

    def evidence(self) -> Mapping[str, Evidence]:
        """The curves that ship with the model, by name: ``private`` and ``answer`` at least."""
        ...


class Learner(Protocol):
    """Adapts the model in force to what people reviewed."""

    @property
    def name(self) -> str:
        """Name and version of the model in force."""
        ...

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        """The curves from before anything was learnt from reviews."""
        ...

    def learn(self, lessons: Sequence[Lesson]) -> Learned:
        """Fit from the lessons that are not held back, beginning from the model as it shipped; nothing is written.

        Raises ClassifierError, LearningError when there is nothing to fit.
        """
        ...

    def write(
        self, folder: Path, learned: Learned, evidence: Mapping[str, Evidence], about: Mapping[str, Json]
    ) -> None:
        """A complete model in a new folder, with these curves; whole or not at all. Raises LearningError."""
        ...


class Sealer(Protocol):
    """Encrypts originals, with one data key per customer that is itself encrypted by the installation's key."""

    def new_key(self) -> bytes:
        """A fresh data key, wrapped by the installation's current key."""
        ...

    def seal(self, wrapped_key: bytes, plain: bytes, *, context: str) -> bytes:
        """Encrypt; ``context`` (the row's id) must be the same when it is opened."""
        ...

    def open(self, wrapped_key: bytes, sealed: bytes, *, context: str) -> bytes:
        """Decrypt; raises SealError when the key, the context or the bytes are not the right ones."""
        ...

    def rewrap(self, wrapped_key: bytes) -> bytes:
        """The same data key, wrapped by the installation's current key."""
        ...

    def fingerprint(self, text: str) -> str:
        """A keyed hash, to find the same external id again without keeping it in clear."""
        ...


class Channel(Protocol):
    """One account on a network. Safe to call from several threads; every call ends within the call limit.

    Every method raises ChannelError and nothing else; ChannelUncertainError wherever it may have been done.
    """

    @property
    def name(self) -> str:
        """The channel's name in the registry, such as ``townsquare``."""
        ...

    @property
    def account(self) -> str:
        """The account, as ``care.yaml`` writes it."""
        ...

    @property
    def traits(self) -> ChannelTraits:
        """Its times."""
        ...

    def fetch(self, cursor: str | None) -> Fetched:
        """What arrived behind the cursor (None: from the beginning that the network still has)."""
        ...

    def send(self, sending: Sending) -> Posted:
        """Post a text once, as an answer."""
        ...

    def find_sent(self, sending: Sending) -> Posted | None:
        """Look whether this very text was posted by our account; None when the network does not show it."""
        ...

    def hide(self, external_id: str) -> None:
        """Hide somebody's public post where we may; doing it twice does no harm."""
        ...

    def check(self) -> str:
        """One harmless call; what answered, in words for people."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class Work(Protocol):
    """Reads and writes within one transaction. Nothing here does I/O beyond the database."""

    def new_id(self, prefix: str) -> str:
        """A fresh id: short and counted up for ``case`` (people type it), random for everything else."""
        ...

    def customer(self, channel: str, account: str, fingerprint: str) -> Customer | None:
        """The customer with this fingerprint of the external id."""
        ...

    def customer_by_id(self, customer_id: str) -> Customer:
        """The customer; raises KeyError when erased or unknown."""
        ...

    def add_customer(self, customer: Customer, fingerprint: str) -> None:
        """Write down a customer that was not known."""
        ...

    def silence_bot_for(self, customer_id: str) -> None:
        """The customer said "stop": kept beyond the case."""
        ...

    def wrapped_keys(self, *, after: str = "", limit: int = 500) -> tuple[tuple[str, bytes], ...]:
        """Customers' ids and wrapped keys, by id from behind ``after``: to wrap them again, page by page."""
        ...

    def replace_wrapped_key(self, customer_id: str, wrapped_key: bytes) -> None:
        """The same data key, wrapped by another key of the installation."""
        ...

    def add_message(self, message: StoredMessage) -> bool:
        """Write a message down; False when (channel, account, external id) is known already."""
        ...

    def message(self, message_id: str) -> StoredMessage | None:
        """One message."""
        ...

    def messages_of(self, case_id: str) -> tuple[StoredMessage, ...]:
        """A case's messages, oldest first."""
        ...

    def person_spoke_at(self, customer_id: str, thread_id: str | None, *, until: datetime) -> datetime | None:
        """When a person of the brand last wrote to this customer in a thread; None for never.

        What was decided counts whatever its time, everything else up to a moment. Direct messages without a
        thread are one thread; public posts without one belong to none.
        """
        ...

    def cases_in_thread(self, customer_id: str, thread_id: str | None) -> frozenset[str]:
        """The cases that this customer's messages in a thread belong to; a case can have several threads."""
        ...

    def message_by_external_id(self, channel: str, account: str, external_id: str) -> StoredMessage | None:
        """One message, by the network's own id."""
        ...

    def undecided(self, limit: int) -> tuple[StoredMessage, ...]:
        """Messages that were received but not decided, urgent first, then oldest first."""
        ...

    def forget_text(self, message_id: str, *, deleted_at: datetime | None) -> None:
        """Remove what is shown of a message's text, for good; ``deleted_at`` when its author took it back."""
        ...

    def mark_decided(self, message_id: str, *, case_id: str | None, masked_text: str | None) -> None:
        """The message is decided; its masked text is kept where its band allows."""
        ...

    def wipe_direct_texts(self, case_id: str) -> int:
        """Remove the masked text of a case's direct messages; how many were removed."""
        ...

    def move_messages(self, message_ids: Sequence[str], case_id: str) -> int:
        """Put messages into another case, with their decisions and outgoing texts; how many messages."""
        ...

    def case(self, case_id: str) -> Case | None:
        """One case."""
        ...

    def cases_of(self, customer_id: str) -> tuple[Case, ...]:
        """A customer's cases that are not closed."""
        ...

    def resting_cases(self, before: datetime, limit: int) -> tuple[Case, ...]:
        """Resolved cases in which nothing has happened since ``before``, the longest at rest first."""
        ...

    def cases_held_until(self, now: datetime, limit: int) -> tuple[Case, ...]:
        """Open cases whose hold by marketing has ended by now, the longest ended first."""
        ...

    def open_cases_in(self, channel: str, account: str, thread_id: str) -> tuple[Case, ...]:
        """The open cases that began in a thread, whoever's they are."""
        ...

    def save_case(self, case: Case) -> None:
        """Insert or update; raises StaleVersionError when somebody else changed it in between."""
        ...

    def add_decision(self, record: DecisionRecord) -> None:
        """Keep a decision; a message is decided once."""
        ...

    def decisions_of(self, case_id: str) -> tuple[DecisionRecord, ...]:
        """A case's decisions, oldest first."""
        ...

    def add_outgoing(self, outgoing: Outgoing) -> bool:
        """A row of the outbox; False when its idempotency key is known already."""
        ...

    def outgoing_of(self, case_id: str) -> tuple[Outgoing, ...]:
        """A case's outgoing texts, oldest first."""
        ...

    def outgoing(self, outgoing_id: str) -> Outgoing | None:
        """One row of the outbox."""
        ...

    def replace_outgoing(self, before: Outgoing, after: Outgoing) -> None:
        """Write a row of the outbox again; raises StaleVersionError unless it is still as it was before.

        What is compared is its state, its attempts, its empty reads and the owner of its lease.
        """
        ...

    def due_outgoing(self, channel: str, account: str, *, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        """Rows in ``queued`` or ``failed`` that may be tried now: urgent first, then oldest first.

        Of each case only the first row that is still on its way (``queued``, ``failed``, ``sending`` or
        ``unknown``), and only when it is due: a case's texts leave one after the other.
        """
        ...

    def expired_outgoing(self, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        """Rows in ``sending`` whose lease has run out."""
        ...

    def uncertain_outgoing(
        self, channel: str, account: str, *, now: datetime, limit: int
    ) -> tuple[Outgoing, ...]:
        """Rows in ``unknown`` that may be read back now, oldest first."""
        ...

    def outgoing_posted_as(self, channel: str, account: str, external_id: str) -> Outgoing | None:
        """The row that became this post, by the network's id."""
        ...

    def outgoing_not_confirmed(self, channel: str, account: str, in_reply_to: str) -> tuple[Outgoing, ...]:
        """Rows that answer this message and were tried (``attempts`` above 0), without a known post."""
        ...

    def hold_queued(self, case_id: str, reason: str) -> int:
        """Move the bot's texts of a case from ``queued`` and ``failed`` to ``held``; how many were moved."""
        ...

    def hold_all_queued(self, reason: str) -> tuple[str, ...]:
        """The same in every case; the ids of the cases whose texts were held."""
        ...

    def start_clock(self, clock: CaseClock) -> None:
        """Start a clock; a running one of the same kind on the same case goes on."""
        ...

    def due_clocks(self, kind: ClockKind, *, now: datetime, limit: int) -> tuple[CaseClock, ...]:
        """Running clocks of a kind that have run out, the longest first."""
        ...

    def stop_clock(self, case_id: str, kind: ClockKind, at: datetime) -> None:
        """Stop a case's running clock of one kind, if there is one."""
        ...

    def stop_clocks(self, case_id: str, at: datetime) -> int:
        """Stop a case's running clocks; how many."""
        ...

    def clocks_of(self, case_id: str) -> tuple[CaseClock, ...]:
        """A case's clocks."""
        ...

    def add_events(self, events: Sequence[Event]) -> None:
        """Append to the audit trail; nothing there is ever changed."""
        ...

    def events_of(self, case_id: str) -> tuple[Event, ...]:
        """A case's events, oldest first."""
        ...

    def save_article(self, article: Article) -> None:
        """Insert or replace by slug."""
        ...

    def articles(self) -> tuple[Article, ...]:
        """All articles, by slug."""
        ...

    def channel_state(self, channel: str, account: str) -> ChannelState:
        """What is known of a connection; of one that was never used, nothing."""
        ...

    def save_channel_state(self, state: ChannelState) -> None:
        """Write it down."""
        ...

    def add_answer_review(self, review: AnswerReview) -> bool:
        """Keep a verdict; False when this message's answer was reviewed before."""
        ...

    def answer_reviews(self) -> tuple[AnswerReview, ...]:
        """All verdicts, oldest first."""
        ...

    def save_band_review(self, review: BandReview) -> None:
        """Keep a person's word on a message's band, in the place of an earlier one."""
        ...

    def band_review(self, message_id: str) -> BandReview | None:
        """What was said of one message's band."""
        ...

    def band_reviews(self) -> tuple[BandReview, ...]:
        """All of them, oldest first."""
        ...

    def switch(self, name: str) -> bool | None:
        """A switch of the installation (such as ``bot_awake``), None when never set."""
        ...

    def set_switch(self, name: str, value: bool) -> None:
        """Set a switch."""
        ...


class UnitOfWork(Protocol):
    """The one way to write."""

    def run(self, fn: Callable[[Work], T]) -> T:
        """Run in a transaction: commit on return, roll back on any exception. ``fn`` may be run again."""
        ...

    def run_all(self, fns: Sequence[Callable[[Work], T]]) -> tuple[T | BaseException, ...]:
        """Several units in one transaction, each in a savepoint: one that fails leaves the others standing."""
        ...

    def on_commit(self, listener: Callable[[frozenset[Topic]], None]) -> None:
        """Tell the listener after each commit that has one of the topics, in the writer's thread: never wait in it."""
        ...


class Queries(Protocol):
    """Reads for screens and commands; every one takes the viewer and refuses what the viewer may not see."""

    def cases(
        self,
        viewer: Viewer,
        *,
        open_only: bool = True,
        queue: str | None = None,
        limit: int = 200,
        now: datetime | None = None,
    ) -> tuple[CaseView, ...]:
        """The cases that the viewer may see, urgent first, with what of their texts the viewer may see.

        With ``now``, those that are snoozed beyond it are left out.
        """
        ...

    def case(self, viewer: Viewer, case_id: str) -> CaseView:
        """One case; raises NotAllowedError or KeyError."""
        ...

    def pulse(self) -> str:
        """A mark that changes whenever anything was written; asking for it costs next to nothing."""
        ...

    def cards(
        self, viewer: Viewer, wanted: Wanted, *, now: datetime, limit: int = 100
    ) -> tuple[CaseCard, ...]:
        """Open cases for a page, as far as the viewer may see them.

        Those that are snoozed beyond ``now`` are left out, unless they are the viewer's own.
        """
        ...

    def card(self, viewer: Viewer, case_id: str) -> CaseCard:
        """One case, open or not; raises NotAllowedError or KeyError."""
        ...

    def timeline(self, viewer: Viewer, case_id: str) -> tuple[CaseEvent, ...]:
        """A case's events, oldest first: all of them with the right to explain, else what people did with it."""
        ...

    def waiting(self, viewer: Viewer, *, now: datetime) -> Waiting:
        """How many cases that the viewer may see wait for people."""
        ...

    def bot_is_awake(self) -> bool:
        """Whether automatic texts may leave."""
        ...

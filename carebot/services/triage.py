"""Decide about messages: read them, find their case, run the policy, write it all down in one transaction."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from carebot.core.article import Article
from carebot.core.assessment import Assessment
from carebot.core.case import Case, case_for
from carebot.core.decision import Decision
from carebot.core.following import ACTOR
from carebot.core.message import Visibility, Writer
from carebot.core.policy import decide
from carebot.core.ports import Classifier, Clock, Sealer, UnitOfWork, Work
from carebot.core.records import Customer, DecisionRecord, MessageState, Outgoing, StoredMessage
from carebot.core.snapshot import freeze, withheld
from carebot.core.tiers import Zone
from carebot.errors import ClassifierError, StoreError
from carebot.services.compose import Compose
from carebot.services.house import House
from carebot.services.ingest import Original, open_original
from carebot.services.person_spoke import person_spoke
from carebot.services.settle import Settle
from carebot.services.situation_of import past_of, person_in_thread, situation_of
from carebot.services.understand import Understand, Understood

log = logging.getLogger(__name__)

_UNREAD = Understood(masked_text=None, assessment=Assessment(reading=None, failure="its seal does not open"))
UNOPENED = Original(
    text="", handle="", author_id="", followers=None
)  # what stands for a seal that does not open


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A message that was read and waits for its decision."""

    message: StoredMessage
    original: Original
    understood: Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of one message. ``decision`` None: a person of the brand wrote it.

    ``held`` counts the bot's queued texts that were held back because a person spoke.
    """

    message: StoredMessage
    case: Case | None
    decision: Decision | None
    understood: Understood
    texts: tuple[Outgoing, ...] = ()
    held: int = 0


class Triage:
    """One message's way from sealed to decided; safe to repeat, a message is decided once."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        sealer: Sealer,
        clock: Clock,
        house: House,
        understand: Understand,
        classifier: Classifier,
    ) -> None:
        self._uow = uow
        self._sealer = sealer
        self._clock = clock
        self._house = house
        self._understand = understand
        self._classifier = classifier
        compose = Compose(house=house, find=understand.findings)
        self._settle = Settle(house=house, compose=compose, sealer=sealer)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The approved articles in use, by slug."""
        return self._settle.articles

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles from now on; from none while the model cannot be used.

        Can be called while messages are read and decided: what is withdrawn is not said from this moment on, what
        is new once the model knows it.
        """
        approved = [article for article in articles if article.approved]
        self._settle.articles = {article.slug: article for article in approved}
        try:
            self._classifier.use_articles(approved)
        except ClassifierError as error:
            log.error("the model cannot be used, every message goes to people: %s", error)

    def __call__(
        self, messages: Sequence[tuple[StoredMessage, Original]], *, at_message_time: bool = False
    ) -> list[Decided]:
        """Read and decide about messages, in the order given."""
        return self.decide(self.read(messages), at_message_time=at_message_time)

    def catch_up(self, limit: int = 200) -> list[Decided]:
        """Decide what was received but not decided before the process ended."""
        return self(self.reopen(self._uow.run(lambda work: work.undecided(limit))))

    def reopen(self, messages: Sequence[StoredMessage]) -> list[tuple[StoredMessage, Original]]:
        """Open the seals of messages as ``system:triage``; raises StoreError.

        A message whose seal does not open is decided unread, by people: it must not stand in the way of the others.
        """
        reopen = partial(open_original, sealer=self._sealer, actor=ACTOR, clock=self._clock)
        opened = self._uow.run_all([partial(reopen, message=message) for message in messages])
        for error in opened:
            if isinstance(error, StoreError) or not isinstance(error, Original | Exception):
                raise error
        return [
            (message, original if isinstance(original, Original) else UNOPENED)
            for message, original in zip(messages, opened, strict=True)
        ]

    def read(self, messages: Sequence[tuple[StoredMessage, Original]]) -> list[Read]:
        """Read messages side by side; nothing is written."""
        opened = [(message, original) for message, original in messages if original is not UNOPENED]
        understood = iter(self._understand.many([(said.text, message.brand) for message, said in opened]))
        return [
            Read(
                message=message,
                original=original,
                understood=_UNREAD if original is UNOPENED else next(understood),
            )
            for message, original in messages
        ]

    def decide(self, reads: Sequence[Read], *, at_message_time: bool = False) -> list[Decided]:
        """Decide in the order given, in one transaction; raises the first error after deciding all the others.

        ``at_message_time`` takes each message's own ``at`` as the present (for replays of the past).
        """
        units = [
            partial(self._decide, read=read, now=read.message.at if at_message_time else self._clock.now())
            for read in reads
        ]
        decided: list[Decided] = []
        errors: list[BaseException] = []
        for unit, result in zip(units, self._uow.run_all(units), strict=True):
            try:
                decided.append(self._in_doubt(unit, result) if isinstance(result, BaseException) else result)
            except Exception as error:  # noqa: BLE001 - raised below, when nobody waits for a decision any more
                errors.append(error)
        if errors:
            raise errors[0]
        return decided

    def _in_doubt(self, unit: partial[Decided], error: BaseException) -> Decided:
        """A message that could not be decided goes to people; only a store that fails is an error."""
        if isinstance(error, StoreError) or not isinstance(error, Exception):
            raise error
        read: Read = unit.keywords["read"]
        where = "".join(traceback.format_tb(error.__traceback__))  # what the error says may quote the message
        name = type(error).__name__
        log.error("message %s could not be decided (%s)\n%s", read.message.id, name, where)
        counts = read.understood.assessment.entity_counts  # what was found, and "stop", hold whatever failed
        failure = Assessment(reading=None, failure=f"it could not be decided ({name})", entity_counts=counts)
        understood = replace(read.understood, masked_text=None, assessment=failure)
        again = {**unit.keywords, "read": replace(read, understood=understood)}
        return self._uow.run(partial(unit.func, **again))

    def _decide(self, work: Work, read: Read, now: datetime) -> Decided:
        message, understood = read.message, read.understood
        stored = work.message(message.id)
        if stored is not None and stored.state is MessageState.DECIDED:
            return Decided(message=stored, case=None, decision=None, understood=understood)
        if stored is not None and stored.deleted_at is not None:  # its author took it back since it was read
            message = replace(message, deleted_at=stored.deleted_at)
        customer = work.customer_by_id(message.customer_id)
        case = self._case_of(work, customer, message)
        if message.writer is Writer.AGENT:
            return self._by_person(work, message, understood, case, now)
        return self._by_customer(work, message, read.original, understood, customer, case, now)

    def _case_of(self, work: Work, customer: Customer, message: StoredMessage) -> Case | None:
        return case_for(
            work.cases_of(customer.id),
            thread_id=message.thread_id,
            is_direct=message.visibility is Visibility.DIRECT,
            at=message.at,
            windows=self._house.care.cases,
            spoken_in=work.cases_in_thread(customer.id, message.thread_id),
        )

    def _by_person(
        self, work: Work, message: StoredMessage, understood: Understood, case: Case | None, now: datetime
    ) -> Decided:
        """A person of the brand spoke, here or from the network's own app."""
        held = 0
        if case is None and message.thread_id is not None:  # the network does not say to whom
            for other in work.open_cases_in(message.channel, message.account, message.thread_id):
                _, texts = person_spoke(
                    work, other, at=now, agent=f"agent:{message.account}", said_at=message.at
                )
                held += texts
        if case is not None:
            case, held = person_spoke(
                work, case, at=now, agent=f"agent:{message.account}", said_at=message.at
            )
        # Without a case nobody could wipe it later, when one becomes private: so it stays in its seal.
        keep = message.visibility is Visibility.PUBLIC or (case is not None and case.zone is not Zone.PRIVATE)
        masked = understood.masked_text if keep and message.deleted_at is None else None
        work.mark_decided(message.id, case_id=case.id if case else None, masked_text=masked)
        return Decided(message=message, case=case, decision=None, understood=understood, held=held)

    def _by_customer(
        self,
        work: Work,
        message: StoredMessage,
        original: Original,
        understood: Understood,
        customer: Customer,
        case: Case | None,
        now: datetime,
    ) -> Decided:
        case = None if case is None else self._in_turn(work, case, message, now)
        situation = withheld(
            situation_of(
                message=message,
                followers=original.followers,
                understood=understood,
                case=case,
                customer=customer,
                articles=self._settle.articles,
                house=self._house,
                bot_is_awake=work.switch("bot_awake") is not False,
                past=past_of(work, case, message, self._house, now),
                now=now,
            )
        )
        decision = decide(situation, self._house.policy(brand=message.brand, channel=message.channel))
        if case is None and decision.makes_case:
            case = self._new_case(work, message, customer, now)
        if decision.silences_bot:
            work.silence_bot_for(customer.id)
        texts: tuple[Outgoing, ...] = ()
        if case is not None:
            case, decision, texts = self._settle.follow(work, case, decision, message, understood, now)
        work.add_decision(
            DecisionRecord(
                message_id=message.id,
                case_id=case.id if case else None,
                at=now,
                decision=decision,
                situation=freeze(situation),
                model=None if situation.reading is None else situation.reading.model,
            )
        )
        self._settle.keep_text(work, message, case, decision, understood, now)
        return Decided(message=message, case=case, decision=decision, understood=understood, texts=texts)

    def _in_turn(self, work: Work, case: Case, message: StoredMessage, now: datetime) -> Case:
        """A message that summons us begins a new interaction; direct messages in a row are one turn.

        A network's clock may be ahead: a message is never later than now.
        """
        at, last = min(message.at, now), case.last_customer_at
        fresh = message.summons and not self._continues_turn(work, case, message, at)
        return replace(
            case,
            last_customer_at=max(at, last or at),
            automatic_texts=0 if fresh else case.automatic_texts,
        )

    def _continues_turn(self, work: Work, case: Case, message: StoredMessage, at: datetime) -> bool:
        if message.visibility is not Visibility.DIRECT:
            return False
        before = [
            min(said.at, at)
            for said in work.messages_of(case.id)
            if said.visibility is Visibility.DIRECT and said.writer is Writer.CUSTOMER
        ]
        return bool(before) and at - max(before) <= self._house.care.cases.turn

    def _new_case(self, work: Work, message: StoredMessage, customer: Customer, now: datetime) -> Case:
        return Case(
            id=work.new_id("case"),
            channel=message.channel,
            account=message.account,
            brand=message.brand,
            customer_id=customer.id,
            thread_id=message.thread_id,
            opened_at=message.at,
            updated_at=message.at,
            last_customer_at=message.at,
            person_spoke_at=person_in_thread(work, message, self._house, now),
            zone=message.visibility.zone,
            queue=self._house.care.plan.care,
        )

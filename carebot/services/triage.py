"""Decide about messages: read them, find their case, run the policy, write it all down in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from carebot.core.article import Article
from carebot.core.assessment import Assessment, Band
from carebot.core.case import Case, case_for
from carebot.core.clocks import ClockKind, started
from carebot.core.decision import Action, Decision
from carebot.core.events import EventName
from carebot.core.following import ACTOR, follow
from carebot.core.gate import Refusal
from carebot.core.message import Visibility, Writer
from carebot.core.policy import decide
from carebot.core.ports import Classifier, Clock, Sealer, UnitOfWork, Work
from carebot.core.records import Customer, DecisionRecord, MessageState, Outgoing, StoredMessage
from carebot.core.snapshot import freeze, withheld
from carebot.core.texts import TextKey
from carebot.core.tiers import Zone
from carebot.errors import StoreError
from carebot.services.compose import Compose, Composed, refused
from carebot.services.house import House
from carebot.services.ingest import Original, open_original
from carebot.services.person_spoke import person_spoke
from carebot.services.situation_of import situation_of
from carebot.services.understand import Understand, Understood

log = logging.getLogger(__name__)


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
        self._compose = Compose(house=house, find=understand.findings)
        self._articles: Mapping[str, Article] = {}

    def use_articles(self, articles: Sequence[Article]) -> None:
        """Answer from these approved articles from now on."""
        approved = [article for article in articles if article.approved]
        self._classifier.use_articles(approved)
        self._articles = {article.slug: article for article in approved}

    def __call__(
        self, messages: Sequence[tuple[StoredMessage, Original]], *, at_message_time: bool = False
    ) -> list[Decided]:
        """Decide about messages in the order given.

        ``at_message_time`` takes each message's own ``at`` as the present (for replays of the past).
        """
        read = self._understand.many([(original.text, message.brand) for message, original in messages])
        units = [
            partial(
                self._decide,
                message=message,
                original=original,
                understood=understood,
                now=message.at if at_message_time else self._clock.now(),
            )
            for (message, original), understood in zip(messages, read, strict=True)
        ]
        results = self._uow.run_all(units)
        return [
            self._in_doubt(unit, result) if isinstance(result, BaseException) else result
            for unit, result in zip(units, results, strict=True)
        ]

    def _in_doubt(self, unit: partial[Decided], error: BaseException) -> Decided:
        """A message that could not be decided goes to people; only a store that fails is an error."""
        if isinstance(error, StoreError) or not isinstance(error, Exception):
            raise error
        log.error("message %s could not be decided", unit.keywords["message"].id, exc_info=error)
        failure = Assessment(reading=None, failure=f"it could not be decided ({type(error).__name__})")
        understood = Understood(masked_text=None, assessment=failure)
        return self._uow.run(partial(unit.func, **{**unit.keywords, "understood": understood}))

    def catch_up(self, limit: int = 200) -> list[Decided]:
        """Decide what was received but not decided before the process ended; opens the seals as ``system``."""

        def reopen(work: Work) -> list[tuple[StoredMessage, Original]]:
            return [
                (message, open_original(work, self._sealer, message, actor=ACTOR, clock=self._clock))
                for message in work.undecided(limit)
            ]

        return self(self._uow.run(reopen))

    def _decide(
        self, work: Work, message: StoredMessage, original: Original, understood: Understood, now: datetime
    ) -> Decided:
        stored = work.message(message.id)
        if stored is not None and stored.state is MessageState.DECIDED:
            return Decided(message=stored, case=None, decision=None, understood=understood)
        customer = work.customer_by_id(message.customer_id)
        case = self._case_of(work, customer, message)
        if message.writer is Writer.AGENT:
            return self._by_person(work, message, understood, case, now)
        return self._by_customer(work, message, original, understood, customer, case, now)

    def _case_of(self, work: Work, customer: Customer, message: StoredMessage) -> Case | None:
        return case_for(
            work.cases_of(customer.id),
            thread_id=message.thread_id,
            is_direct=message.visibility is Visibility.DIRECT,
            at=message.at,
            windows=self._house.care.cases,
        )

    def _by_person(
        self, work: Work, message: StoredMessage, understood: Understood, case: Case | None, now: datetime
    ) -> Decided:
        """A person of the brand spoke, here or from the network's own app."""
        held = 0
        if case is not None:
            case, held = person_spoke(work, case, at=now, agent=f"agent:{message.account}")
        keep = message.visibility is Visibility.PUBLIC or case is None or case.zone is not Zone.PRIVATE
        masked = understood.masked_text if keep else None
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
        case = None if case is None else self._in_turn(case, message)
        situation = withheld(
            situation_of(
                message=message,
                followers=original.followers,
                understood=understood,
                case=case,
                customer=customer,
                articles=self._articles,
                house=self._house,
                bot_is_awake=work.switch("bot_awake") is not False,
                is_acknowledged=case is not None and _is_acknowledged(work, case),
                now=now,
            )
        )
        decision = decide(situation, self._house.policy(brand=message.brand, channel=message.channel))
        if case is None and decision.makes_case:
            case = self._new_case(work, message, customer)
        texts: tuple[Outgoing, ...] = ()
        if case is not None:
            case, decision, texts = self._follow(work, case, decision, message, understood, now)
        if decision.silences_bot:
            work.silence_bot_for(customer.id)
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
        self._keep_text(work, message, case, decision, understood, now)
        return Decided(message=message, case=case, decision=decision, understood=understood, texts=texts)

    def _follow(
        self,
        work: Work,
        before: Case,
        decision: Decision,
        message: StoredMessage,
        understood: Understood,
        now: datetime,
    ) -> tuple[Case, Decision, tuple[Outgoing, ...]]:
        """Move the case, queue the texts. A text that the gate refuses is not said: a person takes the case."""
        case, events = follow(before, decision, now)
        composed = self._composed(work, decision, case, message, understood, now)
        if refusals := refused(composed):
            decision, composed = _handed_to_people(decision, refusals, self._house), ()
            case, events = follow(before, decision, now)
            events = (*events, case.event(EventName.TEXT_REFUSED, now, ACTOR, refusals=", ".join(refusals)))
        work.save_case(case)
        for text in composed:
            work.add_outgoing(text.outgoing)
        self._run_clocks(work, case, decision, message, now)
        attached = replace(case.event(EventName.MESSAGE_ATTACHED, now, "customer"), message_id=message.id)
        work.add_events([attached, *events])
        return case, decision, tuple(text.outgoing for text in composed)

    def _composed(
        self,
        work: Work,
        decision: Decision,
        case: Case,
        message: StoredMessage,
        understood: Understood,
        now: datetime,
    ) -> tuple[Composed, ...]:
        reading = understood.assessment.reading
        return tuple(
            self._compose(
                draft,
                case=case,
                message=message,
                language=reading.language if reading else case.language,
                articles=self._articles,
                outgoing_id=work.new_id("o"),
                priority=case.priority,
                at=now,
            )
            for draft in decision.drafts
        )

    def _run_clocks(
        self, work: Work, case: Case, decision: Decision, message: StoredMessage, now: datetime
    ) -> None:
        if message.visibility is Visibility.DIRECT and case.invited_at is not None:
            work.stop_clocks(case.id, now)  # they came
        if decision.action is Action.INVITE:
            within = self._house.channel(message.channel).did_they_come_after
            work.start_clock(started(ClockKind.DID_THEY_COME, case_id=case.id, at=now, within=within))

    def _keep_text(
        self,
        work: Work,
        message: StoredMessage,
        case: Case | None,
        decision: Decision,
        understood: Understood,
        now: datetime,
    ) -> None:
        """Keep the masked text of public posts always, of direct messages unless they are private.

        What was kept before of a case that is private now goes.
        """
        private = decision.band is Band.PRIVATE or (case is not None and case.zone is Zone.PRIVATE)
        keep = message.visibility is Visibility.PUBLIC or not private
        work.mark_decided(
            message.id,
            case_id=case.id if case else None,
            masked_text=understood.masked_text if keep else None,
        )
        if case is not None and case.zone is Zone.PRIVATE and (wiped := work.wipe_direct_texts(case.id)):
            work.add_events([case.event(EventName.MASKED_TEXT_WIPED, now, ACTOR, texts=wiped)])

    def _in_turn(self, case: Case, message: StoredMessage) -> Case:
        """A message that summons us begins a new interaction; direct messages in a row are one turn."""
        last = case.last_customer_at
        direct = message.visibility is Visibility.DIRECT
        same_turn = direct and last is not None and message.at - last <= self._house.care.cases.turn
        fresh = message.summons and not same_turn
        return replace(
            case,
            last_customer_at=max(message.at, last or message.at),
            automatic_texts=0 if fresh else case.automatic_texts,
        )

    def _new_case(self, work: Work, message: StoredMessage, customer: Customer) -> Case:
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
            zone=message.visibility.zone,
            queue=self._house.care.plan.care,
        )


def _is_acknowledged(work: Work, case: Case) -> bool:
    return any(text.origin == TextKey.ACKNOWLEDGED for text in work.outgoing_of(case.id))


def _handed_to_people(decision: Decision, refusals: tuple[Refusal, ...], house: House) -> Decision:
    """The decision again, with a person in the place of the text that may not leave."""
    names = ", ".join(refusal.replace("_", " ") for refusal in refusals)
    queue = decision.queue or house.care.plan.care
    return replace(
        decision,
        action=Action.HAND_OFF,
        queue=queue,
        tier=max(decision.tier, house.care.plan.queue(queue).tier),
        drafts=(),
        silence=f"the gate refused the text ({names})",
        reason=f"{decision.reason}; but the gate refused the text ({names}), so a person takes it",
    )

"""Write down what follows from a decision: the case, its texts, its clocks, and what is kept of the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from carebot.core.article import Article
from carebot.core.assessment import Band
from carebot.core.case import Case
from carebot.core.clocks import ClockKind, started
from carebot.core.commands import Command
from carebot.core.decision import Action, Decision
from carebot.core.events import EventName
from carebot.core.following import ACTOR, follow
from carebot.core.gate import Refusal
from carebot.core.message import Visibility, Writer
from carebot.core.ports import Sealer, Work
from carebot.core.records import Outgoing, OutgoingKind, StoredMessage
from carebot.core.tiers import Zone
from carebot.services.compose import Compose, Composed, refused
from carebot.services.house import House
from carebot.services.seal_reply import seal_replies
from carebot.services.understand import Understood


class Settle:
    """Everything here happens in the transaction that decided. ``articles`` are the approved ones, by slug."""

    def __init__(self, *, house: House, compose: Compose, sealer: Sealer) -> None:
        self._house = house
        self._sealer = sealer
        self._compose = compose
        self.articles: Mapping[str, Article] = {}

    def follow(
        self,
        work: Work,
        before: Case,
        decision: Decision,
        message: StoredMessage,
        understood: Understood,
        now: datetime,
    ) -> tuple[Case, Decision, tuple[Outgoing, ...]]:
        """Attach the message to the case, and do what ``move`` does."""
        work.add_events(
            [replace(before.event(EventName.MESSAGE_ATTACHED, now, "customer"), message_id=message.id)]
        )
        return self.move(work, before, decision, message, understood, now)

    def move(
        self,
        work: Work,
        before: Case,
        decision: Decision,
        message: StoredMessage,
        understood: Understood,
        now: datetime,
    ) -> tuple[Case, Decision, tuple[Outgoing, ...]]:
        """Move the case, queue the texts. A text that the gate refuses is not said: a person takes the case."""
        before = replace(before, language=_language(before, understood))
        case, events = follow(before, decision, now)
        composed = self._composed(work, decision, case, message, now)
        if refusals := refused(composed):
            decision, composed = _handed_to_people(decision, refusals, self._house), ()
            case, events = follow(before, decision, now)
            events = (*events, case.event(EventName.TEXT_REFUSED, now, ACTOR, refusals=", ".join(refusals)))
        work.save_case(case)
        if decision.silences_bot:
            for other in {case.id, *(item.id for item in work.cases_of(case.customer_id))}:
                work.hold_queued(other, "the customer asked the bot to stop")
        if case.zone is Zone.PRIVATE and before.zone is not Zone.PRIVATE:
            work.hold_queued(case.id, "the case is private now")
        if self._people_speak_first(before, decision, understood):
            work.hold_queued(case.id, "people speak first now")
        for text in composed:
            work.add_outgoing(text.outgoing)
        if self._exposes_in_public(message, understood):
            work.add_outgoing(_hiding(message, case, work.new_id("o"), now))
        self._run_clocks(work, case, decision, message, now)
        work.add_events(events)
        return case, decision, tuple(text.outgoing for text in composed)

    def _composed(
        self,
        work: Work,
        decision: Decision,
        case: Case,
        message: StoredMessage,
        now: datetime,
    ) -> tuple[Composed, ...]:
        return tuple(
            self._compose(
                draft,
                case=case,
                message=message,
                language=case.language,
                articles=self.articles,
                outgoing_id=work.new_id("o"),
                priority=case.priority,
                at=now,
            )
            for draft in decision.drafts
        )

    def _people_speak_first(self, before: Case, decision: Decision, understood: Understood) -> bool:
        """Whether what the bot was about to say has to wait for people: they look first, or were asked for."""
        plan = self._house.care.plan
        guarded = decision.queue is not None and plan.queue(decision.queue).people_first
        is_new_flag = bool(decision.flag_reasons - before.flag_reasons)
        asked_for = Command.HUMAN in understood.commands
        return guarded or is_new_flag or asked_for or decision.action is Action.HOLD

    def _exposes_in_public(self, message: StoredMessage, understood: Understood) -> bool:
        """Whether anybody can read personal data in this message, and the network lets us hide it.

        Hiding protects the customer, so it happens whether or not the bot may speak.
        """
        channel = self._house.channel(message.channel)
        may_hide = channel.can_hide and not channel.hides_only_own_conversations
        return (
            may_hide
            and message.visibility is Visibility.PUBLIC
            and message.writer is Writer.CUSTOMER
            and understood.assessment.exposes_entities
        )

    def _run_clocks(
        self, work: Work, case: Case, decision: Decision, message: StoredMessage, now: datetime
    ) -> None:
        channel = self._house.channel(message.channel)
        is_private_place = message.visibility is Visibility.DIRECT and channel.direct_is_private
        if is_private_place and case.invited_at is not None:
            work.stop_clocks(case.id, now)  # they came
        if decision.action is Action.INVITE:
            within = channel.did_they_come_after
            work.start_clock(started(ClockKind.DID_THEY_COME, case_id=case.id, at=now, within=within))

    def keep_text(
        self,
        work: Work,
        message: StoredMessage,
        case: Case | None,
        decision: Decision,
        understood: Understood,
        now: datetime,
    ) -> None:
        """Keep the masked text of public posts, and of direct messages unless they are private.

        Nothing is kept of what its author has taken back.
        What was kept before of a case that is private now goes.
        """
        private = decision.band is Band.PRIVATE or (case is not None and case.zone is Zone.PRIVATE)
        keep = message.visibility is Visibility.PUBLIC or not private
        work.mark_decided(
            message.id,
            case_id=case.id if case else None,
            masked_text=understood.masked_text if keep and message.deleted_at is None else None,
        )
        if case is not None:
            self.wipe_if_private(work, case, now)

    def wipe_if_private(self, work: Work, case: Case, now: datetime) -> None:
        """Of a private case no text of direct messages is kept but under seal."""
        if case.zone is not Zone.PRIVATE:
            return
        seal_replies(work, case.id, sealer=self._sealer, now=now)
        if wiped := work.wipe_direct_texts(case.id):
            work.add_events([case.event(EventName.MASKED_TEXT_WIPED, now, ACTOR, texts=wiped)])


def _hiding(message: StoredMessage, case: Case, outgoing_id: str, now: datetime) -> Outgoing:
    """The row that hides a public post; it says nothing."""
    return Outgoing(
        id=outgoing_id,
        case_id=case.id,
        message_id=message.id,
        channel=message.channel,
        account=message.account,
        zone=Zone.PUBLIC,
        text="",
        language="und",
        origin=OutgoingKind.HIDE,
        in_reply_to=message.external_id,
        idempotency_key=f"{message.id}/{OutgoingKind.HIDE}",
        created_at=now,
        priority=case.priority,
        kind=OutgoingKind.HIDE,
    )


def _language(case: Case, understood: Understood) -> str:
    """The language of this message, or where it cannot be told, the one that the customer wrote before."""
    reading = understood.assessment.reading
    return case.language if reading is None or reading.language == "und" else reading.language


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

"""A person says that a message is private: the policy decides about it again, as about any private one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from carebot.core.assessment import Band
from carebot.core.case import Case, CaseStatus
from carebot.core.finding import Finding
from carebot.core.policy import decide
from carebot.core.ports import Sealer, Work
from carebot.core.records import DecisionRecord, Outgoing, StoredMessage
from carebot.core.situation import Situation
from carebot.core.snapshot import thaw
from carebot.core.tiers import Zone
from carebot.services.compose import Compose
from carebot.services.house import House
from carebot.services.settle import Settle
from carebot.services.situation_of import facts_of, past_of
from carebot.services.understand import Understood


class BecomePrivate:
    """Moves a case to the private zone within a transaction that somebody else began."""

    def __init__(self, *, house: House, sealer: Sealer, find: Callable[[str], tuple[Finding, ...]]) -> None:
        self._house = house
        self._settle = Settle(house=house, compose=Compose(house=house, find=find), sealer=sealer)

    def __call__(
        self,
        work: Work,
        case: Case,
        message: StoredMessage,
        record: DecisionRecord,
        actor: str,
        now: datetime,
    ) -> tuple[Case, tuple[Outgoing, ...]]:
        """The case as it is then, and what the bot says: an invitation, where it may speak.

        A resolved case is not opened again, and nothing is said in it; a closed one stays as it is.
        """
        if case.status is CaseStatus.CLOSED or case.band is Band.PRIVATE:
            return case, ()
        if not case.status.is_open:
            return self._quietly(work, case, actor, now), ()
        situation = self._situation(work, case, message, record, now)
        understood = Understood(masked_text=message.masked_text, assessment=situation.assessment)
        decision = decide(situation, self._house.policy(brand=message.brand, channel=message.channel))
        case, _, texts = self._settle.move(work, case, decision, message, understood, now)
        self._settle.wipe_if_private(work, case, now)
        return case, texts

    def _situation(
        self, work: Work, case: Case, message: StoredMessage, record: DecisionRecord, now: datetime
    ) -> Situation:
        """What was seen then, in the case as it is now. What the customer ordered was done then."""
        past, customer = past_of(work, case, message, self._house, now), work.customer_by_id(case.customer_id)
        return replace(
            thaw(record.situation, self._house.channel(message.channel)),
            case=replace(facts_of(case, self._house, past, now), band=Band.PRIVATE),
            commands=frozenset(),
            article=None,
            person_has_spoken=past.person_has_spoken,
            is_silenced=customer.is_silenced or case.bot_silenced_at is not None,
            bot_is_awake=work.switch("bot_awake") is not False,
        )

    def _quietly(self, work: Work, case: Case, actor: str, now: datetime) -> Case:
        plan = self._house.care.plan
        tier = max(case.tier, plan.queue(plan.private).tier)
        moved = replace(case, band=Band.PRIVATE, zone=Zone.PRIVATE, queue=plan.private, tier=tier)
        work.hold_queued(case.id, "the case is private now")
        work.save_case(moved)
        work.add_events(moved.moves_since(case, now, actor))
        self._settle.wipe_if_private(work, moved, now)
        return moved

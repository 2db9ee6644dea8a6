"""Explain a case: what was seen, which rule won, what decided, and what would have changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carebot.core.brief import Brief, brief_of
from carebot.core.decision import Decision
from carebot.core.policy import decide
from carebot.core.ports import UnitOfWork, Work
from carebot.core.records import DecisionRecord
from carebot.core.rights import CaseRight, Viewer, require
from carebot.core.situation import Situation
from carebot.core.snapshot import not_kept, thaw
from carebot.core.what_if import WhatIf, what_ifs
from carebot.services.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDecision:
    """One decision with the situation it was taken in.

    ``today`` is what the policy decides about the same situation now; it differs from ``decision`` when the
    configuration has changed since, or when the gate refused the text. ``withheld`` names what the channel
    forbids to keep and which therefore is not shown.
    """

    message_id: str
    at: datetime
    decision: Decision
    situation: Situation
    today: Decision
    what_ifs: tuple[WhatIf, ...]
    model: str | None
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A case's decisions, oldest first, and its brief."""

    case_id: str
    brief: Brief
    decisions: tuple[ExplainedDecision, ...]


class Explain:
    """Runs the policy again from what was kept of each situation."""

    def __init__(self, *, uow: UnitOfWork, house: House) -> None:
        self._uow = uow
        self._house = house

    def __call__(self, viewer: Viewer, case_id: str) -> Explanation:
        """Explain a case; raises KeyError for an unknown one, NotAllowedError without the right."""

        def read(work: Work) -> tuple[Brief, tuple[DecisionRecord, ...]]:
            case = work.case(case_id)
            if case is None:
                raise KeyError(f"there is no case {case_id}; `carebot cases` lists those you may see")
            require(viewer, CaseRight.EXPLAIN, zone=case.zone, tier=case.tier)
            if case.merged_into is not None:
                raise KeyError(f"case {case_id} was merged into {case.merged_into}; explain that one")
            records = work.decisions_of(case_id)
            return brief_of(case, tuple(r.decision for r in records), work.clocks_of(case_id)), records

        brief, records = self._uow.run(read)
        return Explanation(
            case_id=case_id, brief=brief, decisions=tuple(self._explained(record) for record in records)
        )

    def _explained(self, record: DecisionRecord) -> ExplainedDecision:
        channel = self._house.channel(str(record.situation["channel"]))
        situation = thaw(record.situation, channel)
        settings = self._house.policy(brand=situation.brand, channel=channel.name)
        return ExplainedDecision(
            message_id=record.message_id,
            at=record.at,
            decision=record.decision,
            situation=situation,
            today=decide(situation, settings),
            what_ifs=what_ifs(situation, settings),
            model=record.model,
            withheld=tuple(sorted(not_kept(channel))),
        )

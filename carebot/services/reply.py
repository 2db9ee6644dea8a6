"""Answer a customer as a person: look at what will leave, then send exactly that, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from carebot.core import delivery
from carebot.core.case import Case, CaseStatus
from carebot.core.events import EventName
from carebot.core.finding import Finding
from carebot.core.message import Visibility
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import Outgoing, OutgoingState
from carebot.core.rights import CaseRight, Viewer, require
from carebot.errors import OutdatedError, RefusedTextError
from carebot.services.find_case import find_case, refuse_closed
from carebot.services.found_answer import keep_review, review_of_sent
from carebot.services.house import House
from carebot.services.person_spoke import person_spoke
from carebot.services.preview_reply import Preview, as_it_leaves, preview_reply
from carebot.services.review_thread import leave_to_people
from carebot.services.what_happened import what_happened
from carebot.services.who_has_it import person_who_has, refuse_owned_by_another

ANSWERED = "a person answered"  # why a suggested answer does not leave any more
_ENDED = (OutgoingState.HELD, OutgoingState.DEAD)


class Reply:
    """The same preview and the same way out for the terminal, the console and every other desk."""

    def __init__(
        self, *, uow: UnitOfWork, clock: Clock, house: House, find: Callable[[str], tuple[Finding, ...]]
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._house = house
        self._find = find

    def preview(self, case_id: str, text: str, *, viewer: Viewer) -> Preview:
        """What would leave, to whom, and what speaks against it; nothing is written.

        Raises KeyError, NotAllowedError, or IllegalTransitionError when there is nothing to answer.
        """
        text = as_it_leaves(text)
        findings = self._find(text)
        return self._uow.run(lambda work: self._look(work, case_id, text, viewer, findings))

    def send(self, preview: Preview, *, viewer: Viewer, resolve: bool = False) -> Outgoing:
        """Queue what was previewed. The case is the viewer's from then on, and the bot is silent.

        Pressing twice sends once. Raises OutdatedError when anything happened since the preview, ClaimedError
        when somebody else has the case, RefusedTextError when the text may not leave, and what ``preview`` does.
        """
        text = as_it_leaves(preview.text)
        findings = self._find(text)

        def send(work: Work) -> Outgoing:
            case = find_case(work, preview.case_id, viewer, CaseRight.REPLY)
            if known := _sent_before(work, case, _key(preview.message_id, viewer, text)):
                return known
            refuse_closed(case)
            fresh = self._look(work, case.id, text, viewer, findings)
            if (fresh.version, fresh.message_id) != (preview.version, preview.message_id):
                what = what_happened(work, case, preview, fresh, viewer)
                raise OutdatedError(f"{what} since you looked at case {case.id}; look at it again")
            return self._queue(work, case, fresh, viewer, resolve=resolve)

        return self._uow.run(send)

    def send_suggested(self, outgoing_id: str, *, viewer: Viewer, resolve: bool = False) -> Outgoing:
        """Queue the bot's suggestion as the viewer's own reply: it is judged again, and was a right answer.

        Whoever presses second gets OutdatedError; the rest as ``send``.
        """
        suggestion = self._uow.run(lambda work: _row(work, outgoing_id))
        text = as_it_leaves(suggestion.text)
        findings = self._find(text)

        def send(work: Work) -> Outgoing:
            row = _row(work, outgoing_id)
            case = find_case(work, row.case_id, viewer, CaseRight.REPLY)
            if known := _sent_before(work, case, _key(row.message_id, viewer, text)):
                return known
            if row.state is not OutgoingState.SUGGESTED:
                raise OutdatedError(f"the suggestion is {row.state}: {row.reason or 'it was used'}")
            fresh = self._look(work, case.id, text, viewer, findings)
            if (fresh.message_id, fresh.visibility) != (row.message_id, row.visibility):
                raise OutdatedError(f"case {case.id} went on since the bot suggested this; look at it again")
            sent = self._queue(work, case, fresh, viewer, resolve=resolve)
            if review := review_of_sent(work, case, row, viewer, self._house, sent.created_at):
                keep_review(work, case, review)
            return sent

        return self._uow.run(send)

    def _look(
        self, work: Work, case_id: str, text: str, viewer: Viewer, findings: tuple[Finding, ...]
    ) -> Preview:
        return preview_reply(
            work,
            case_id,
            text,
            viewer=viewer,
            house=self._house,
            findings=findings,
            now=self._clock.now(),
        )

    def _queue(self, work: Work, case: Case, preview: Preview, viewer: Viewer, *, resolve: bool) -> Outgoing:
        refuse_owned_by_another(case, viewer.id)
        if preview.refusals:
            raise RefusedTextError("; ".join(preview.refusals))
        if resolve:
            require(viewer, CaseRight.RESOLVE, zone=case.zone, tier=case.tier)
        row = _outgoing(work, case, preview, viewer)
        work.add_outgoing(row)
        _hold_suggestions(work, case, preview.message_id)
        _spoken(work, case, row, viewer, resolve=resolve)
        return row


def _row(work: Work, outgoing_id: str) -> Outgoing:
    row = work.outgoing(outgoing_id)
    if row is None:
        raise KeyError(f"there is no text {outgoing_id}")
    return row


def _agent(viewer: Viewer) -> str:
    return f"agent:{viewer.id.removeprefix('agent:')}"


def _key(message_id: str, viewer: Viewer, text: str) -> str:
    """The same for the same text of the same person to the same message, however often it is pressed."""
    return f"{message_id}/{_agent(viewer)}/{hashlib.sha256(text.encode()).hexdigest()}"


def _tries(work: Work, case: Case, key: str) -> list[Outgoing]:
    return [row for row in work.outgoing_of(case.id) if row.idempotency_key.partition("#")[0] == key]


def _sent_before(work: Work, case: Case, key: str) -> Outgoing | None:
    """The reply that is on its way already, or was sent; one that was held or died may be sent again."""
    return next((row for row in _tries(work, case, key) if row.state not in _ENDED), None)


def _outgoing(work: Work, case: Case, preview: Preview, viewer: Viewer) -> Outgoing:
    message = work.message(preview.message_id)
    assert message is not None
    key = _key(message.id, viewer, preview.text)
    again = len(_tries(work, case, key))
    return Outgoing(
        id=work.new_id("o"),
        case_id=case.id,
        message_id=message.id,
        channel=message.channel,
        account=message.account,
        zone=preview.zone,
        text=preview.text,
        language=case.language,
        origin=_agent(viewer),
        in_reply_to=message.external_id,
        idempotency_key=f"{key}#{again}" if again else key,
        created_at=preview.previewed_at,
        priority=case.priority,
        is_automatic=False,
    )


def _hold_suggestions(work: Work, case: Case, message_id: str) -> None:
    for row in work.outgoing_of(case.id):
        if row.message_id == message_id and row.state is OutgoingState.SUGGESTED:
            work.replace_outgoing(row, delivery.held(row, ANSWERED))


def _spoken(work: Work, case: Case, row: Outgoing, viewer: Viewer, *, resolve: bool) -> None:
    """The person has spoken, in the case's name: it is theirs, the bot is silent, the customer is next."""
    now, events = row.created_at, []
    if person_who_has(case) is None:
        case = replace(case, owner_id=viewer.id)
        events.append(case.event(EventName.CLAIMED, now, viewer.id))
    if case.held_by == viewer.id and row.visibility is Visibility.PUBLIC:  # marketing itself has answered
        leave_to_people(work, case)
        case = replace(case, held_by=None, held_until=None)
        events.append(case.event(EventName.HOLD_ENDED, now, viewer.id, held_by=viewer.id))
    queued = case.event(EventName.REPLY_QUEUED, now, viewer.id, outgoing=row.id, visibility=row.visibility)
    events.append(replace(queued, message_id=row.message_id))
    work.add_events(events)
    # It answers the latest message, also where the network's clock is ahead of ours.
    said_at = max(now, case.last_customer_at or now)
    spoken, _ = person_spoke(work, replace(case, updated_at=now), at=now, agent=viewer.id, said_at=said_at)
    if resolve and spoken.status.is_open:
        resolved, steps = replace(spoken, snoozed_until=None).moved_to(CaseStatus.RESOLVED, now, viewer.id)
        work.save_case(resolved)
        work.add_events(steps)

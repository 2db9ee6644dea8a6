"""Split a case that is two problems: some of its messages go into a new case of the same customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from carebot.core.became_private import PRIVATE_SINCE, private_since
from carebot.core.case import Case
from carebot.core.events import EventName, Fact
from carebot.core.joining import split_off, without
from carebot.core.message import Writer
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import StoredMessage
from carebot.core.rights import Viewer
from carebot.errors import IllegalTransitionError
from carebot.services.carry_clocks import carry_clocks
from carebot.services.find_case import find_case, refuse_closed
from carebot.services.merge_cases import attached

Messages = tuple[StoredMessage, ...]


def split_case(
    case_id: str, message_ids: Collection[str], *, viewer: Viewer, uow: UnitOfWork, clock: Clock
) -> Case:
    """The new case, which people have: as closed as the first one, at its tier and in its queue.

    Raises KeyError, NotAllowedError, or IllegalTransitionError for a closed case, for a message that is not in
    it, and when one of the two cases would have no message of the customer.
    """

    def split(work: Work) -> Case:
        case = find_case(work, case_id, viewer)
        refuse_closed(case)
        messages = work.messages_of(case.id)
        moved = tuple(message for message in messages if message.id in message_ids)
        kept = tuple(message for message in messages if message.id not in message_ids)
        _refuse(case, set(message_ids) - {message.id for message in moved}, moved, kept)
        return _split(work, case, moved, kept, clock.now(), viewer.id)

    return uow.run(split)


def _refuse(case: Case, strangers: Collection[str], moved: Messages, kept: Messages) -> None:
    if strangers:
        raise IllegalTransitionError(
            f"{', '.join(sorted(strangers))}: no message of case {case.id}; "
            f"`carebot explain {case.id}` lists them"
        )
    for part, what in ((moved, "go into the new case"), (kept, f"stay in {case.id}")):
        if not any(message.writer is Writer.CUSTOMER for message in part):
            raise IllegalTransitionError(
                f"case {case.id} cannot be split so: at least one message of the customer has to {what}"
            )


def _split(work: Work, case: Case, moved: Messages, kept: Messages, now: datetime, actor: str) -> Case:
    since = private_since(case, (*moved, *kept), work.decisions_of(case.id), work.events_of(case.id))
    known: dict[str, Fact] = {} if since is None else {PRIVATE_SINCE: since.isoformat()}
    new, opening = split_off(case, work.new_id("case"), moved, now, actor)
    work.save_case(new)
    work.save_case(without(case, kept, now))
    work.move_messages([message.id for message in moved], new.id)
    carry_clocks(work, case.id, new)
    parting = case.event(EventName.CASE_SPLIT, now, actor, into=new.id, messages=len(moved), **known)
    origin = new.event(EventName.CASE_SPLIT, now, actor, out_of=case.id, **known)
    work.add_events([parting, origin, *opening, *attached(new, moved, now, actor)])
    return new

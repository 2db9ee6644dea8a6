"""Open a sealed message: with the right, a reason, and a line in the audit."""

from __future__ import annotations

from carebot.core.events import Event, EventName
from carebot.core.ports import Clock, Sealer, UnitOfWork, Work
from carebot.core.rights import CaseRight, Viewer, require
from carebot.core.tiers import Zone
from carebot.errors import NotAllowedError
from carebot.services.ingest import Original

SHORTEST_REASON = 3  # characters
LONGEST_REASON = 200


def open_message(
    message_id: str, *, reason: str, viewer: Viewer, uow: UnitOfWork, sealer: Sealer, clock: Clock
) -> Original:
    """The original of one message; the opening is written down with the reason, in the same transaction.

    A message without a case needs the right to private cases. Raises KeyError, NotAllowedError without the
    right or a reason, SealError when the seal does not open (then nothing is written down).
    """
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise NotAllowedError(
            f"a sealed message is opened for a reason only: say why, in {SHORTEST_REASON} to {LONGEST_REASON} "
            "characters"
        )

    def open_it(work: Work) -> Original:
        message = work.message(message_id)
        if message is None:
            raise KeyError(f"there is no message {message_id}")
        case = None if message.case_id is None else work.case(message.case_id)
        zone, tier = (Zone.PRIVATE, 1) if case is None else (case.zone, case.tier)
        require(viewer, CaseRight.OPEN_SEALED, zone=zone, tier=tier)
        if message.deleted_at is not None:
            raise NotAllowedError("its author has deleted this message; it is not opened any more")
        customer = work.customer_by_id(message.customer_id)
        plain = sealer.open(customer.wrapped_key, message.sealed, context=message.id)
        opened = Event(
            name=EventName.SEAL_OPENED,
            at=clock.now(),
            actor=viewer.id,
            case_id=message.case_id,
            message_id=message.id,
            facts={"reason": reason},
        )
        work.add_events([opened])
        return Original.from_bytes(plain)

    return uow.run(open_it)

"""Stop all automatic text at once, and let it speak again."""

from __future__ import annotations

from typing import Final

from carebot.core.events import Event, EventName
from carebot.core.ports import Clock, UnitOfWork, Work
from carebot.core.records import OutgoingState
from carebot.core.rights import HouseRight, Viewer, require_in_house
from carebot.services.who_has_it import given_to_people

BOT_AWAKE: Final = "bot_awake"  # the switch; never set means awake


def stop_bot(*, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> int:
    """Nothing automatic leaves from now on; how many queued texts were held. Their cases go to people.

    What is with a network already cannot be stopped. Raises NotAllowedError.
    """
    require_in_house(viewer, HouseRight.SILENCE_BOT)

    def stop(work: Work) -> int:
        now = clock.now()
        reason = f"all automatic text was stopped at {now:%Y-%m-%d %H:%M:%S} UTC"
        was_awake = work.switch(BOT_AWAKE) is not False
        work.set_switch(BOT_AWAKE, False)
        held = 0
        for case_id in dict.fromkeys(work.hold_all_queued(reason)):
            texts = _held_for(work, case_id, reason)
            held += texts
            case = work.case(case_id)
            assert case is not None
            moved, steps = given_to_people(case, now, viewer.id)
            work.save_case(moved)
            work.add_events(
                [moved.event(EventName.TEXT_HELD, now, viewer.id, texts=texts, reason="bot stopped"), *steps]
            )
        if was_awake or held:
            work.add_events(
                [Event(name=EventName.BOT_STOPPED, at=now, actor=viewer.id, facts={"texts_held": held})]
            )
        return held

    return uow.run(stop)


def start_bot(*, viewer: Viewer, uow: UnitOfWork, clock: Clock) -> bool:
    """Automatic texts may leave again; False when they could before. What was held stays with people.

    Raises NotAllowedError.
    """
    require_in_house(viewer, HouseRight.SILENCE_BOT)

    def start(work: Work) -> bool:
        if work.switch(BOT_AWAKE) is not False:
            return False
        work.set_switch(BOT_AWAKE, True)
        work.add_events([Event(name=EventName.BOT_STARTED, at=clock.now(), actor=viewer.id)])
        return True

    return uow.run(start)


def _held_for(work: Work, case_id: str, reason: str) -> int:
    return sum(row.state is OutgoingState.HELD and row.reason == reason for row in work.outgoing_of(case_id))

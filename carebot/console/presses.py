"""The buttons that need nothing but a press: what each does, and what the card says then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from carebot.console.access import Visitor
from carebot.console.parts import ConsoleParts
from carebot.console.words import counted
from carebot.services.claim_case import claim_case, release_case
from carebot.services.resolve_case import reopen_case, resolve_case
from carebot.services.review_thread import hand_to_care, hold_thread, let_go, mark_handled
from carebot.services.snooze_case import snooze_case


def _claim(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    done = claim_case(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    told = ["It is yours: the bot is silent."]
    if done.texts_held:
        told.append(f"{counted(done.texts_held, 'text of the bot was', 'texts of the bot were')} held back.")
    if done.on_its_way:
        told.append(
            f"{counted(done.on_its_way, 'text is', 'texts are')} on the way already and cannot be stopped."
        )
    return " ".join(told)


def _release(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    done = release_case(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return f"It waits in the queue {done.queue} again."


def _resolve(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    resolve_case(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "It is resolved, and closes by itself after a while."


def _reopen(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    reopen_case(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "It is open again."


def _snooze(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    until = parts.clock.now() + timedelta(hours=4)
    snooze_case(case_id, until=until, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "It is put aside for four hours, or until the customer writes."


def _hold(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    hold_thread(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "Nothing of ours is said in public here for two hours, except by you."


def _let_go(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    let_go(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "What was held may leave again, if it still may."


def _to_care(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    done = hand_to_care(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return f"It is with care, in the queue {done.queue}."


def _handled(case_id: str, who: Visitor, parts: ConsoleParts) -> str:
    mark_handled(case_id, viewer=who.viewer, uow=parts.uow, clock=parts.clock)
    return "It is handled: nothing is held any more."


PRESSES: dict[str, Callable[[str, Visitor, ConsoleParts], str]] = {
    "claim": _claim,
    "release": _release,
    "resolve": _resolve,
    "reopen": _reopen,
    "snooze": _snooze,
    "hold": _hold,
    "let_go": _let_go,
    "to_care": _to_care,
    "handled": _handled,
}

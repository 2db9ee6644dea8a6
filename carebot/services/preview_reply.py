"""What a reply will be, before it is sent: to whom, who can read it, and why it may not leave."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from carebot.core.case import Case
from carebot.core.finding import Finding
from carebot.core.gate import Leaving, judge
from carebot.core.message import Visibility, Writer
from carebot.core.ports import Work
from carebot.core.records import REPLAYED, StoredMessage
from carebot.core.rights import CaseRight, Viewer, may
from carebot.core.tiers import Zone
from carebot.errors import IllegalTransitionError
from carebot.services.find_case import find_case, refuse_closed
from carebot.services.house import House
from carebot.services.network_id import id_on_network
from carebot.services.refusals_in_words import in_words, unit_of
from carebot.services.who_has_it import person_who_has

NOT_FROM_A_REPLAY = "this installation was filled by a replay: nothing is sent from it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A reply as it would leave now; ``refusals`` say in words why it may not, and are empty when it may.

    ``text`` is exactly what leaves. ``message_id`` is the message that it answers, ``answered`` its masked text
    where the viewer may read it. ``length`` and ``limit`` are in ``unit``, the network's own; ``limit`` None:
    there is none. ``version`` is the case's: when it is another at the time of sending, the reply is refused.
    """

    case_id: str
    version: int
    text: str
    visibility: Visibility
    zone: Zone
    message_id: str
    answered: str | None
    channel: str
    account: str
    length: int
    limit: int | None
    unit: str
    refusals: tuple[str, ...]
    previewed_at: datetime

    @property
    def may_leave(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refusals


def as_it_leaves(text: str) -> str:
    """The text in the one form in which it is shown, measured, judged and sent."""
    return unicodedata.normalize("NFC", text).strip()


def preview_reply(
    work: Work,
    case_id: str,
    text: str,
    *,
    viewer: Viewer,
    house: House,
    findings: tuple[Finding, ...],
    now: datetime,
) -> Preview:
    """Look at the case as it is in this transaction. ``text`` and ``findings`` belong together.

    Raises KeyError, NotAllowedError, or IllegalTransitionError when there is nothing to answer.
    """
    case = find_case(work, case_id, viewer, CaseRight.REPLY)
    refuse_closed(case)
    message = message_to_answer(case, work.messages_of(case.id), house)
    leaving = _leaving(case, message, text, house, findings)
    judged = in_words(
        judge(leaving, house.allow_list), leaving, in_reply_to=id_on_network(message.external_id)
    )
    return Preview(
        case_id=case.id,
        version=case.version,
        text=text,
        visibility=message.visibility,
        zone=zone_of(case, message),
        message_id=message.id,
        answered=message.masked_text if may_read(viewer, case, message) else None,
        channel=case.channel,
        account=case.account,
        length=leaving.channel.measure(text),
        limit=leaving.channel.max_length(message.visibility),
        unit=unit_of(leaving.channel),
        refusals=(*_objections(work, case, message, viewer, now), *judged),
        previewed_at=now,
    )


def message_to_answer(case: Case, messages: Iterable[StoredMessage], house: House) -> StoredMessage:
    """The customer's latest message; of a private case the latest that others cannot read, if there is one."""
    said = [item for item in messages if item.writer is Writer.CUSTOMER and item.deleted_at is None]
    if not said:
        raise IllegalTransitionError(
            f"case {case.id} has no message of the customer that could be answered; its author deleted it"
        )
    if case.zone is Zone.PRIVATE and house.channel(case.channel).direct_is_private:
        said = [item for item in said if item.visibility is Visibility.DIRECT] or said
    return max(said, key=lambda item: (item.at, item.received_at))  # of an edited post, its last wording


def zone_of(case: Case, message: StoredMessage) -> Zone:
    """Where the reply is said: as the message that it answers, or deeper, as its case."""
    if message.visibility is Visibility.PUBLIC:
        return Zone.PUBLIC
    return max(Zone.DIRECT, case.zone, key=lambda zone: zone.rank)


def may_read(viewer: Viewer, case: Case, message: StoredMessage) -> bool:
    """Whether the viewer may read a message; of a private case nothing counts as public."""
    public = message.visibility is Visibility.PUBLIC and case.zone is not Zone.PRIVATE
    rights = {CaseRight.SEE_DIRECT_TEXT} | ({CaseRight.SEE_PUBLIC_TEXT} if public else set())
    return any(may(viewer, right, zone=case.zone, tier=case.tier) for right in rights)


def _leaving(
    case: Case, message: StoredMessage, text: str, house: House, findings: tuple[Finding, ...]
) -> Leaving:
    channel = house.channel(case.channel)
    return Leaving(
        text=text,
        findings=findings,
        visibility=message.visibility,
        channel=channel,
        case_zone=case.zone,
        is_automatic=False,
        channel_objection=channel.can_reply(
            visibility=message.visibility, post_kind=message.post_kind, summons=message.summons
        ),
    )


def _objections(
    work: Work, case: Case, message: StoredMessage, viewer: Viewer, now: datetime
) -> Iterator[str]:
    """What speaks against a reply besides the gate."""
    if work.switch(REPLAYED):
        yield NOT_FROM_A_REPLAY
    owner = person_who_has(case)
    if owner not in (None, viewer.id):
        yield f"{owner} has the case; ask {owner} to release it"
    is_held = case.held_until is not None and case.held_until > now and case.held_by != viewer.id
    if is_held and message.visibility is Visibility.PUBLIC:
        yield (
            f"{case.held_by} of marketing holds the thread until {case.held_until:%Y-%m-%d %H:%M} UTC; "
            "nothing is said in public before"
        )

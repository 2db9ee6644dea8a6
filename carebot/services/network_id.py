"""The ids of messages that were edited: each wording is a message of its own here, and one post on the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from carebot.core.ports import Work
from carebot.core.records import StoredMessage

_MOST_UNDECIDED = 1000
# The mark, then a date and a time in ISO form up to the end: an id of a network that has a "#" of its own stays whole.
_EDIT = re.compile(r"#\d{4}-\d{2}-\d{2}T[^#]*$")


def edited_id(external_id: str, at: datetime) -> str:
    """The id under which the wording of that moment is kept."""
    return f"{external_id}#{at.isoformat()}"


def id_on_network(external_id: str) -> str:
    """The id that the network knows, whichever wording is meant."""
    return _EDIT.sub("", external_id)


def wordings_of(work: Work, channel: str, account: str, external_id: str) -> Iterator[StoredMessage]:
    """Everything that is kept of one post: as it came first, and each edited wording."""
    first = work.message_by_external_id(channel, account, external_id)
    if first is None:
        return
    yield first
    others = work.undecided(_MOST_UNDECIDED) if first.case_id is None else work.messages_of(first.case_id)
    for other in others:
        same = (other.channel, other.account) == (channel, account)
        if same and other.id != first.id and id_on_network(other.external_id) == external_id:
            yield other

"""A channel whose calls are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from carebot.core.channel import ChannelTraits, Fetched, Posted, Sending
from carebot.core.ports import Channel
from carebot.engine.meter import Meter
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelRefusedError,
    ChannelUncertainError,
    ChannelUnreachableError,
)

T = TypeVar("T")

_OUTCOMES: dict[type[ChannelError], str] = {
    ChannelUnreachableError: "unreachable",
    ChannelLimitError: "limit",
    ChannelUncertainError: "uncertain",
    ChannelRefusedError: "refused",
    ChannelAccessError: "access",
}


class MeasuredChannel:
    """Implements core.ports.Channel by asking another one."""

    def __init__(self, channel: Channel, meter: Meter) -> None:
        self._channel = channel
        self._meter = meter

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def account(self) -> str:
        return self._channel.account

    @property
    def traits(self) -> ChannelTraits:
        return self._channel.traits

    def fetch(self, cursor: str | None) -> Fetched:
        return self._channel.fetch(cursor)

    def send(self, sending: Sending) -> Posted:
        return self._counted("text", lambda: self._channel.send(sending), sending)

    def find_sent(self, sending: Sending) -> Posted | None:
        return self._channel.find_sent(sending)

    def hide(self, external_id: str) -> None:
        self._counted("hide", lambda: self._channel.hide(external_id))

    def check(self) -> str:
        return self._channel.check()

    def close(self) -> None:
        self._channel.close()

    def _counted(self, kind: str, call: Callable[[], T], sending: Sending | None = None) -> T:
        try:
            result = call()
        except Exception as error:
            outcome = _OUTCOMES.get(type(error), "error") if isinstance(error, ChannelError) else "error"
            self._meter.called(self._channel, kind, outcome)
            raise
        self._meter.called(self._channel, kind, "done", sending)
        return result

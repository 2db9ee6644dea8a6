"""The network in memory keeps what every channel keeps: a fake that is not held to it would lie to every test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carebot.channels.registry import rules_of
from carebot.core.channel import ChannelTraits
from carebot.core.channel_rules import ChannelRules
from carebot.core.message import Visibility
from carebot.core.ports import Channel
from carebot.errors import (
    ChannelAccessError,
    ChannelError,
    ChannelLimitError,
    ChannelUncertainError,
    ChannelUnreachableError,
)
from carebot.testing.channel_contract import ChannelContract, Fault
from carebot.testing.network import MemoryChannel, MemoryNetwork

TRAITS = ChannelTraits(
    visible_after=timedelta(milliseconds=400),
    call_limit=timedelta(seconds=1),
    poll_every=timedelta(seconds=1),
)
ALWAYS = 1000
ERRORS: dict[Fault, ChannelError] = {
    Fault.LOSE_ANSWERS: ChannelUncertainError("the answer was lost"),
    Fault.LIMIT: ChannelLimitError("too often", retry_after=timedelta(seconds=3)),
    Fault.LIMIT_WITHOUT_TIME: ChannelLimitError("too often"),
    Fault.BREAK: ChannelUncertainError("it broke"),
}


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


class InMemory:
    """A customer and a brand's hand on a network in memory."""

    customer = "ana"

    def __init__(self) -> None:
        self.network = MemoryNetwork(_Now(), honours_keys=True)

    def write(
        self, text: str, *, visibility: Visibility = Visibility.PUBLIC, in_reply_to: str | None = None
    ) -> str:
        direct = visibility is Visibility.DIRECT
        return self.network.write(self.customer, text, to="acme", in_reply_to=in_reply_to, direct=direct).id

    def edit(self, external_id: str, text: str) -> None:
        self.network.edit(external_id, text)

    def delete(self, external_id: str) -> None:
        self.network.delete(external_id)

    def write_by_hand(self, text: str, in_reply_to: str) -> str:
        return self.network.write("acme", text, in_reply_to=in_reply_to).id

    def texts_of_brand(self) -> list[str]:
        return [post.text for post in self.network.by("acme")]

    def is_hidden(self, external_id: str) -> bool:
        return self.network.posts[external_id].is_hidden

    def begin(self, fault: Fault) -> None:
        if fault in ERRORS:
            for call in ("send", "hide") if fault is Fault.LOSE_ANSWERS else ("send", "hide", "fetch"):
                error = ERRORS[fault]
                if fault is Fault.BREAK and call == "fetch":
                    error = ChannelUnreachableError("it broke")
                self.network.fail(call, error, is_done=fault is Fault.LOSE_ANSWERS, times=ALWAYS)
        elif fault is Fault.INVISIBLE:
            self.network.invisible_for = timedelta(milliseconds=300)
        elif fault is Fault.DUPLICATES:
            self.network.duplicates = True
        elif fault is Fault.DISORDER:
            self.network.shuffles = True
        elif fault is Fault.DOWN:
            self.network.is_down = True

    def heal(self) -> None:
        self.network.heal()


@pytest.fixture
def network() -> InMemory:
    return InMemory()


@pytest.fixture
def connect(network: InMemory) -> Callable[[], Channel]:
    return lambda: MemoryChannel(network.network, account="acme", brand="acme", traits=TRAITS)


@pytest.fixture
def stranger(network: InMemory) -> Channel:
    """A channel whose every call is refused for its credentials."""
    other = MemoryNetwork(_Now())
    for call in ("fetch", "send", "find_sent", "hide", "check"):
        other.fail(call, ChannelAccessError("who are you?"), times=ALWAYS)
    return MemoryChannel(other, account="acme", brand="acme", traits=TRAITS)


@pytest.fixture
def rules() -> ChannelRules:
    return rules_of("townsquare")


class TestMemoryNetwork(ChannelContract):
    """As it is."""


class TestMemoryNetworkWithoutKeys(ChannelContract):
    """As a network that knows no idempotency keys."""

    @pytest.fixture
    def network(self) -> InMemory:
        made = InMemory()
        made.network.honours_keys = False
        return made

    @pytest.fixture
    def rules(self, rules: ChannelRules) -> ChannelRules:
        return replace(rules, idempotency_keys=False)

"""The town square's adapter keeps what every channel keeps, against the real network on a free port."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import pytest

from carebot.channels.registry import connect as connect_channel
from carebot.channels.registry import rules_of
from carebot.channels.townsquare.web.server import serving
from carebot.core.channel import Posted, Sending
from carebot.core.channel_rules import ChannelRules
from carebot.core.message import Visibility
from carebot.core.ports import Channel
from carebot.errors import ChannelLimitError, ChannelUncertainError, ChannelUnreachableError
from carebot.testing.channel_contract import ChannelContract
from carebot.testing.channel_network import Fault, read_all, sending

FAULTS: dict[Fault, dict[str, Any]] = {
    Fault.LOSE_ANSWERS: {"lose_answer_every": 1},
    Fault.LIMIT: {"limit_every": 1},
    Fault.LIMIT_WITHOUT_TIME: {"limit_every": 1, "limit_reset": False},
    Fault.BREAK: {"fail_every": 1},
    Fault.INVISIBLE: {"invisible_ms": 800},
    Fault.DUPLICATES: {"duplicate_every": 3},
    Fault.DISORDER: {"shuffle": True},
    Fault.DOWN: {"down_for_s": 60},
}
CALM = {
    "limit_every": 0,
    "limit_reset": True,
    "fail_every": 0,
    "lose_answer_every": 0,
    "invisible_ms": 0,
    "duplicate_every": 0,
    "shuffle": False,
    "down_for_s": 0,
    "honour_keys": True,
    "delay_jitter_ms": 0,
}
NUMBERS = count(1)


class SquareNetwork:
    """A brand and a customer of their own in the one square that all tests share."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=f"{address}/api/v1", trust_env=False)
        number = next(NUMBERS)
        self.brand = self._open(f"acme{number}", is_brand=True)
        self._ana = self._open(f"ana{number}", followers=321)
        self.customer: str = self._ana["id"]

    def write(
        self, text: str, *, visibility: Visibility = Visibility.PUBLIC, in_reply_to: str | None = None
    ) -> str:
        handle = self.brand["handle"]
        if visibility is Visibility.DIRECT:
            return self._done("POST", "/direct", self._ana, text=text, to=handle, in_reply_to=in_reply_to)[
                "id"
            ]
        text = text if in_reply_to else f"@{handle} {text}"
        return self._done("POST", "/posts", self._ana, text=text, in_reply_to=in_reply_to)["id"]

    def edit(self, external_id: str, text: str) -> None:
        self._done("PUT", f"/posts/{external_id}", self._ana, text=text)

    def delete(self, external_id: str) -> None:
        self._done("DELETE", f"/posts/{external_id}", self._ana)

    def write_by_hand(self, text: str, in_reply_to: str) -> str:
        return self._done("POST", "/posts", self.brand, text=text, in_reply_to=in_reply_to)["id"]

    def texts_of_brand(self) -> list[str]:
        posts = self._http.get("/census").json()["posts"]
        return [post["text"] for post in posts if post["author"]["id"] == self.brand["id"] and post["text"]]

    def is_hidden(self, external_id: str) -> bool:
        return self._http.get(f"/posts/{external_id}").json()["text"] == ""

    def begin(self, fault: Fault) -> None:
        self.faults(**FAULTS[fault])

    def heal(self) -> None:
        self.faults(**CALM)

    def faults(self, **changes: Any) -> None:
        self._http.put("/faults", json=changes).raise_for_status()

    def close(self) -> None:
        self.heal()
        self._http.close()

    def _open(self, handle: str, **fields: Any) -> dict[str, Any]:
        return self._http.post("/accounts", json={"handle": handle, **fields}).json()

    def _done(self, method: str, path: str, who: dict[str, Any], **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {who['token']}"}
        answer = self._http.request(method, path, json=body or None, headers=headers)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("square") / "square.db") as where:
        yield where


@pytest.fixture
def network(address: str) -> Iterator[SquareNetwork]:
    made = SquareNetwork(address)
    yield made
    made.close()


@pytest.fixture
def connect(network: SquareNetwork) -> Iterator[Callable[..., Channel]]:
    made: list[Channel] = []

    def make(**values: str) -> Channel:
        settings = {"url": network.address, "token": network.brand["token"], **values}
        made.append(connect_channel("townsquare", f"@{network.brand['handle']}", "acme", settings))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


def brought(channel: Channel, sending: Sending) -> Posted:
    """Deliver as the outbox does: again where it certainly was not done, and after reading back where it may be."""
    while True:
        try:
            return channel.send(sending)
        except ChannelUncertainError:
            if (found := found_in_time(channel, sending)) is not None:
                return found
        except (ChannelLimitError, ChannelUnreachableError):
            continue


def found_in_time(channel: Channel, sending: Sending) -> Posted | None:
    """What the network shows; nothing only when a read that began after a post must be visible shows nothing."""
    must_be_visible_at = time.monotonic() + channel.traits.visible_after.total_seconds()
    while True:
        is_due = time.monotonic() >= must_be_visible_at
        with suppress(ChannelLimitError, ChannelUnreachableError):
            found = channel.find_sent(sending)
            if found is not None or is_due:
                return found


@pytest.mark.parametrize("honour_keys", [True, False])
def test_with_everything_going_wrong_each_answer_is_there_once_and_each_message_arrives(
    connect: Callable[..., Channel], network: SquareNetwork, honour_keys: bool
) -> None:
    messages = [network.write(f"Question {number}") for number in range(40)]
    network.faults(limit_every=7, fail_every=5, lose_answer_every=3, invisible_ms=100, duplicate_every=4)
    network.faults(shuffle=True, honour_keys=honour_keys, delay_jitter_ms=3)
    answers = [sending(network, message, f"Answer {number}") for number, message in enumerate(messages)]

    with ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda answer: brought(connect(visible_after="0.4"), answer), answers))
    network.heal()
    seen, _, _ = read_all(connect())

    assert sorted(network.texts_of_brand()) == sorted(answer.text for answer in answers)
    assert {message.external_id for message in seen} == {*messages, *(post.external_id for post in posted)}


@pytest.fixture
def stranger(connect: Callable[..., Channel]) -> Channel:
    return connect(token="nobody's")


@pytest.fixture
def rules() -> ChannelRules:
    return rules_of("townsquare")


class TestTownSquare(ChannelContract):
    """As it is."""


class TestTownSquareWithoutKeys(ChannelContract):
    """As a network that knows no idempotency keys: only reading it back says what was posted."""

    @pytest.fixture
    def network(self, network: SquareNetwork) -> SquareNetwork:
        network.faults(honour_keys=False)
        return network

    @pytest.fixture
    def rules(self, rules: ChannelRules) -> ChannelRules:
        return replace(rules, idempotency_keys=False)

    def test_the_same_key_posts_twice_which_is_why_it_is_read_back(
        self, connect: Callable[..., Channel], network: SquareNetwork
    ) -> None:
        answer = sending(network, network.write("Where is my parcel?"))

        assert connect().send(answer) != connect().send(answer)
        assert network.texts_of_brand() == [answer.text] * 2

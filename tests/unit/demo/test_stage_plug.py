"""Pulling the plug: when carebot is killed, what is shown, and when it is called right."""

from __future__ import annotations

import asyncio

from carebot.demo.child import ChildError
from carebot.demo.plug import HOLD_MS, Plug, PlugStage
from carebot.demo.square import SquareError
from carebot.testing.compare import Comparison

RIGHT = Comparison(messages=3, decided=3)
UNDER_WAY = Comparison(messages=3, on_their_way=1)
LOST = Comparison(messages=3, lost=("1",))
DOUBLED = Comparison(messages=3, doubled=("2",))


class House:
    """Stands for carebot, the square and the comparison; ``said`` keeps what happened, in order."""

    def __init__(
        self,
        *looks: Comparison | None,
        replies: bool = True,
        comes_back: bool = True,
        square_is_down: bool = False,
    ) -> None:
        self.said: list[str] = []
        self._looks = list(looks)
        self._replies = replies
        self._comes_back = comes_back
        self._square_is_down = square_is_down
        self._asked = asyncio.Event()
        self.plug = Plug(
            process=self,
            hold=self.hold,
            hears=self.hears,
            ask=self.ask,
            look=self.look,
            told=lambda: self.said.append(self.plug.stage.value),
            seen=0,
            patience=0.01,
        )

    async def kill(self) -> int | None:
        self.said.append("SIGKILL")
        return 1

    async def start(self) -> None:
        self.said.append("start")

    async def ready(self, within: float) -> None:
        if not self._comes_back:
            raise ChildError("it ended")

    async def hold(self, milliseconds: int) -> None:
        if self._square_is_down:
            raise SquareError("no connection")
        self.said.append(f"hold {milliseconds}")

    async def hears(self, within: float) -> bool:
        if not self._replies:
            await self._asked.wait()
        return True

    async def ask(self, question: str) -> None:
        self.said.append("ask")
        self._asked.set()

    async def look(self) -> Comparison | None:
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


def pulled(house: House) -> list[str]:
    async def play() -> None:
        house.plug.pull()
        await house.plug.finished()

    asyncio.run(asyncio.wait_for(play(), 20))
    return house.said


def test_carebot_is_killed_when_a_reply_is_in_the_squares_hands() -> None:
    house = House(RIGHT)
    said = pulled(house)
    assert said == [
        "armed",
        f"hold {HOLD_MS}",
        "SIGKILL",
        "killed",
        "restarting",
        "start",
        "reading_back",
        "right",
    ]
    assert (house.plug.pulled, house.plug.was_in_the_middle) == (1, True)


def test_a_question_is_asked_when_there_is_no_reply_to_interrupt() -> None:
    said = pulled(House(RIGHT, replies=False))
    assert said.index("ask") < said.index("SIGKILL")


def test_carebot_is_killed_also_while_the_square_is_down() -> None:
    house = House(RIGHT, square_is_down=True)
    assert pulled(house)[-1] == PlugStage.RIGHT
    assert "SIGKILL" in house.said
    assert house.plug.was_in_the_middle is False


def test_it_is_right_only_once_nothing_is_on_its_way() -> None:
    house = House(None, UNDER_WAY, RIGHT)
    assert pulled(house)[-1] == PlugStage.RIGHT


def test_something_lost_or_doubled_is_said() -> None:
    assert pulled(House(LOST))[-1] == PlugStage.WRONG
    assert pulled(House(DOUBLED))[-1] == PlugStage.WRONG


def test_a_carebot_that_does_not_come_back_is_said() -> None:
    assert pulled(House(RIGHT, comes_back=False))[-1] == PlugStage.FAILED


def test_one_pull_at_a_time() -> None:
    async def play() -> None:
        house = House(RIGHT)
        house.plug.pull()
        house.plug.pull()
        await house.plug.finished()
        assert house.said.count("SIGKILL") == 1
        house.plug.pull()
        await house.plug.finished()
        assert house.plug.pulled == 2

    asyncio.run(asyncio.wait_for(play(), 20))

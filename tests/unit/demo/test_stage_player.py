"""The morning in the square: what is played, in which order, how fast, and what is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from carebot.demo.player import Line, Player, lines_of, morning
from carebot.demo.square import SquareError

LINE = Line(
    id="a", author="mila", text="@plumvelo hi", is_direct=False, in_reply_to=None, after=0, followers=3
)


class Writing:
    """Stands for the square: keeps what was written; ``refuses`` counts how often it does not take a post."""

    def __init__(self, refuses: int = 0) -> None:
        self.written: list[tuple[str, str, str | None]] = []
        self.keys: list[str | None] = []
        self._refuses = refuses

    async def post(
        self, handle: str, text: str, *, in_reply_to: str | None = None, key: str | None = None
    ) -> str:
        self.keys.append(key)
        if self._refuses:
            self._refuses -= 1
            raise SquareError("503")
        self.written.append((handle, text, in_reply_to))
        return f"p{len(self.written)}"

    async def direct(self, handle: str, to: str, text: str, *, key: str | None = None) -> str:
        self.written.append((handle, f"{to}: {text}", "direct"))
        return f"p{len(self.written)}"


def play(doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(doing(), 30))


def test_the_morning_speaks_to_the_one_brand_of_the_square() -> None:
    lines = morning()
    assert not any("plumvelo.example" in line.text.replace("help.plumvelo.example", "") for line in lines)
    assert not any("@fiets" in line.text for line in lines)
    assert {line.author for line in lines if "." in line.author or "@" in line.author} == set()


def test_reposts_are_left_out_and_their_time_is_kept() -> None:
    rows = [
        {"id": "1", "author": "a", "visibility": "public", "text": "x", "at": "2026-11-16T07:00:00Z"},
        {
            "id": "2",
            "author": "b",
            "visibility": "public",
            "text": "RT",
            "at": "2026-11-16T07:00:10Z",
            "kind": "repost",
        },
        {"id": "3", "author": "c", "visibility": "direct", "text": "y", "at": "2026-11-16T07:00:30Z"},
    ]
    first, last = lines_of(rows)
    assert (first.id, first.after) == ("1", 0)
    assert (last.id, last.after, last.is_direct) == ("3", 30, True)


def test_replies_answer_the_post_as_the_square_knows_it() -> None:
    async def doing() -> None:
        square = Writing()
        lines = (LINE, replace(LINE, id="b", author="plumvelo", text="hello", in_reply_to="a"))
        player = Player(lines, square, lambda: None)
        player.play(100)
        await player.finished()
        assert square.written == [("mila", "@plumvelo hi", None), ("plumvelo", "hello", "p1")]
        assert not player.is_playing

    play(doing)


def test_direct_messages_go_to_the_brand() -> None:
    async def doing() -> None:
        square = Writing()
        player = Player((replace(LINE, is_direct=True, text="psst"),), square, lambda: None)
        player.play(1)
        await player.finished()
        assert square.written == [("mila", "plumvelo: psst", "direct")]

    play(doing)


def test_a_pause_holds_the_next_line_and_going_on_says_it() -> None:
    async def doing() -> None:
        square = Writing()
        player = Player((LINE, replace(LINE, id="b", after=3600)), square, lambda: None)
        player.play(1)
        while not square.written:
            await asyncio.sleep(0)
        player.play(0)
        await player.finished()
        assert player.played == 1
        player.play(1_000_000)
        await player.finished()
        assert player.played == 2

    play(doing)


def test_a_new_speed_counts_at_once() -> None:
    async def doing() -> None:
        square = Writing()
        player = Player((LINE, replace(LINE, id="b", after=3600)), square, lambda: None)
        player.play(1)
        while not square.written:
            await asyncio.sleep(0)
        player.play(1_000_000)
        await player.finished()
        assert len(square.written) == 2

    play(doing)


def test_a_post_that_is_not_taken_is_tried_again_with_the_same_key() -> None:
    async def doing() -> None:
        square = Writing(refuses=1)
        player = Player((LINE,), square, lambda: None)
        player.play(100)
        await player.finished()
        assert len(square.written) == 1
        assert len(square.keys) == 2
        assert len(set(square.keys)) == 1

    play(doing)


def test_what_was_played_to_its_end_begins_anew_with_other_keys() -> None:
    async def doing() -> None:
        square = Writing()
        player = Player((LINE,), square, lambda: None)
        for _ in range(2):
            player.play(100)
            await player.finished()
        assert len(square.written) == 2
        assert len(set(square.keys)) == 2

    play(doing)

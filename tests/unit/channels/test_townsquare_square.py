"""The town square itself: who may do what, what is shown to whom, and a log that cursors run along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carebot.channels.townsquare.web.accounts import Account
from carebot.channels.townsquare.web.faults import FaultBox, Faults
from carebot.channels.townsquare.web.inbox import Inbox
from carebot.channels.townsquare.web.problems import (
    EmptyError,
    GoneError,
    NotYoursError,
    SquareError,
    TooLongError,
    WhoError,
)
from carebot.channels.townsquare.web.reading import Reading
from carebot.channels.townsquare.web.square import Square

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Town:
    """A square with a brand and two customers, and a clock that is set by hand."""

    def __init__(self, file: Path) -> None:
        self.now = NOON
        self.square = Square(file, now=lambda: self.now)
        self.faults = FaultBox(now=lambda: (self.now - NOON).total_seconds())
        self.inbox = Inbox(self.square, self.faults)
        self.reading = Reading(self.square)
        self.acme = self.account("acme", is_brand=True)
        self.ana = self.account("ana")
        self.ben = self.account("ben")

    def account(self, handle: str, *, is_brand: bool = False) -> Account:
        return self.square.accounts.add(handle=handle, name=handle, followers=5, is_brand=is_brand)[0]

    def write(
        self, author: Account, text: str, in_reply_to: str | None = None, key: str | None = None
    ) -> str:
        return self.square.write(author, text, in_reply_to=in_reply_to, key=key)[0].id

    def tell(self, author: Account, text: str, to: str | None = None, in_reply_to: str | None = None) -> str:
        return self.square.tell(author, text, to=to, in_reply_to=in_reply_to)[0].id

    def seen(self, account: Account, cursor: str | None = None) -> list[tuple[str, str, str]]:
        items = self.inbox.read(account, cursor, 200)["items"]
        return [(item["change"], item["post"]["id"], item["post"]["text"]) for item in items]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path / "square.db")
    yield made
    made.square.close()


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@acme help", ["acme"]),
        ("thanks @Acme.", ["acme"]),
        ("@acme@elsewhere.example and @acme.example", ["acme"]),
        ("@ana @acme @ana", ["ana", "acme"]),
        ("mail me at ana@acme or @nobody", []),
        ("@acmee @ana_b", []),
    ],
)
def test_who_is_called_is_read_off_the_text(town: Town, text: str, called: list[str]) -> None:
    post = town.square.write(town.ben, text)[0]

    assert list(post.mentions) == called


def test_the_longest_name_that_exists_is_the_one_that_is_called(town: Town) -> None:
    town.account("acme@elsewhere.example")

    assert town.square.write(town.ben, "@acme@elsewhere.example.")[0].mentions == ("acme@elsewhere.example",)


def test_an_account_that_exists_is_given_again(town: Town) -> None:
    account, is_new = town.square.accounts.add(handle="@ANA", name="x", followers=1, is_brand=True)

    assert (account, is_new) == (town.ana, False)


@pytest.mark.parametrize("handle", ["", "a b", "@@a", "u12", "a" * 61, "a@b@c", "\ud800"])
def test_a_handle_that_nobody_could_call_is_refused(town: Town, handle: str) -> None:
    with pytest.raises(EmptyError):
        town.account(handle)


def test_a_brand_hears_what_calls_it_answers_it_and_goes_on_in_such_threads(town: Town) -> None:
    town.write(town.ana, "good morning everybody")
    first = town.write(town.ana, "@acme hello")
    more = town.write(town.ana, "it is urgent", first)
    own = town.write(town.acme, "we are here", more)
    other = town.write(town.ben, "me too", own)
    alone = town.write(town.acme, "our shop is open")
    below = town.write(town.ben, "great", alone)

    assert [seen[1] for seen in town.seen(town.acme)] == [first, more, own, other, alone, below]


def test_direct_messages_of_two_are_one_thread_that_nobody_else_sees(town: Town) -> None:
    one = town.tell(town.ana, "my order is 12", to="acme")
    two = town.tell(town.acme, "thank you", in_reply_to=one)
    three = town.tell(town.acme, "one more thing", in_reply_to=two)
    town.tell(town.ben, "hello", to=town.acme.id)

    shown = town.reading.direct(town.acme, town.ana, 10)
    assert [post["id"] for post in shown] == [one, two, three]
    assert len({post["thread_id"] for post in shown}) == 1
    assert [post["to"]["handle"] for post in shown] == ["acme", "ana", "ana"]
    assert len(town.reading.direct(town.acme, None, 10)) == 4
    assert [seen[1] for seen in town.seen(town.ben)] != [one]
    with pytest.raises(GoneError):
        town.reading.one(one, town.ben)
    with pytest.raises(GoneError):
        town.reading.thread(shown[0]["thread_id"], None, 10)
    with pytest.raises(GoneError):
        town.tell(town.ben, "I read that", in_reply_to=one)
    with pytest.raises(GoneError):
        town.write(town.acme, "in public", one)


@pytest.mark.parametrize("to", [None, "ana"])
def test_a_direct_message_goes_to_somebody_else(town: Town, to: str | None) -> None:
    with pytest.raises(EmptyError):
        town.tell(town.ana, "hello", to=to)


def test_a_public_post_may_be_answered_in_direct(town: Town) -> None:
    public = town.write(town.ana, "@acme help")

    answer = town.tell(town.acme, "write to us here", in_reply_to=public)

    assert town.reading.direct(town.ana, town.acme, 5)[0]["id"] == answer


def test_who_continues_an_own_post_still_answers_the_first(town: Town) -> None:
    first = town.write(town.ana, "@acme help")
    second = town.write(town.acme, "part one", first)

    third = town.write(town.acme, "part two", second)

    assert town.reading.one(third, town.acme)["to"] == {"id": town.ana.id, "handle": "ana"}


def test_a_key_gives_the_post_made_before_but_only_to_its_author(town: Town) -> None:
    one = town.write(town.ana, "hello", key="k")

    assert town.write(town.ana, "hello", key="k") == one
    assert town.write(town.ben, "hello", key="k") != one
    assert town.write(town.ana, "hello", key="other") != one
    assert len(town.reading.census()["posts"]) == 3


@pytest.mark.parametrize(("text", "error"), [("  ", EmptyError), ("x" * 501, TooLongError)])
def test_a_post_without_words_or_with_too_many_is_refused(
    town: Town, text: str, error: type[SquareError]
) -> None:
    with pytest.raises(error):
        town.write(town.ana, text)


def test_direct_messages_may_be_longer(town: Town) -> None:
    assert town.tell(town.ana, "x" * 10_000, to="acme")
    with pytest.raises(TooLongError):
        town.tell(town.ana, "x" * 10_001, to="acme")


@pytest.mark.parametrize("missing", ["nope", "9999999", "12", "-5", "٣", "1" * 30])
def test_what_is_not_there_cannot_be_answered(town: Town, missing: str) -> None:
    with pytest.raises(GoneError):
        town.write(town.ana, "hello", missing)


def test_an_edit_is_seen_as_an_edit_even_by_who_reads_late(town: Town) -> None:
    post = town.write(town.ana, "@acme my order is 12")
    town.square.edit(town.ana, post, "@acme my order is late")

    assert town.seen(town.acme) == [
        ("new", post, "@acme my order is 12"),
        ("edited", post, "@acme my order is late"),
    ]
    assert town.reading.timeline(1)[0]["text"] == "@acme my order is late"
    assert town.reading.timeline(1)[0]["edited_at"] is not None


def test_a_deletion_takes_the_words_out_of_the_log_too(town: Town) -> None:
    post = town.write(town.ana, "@acme my order is 12")
    town.square.edit(town.ana, post, "@acme never mind")
    town.square.delete(town.ana, post)

    assert town.seen(town.acme) == [("new", post, ""), ("edited", post, ""), ("deleted", post, "")]
    for row in town.square.database.all("SELECT text FROM posts UNION ALL SELECT text FROM changes"):
        assert row["text"] == ""
    with pytest.raises(GoneError):
        town.square.edit(town.ana, post, "again")
    with pytest.raises(GoneError):
        town.write(town.ben, "what was it?", post)


def test_only_its_author_changes_a_post(town: Town) -> None:
    post = town.write(town.ana, "@acme hello")

    with pytest.raises(NotYoursError):
        town.square.edit(town.ben, post, "x")
    with pytest.raises(NotYoursError):
        town.square.delete(town.acme, post)


def test_the_brand_that_is_written_to_hides_a_post_and_still_reads_it(town: Town) -> None:
    post = town.write(town.ana, "@acme my card is 1234")

    town.square.hide(town.acme, post)
    again = town.square.hide(town.acme, post)

    assert again.hidden_at is not None
    assert town.reading.one(post, None)["text"] == ""
    assert town.reading.one(post, town.ben)["mentions"] == []
    assert town.reading.one(post, town.acme)["text"] == "@acme my card is 1234"
    assert town.reading.one(post, town.ana)["text"] == "@acme my card is 1234"


def test_who_began_a_thread_hides_what_others_write_there_and_nobody_else_may(town: Town) -> None:
    first = town.write(town.ana, "@acme hello")
    reply = town.write(town.ben, "you are wrong", first)

    for stranger, post in ((town.ben, first), (town.ana, first), (town.account("cy", is_brand=True), reply)):
        with pytest.raises(NotYoursError):
            town.square.hide(stranger, post)
    town.square.hide(town.ana, reply)

    assert [post["text"] for post in town.reading.thread(first, None, 10)] == ["@acme hello", ""]


def test_direct_and_deleted_posts_are_not_there_to_be_hidden(town: Town) -> None:
    direct, gone = town.tell(town.ana, "hello", to="acme"), town.write(town.ana, "@acme hello")
    town.square.delete(town.ana, gone)

    for post in (direct, gone):
        with pytest.raises(GoneError):
            town.square.hide(town.acme, post)


def test_the_timeline_goes_back_page_by_page(town: Town) -> None:
    ids = [town.write(town.ana, f"post {number}") for number in range(5)]
    town.tell(town.ana, "not public", to="acme")

    page = town.reading.timeline(2)
    older = town.reading.timeline(10, before=page[-1]["id"])

    assert [post["id"] for post in page + older] == ids[::-1]
    assert [post["id"] for post in town.reading.by(town.ana, None, 2)] == ids[:2:-1]


def test_many_posts_at_once_are_made_all_or_none(town: Town) -> None:
    good = [{"as": "ana", "kind": "post", "text": "@acme hi"}]
    good += [{"as": "ben", "kind": "direct", "text": "hi", "to": "acme"}]

    assert len(town.square.write_all(good)) == 2
    with pytest.raises(GoneError):
        town.square.write_all([*good, {"as": "nobody", "kind": "post", "text": "hi"}])
    assert len(town.reading.census()["posts"]) == 2


def test_everything_is_there_again_after_a_restart(town: Town, tmp_path: Path) -> None:
    post = town.write(town.ana, "@acme hello")
    cursor = town.inbox.read(town.acme, None, 10)["cursor"]
    town.square.close()

    again = Square(tmp_path / "square.db")
    page = Inbox(again, FaultBox()).read(again.accounts.with_token(town.acme.token), None, 10)

    assert page["items"][0]["post"]["id"] == post
    assert page["cursor"] == cursor
    again.close()


# Cursors ----------------------------------------------------------------------------------------------------


def test_a_cursor_waits_for_what_is_not_visible_yet(town: Town) -> None:
    old = town.write(town.ana, "@acme one")
    town.now += timedelta(seconds=10)
    town.faults.change(Faults(invisible_ms=3000))
    young = town.write(town.ana, "@acme two")
    town.square.edit(town.ana, old, "@acme edited")

    first = town.inbox.read(town.acme, None, 10)
    town.now += timedelta(seconds=4)
    second = town.inbox.read(town.acme, first["cursor"], 10)

    assert [item["post"]["id"] for item in first["items"]] == [old]
    assert first["is_last"]
    assert [(item["change"], item["post"]["id"]) for item in second["items"]] == [
        ("new", young),
        ("edited", old),
    ]


def test_the_outbox_shows_a_post_when_it_is_visible(town: Town) -> None:
    asked = town.write(town.ana, "@acme one")
    town.faults.change(Faults(invisible_ms=3000))
    answer = town.write(town.acme, "here", asked)

    def shown() -> list[str]:
        return [post["id"] for post in town.reading.outbox(town.acme, asked, town.inbox.visible_until())]

    assert shown() == []
    town.now += timedelta(seconds=3)
    assert shown() == [answer]


def test_a_cursor_of_another_square_begins_anew_and_names_the_gap(town: Town, tmp_path: Path) -> None:
    town.write(town.ana, "@acme one")
    cursor = town.inbox.read(town.acme, None, 10)["cursor"]
    town.now += timedelta(hours=1)
    other = Town(tmp_path / "other.db")
    other.now = town.now
    post = other.write(other.ana, "@acme again")

    page = other.inbox.read(other.acme, cursor, 10)
    after = other.inbox.read(other.acme, page["cursor"], 10)

    assert [item["post"]["id"] for item in page["items"]] == [post]
    assert page["gap"]["since"] <= page["gap"]["until"]
    assert "gap" not in after
    other.square.close()


def test_a_square_restored_from_a_copy_skips_nothing_for_a_cursor_from_the_future(town: Town) -> None:
    post = town.write(town.ana, "@acme one")

    page = town.inbox.read(town.acme, f"{town.square.born}.99.1795000000000000", 10)

    assert [item["post"]["id"] for item in page["items"]] == [post]
    assert "gap" in page


@pytest.mark.parametrize("cursor", ["x", "1.2", "a.b.c", f"a.1.{'9' * 50}"])
def test_a_cursor_that_makes_no_sense_is_refused(town: Town, cursor: str) -> None:
    with pytest.raises(SquareError):
        town.inbox.read(town.acme, cursor, 10)


def test_nobody_acts_without_a_token(town: Town) -> None:
    with pytest.raises(WhoError):
        town.square.accounts.with_token("")


# Faults -----------------------------------------------------------------------------------------------------


def test_a_change_of_faults_leaves_the_others(town: Town) -> None:
    town.faults.change(Faults(limit_every=3, shuffle=True))

    now = town.faults.change(Faults(limit_every=2))

    assert (now.limit_every, now.shuffle, now.honour_keys) == (2, True, True)


def test_each_third_is_hit_and_none_when_it_is_off(town: Town) -> None:
    town.faults.change(Faults(fail_every=3))

    assert [town.faults.is_turn("fail_every") for _ in range(7)] == [False, False, True] * 2 + [False]
    assert not any(town.faults.is_turn("limit_every") for _ in range(7))


def test_the_square_comes_back_by_itself(town: Town) -> None:
    town.faults.change(Faults(down_for_s=5))

    assert town.faults.is_down
    town.now += timedelta(seconds=4)
    assert town.faults.now.down_for_s == 1
    town.now += timedelta(seconds=2)
    assert not town.faults.is_down
    assert town.faults.now.down_for_s == 0


def test_one_post_is_held_and_the_next_is_not(town: Town) -> None:
    town.faults.change(Faults(hold_next_post_ms=1500, hold_when="after"))

    assert town.faults.take_hold() == (1.5, "after")
    assert town.faults.take_hold() == (0, "after")

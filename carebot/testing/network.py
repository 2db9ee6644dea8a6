"""A social network in memory, with every fault that real ones have: for tests of channels and of what uses them.

network = MemoryNetwork(clock)
channel = MemoryChannel(network, account="plum", brand="Plum")
network.write("ada", "how do I charge it?", to="plum")
network.fail("send", ChannelUncertainError("the answer was lost"), is_done=True)
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from carebot.core.channel import Change, ChangeKind, ChannelTraits, Fetched, Gap, Posted, Sending
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer
from carebot.core.ports import Clock
from carebot.errors import ChannelError, ChannelRefusedError, ChannelUnreachableError

CallT = TypeVar("CallT")

TRAITS = ChannelTraits(
    visible_after=timedelta(seconds=5), call_limit=timedelta(seconds=10), poll_every=timedelta(seconds=2)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPost:
    """One post or direct message as the network has it. ``to`` is who is addressed: an account's name."""

    id: str
    author: str
    text: str
    at: datetime
    visibility: Visibility
    thread_id: str
    to: str | None = None
    in_reply_to: str | None = None
    key: str | None = None
    is_hidden: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    error: ChannelError
    is_done: bool


@dataclass(slots=True)
class _Entry:
    """One thing that readers are told: a post, or a change of it, from a moment on."""

    post: MemoryPost
    visible_at: datetime
    change: ChangeKind | None = None


@dataclass(slots=True)
class MemoryNetwork:
    """What all accounts share. Faults are attributes, or asked for with ``fail`` and ``meanwhile``.

    ``invisible_for``: a new post is shown to readers only after this time. ``duplicates``: every read brings each
    item twice; ``shuffles``: and the youngest first. ``is_down``: nobody is reached. ``honours_keys``: a second
    post with the same idempotency key is the first one. ``gap`` is told with the next read. ``longest``: the
    characters that one of a channel's posts may have. ``calls`` counts what was asked, whatever came of it.
    """

    clock: Clock
    invisible_for: timedelta = timedelta(0)
    duplicates: bool = False
    shuffles: bool = False
    is_down: bool = False
    honours_keys: bool = False
    gap: Gap | None = None
    longest: int = 500
    posts: dict[str, MemoryPost] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _hidden: list[_Entry] = field(default_factory=list)
    _shown: list[_Entry] = field(default_factory=list)
    _faults: dict[str, deque[_Fault]] = field(default_factory=lambda: defaultdict(deque))
    _meanwhile: dict[str, deque[Callable[[], object]]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # Faults --------------------------------------------------------------------------------------------------

    def fail(self, call: str, error: ChannelError, *, is_done: bool = False, times: int = 1) -> None:
        """The next calls of this name (``send``, ``fetch``, ...) raise; ``is_done``: after it was done."""
        self._faults[call].extend([_Fault(error=error, is_done=is_done)] * times)

    def heal(self) -> None:
        """No fault from now on."""
        self.invisible_for, self.gap = timedelta(0), None
        self.duplicates = self.shuffles = self.is_down = False
        self._faults.clear()
        self._meanwhile.clear()

    def meanwhile(self, call: str, happens: Callable[[], object]) -> None:
        """Let something happen when the next call of this name is done and not yet answered."""
        self._meanwhile[call].append(happens)

    # People --------------------------------------------------------------------------------------------------

    def write(
        self,
        author: str,
        text: str,
        *,
        to: str | None = None,
        in_reply_to: str | None = None,
        direct: bool = False,
        key: str | None = None,
    ) -> MemoryPost:
        """Somebody writes; ``to`` is the account that is mentioned, or written to."""
        with self._lock:
            answered = self.posts.get(in_reply_to or "")
            number = str(len(self.posts) + 1)
            thread = answered.thread_id if answered and direct == _is_direct(answered) else number
            post = MemoryPost(
                id=number,
                author=author,
                text=text,
                at=self.clock.now(),
                visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
                thread_id=thread,
                to=to or (answered.author if answered else None),
                in_reply_to=in_reply_to,
                key=key,
            )
            self.posts[number] = post
            self._hidden.append(_Entry(post=post, visible_at=post.at + self.invisible_for))
            return post

    def edit(self, post_id: str, text: str) -> None:
        """The author writes something else in its place."""
        self._change(replace(self.posts[post_id], text=text), ChangeKind.EDITED)

    def delete(self, post_id: str) -> None:
        """The author takes it back."""
        self._change(replace(self.posts[post_id], text="", is_deleted=True), ChangeKind.DELETED)

    def _change(self, post: MemoryPost, kind: ChangeKind) -> None:
        with self._lock:
            self.posts[post.id] = post
            self._hidden.append(_Entry(post=post, visible_at=self.clock.now(), change=kind))

    def by(self, author: str) -> list[MemoryPost]:
        """What an account has posted and not deleted, oldest first."""
        return [post for post in self.posts.values() if post.author == author and not post.is_deleted]

    # Used by channels ----------------------------------------------------------------------------------------

    def ask(self, call: str, do: Callable[[], CallT]) -> CallT:
        """Do what a channel asks, with the faults that were asked for."""
        with self._lock:
            self.calls[call] += 1
            if self.is_down:
                raise ChannelUnreachableError("the network is down")
            fault = self._faults[call].popleft() if self._faults[call] else None
            if fault is not None and not fault.is_done:
                raise fault.error
            done = do()
            happens = self._meanwhile[call].popleft() if self._meanwhile[call] else None
        if happens is not None:
            happens()
        if fault is not None:
            raise fault.error
        return done

    def shown(self) -> list[_Entry]:
        """What readers are told so far; only ever gets longer, whatever the clock does."""
        now = self.clock.now()
        self._shown += [entry for entry in self._hidden if entry.visible_at <= now]
        self._hidden = [entry for entry in self._hidden if entry.visible_at > now]
        return self._shown


class MemoryChannel:
    """Implements core.ports.Channel for one account of a MemoryNetwork."""

    def __init__(
        self,
        network: MemoryNetwork,
        *,
        account: str,
        brand: str,
        name: str = "townsquare",
        traits: ChannelTraits = TRAITS,
    ) -> None:
        self._network = network
        self._account = account
        self._brand = brand
        self._name = name
        self._traits = traits
        self._is_closed = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def account(self) -> str:
        return self._account

    @property
    def traits(self) -> ChannelTraits:
        return self._traits

    def fetch(self, cursor: str | None) -> Fetched:
        return self._ask("fetch", lambda: self._fetch(int(cursor or 0)))

    def send(self, sending: Sending) -> Posted:
        return self._ask("send", lambda: self._send(sending))

    def find_sent(self, sending: Sending) -> Posted | None:
        return self._ask("find_sent", lambda: self._find(sending))

    def hide(self, external_id: str) -> None:
        self._ask("hide", lambda: self._hide(external_id))

    def check(self) -> str:
        return self._ask("check", lambda: f"a network in memory, with {len(self._network.posts)} posts")

    def close(self) -> None:
        self._is_closed = True

    def _ask(self, call: str, do: Callable[[], CallT]) -> CallT:
        if self._is_closed:
            raise ChannelUnreachableError("the channel was closed")
        return self._network.ask(call, do)

    def _fetch(self, start: int) -> Fetched:
        network = self._network
        shown = network.shown()
        entries = [entry for entry in shown[start:] if self._concerns_us(entry.post)]
        entries = entries * 2 if network.duplicates else entries
        entries = entries[::-1] if network.shuffles else entries
        gap, network.gap = network.gap, None
        return Fetched(
            messages=tuple(self._message(entry.post) for entry in entries if entry.change is None),
            changes=tuple(
                self._changed(entry.change, entry) for entry in entries if entry.change is not None
            ),
            cursor=str(len(shown)),
            gap=gap,
        )

    def _concerns_us(self, post: MemoryPost) -> bool:
        return self._account in (post.author, post.to)

    def _message(self, post: MemoryPost) -> IncomingMessage:
        is_ours = post.author == self._account
        return IncomingMessage(
            channel=self._name,
            account=self._account,
            external_id=post.id,
            author=Author(
                external_id=post.author,
                handle=post.author,
                writer=Writer.AGENT if is_ours else Writer.CUSTOMER,
            ),
            visibility=post.visibility,
            text="" if self._network.posts[post.id].is_deleted else post.text,
            at=post.at,
            brand=self._brand,
            thread_id=post.thread_id,
            post_kind=PostKind.POST if post.in_reply_to is None else PostKind.REPLY,
            answers=post.to if is_ours else None,
            in_reply_to=post.in_reply_to,
        )

    def _changed(self, kind: ChangeKind, entry: _Entry) -> Change:
        edited = self._message(entry.post) if kind is ChangeKind.EDITED else None
        return Change(kind=kind, external_id=entry.post.id, at=entry.visible_at, edited=edited)

    def _send(self, sending: Sending) -> Posted:
        network = self._network
        answered = network.posts.get(sending.in_reply_to)
        if answered is None or answered.is_deleted:
            raise ChannelRefusedError("there is no such post to answer")
        if len(sending.text) > network.longest:
            raise ChannelRefusedError(f"a post has {network.longest} characters at most")
        known = (post for post in network.posts.values() if post.key == sending.idempotency_key)
        post = next(known, None) if network.honours_keys else None
        post = post or network.write(
            self._account,
            sending.text,
            to=sending.recipient,
            in_reply_to=sending.in_reply_to,
            direct=sending.visibility is Visibility.DIRECT,
            key=sending.idempotency_key,
        )
        return Posted(external_id=post.id, at=post.at)

    def _find(self, sending: Sending) -> Posted | None:
        for entry in self._network.shown():
            post = entry.post
            is_it = (post.author, post.in_reply_to) == (self._account, sending.in_reply_to)
            if is_it and post.text == sending.text and post.visibility is sending.visibility:
                return Posted(external_id=post.id, at=post.at)
        return None

    def _hide(self, external_id: str) -> None:
        post = self._network.posts.get(external_id)
        if post is None:
            raise ChannelRefusedError("there is no such post to hide")
        self._network.posts[external_id] = replace(post, is_hidden=True)


def _is_direct(post: MemoryPost) -> bool:
    return post.visibility is Visibility.DIRECT

"""Finds the thread of each message and the customer whom an agent answers, once all lines are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from carebot.channels.replay.errors import Complaints
from carebot.channels.replay.mapping import Draft
from carebot.core.message import IncomingMessage, Visibility, Writer

Key = tuple[str, str, str]


class Threads:
    """The drafts of a file by (channel, account, id); of messages with one id the first counts."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts: dict[Key, Draft] = {}
        self._threads: dict[Key, str] = {}  # of replies, so that a long thread is not climbed again and again
        for draft in drafts:
            self._drafts.setdefault(_key(draft.message, draft.message.external_id), draft)

    @property
    def count(self) -> int:
        """How many different ids there are."""
        return len(self._drafts)

    def finished(self, drafts: list[Draft], complaints: Complaints) -> Iterator[IncomingMessage]:
        """Messages with thread and addressee; ``drafts`` is emptied, so that no text is held twice."""
        drafts.reverse()
        while drafts:
            draft = drafts.pop()
            message = draft.message
            customer = self._customer(draft) if message.author.writer is Writer.AGENT else None
            if message.author.writer is Writer.AGENT and customer is None:
                complaints.add(
                    draft.line, "`in_reply_to` leads to no customer's message in this file: add `to`"
                )
                continue
            thread = message.thread_id or self._thread(draft, customer or message.author.external_id)
            is_known = (message.thread_id, message.answers) == (thread, customer)
            yield message if is_known else replace(message, thread_id=thread, answers=customer)

    def _chain(self, draft: Draft) -> Iterator[Draft]:
        """The draft and what it replies to, up to the first post; a circle ends where it closes."""
        seen: set[Key] = set()
        here: Draft | None = draft
        while here is not None and _key(here.message, here.message.external_id) not in seen:
            yield here
            seen.add(_key(here.message, here.message.external_id))
            here = self._drafts.get(_key(here.message, here.in_reply_to)) if here.in_reply_to else None

    def _customer(self, draft: Draft) -> str | None:
        for step in self._chain(draft):
            if step.message.answers:
                return step.message.answers
            if step.message.author.writer is Writer.CUSTOMER:
                return step.message.author.external_id
        return None

    def _thread(self, draft: Draft, customer: str) -> str:
        if draft.message.visibility is Visibility.DIRECT:
            return f"direct:{_hidden(customer)}"
        key, top = _key(draft.message, draft.message.external_id), draft
        for top in self._chain(draft):
            known = top.message.thread_id or self._threads.get(_key(top.message, top.message.external_id))
            if known:
                return self._threads.setdefault(key, known)
        if top is not draft:
            self._threads[key] = top.message.external_id
        return top.message.external_id


def _hidden(handle: str) -> str:
    """Thread ids are kept in clear, and a handle may be a person's name: a hash still tells threads apart."""
    return sha256(handle.encode()).hexdigest()[:16]


def _key(message: IncomingMessage, external_id: str) -> Key:
    return (message.channel, message.account, external_id)

"""One account on the town square, as carebot reads it and answers from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from carebot.channels.townsquare import mapping
from carebot.channels.townsquare.client import Client, Limits
from carebot.channels.townsquare.errors import BadAnswerError, of_exception
from carebot.channels.townsquare.settings import TownSquareSettings
from carebot.core.channel import ChannelTraits, Fetched, Posted, Sending
from carebot.core.message import Visibility
from carebot.errors import ChannelAccessError, ChannelRefusedError, ConfigurationError

if TYPE_CHECKING:
    from fastapi import APIRouter

T = TypeVar("T", bound=BaseModel)
PAGE = 200
GONE = "(not_found)"  # the end of the words of a 404 that is the square's own


def connect(account: str, brand: str, values: Mapping[str, str]) -> TownSquareChannel:
    """The channel of an account; ``values`` are the CAREBOT_TOWNSQUARE_* settings without that prefix.

    Asks the square nothing yet. Raises ConfigurationError with every setting that is missing or wrong.
    """
    return TownSquareChannel(account, brand, TownSquareSettings.read(values))


class TownSquareChannel:
    """A ``core.ports.Channel``. ``transport`` and ``limits`` are for tests."""

    def __init__(
        self,
        account: str,
        brand: str,
        settings: TownSquareSettings,
        *,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        limits = limits or Limits()
        self._account = account
        self._brand = brand
        self._settings = settings
        self._mapping = mapping.Mapping(account=account, brand=brand)
        self._client = Client(settings.url, settings.token, limits=limits, transport=transport)
        self._traits = ChannelTraits(
            visible_after=timedelta(seconds=settings.visible_after),
            call_limit=limits.call,
            poll_every=timedelta(seconds=settings.poll_every),
        )

    @property
    def name(self) -> str:
        return mapping.NAME

    @property
    def account(self) -> str:
        return self._account

    @property
    def traits(self) -> ChannelTraits:
        return self._traits

    def fetch(self, cursor: str | None) -> Fetched:
        asked: dict[str, str | int] = {"limit": PAGE} if cursor is None else {"limit": PAGE, "cursor": cursor}
        page = self._parsed(mapping.InboxBody, self._client.read("/inbox", **asked), is_write=False)
        self._must_be_us(page.account)
        return self._mapping.fetched(page)

    def send(self, sending: Sending) -> Posted:
        body = {"text": sending.text, "in_reply_to": sending.in_reply_to}
        if sending.visibility is Visibility.DIRECT:
            path, body = "/direct", body | {"to": sending.recipient}
        else:
            path = "/posts"
        key = quote(sending.idempotency_key, safe=":")
        answer = self._client.write("POST", path, body, key=key)
        return self._parsed(mapping.PostBody, answer, is_write=True).posted

    def find_sent(self, sending: Sending) -> Posted | None:
        answer = self._client.read("/outbox", in_reply_to=sending.in_reply_to)
        kind = "direct" if sending.visibility is Visibility.DIRECT else "post"
        # The youngest first: the same words may have answered the same post before, and are another text's.
        for post in reversed(self._parsed(mapping.PostsBody, answer, is_write=False).root):
            if (
                post.kind == kind
                and _same(post.text, sending.text)
                and self._mapping.is_ours(post.author.handle)
            ):
                return post.posted
        return None

    def hide(self, external_id: str) -> None:
        try:
            self._client.write("POST", f"/posts/{quote(external_id, safe='')}/hide")
        except ChannelRefusedError as error:
            if not error.detail.endswith(GONE):  # what is gone needs no hiding
                raise

    def check(self) -> str:
        me = self._parsed(mapping.AccountBody, self._client.read("/me"), is_write=False)
        self._must_be_us(me.handle)
        return f"{self._client.where} knows us as @{me.handle}"

    def close(self) -> None:
        self._client.close()

    def subscribe(self, url: str) -> None:
        """Have the square push to our webhook at this URL; needs CAREBOT_TOWNSQUARE_WEBHOOK_SECRET."""
        secret = self._settings.webhook_secret
        if secret is None:
            raise ConfigurationError(
                "CAREBOT_TOWNSQUARE_WEBHOOK_SECRET is missing: nothing pushed would be taken"
            )
        self._client.write("PUT", "/webhook", {"url": url, "secret": secret.get_secret_value()})

    def hooks(self, take: Callable[[Fetched], object]) -> APIRouter:
        """The route that takes what the square pushes to this account; see ``webhook.router``."""
        from carebot.channels.townsquare.webhook import router

        secret = self._settings.webhook_secret
        return router(
            None if secret is None else secret.get_secret_value(),
            take,
            account=self._account,
            brand=self._brand,
        )

    def _parsed(self, kind: type[T], content: bytes, *, is_write: bool) -> T:
        try:
            return mapping.parsed(kind, content)
        except BadAnswerError as error:
            raise of_exception(error, is_write=is_write, where=self._client.where) from error

    def _must_be_us(self, handle: str) -> None:
        """With another account's token we would answer ourselves."""
        if not self._mapping.is_ours(handle):
            raise ChannelAccessError(
                f"CAREBOT_TOWNSQUARE_TOKEN belongs to another account than {self._account} of care.yaml"
            )


def _same(one: str, other: str) -> bool:
    """Whether two texts have the same words; networks may change the space between them."""
    return one.split() == other.split()

"""What runs all the time, put together: the accounts of the networks, the engine, health and the console's parts."""

from __future__ import annotations

import os
import random
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from carebot.channels.registry import CHANNELS, connect
from carebot.core.ports import Channel
from carebot.engine.embedded import Engine
from carebot.engine.health import HealthParts
from carebot.engine.measured import MeasuredChannel
from carebot.engine.meter import Meter
from carebot.engine.originals import Originals, RememberingIngest
from carebot.engine.parts import Account, EngineParts
from carebot.services.close_rested_cases import close_rested_cases
from carebot.services.deliver import Deliver
from carebot.services.end_holds import end_holds
from carebot.services.follow_articles import FollowArticles
from carebot.services.intake import Intake
from carebot.services.watch_clocks import WatchClocks

if TYPE_CHECKING:
    from carebot.app import App
    from carebot.console import ConsoleParts
    from carebot.store.article_watch import ArticleWatch

_EVERY_KIND = "my card is 4111 1111 1111 1111, call me: +31 20 123 4567, order 12345678"


class Running:
    """The part of an installation that ``carebot run`` needs; everything is built at its first use.

    ``channels`` takes the place of the accounts of ``care.yaml``. What is put into ``more_chores`` before the engine
    is built is done every half minute, too.
    """

    def __init__(self, app: App, *, channels: tuple[Channel, ...] | None = None) -> None:
        self._app = app
        self.meter = Meter(app.clock)
        self.originals = Originals()
        self.more_chores: dict[str, Callable[[], object]] = {}
        if channels is not None:
            self.__dict__["channels"] = channels

    def close(self) -> None:
        """Finish the calls that were begun and let go of every connection."""
        for account in self.__dict__.get("accounts", ()):
            account.deliver.close()
        for channel in self.__dict__.get("channels", ()):
            channel.close()
        if watch := self.__dict__.get("_article_watch"):
            watch.close()

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Every account of ``care.yaml`` on a network that can be connected.

        Raises ConfigurationError when one lacks its settings.
        """
        return tuple(
            connect(channel, account, brand.name, self._values(channel, account))
            for brand in self._app.care.brands
            for channel, accounts in sorted(brand.accounts.items())
            if CHANNELS[channel].adapter and CHANNELS[channel].is_live
            for account in sorted(accounts)
        )

    def _values(self, channel: str, account: str) -> Mapping[str, str]:
        brands = self._app.care.brands
        all_accounts = {name for brand in brands for name in brand.accounts.get(channel, ())}
        return values_for(self._app.places.values_of(channel), account, all_accounts)

    @cached_property
    def intake(self) -> Intake:
        """Takes in what networks bring, and keeps the originals until they are decided."""
        app = self._app
        ingest = RememberingIngest(
            uow=app.uow, sealer=app.sealer, clock=app.clock, urgency=app.urgency, originals=self.originals
        )
        return Intake(
            uow=app.uow, ingest=ingest, sealer=app.sealer, clock=app.clock, received=self.meter.received
        )

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """The channels, each with what delivers to it."""
        owner = f"run:{os.getpid()}:{secrets.token_hex(4)}"
        measured = [MeasuredChannel(channel, self.meter) for channel in self.channels]
        return tuple(
            Account(channel=channel, deliver=self._deliver_to(channel, owner)) for channel in measured
        )

    def _deliver_to(self, channel: Channel, owner: str) -> Deliver:
        app = self._app
        return Deliver(
            channel=channel,
            uow=app.uow,
            clock=app.clock,
            house=app.house,
            find=app.recognizer.find,
            sealer=app.sealer,
            owner=owner,
            draw=random.random,
        )

    @cached_property
    def engine(self) -> Engine:
        """Polls, decides, delivers and watches clocks, once it is started."""
        app = self._app
        app.recognizer.find(_EVERY_KIND)  # loads what the first message would have to wait for
        app.urgency(_EVERY_KIND)
        return Engine(
            EngineParts(
                uow=app.uow,
                clock=app.clock,
                triage=app.triage,
                intake=self.intake,
                accounts=self.accounts,
                originals=self.originals,
                meter=self.meter,
                chores=self._chores(),
                watches={"articles": self.follow_articles},
            )
        )

    def _chores(self) -> Mapping[str, Callable[[], object]]:
        uow, clock = self._app.uow, self._app.clock
        return {
            "clocks": WatchClocks(uow=uow, clock=clock, house=self._app.house),
            "holds": partial(end_holds, uow=uow, clock=clock),
            "rested cases": partial(close_rested_cases, windows=self._app.care.cases, uow=uow, clock=clock),
            **self.more_chores,
        }

    @cached_property
    def follow_articles(self) -> FollowArticles:
        """Another process approves articles: answer from them, too."""
        return FollowArticles(watch=self._article_watch, triage=self._app.triage, clock=self._app.clock)

    @cached_property
    def _article_watch(self) -> ArticleWatch:
        from carebot.store.article_watch import ArticleWatch

        return ArticleWatch(self._app.places.database, busy_timeout=self._app.places.time_limit)

    @cached_property
    def health_parts(self) -> HealthParts:
        """What /health and /metrics look at."""
        return HealthParts(
            clock=self._app.clock,
            figures=self._app.figures,
            model=self._app.classifier.evidence,
            meter=self.meter,
            channels=self.channels,
            workers=lambda: self.engine.workers if "engine" in self.__dict__ else (),
        )

    @property
    def console_parts(self) -> ConsoleParts:
        """What the console is made of."""
        from carebot.console import ConsoleParts

        app = self._app
        return ConsoleParts(
            queries=app.queries,
            uow=app.uow,
            clock=app.clock,
            house=app.house,
            sealer=app.sealer,
            find=app.recognizer.find,
            viewer=app.care.viewer,
            secret=app.console_secret,
        )


def values_for(values: Mapping[str, str], account: str, accounts: Collection[str]) -> dict[str, str]:
    """The settings of a channel for one of its accounts: its own go before those for all.

    ``acme_token`` is the ``token`` of ``@acme``, and nothing to any other account.
    """
    prefixes = {name: re.sub(r"\W+", "_", name.lstrip("@").lower()) + "_" for name in accounts}
    common = {name: value for name, value in values.items() if not name.startswith(tuple(prefixes.values()))}
    own = prefixes.get(account, "\0")
    return common | {name.removeprefix(own): value for name, value in values.items() if name.startswith(own)}

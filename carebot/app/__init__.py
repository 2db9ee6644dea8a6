"""The composition root: the only module that builds concrete adapters."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from carebot.errors import ClassifierError

if TYPE_CHECKING:
    from carebot.app.running import Running
    from carebot.core.article import Article
    from carebot.core.care import Care
    from carebot.core.channel_rules import ChannelRules
    from carebot.core.ports import (
        Channel,
        Classifier,
        Clock,
        Queries,
        Recognizer,
        Sealer,
        UnitOfWork,
        Work,
    )
    from carebot.core.thresholds import Thresholds
    from carebot.core.tiers import Priority
    from carebot.services.explain import Explain
    from carebot.services.house import House
    from carebot.services.ingest import Ingest
    from carebot.services.replay import Replay
    from carebot.services.review_band import ReviewBand
    from carebot.services.triage import Triage
    from carebot.services.understand import Understand
    from carebot.store.figures import SqlFigures


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an installation keeps its things, and how its keys are found.

    ``time_limit`` is how long a command waits while another process writes to the database. ``values_of`` gives
    the settings of a channel, such as ``token``.
    """

    database: Path
    key_file: Path
    key_text: str | None = None
    model: str | None = None
    time_limit: timedelta = timedelta(seconds=10)
    values_of: Callable[[str], Mapping[str, str]] = lambda _: {}


class App:
    """One installation. Every part is built at its first use and can be replaced by an argument.

    Use it as a context manager, or call ``close``: what is queued for the database is finished then.
    """

    def __init__(
        self,
        *,
        care: Care,
        places: Places,
        clock: Clock | None = None,
        uow: UnitOfWork | None = None,
        sealer: Sealer | None = None,
        recognizer: Recognizer | None = None,
        classifier: Classifier | None = None,
        channels: tuple[Channel, ...] | None = None,
    ) -> None:
        self._channels = channels
        self.care = care
        self.places = places
        self.clock: Clock = clock or SystemClock()
        given = {"uow": uow, "sealer": sealer, "recognizer": recognizer, "classifier": classifier}
        self.__dict__.update({name: part for name, part in given.items() if part is not None})

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def preload(self) -> None:
        """Begin to load the model beside whatever comes next; a model that fails is reported when it is used."""

        def load() -> None:
            with suppress(Exception):
                self.classifier.classify("hello", entity_counts={}, brand=None)

        self.classifier  # noqa: B018 - built here, not by two threads at once
        Thread(target=load, name="preload", daemon=True).start()

    def close(self) -> None:
        """Finish what is queued and let go of everything that was opened."""
        for name in ("running", "understand", "uow", "queries", "figures"):
            close = getattr(self.__dict__.get(name), "close", None)
            if close is not None:
                close()

    # The edges -----------------------------------------------------------------------------------------------

    @cached_property
    def sealer(self) -> Sealer:
        """Encrypts originals; raises KeyMissingError without a key."""
        from carebot.privacy.keys import KeyRing
        from carebot.privacy.seal import Seal

        if self.places.key_text is not None:
            return Seal(KeyRing.from_text(self.places.key_text))
        key_file = self.places.key_file  # read again when another process has rotated the keys
        return Seal(KeyRing.load(key_file), reload=lambda: KeyRing.load(key_file))

    @cached_property
    def uow(self) -> UnitOfWork:
        """Raises SchemaError when the database is not one of this version."""
        from carebot.store.uow import SqliteUnitOfWork

        return SqliteUnitOfWork(self.places.database, busy_timeout=self.places.time_limit)

    @cached_property
    def queries(self) -> Queries:
        """Reads for screens."""
        from carebot.store.queries import SqlQueries

        return SqlQueries(self.places.database)

    @cached_property
    def recognizer(self) -> Recognizer:
        """Finds personal data."""
        from carebot.privacy.recognizers import Recognizers

        return Recognizers()

    @cached_property
    def classifier(self) -> Classifier:
        """The model named in the configuration, not loaded yet."""
        from carebot.classifier.registry import make_classifier

        return make_classifier(self.places.model, self.care.classifier)

    @cached_property
    def figures(self) -> SqlFigures:
        """What is going on, in numbers."""
        from carebot.store.figures import SqlFigures

        return SqlFigures(self.places.database)

    def rules_of(self, channel: str) -> ChannelRules:
        """A network's rules; a network that carebot does not know is taken for the replay channel's."""
        from carebot.channels.registry import known, rules_of

        if channel in known():
            return rules_of(channel)
        return replace(rules_of("replay"), name=channel)

    def article_channels(self) -> list[ChannelRules]:
        """The rules of the channels that the brands have accounts on; without accounts, of X."""
        names = {channel for brand in self.care.brands for channel in brand.accounts} or {"x"}
        return [self.care.narrowed(self.rules_of(name)) for name in sorted(names)]

    # The use cases -------------------------------------------------------------------------------------------

    @cached_property
    def thresholds(self) -> Thresholds:
        """Computed from the targets and the evidence, which ships with the model until there are enough reviews.

        A missing model has none.
        """
        from carebot.core.thresholds import thresholds_from
        from carebot.services.reviewed_evidence import evidence_with_reviews

        try:
            shipped = self.classifier.evidence()
        except ClassifierError:
            return thresholds_from({}, self.care.targets)
        reviews = self.uow.run(lambda work: work.answer_reviews())
        return thresholds_from(evidence_with_reviews(shipped, reviews), self.care.targets)

    @cached_property
    def house(self) -> House:
        """The configuration as the use cases see it."""
        from carebot.services.house import House
        from carebot.texts import command_words, opening_texts, system_texts

        return House(
            care=self.care,
            thresholds=self.thresholds,
            rules_of=self.rules_of,
            texts=system_texts(),
            opening_texts=opening_texts(),
            commands=command_words(),
        )

    @cached_property
    def understand(self) -> Understand:
        """Reads texts."""
        from carebot.privacy.masker import mask
        from carebot.services.understand import Understand

        return Understand(
            recognizer=self.recognizer,
            mask=mask,
            classifier=self.classifier,
            house=self.house,
            time_limit=self.care.classifier.time_limit,
        )

    @cached_property
    def ingest(self) -> Ingest:
        """Takes messages in."""
        from carebot.services.ingest import Ingest

        return Ingest(uow=self.uow, sealer=self.sealer, clock=self.clock, urgency=self.urgency)

    @property
    def urgency(self) -> Callable[[str], Priority]:
        """How urgent a text looks by its words alone."""
        from carebot.services.urgency import urgency_of

        return partial(urgency_of, self.care.rules)

    @cached_property
    def triage(self) -> Triage:
        """Decides about messages, with the approved articles of the database."""
        from carebot.services.triage import Triage

        triage = Triage(
            uow=self.uow,
            sealer=self.sealer,
            clock=self.clock,
            house=self.house,
            understand=self.understand,
            classifier=self.classifier,
        )
        triage.use_articles(self.articles())
        self.understand.warm_up()
        return triage

    @cached_property
    def review_band(self) -> ReviewBand:
        """Keeps what people say of messages in doubt, and acts on it."""
        from carebot.services.become_private import BecomePrivate
        from carebot.services.review_band import ReviewBand

        find = self.understand.findings
        return ReviewBand(
            uow=self.uow,
            queries=self.queries,
            clock=self.clock,
            house=self.house,
            become_private=BecomePrivate(house=self.house, sealer=self.sealer, find=find),
        )

    @cached_property
    def replay(self) -> Replay:
        """Plays messages of the past."""
        from carebot.services.replay import Replay

        return Replay(ingest=self.ingest, triage=self.triage)

    @cached_property
    def explain(self) -> Explain:
        """Explains cases."""
        from carebot.services.explain import Explain

        return Explain(uow=self.uow, house=self.house)

    @cached_property
    def running(self) -> Running:
        """What runs all the time: channels, engine, health."""
        from carebot.app.running import Running

        return Running(self, channels=self._channels)

    @property
    def console_secret(self) -> bytes:
        """Signs the console's sessions and sign-in links; it follows the installation's key."""
        return self.sealer.fingerprint("console sessions").encode()

    def articles(self) -> tuple[Article, ...]:
        """All articles of the database."""
        return self.uow.run(lambda work: work.articles())

    def save_articles(self, articles: tuple[Article, ...]) -> None:
        """Insert articles, or replace those with the same slug."""

        def save(work: Work) -> None:
            for article in articles:
                work.save_article(article)

        self.uow.run(save)


@contextmanager
def scratch_app(
    care: Care,
    articles: tuple[Article, ...] = (),
    *,
    classifier: Classifier | None = None,
    folder: Path | None = None,
    model: str | None = None,
) -> Iterator[App]:
    """An installation of its own, with a fresh key, of which nothing is sent.

    It lies in ``folder``, a new one, and stays; without one in a temporary folder, and is gone afterwards.
    """
    from carebot.privacy import keys
    from carebot.store import schema

    place = Path(tempfile.mkdtemp(prefix="carebot-")) if folder is None else folder
    try:
        database, key_file = place / "carebot.db", place / "carebot.key"
        places = Places(database=database, key_file=key_file, model=model)
        with App(care=care, places=places, classifier=classifier) as app:
            app.preload()
            keys.create(key_file, datetime.now(UTC))
            schema.create(database)
            from carebot.core.records import REPLAYED

            app.uow.run(lambda work: work.set_switch(REPLAYED, True))
            if articles:
                app.save_articles(articles)
            yield app
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)

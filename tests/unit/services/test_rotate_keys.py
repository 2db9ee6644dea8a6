"""Keys are rotated while messages come in, and what was sealed before opens afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from carebot.app import App, Places
from carebot.care_file import default_care
from carebot.core.records import StoredMessage
from carebot.errors import SealError
from carebot.privacy import keys
from carebot.privacy.seal import wrapper_of
from carebot.services.ingest import Original, open_original
from carebot.services.rotate_keys import rewrap_all
from carebot.store import schema
from carebot.testing.fake_classifier import ScriptedClassifier
from carebot.testing.memory_store import MemoryUnitOfWork
from tests.unit.services.houses import NOON, Clock, by, said


@pytest.fixture(params=["memory", "sqlite"])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], App]]:
    """Opens the same installation again, as another process would."""
    places = Places(database=tmp_path / "carebot.db", key_file=tmp_path / "carebot.key")
    keys.create(places.key_file, NOON)
    if request.param == "sqlite":
        schema.create(places.database)
    memory = MemoryUnitOfWork() if request.param == "memory" else None
    with ExitStack() as stack:

        def again() -> App:
            app = App(
                care=default_care(),
                places=places,
                clock=Clock(),
                uow=memory,
                classifier=ScriptedClassifier(),
            )
            stack.callback(app.close)
            return app

        yield again


def take_in(app: App, *names: str) -> list[StoredMessage]:
    received = app.ingest([said(name, f"text of {name}", author=by(name)) for name in names])
    return [item.message for item in received if item.message is not None]


def read(app: App, message: StoredMessage) -> Original:
    return app.uow.run(lambda work: open_original(work, app.sealer, message, actor="test", clock=app.clock))


def rotate(app: App) -> str:
    """The id of the key in use from now on."""
    return keys.rotate(app.places.key_file, NOON + timedelta(days=1)).current.id


def wrappers(app: App) -> set[str]:
    found = app.uow.run(lambda work: work.wrapped_keys(limit=10_000))
    return {wrapper_of(wrapped) for _, wrapped in found}


def test_every_customers_key_is_wrapped_anew_and_old_texts_open(opens: Callable[[], App]) -> None:
    before = opens()
    messages = take_in(before, "ada", "ben")
    new = rotate(before)
    after = opens()

    assert rewrap_all(after.uow, after.sealer) == 2

    assert wrappers(after) == {new}
    assert [read(after, message).text for message in messages] == ["text of ada", "text of ben"]


def test_the_old_key_can_be_taken_away_afterwards(opens: Callable[[], App]) -> None:
    before = opens()
    messages = take_in(before, "ada")
    old = keys.KeyRing.load(before.places.key_file).current.id
    rotate(before)
    with pytest.raises(SealError, match="still wraps"):
        keys.retire(before.places.key_file, old, in_use=wrappers(before))
    after = opens()
    rewrap_all(after.uow, after.sealer)

    keys.retire(before.places.key_file, old, in_use=wrappers(after))

    last = opens()
    assert read(last, messages[0]).text == "text of ada"
    assert take_in(last, "ada 2")[0].customer_id != messages[0].customer_id
    (again,) = last.ingest([said("next", author=by("ada"))])
    assert again.message is not None
    assert again.message.customer_id == messages[0].customer_id, "the customer is known again"


def test_a_process_that_runs_meanwhile_reads_and_writes_on(opens: Callable[[], App]) -> None:
    running = opens()
    messages = take_in(running, "ada")
    rotate(running)
    other = opens()
    rewrap_all(other.uow, other.sealer)

    assert read(running, messages[0]).text == "text of ada"
    later = take_in(running, "ben")
    assert read(opens(), later[0]).text == "text of ben"


def test_more_customers_than_fit_on_a_page_are_all_wrapped(opens: Callable[[], App]) -> None:
    before = opens()
    take_in(before, *(f"u{number}" for number in range(1101)))
    new = rotate(before)
    after = opens()

    assert rewrap_all(after.uow, after.sealer) == 1101
    assert wrappers(after) == {new}


def test_a_rotation_that_broke_off_is_finished_by_the_next(opens: Callable[[], App]) -> None:
    before = opens()
    messages = take_in(before, *(f"u{number}" for number in range(700)))
    rotate(before)
    broken = opens()

    class BreaksOff:
        """Is killed in the second page."""

        count = 0

        def rewrap(self, wrapped_key: bytes) -> bytes:
            self.count += 1
            if self.count > 600:
                raise KeyboardInterrupt
            return broken.sealer.rewrap(wrapped_key)

    with pytest.raises(KeyboardInterrupt):
        rewrap_all(broken.uow, BreaksOff())
    assert len(wrappers(broken)) == 2, "one page is wrapped anew, the other is not"
    assert read(broken, messages[0]).text == "text of u0"

    after = opens()
    assert rewrap_all(after.uow, after.sealer) == 700
    assert len(wrappers(after)) == 1
    assert {read(after, message).text for message in messages[::100]} == {
        f"text of u{number}" for number in range(0, 700, 100)
    }


def test_without_customers_there_is_nothing_to_wrap(opens: Callable[[], App]) -> None:
    app = opens()

    assert rewrap_all(app.uow, app.sealer) == 0

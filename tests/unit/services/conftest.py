"""Installations that are closed again, in memory or on a disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from carebot.app import App
from tests.unit.services.houses import open_house


@pytest.fixture
def house() -> Iterator[Callable[..., App]]:
    """Opens installations that are kept in memory."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(open_house(*args, **kwargs))


@pytest.fixture(params=["memory", "sqlite"])
def any_house(
    request: pytest.FixtureRequest, tmp_path: Path, house: Callable[..., App]
) -> Callable[..., App]:
    """Opens installations that are kept in memory, or on a disk."""
    return house if request.param == "memory" else partial(house, database=tmp_path / "carebot.db")

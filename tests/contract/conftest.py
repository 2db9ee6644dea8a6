from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Before anything imports them: their asserts are made readable, as those of test files are.
pytest.register_assert_rewrite("carebot.testing.channel_contract", "carebot.testing.channel_reading")

from tests.contract import stores  # noqa: E402
from tests.contract.stores import Closable  # noqa: E402


@pytest.fixture(params=[stores.sqlite, stores.memory], ids=["sqlite", "memory"])
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Closable]:
    make: Callable[[Path], Closable] = request.param
    made = make(tmp_path)
    yield made
    made.close()

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.console.house import ConsoleHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    made = ConsoleHouse(tmp_path / "care.db")
    yield made
    made.app.close()

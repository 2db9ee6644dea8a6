"""An installation whose network is in memory and whose classifier reads as it is told; the rest is real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carebot.app import App, Places, SystemClock
from carebot.care_file import parse_care
from carebot.core.ports import Classifier
from carebot.privacy import keys
from carebot.store import schema
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from carebot.testing.network import MemoryChannel, MemoryNetwork

CARE = """
version: 1
brands:
  - name: acme
    accounts: {townsquare: "@acme"}
people: {sanne: [agent]}
"""
CARD = "4111 1111 1111 1111"


@pytest.fixture
def network() -> MemoryNetwork:
    return MemoryNetwork(clock=SystemClock())


@pytest.fixture
def places(tmp_path: Path) -> Places:
    keys.create(tmp_path / "carebot.key", datetime.now(UTC))
    schema.create(tmp_path / "carebot.db")
    return Places(database=tmp_path / "carebot.db", key_file=tmp_path / "carebot.key")


def installation(places: Places, network: MemoryNetwork, classifier: Classifier | None = None) -> App:
    """Everything that is not in the script is private: it is invited, so that a reply leaves."""
    return App(
        care=parse_care(CARE),
        places=places,
        classifier=classifier or ScriptedClassifier(default=reading(private=0.99)),
        channels=(MemoryChannel(network, account="acme", brand="acme"),),
    )


@pytest.fixture
def app(places: Places, network: MemoryNetwork) -> Iterator[App]:
    with installation(places, network) as app:
        yield app

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from carebot.errors import StoreError
from carebot.store.files import becoming


def write(target: Path, *, then: BaseException | None = None, meanwhile: str | None = None) -> None:
    with becoming(target) as part:
        part.write_text("mine")
        if meanwhile is not None:
            target.write_text(meanwhile)
        if then is not None:
            raise then


def texts_in(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.iterdir()]


def refuse_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: Path) -> None:
        raise OSError(errno.EPERM, "no links on this file system")

    monkeypatch.setattr(os, "link", refuse)


def test_a_file_appears_only_when_all_went_well(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        write(tmp_path / "name", then=LookupError())
    assert texts_in(tmp_path) == []

    write(tmp_path / "name")
    assert texts_in(tmp_path) == ["mine"]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_appeared_in_between_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        refuse_links(monkeypatch)

    with pytest.raises(StoreError):
        write(tmp_path / "name", meanwhile="somebody else's")

    assert texts_in(tmp_path) == ["somebody else's"]


def test_on_a_file_system_without_hard_links_files_are_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_links(monkeypatch)

    write(tmp_path / "name")

    assert texts_in(tmp_path) == ["mine"]

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.errors import KeyMissingError, SealError
from carebot.privacy import keys
from carebot.privacy.keys import InstallationKey, KeyRing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "care.key"


def ring_of(count: int) -> KeyRing:
    return KeyRing(keys=tuple(InstallationKey.new(NOON + timedelta(days=n)) for n in range(count)))


def test_a_new_key_file_has_one_key_and_comes_back_as_it_was(path: Path) -> None:
    made = keys.create(path, NOON)

    assert KeyRing.load(path) == made
    assert made.current.made_at == NOON
    assert [file.name for file in path.parent.iterdir()] == ["care.key"]


@posix
def test_a_key_file_is_readable_by_its_owner_only_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        keys.create(path, NOON)
        keys.rotate(path, NOON)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_file_that_is_there_is_never_overwritten(path: Path) -> None:
    keys.create(path, NOON)
    before = path.read_bytes()

    with pytest.raises(KeyMissingError, match="exists already"):
        keys.create(path, NOON)

    assert path.read_bytes() == before


def test_of_several_that_make_the_file_at_once_one_wins(path: Path) -> None:
    def make(_: int) -> KeyRing | None:
        try:
            return keys.create(path, NOON)
        except KeyMissingError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [ring for ring in pool.map(make, range(8)) if ring is not None]

    assert [KeyRing.load(path)] == made


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_file_open_to_others_is_refused_with_what_to_do(path: Path, mode: int) -> None:
    keys.create(path, NOON)
    path.chmod(mode)

    with pytest.raises(KeyMissingError, match=r"chmod 600 .*care\.key"):
        KeyRing.load(path)


def test_without_a_key_file_the_error_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(KeyMissingError, match=r"care\.key.*carebot keys new.*carebot init"):
        KeyRing.load(path)
    with pytest.raises(KeyMissingError, match="carebot keys new"):
        KeyRing(keys=())
    with pytest.raises(KeyMissingError, match="CAREBOT_KEY holds no key"):
        KeyRing.from_text("  \n# nothing yet\n")


def test_a_folder_or_bytes_in_place_of_a_key_file_are_said_to_be_unreadable(path: Path) -> None:
    path.mkdir()
    with pytest.raises(KeyMissingError, match="cannot be read"):
        KeyRing.load(path)

    other = path / "bytes"
    other.touch(mode=0o600)
    other.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyMissingError, match="cannot be read"):
        KeyRing.load(other)


SECRET = "c2VjcmV0IG9mIHNvbWVib2R5IHdobyB0eXBlZCBpdA=="


@pytest.mark.parametrize(
    "line",
    [
        SECRET,
        f"key abc {NOON.isoformat()}",
        f"key abc {SECRET} {NOON.isoformat()}",
        f"key abc yesterday {SECRET}",
        f"key abc 2026-03-01T12:00:00 {SECRET}",
        f"key a/b {NOON.isoformat()} {SECRET}",
        f"key abc {NOON.isoformat()} {SECRET[:-8]}",
        f"key abc {NOON.isoformat()} !{SECRET}",
        f"lock abc {NOON.isoformat()} {SECRET}",
        "fingerprint",
        f"fingerprint {SECRET} {SECRET}",
    ],
)
def test_a_line_that_is_no_key_is_named_by_its_number_and_never_repeated(line: str) -> None:
    with pytest.raises(KeyMissingError, match=r"care\.key, line 2: expected a line `key <id>") as caught:
        KeyRing.from_text(f"# a comment\n{line}\n", where="care.key")

    told: BaseException | None = caught.value
    while told is not None:
        assert SECRET[:12] not in str(told)
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)


def test_a_key_named_twice_is_refused() -> None:
    text = ring_of(1).to_text()

    with pytest.raises(KeyMissingError, match="twice"):
        KeyRing.from_text(text + text)


@given(count=st.integers(1, 5), is_pinned=st.booleans())
def test_any_ring_survives_as_text_in_lines_or_separated_by_commas(count: int, is_pinned: bool) -> None:
    ring = ring_of(count + 1)
    if is_pinned:
        ring = ring.without(ring.keys[0].id, in_use=())
    lines = [line for line in ring.to_text().splitlines() if not line.startswith("#")]

    assert KeyRing.from_text(ring.to_text()) == ring
    assert KeyRing.from_text(",".join(lines)) == ring


def test_secrets_do_not_appear_when_a_ring_is_printed() -> None:
    ring = ring_of(2)
    pinned = ring.without(ring.keys[0].id, in_use=())

    for shown in (repr(pinned), str(pinned.current)):
        assert repr(pinned.current.secret) not in shown
        assert "secret" not in shown
        assert "pinned" not in shown


def test_rotation_adds_a_key_and_keeps_the_others(path: Path) -> None:
    first = keys.create(path, NOON)

    second = keys.rotate(path, NOON + timedelta(days=1))

    assert second.keys[0] == first.current
    assert second.current != first.current
    assert KeyRing.load(path) == second


def test_the_current_key_and_a_key_in_use_cannot_be_retired(path: Path) -> None:
    old = keys.create(path, NOON).current.id
    ring = keys.rotate(path, NOON)

    with pytest.raises(SealError, match="is the current one"):
        keys.retire(path, ring.current.id, in_use=())
    with pytest.raises(SealError, match="carebot keys rotate"):
        keys.retire(path, old, in_use=[ring.current.id, old])
    with pytest.raises(SealError, match="unheard"):
        keys.retire(path, "unheard", in_use=())
    assert KeyRing.load(path) == ring

    assert keys.retire(path, old, in_use=[ring.current.id]).keys == (ring.current,)
    assert [key.id for key in KeyRing.load(path).keys] == [ring.current.id]


def test_fingerprints_survive_rotation_and_the_end_of_the_oldest_key(path: Path) -> None:
    first = keys.create(path, NOON)
    second = keys.rotate(path, NOON)
    third = keys.rotate(path, NOON)

    later = [second, third]
    later.append(keys.retire(path, second.current.id, in_use=()))
    later.append(keys.retire(path, first.current.id, in_use=()))
    later.append(keys.rotate(path, NOON))
    later.append(keys.retire(path, third.current.id, in_use=()))

    assert {ring.fingerprint_secret for ring in later} == {first.fingerprint_secret}
    assert first.current.secret not in {ring.fingerprint_secret for ring in later}
    assert KeyRing.load(path) == later[-1]


def test_two_installations_have_different_fingerprints() -> None:
    assert ring_of(1).fingerprint_secret != ring_of(1).fingerprint_secret


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="nowhere"):
        keys.create(tmp_path / "nowhere" / "care.key", NOON)

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carebot.core.ports import Sealer
from carebot.errors import SealError
from carebot.privacy.keys import InstallationKey, KeyRing
from carebot.privacy.seal import Seal, wrapper_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RING = KeyRing(keys=(InstallationKey.new(NOON),))
SEAL = Seal(RING)
KEY = SEAL.new_key()


def test_seal_is_a_sealer() -> None:
    sealer: Sealer = SEAL

    assert sealer.open(KEY, sealer.seal(KEY, b"plain", context="m-1"), context="m-1") == b"plain"


@given(plain=st.binary(max_size=2000), context=st.text(max_size=50))
def test_what_was_sealed_comes_back_and_does_not_show_in_between(plain: bytes, context: str) -> None:
    sealed = SEAL.seal(KEY, plain, context=context)

    assert SEAL.open(KEY, sealed, context=context) == plain
    assert len(plain) < 8 or plain not in sealed


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({SEAL.seal(KEY, b"the same", context="m-1") for _ in range(50)}) == 50


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_noticed(place: int, bit: int) -> None:
    for name, value in (("sealed", SEAL.seal(KEY, b"some text", context="m-1")), ("key", KEY)):
        changed = bytearray(value)
        changed[place % len(changed)] ^= 1 << bit
        parts = {"sealed": SEAL.seal(KEY, b"some text", context="m-1"), "key": KEY, name: bytes(changed)}
        with pytest.raises(SealError):
            SEAL.open(parts["key"], parts["sealed"], context="m-1")


@given(length=st.integers(0, 60))
def test_a_cut_text_or_key_is_refused(length: int) -> None:
    sealed = SEAL.seal(KEY, b"some text", context="m-1")

    with pytest.raises(SealError):
        SEAL.open(KEY, sealed[: min(length, len(sealed) - 1)], context="m-1")
    with pytest.raises(SealError):
        SEAL.open(KEY[: min(length, len(KEY) - 1)], sealed, context="m-1")


def test_a_text_moved_to_another_row_or_customer_cannot_be_opened() -> None:
    sealed = SEAL.seal(KEY, b"some text", context="m-1")

    with pytest.raises(SealError, match="m-2"):
        SEAL.open(KEY, sealed, context="m-2")
    with pytest.raises(SealError, match="m-1"):
        SEAL.open(SEAL.new_key(), sealed, context="m-1")


def test_another_installation_opens_nothing_and_says_which_key_is_missing() -> None:
    sealed = SEAL.seal(KEY, b"some text", context="m-1")
    other = Seal(KeyRing(keys=(InstallationKey.new(NOON),)))

    with pytest.raises(SealError, match=RING.current.id):
        other.open(KEY, sealed, context="m-1")


def test_a_key_file_with_the_right_id_and_the_wrong_secret_opens_nothing() -> None:
    impostor = InstallationKey(id=RING.current.id, made_at=NOON, secret=b"x" * 32)

    with pytest.raises(SealError, match="does not open"):
        Seal(KeyRing(keys=(impostor,))).open(KEY, b"", context="m-1")


def test_the_texts_of_a_newer_version_are_said_to_be_so() -> None:
    with pytest.raises(SealError, match="newer version"):
        SEAL.open(KEY, b"\x02" + b"0" * 40, context="m-1")
    with pytest.raises(SealError, match="newer version"):
        SEAL.open(b"\x02" + KEY[1:], b"", context="m-1")


def test_after_rotation_old_texts_open_and_new_keys_are_wrapped_by_the_new_key() -> None:
    sealed = SEAL.seal(KEY, b"said before", context="m-1")
    rotated = RING.rotated(NOON)
    seal = Seal(rotated)

    assert seal.open(KEY, sealed, context="m-1") == b"said before"
    assert wrapper_of(seal.new_key()) == rotated.current.id != wrapper_of(KEY) == RING.current.id


def test_a_rewrapped_key_opens_the_same_texts_without_the_old_key() -> None:
    sealed = SEAL.seal(KEY, b"said before", context="m-1")
    rotated = RING.rotated(NOON)

    again = Seal(rotated).rewrap(KEY)
    only_new = Seal(rotated.without(RING.current.id, in_use=[wrapper_of(again)]))

    assert wrapper_of(again) == rotated.current.id
    assert only_new.open(again, sealed, context="m-1") == b"said before"
    assert only_new.rewrap(again) == again
    with pytest.raises(SealError, match=RING.current.id):
        only_new.open(KEY, sealed, context="m-1")


def test_a_process_that_runs_while_another_one_rotates_goes_on_opening() -> None:
    rings = [RING]
    running = Seal(RING, reload=lambda: rings[-1])
    sealed = running.seal(KEY, b"said before", context="m-1")
    fingerprint = running.fingerprint("x/42")

    rings.append(RING.rotated(NOON))
    again = Seal(rings[-1]).rewrap(KEY)

    assert running.open(again, sealed, context="m-1") == b"said before"
    assert running.open(KEY, sealed, context="m-1") == b"said before"
    assert running.fingerprint("x/42") == fingerprint
    assert wrapper_of(running.new_key()) == rings[-1].current.id
    with pytest.raises(SealError, match="not in the key file"):
        running.open(Seal(KeyRing(keys=(InstallationKey.new(NOON),))).new_key(), sealed, context="m-1")


def test_fingerprints_are_keyed_stable_and_survive_the_oldest_key() -> None:
    rotated = RING.rotated(NOON)
    later = Seal(rotated.without(RING.current.id, in_use=()))

    assert SEAL.fingerprint("x/42") == Seal(rotated).fingerprint("x/42") == later.fingerprint("x/42")
    assert SEAL.fingerprint("x/42") != SEAL.fingerprint("x/43")
    assert SEAL.fingerprint("x/42") != Seal(KeyRing(keys=(InstallationKey.new(NOON),))).fingerprint("x/42")
    assert len(SEAL.fingerprint("x/42")) == 64


def test_more_customers_than_are_kept_in_memory_can_be_opened() -> None:
    seal = Seal(RING)
    sealed = [
        (key, seal.seal(key, b"%d" % n, context="m"))
        for n, key in enumerate(seal.new_key() for _ in range(1500))
    ]

    assert [seal.open(key, text, context="m") for key, text in sealed] == [b"%d" % n for n in range(1500)]
    assert seal._data_key.cache_info().currsize == 1024

    seal.forget()
    assert seal._data_key.cache_info().currsize == 0


def test_many_threads_seal_and_open_at_once() -> None:
    def work(number: int) -> bool:
        key, plain = SEAL.new_key(), b"%d" % number
        return SEAL.open(key, SEAL.seal(key, plain, context="m"), context="m") == plain

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))

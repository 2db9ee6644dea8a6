"""py3langid's model -> ``languages.npz``, the part of it that posts need. Needs the extra ``train``.

    python -m carebot.classifier.language_export

py3langid walks an automaton over the bytes of a text and counts, wherever a known sequence ends, the longest one.
Every state of it stands for the sequence on the shortest way to it, so the automaton can be written as a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carebot.classifier.ngrams import FILE, STEP

_LANGUAGES: Mapping[str, str] = {
    "latin": """
        af az bs ca cs cy da de en eo es et eu fi fr ga gl hr ht hu id is it lb lt lv ms mt nl nn no pl pt ro sk sl so
        sq sr sv sw tl tr uz vi
    """,
    "cyrillic": "ba be bg kk ky mk mn ru sr tt uk",
    "arabic": "ar ary arz fa ps sdh ur",
}
_SAME = {"nn": "no", "ary": "ar", "arz": "ar", "sdh": "ku"}  # what is one language to us
# First bytes in UTF-8 of each script's letters; a sequence may begin or end within a letter.
_LEADS: Mapping[str, frozenset[int]] = {
    "latin": frozenset({*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC3, 0xCA), 0xE1}),
    "cyrillic": frozenset(range(0xD0, 0xD5)),
    "arabic": frozenset(range(0xD8, 0xDC)),
}
_EVERYWHERE = frozenset({*b" '", *range(0x80, 0xC0), 0xE2})  # blanks, apostrophes, the rest of a letter


def sequences(nextmove: NDArray[Any], row: NDArray[Any], output: NDArray[Any]) -> Iterator[tuple[bytes, int]]:
    """Every known sequence with its feature: the automaton's states in the order of their distance."""
    spelled = {0: b""}
    frontier = [0]
    while frontier:
        reached = []
        for state in frontier:
            for byte, after in enumerate(nextmove[row[state]].tolist()):
                if after not in spelled:
                    spelled[after] = spelled[state] + bytes([byte])
                    reached.append(after)
        frontier = reached
    yield from ((text, int(output[state])) for state, text in spelled.items() if output[state] >= 0)


def export(file: Path) -> None:
    """Write the file; the same library gives the same bytes."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    likelihoods, priors, classes, nextmove, row, output = load_model(MODEL_DIR / MODEL_FILE)
    known = list(sequences(np.asarray(nextmove).reshape(-1, 256), np.asarray(row), np.asarray(output)))
    arrays: dict[str, NDArray[Any]] = {}
    for script, wanted in _LANGUAGES.items():
        columns = [column for column, name in enumerate(classes) if name in wanted.split()]
        keys, features = _keys(known, _LEADS[script])
        here = np.asarray(likelihoods)[features][:, columns].astype(np.float32)
        against = (here.max(axis=1, keepdims=True) - here) / STEP
        arrays[f"{script}.languages"] = np.array([_SAME.get(classes[c], classes[c]) for c in columns])
        arrays[f"{script}.keys"] = np.diff(keys, prepend=np.uint64(0))
        arrays[f"{script}.weights"] = np.clip(np.rint(against), 0, 255).astype(np.uint8)
        arrays[f"{script}.priors"] = np.asarray(priors)[columns].astype(np.float32)
    np.savez_compressed(file, allow_pickle=False, **arrays)


def _keys(known: list[tuple[bytes, int]], leads: frozenset[int]) -> tuple[NDArray[np.uint64], list[int]]:
    """The sequences that such letters can contain, as sorted numbers, with their features."""
    kept = sorted(
        (int.from_bytes(text, "big"), feature) for text, feature in known if leads >= {*text} - _EVERYWHERE
    )
    return np.array([number for number, _ in kept], dtype=np.uint64), [feature for _, feature in kept]


if __name__ == "__main__":
    export(FILE)

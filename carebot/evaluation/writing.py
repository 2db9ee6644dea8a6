"""Files that are written whole or not at all, and the line of predictions."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from carebot.core.assessment import Probabilities
from carebot.core.records import Json
from carebot.errors import EvaluationError
from carebot.evaluation.judging import Judged

PAGE = "index.html"
MARK = '<meta name="generator" content="carebot evaluate">'  # a report of ours may be replaced


def write_whole(target: Path, parts: Iterable[str]) -> None:
    """Write beside the target, then put it in its place."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.writelines(parts)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def require_writable(option: str, target: Path, inputs: Sequence[Path]) -> None:
    """Raise EvaluationError, before any work, for a file that cannot be written or is one of the inputs."""
    if target.is_dir():
        raise EvaluationError(f"{option}: {target} is a folder; name a file")
    if target.exists() and not target.is_file():
        raise EvaluationError(f"{option}: {target} is a device or a pipe; name a file")
    if target.exists() and any(one.exists() and one.samefile(target) for one in inputs):
        raise EvaluationError(f"{option}: {target} is what is read; name another file")
    if not os.access(target.absolute().parent, os.W_OK):
        raise EvaluationError(
            f"{option}: {target} cannot be written: no such folder, or no right to write there"
        )


def require_own_folder(option: str, folder: Path) -> None:
    """Raise EvaluationError for a folder with anything in it but a report that was written here before."""
    if not folder.exists():
        parent = folder.absolute().parent
        if not (parent.is_dir() and os.access(parent, os.W_OK)):
            raise EvaluationError(
                f"{option}: {folder} cannot be made: its parent folder does not exist (make it first), or there is "
                "no right to write there"
            )
        return
    if not folder.is_dir():
        raise EvaluationError(f"{option}: {folder} is a file; name a folder")
    for entry in folder.iterdir():
        is_page = entry.name == PAGE and entry.is_file()
        if not (is_page and MARK in entry.read_text(encoding="utf-8", errors="replace")):
            raise EvaluationError(
                f"{option}: {folder} holds something else ({entry.name}); name a new folder"
            )


def write_predictions(target: Path, judged: Sequence[Judged]) -> None:
    """One line a conversation, in the order of the file."""
    write_whole(target, (json.dumps(prediction(one), ensure_ascii=False) + "\n" for one in judged))


def prediction(one: Judged) -> dict[str, Json]:
    """What was said of one opening: numbers and names, and never its text."""
    reading = one.reading
    answer = reading.answer if reading else None
    said: dict[str, Json] = {
        item.name: None if reading is None else getattr(reading.probabilities, item.name)
        for item in fields(Probabilities)
    }
    return {
        "id": one.conversation.id,
        **said,
        "flag_reason": str(reading.flag_reason) if reading and reading.flag_reason else None,
        "band": str(one.band),
        "kind": str(reading.kind) if reading else None,
        "sentiment": str(reading.sentiment) if reading else None,
        "language": reading.language if reading else None,
        "entities": [{"kind": str(each.kind), "start": each.start, "end": each.end} for each in one.findings],
        "best_article": answer.slug if answer else None,
        "answer_confidence": answer.confidence if answer else None,
        "answered": one.answered,
        **({} if one.failure is None else {"failure": one.failure}),
    }

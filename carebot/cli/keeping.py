"""``--keep FOLDER``: the scratch installation of a replay or the demo, to be looked at afterwards."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carebot.cli.common import shown
from carebot.core.article import ArticleMode
from carebot.errors import ConfigurationError

MADE = ("care.yaml", ".env", "carebot.key", "carebot.db", "carebot.db-wal", "carebot.db-shm")
NOTE = (
    "# A copy, made by --keep: this installation holds what was replayed. Nothing of it is ever sent; its database\n"
    "# says so too.\n"
)


@contextmanager
def keeping(folder: Path | None, care_text: str) -> Iterator[Path | None]:
    """The folder with its care file and ``.env``, for ``scratch_app`` to fill; None where nothing is kept.

    Whatever was made is removed again when the run fails. Raises ConfigurationError for a folder that has an
    installation already, or cannot be written.
    """
    if folder is None:
        yield None
        return
    is_new = _make(folder, care_text)
    try:
        yield folder
    except BaseException:
        for name in MADE:
            (folder / name).unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise


def _make(folder: Path, care_text: str) -> bool:
    """Whether the folder is new."""
    from carebot.care_file import shipped_text

    if there := [name for name in MADE if (folder / name).exists()]:
        raise ConfigurationError(f"--keep: {folder} has a {there[0]} already; name a new folder")
    try:
        is_new = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "care.yaml").write_text(NOTE + care_text, encoding="utf-8")
        (folder / ".env").touch(mode=0o600)
        (folder / ".env").write_text(shipped_text("env"), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"--keep: {folder}: cannot be written ({error.strerror}); name a new folder"
        ) from error
    return is_new


def how_to_look(folder: Path, cases: int) -> Iterator[str]:
    """What to type, so that the kept installation is seen."""
    file = shlex.quote(str(shown(folder / "care.yaml")))
    yield f"Kept in {shown(folder)}; nothing of it is ever sent. Look at it with"
    yield f"  carebot cases --role lead -c {file}"
    if cases:
        yield f"  carebot explain C-1001 -c {file}"


def with_mode(text: str, mode: ArticleMode) -> str:
    """The text of a care file with another ``bot.mode``, its comments and everything else as they were."""
    from carebot.care_file import parse_care

    changed = _with_mode(text, mode)
    try:
        if parse_care(changed).bot.mode == mode:
            return changed
    except ConfigurationError:
        pass  # written in a way that is not foreseen here: the file stays as it was, and says so
    return f"# The replay went by --mode {mode}, whatever bot.mode says below.\n{text}"


def _with_mode(text: str, mode: ArticleMode) -> str:
    from carebot.care_file.document import parse_document

    document = parse_document(text, "care.yaml")
    lines = text.splitlines(keepends=True)
    if ("bot", "mode") in document.values:
        place = document.values["bot", "mode"]
        old, new = r"^(\"[^\"]*\"|'[^']*'|[\w-]+)", str(mode)
    elif keys := [place for path, place in document.keys.items() if len(path) == 2 and path[0] == "bot"]:
        place, bot = keys[0], document.values["bot",]
        is_flow = lines[bot.line - 1][bot.column - 1] == "{"
        old, new = "^", f"mode: {mode}" + (", " if is_flow else "\n" + " " * (place.column - 1))
    else:
        return f"{text.rstrip()}\nbot:\n  mode: {mode}\n"
    before, after = lines[place.line - 1][: place.column - 1], lines[place.line - 1][place.column - 1 :]
    lines[place.line - 1] = before + re.sub(old, new, after)
    return "".join(lines)

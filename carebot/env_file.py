"""``.env``: who can read it, and which names stand where in it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from dotenv import dotenv_values

from carebot.errors import ConfigurationError

ENV_FILE = ".env"
PREFIX = "CAREBOT_"  # which says nothing about how near two names are
FOR_OTHERS = 0o077

# A line that sets one of our names: an optional "export", the name, and whatever follows it.
_OURS = re.compile(r"\s*(?:export\s+)?(CAREBOT_\w+)(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """The names in an ``.env`` with lines and values; ``path`` None when there is no such file."""

    path: Path | None
    lines: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Look through the file; raises ConfigurationError when it is not text or others can read it."""
        try:
            text = path.read_text(encoding="utf-8")
            mode = path.stat().st_mode
        except FileNotFoundError:
            return cls(path=None)
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{path}: is not UTF-8; save the file as UTF-8") from error
        if os.name == "posix" and mode & FOR_OTHERS:
            raise ConfigurationError(
                f"{path}: others can read it (mode {mode & 0o777:o}), but it holds secrets; chmod 600 {path}"
            )
        return cls._of(path, text)

    @classmethod
    def _of(cls, path: Path, text: str) -> Self:
        lines: dict[str, int] = {}
        mistakes: list[str] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not (match := _OURS.match(line)):
                continue
            name, rest = match.groups()
            if not rest.lstrip().startswith("="):
                mistakes.append(f"{path.name}:{number}: {name}: expected {name}=value")
            elif name in lines:
                mistakes.append(f"{path.name}:{number}: {name}: stands in line {lines[name]} already")
            lines.setdefault(name, number)
        values = {name: value for name, value in dotenv_values(path).items() if value is not None}
        return cls(path=path, lines=lines, values=values, mistakes=tuple(mistakes))

    def where(self, name: str) -> str:
        """The file and line in which a name is set; raises KeyError when it is not."""
        return f"{ENV_FILE}:{self.lines[name]}"

    def misspelled(self, known: Collection[str], beginnings: tuple[str, ...]) -> list[str]:
        """What is wrong with the lines, and each name that is neither known nor begins like a known one."""
        found = list(self.mistakes)
        for name in self.lines:
            if name in known or name.startswith(beginnings):
                continue
            if name == "CAREBOT_CARE_FILE":
                hint = "; set it in the environment, because this file is looked for beside the care file"
            else:
                near = get_close_matches(
                    name.removeprefix(PREFIX), [n.removeprefix(PREFIX) for n in known], n=1
                )
                hint = (
                    f"; did you mean {PREFIX}{near[0]}?" if near else f"; expected one of {', '.join(known)}"
                )
            found.append(f"{self.where(name)}: there is no setting {name} here{hint}")
        return found

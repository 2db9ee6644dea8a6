"""Where things are on this machine, and its secrets: from the environment, or ``.env`` beside the care file.

How care works is in ``care.yaml``; see ``carebot.care_file``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from carebot.env_file import ENV_FILE, PREFIX, EnvFile
from carebot.errors import ConfigurationError

FROM_FILE = "_FILE"
DEFAULT_CARE_FILE = "care.yaml"


class Settings(BaseSettings):
    """The settings of one installation; read them with ``Settings.load``.

    Paths that are not absolute lie beside the care file (the key file: beside the database), and are absolute
    once read. Every setting but the files can also be given as the name of a file that holds it
    (``CAREBOT_DATABASE_FILE``), as container secrets are. What is in the environment goes before ``.env``.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    care_file: Path = Field(
        default=Path(DEFAULT_CARE_FILE), validate_default=True, description="How care works"
    )
    database: str = Field(
        default="carebot.db",
        min_length=1,
        validate_default=True,
        repr=False,  # a URL may hold a password
        description="A SQLite file, or a URL such as postgresql://care@db/carebot",
    )
    key: SecretStr | None = Field(
        default=None, min_length=1, description="The key that messages are sealed with"
    )
    key_file: Path = Field(
        default=Path("carebot.key"),
        validate_default=True,
        description="The file with the key, unless key is set",
    )
    models: str | None = Field(
        default=None, min_length=1, description="Name or folder of the model here, before care.yaml's"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it is logged: for people, or one JSON object a line"
    )
    time_limit: float = Field(
        default=10, gt=0, le=600, description="Seconds a command waits for the database"
    )
    inside: str = Field(
        default="127.0.0.1:8321", description="Host and port of the console, /health and /metrics"
    )
    outside: str = Field(default="127.0.0.1:8322", description="Host and port that networks call")
    outside_url: str | None = Field(
        default=None, pattern="^https?://", description="How networks reach it, when that is another address"
    )
    _blocks: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, care_file: Path | None = None, *, blocks: Collection[str] = ()) -> Self:
        """Read the environment and ``.env``; ``care_file`` goes before both.

        ``.env`` may also set names that begin with one of the ``blocks``: ``X`` allows ``CAREBOT_X_TOKEN``;
        ``values_of`` gives them. Raises ConfigurationError with every mistake, one a line.
        """
        file = care_file or Path(os.environ.get(PREFIX + "CARE_FILE", DEFAULT_CARE_FILE))
        folder = file.absolute().parent
        env_file = EnvFile.read(folder / ENV_FILE)
        mistakes = env_file.misspelled(_names_in_env_file(), tuple(f"{PREFIX}{block}_" for block in blocks))
        held = _from_named_files(env_file, folder, mistakes)
        given = {block.lower(): _block(block, env_file, folder, mistakes) for block in blocks}
        build: Any = cls  # mypy knows the fields as arguments, but not pydantic's own _env_file
        try:
            settings: Self = build(_env_file=env_file.path, care_file=file, **held)
        except ValidationError as error:
            mistakes += [_line_of(item, env_file) for item in error.errors(include_url=False)]
            raise ConfigurationError("\n".join(mistakes)) from error
        if mistakes:
            raise ConfigurationError("\n".join(mistakes))
        settings._blocks = given
        return settings

    @property
    def database_path(self) -> Path | None:
        """The SQLite file; None for another database."""
        return None if "://" in self.database else Path(self.database)

    def values_of(self, block: str) -> Mapping[str, str]:
        """What is set for a block, by the rest of the name in small letters; some of it are secrets."""
        return self._blocks.get(block.lower(), {})

    @field_validator("inside", "outside")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        from carebot.care_file.types import mistake  # its parent builds a schema: only when it is checked

        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:
            raise mistake(f"expected a host and a port such as 127.0.0.1:8321, got {address!r}")
        return address

    @field_validator("care_file")
    @classmethod
    def _absolute(cls, file: Path) -> Path:
        return file.absolute()

    @field_validator("database")
    @classmethod
    def _beside_care_file(cls, database: str, info: ValidationInfo) -> str:
        return database if "://" in database else str(_folder(info) / database)

    @field_validator("key_file")
    @classmethod
    def _beside_database(cls, file: Path, info: ValidationInfo) -> Path:
        database = str(info.data.get("database", "://"))
        return (_folder(info) if "://" in database else Path(database).parent) / file

    @field_validator("models")
    @classmethod
    def _name_or_folder(cls, models: str | None, info: ValidationInfo) -> str | None:
        folder = _folder(info) / models if models else None
        return str(folder) if folder and folder.is_dir() else models


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _held_by_files() -> list[str]:
    """The settings that a named file may hold: not files themselves, nor ``key``, which has ``key_file``."""
    return [name for name in Settings.model_fields if not name.endswith("_file") and name != "key"]


def _names_in_env_file() -> list[str]:
    """What ``.env`` may set: everything but the care file, because ``.env`` is looked for beside it."""
    names = [_variable(name) for name in Settings.model_fields if name != "care_file"]
    return names + [_variable(name) + FROM_FILE for name in _held_by_files()]


def _from_named_files(env_file: EnvFile, folder: Path, mistakes: list[str]) -> dict[str, str]:
    """What is in the files that ``CAREBOT_..._FILE`` name; ``mistakes`` gets what is wrong with them."""
    variables = {**env_file.values, **os.environ}
    held: dict[str, str] = {}
    for field in _held_by_files():
        name = _variable(field)
        if (file := variables.get(name + FROM_FILE)) is None:
            continue
        if (content := _content(name, file, env_file, folder, mistakes)) is not None:
            held[field] = content
        if name in variables:
            mistakes.append(_twice(name, env_file))
    return held


def _block(block: str, env_file: EnvFile, folder: Path, mistakes: list[str]) -> dict[str, str]:
    """All names that begin like a block, without that beginning; ``mistakes`` gets what is wrong."""
    beginning = f"{PREFIX}{block.upper()}_"
    variables = {**env_file.values, **os.environ}
    values: dict[str, str] = {}
    for variable, value in variables.items():
        if not variable.startswith(beginning):
            continue
        name = variable.removesuffix(FROM_FILE)
        if name == variable:
            values[name.removeprefix(beginning).lower()] = value
        elif name in variables:
            mistakes.append(_twice(name, env_file))
        else:
            content = _content(name, value, env_file, folder, mistakes)
            values[name.removeprefix(beginning).lower()] = content or ""
    return {name: value for name, value in values.items() if value}


def _content(name: str, file: str, env_file: EnvFile, folder: Path, mistakes: list[str]) -> str | None:
    try:
        return (folder / file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        mistakes.append(f"{_where(name, env_file)}: {name}{FROM_FILE}: {file} cannot be read ({reason})")
        return None


def _twice(name: str, env_file: EnvFile) -> str:
    return f"{_where(name, env_file)}: {name}: {name}{FROM_FILE} is set as well; keep one"


def _folder(info: ValidationInfo) -> Path:
    return Path(info.data.get("care_file", Path.cwd() / DEFAULT_CARE_FILE)).parent


def _where(name: str, env_file: EnvFile) -> str:
    """Where a setting was given."""
    for variable in (name, name + FROM_FILE):
        if variable in os.environ:
            return "environment"
        if variable in env_file.lines:
            return env_file.where(variable)
    return "environment"


def _line_of(error: ErrorDetails, env_file: EnvFile) -> str:
    """The mistake as one line: where it was set, its name, and what was expected."""
    from carebot.care_file.mistakes import sentence  # builds the schema of care.yaml: only when it is needed

    name = _variable(str(error["loc"][0]))
    return f"{_where(name, env_file)}: {name}: {sentence(error)}"

"""The settings of a connection: ``CAREBOT_TOWNSQUARE_URL`` and its like, with the prefix cut off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from carebot.errors import ConfigurationError

PREFIX = "CAREBOT_TOWNSQUARE_"


def _address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address such as http://127.0.0.1:8400")
    if parts.username or parts.password:
        raise ValueError("expected an address without a password; the token says who we are")
    _ = parts.port  # raises ValueError for a port that is none
    return value.strip().rstrip("/")


def _one_word(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().isascii() or not value.get_secret_value().isprintable():
        raise ValueError("expected letters, digits and signs of ASCII")
    return value


Address = Annotated[str, AfterValidator(_address)]
Secret = Annotated[SecretStr, Field(min_length=1), AfterValidator(_one_word)]


class TownSquareSettings(BaseModel):
    """How an account of the town square is reached. Times are in seconds.

    ``webhook_secret`` signs what the square pushes; without it nothing that is pushed is taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    url: Address
    token: Secret
    webhook_secret: Secret | None = None
    poll_every: Annotated[float, Field(gt=0, le=3600)] = 5.0
    visible_after: Annotated[float, Field(ge=0, le=600)] = 2.0

    @classmethod
    def read(cls, values: Mapping[str, str]) -> TownSquareSettings:
        """From the values as they stand in the environment; an empty one counts as missing.

        Raises ConfigurationError that names every setting that is missing or wrong, and shows no value.
        """
        try:
            return cls.model_validate({name: value for name, value in values.items() if value.strip()})
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False)
            raise ConfigurationError(
                "\n".join(_told(str(item["loc"][0]), item["type"], item["msg"]) for item in found)
            ) from None


def _told(name: str, kind: str, message: str) -> str:
    if kind == "missing":
        return f"{PREFIX}{name.upper()} is missing"
    if kind == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in TownSquareSettings.model_fields)
        return f"{PREFIX}{name.upper()} is not a setting of the town square; those are {known}"
    plain = message.removeprefix("Value error, ").replace("Input should be", "expected")
    return f"{PREFIX}{name.upper()}: {plain}"

"""The systemd unit and the container agree with the program: its commands, its settings, its paths."""

import re
from pathlib import Path, PurePosixPath

from typer.main import get_command

from carebot.cli import app
from carebot.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "contrib" / "systemd" / "carebot.service").read_text(encoding="utf-8")
CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
STATE = PurePosixPath("/var/lib/carebot")
HARDENED = {
    "CapabilityBoundingSet=", "DynamicUser=yes", "LimitCORE=0", "NoNewPrivileges=yes", "PrivateDevices=yes",
    "PrivateTmp=yes", "ProtectHome=yes", "ProtectSystem=strict", "RestrictNamespaces=yes",
    "StateDirectoryMode=0700", "SystemCallFilter=@system-service", "UMask=0077",
}  # fmt: skip


def commands() -> set[str]:
    return set(get_command(app).commands)


def settings_from_environment() -> set[str]:
    prefix = Settings.model_config.get("env_prefix", "")
    return {f"{prefix}{name}".upper() for name in Settings.model_fields}


def instructions(name: str) -> list[str]:
    """What follows each instruction of a name in the Containerfile, lines that go on joined."""
    return re.findall(rf"^{name} (.*)$", CONTAINER.replace("\\\n", " "), re.MULTILINE)


def copied_from_the_checkout() -> list[str]:
    lines = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    return [source for line in lines for source in line[:-1]]


def test_the_units_commands_exist() -> None:
    started = set(re.findall(r"^ExecStart(?:Pre)?=/opt/carebot/bin/carebot (\w+)", UNIT, re.MULTILINE))

    assert started <= commands()
    assert "python3 -m venv /opt/carebot &&" in UNIT


def test_the_units_settings_exist() -> None:
    names = set(re.findall(r"^Environment=(\w+)=", UNIT, re.MULTILINE))

    assert names
    assert names <= settings_from_environment()


def test_the_unit_writes_only_where_it_may() -> None:
    database = re.search(r"^Environment=CAREBOT_DATABASE=(.*)$", UNIT, re.MULTILINE)

    assert database
    assert PurePosixPath(database[1]).is_relative_to(STATE)
    assert f"StateDirectory={STATE.name}\n" in UNIT
    assert f"WorkingDirectory={STATE}\n" in UNIT


def test_the_unit_hands_over_the_key_that_it_loads() -> None:
    assert "LoadCredentialEncrypted=carebot.key\n" in UNIT
    assert "Environment=CAREBOT_KEY_FILE=%d/carebot.key\n" in UNIT


def test_the_unit_is_hardened() -> None:
    assert HARDENED - set(UNIT.splitlines()) == set()


def test_the_containers_commands_exist() -> None:
    shown = set(re.findall(r"^#   podman run .* carebot (\w+)", CONTAINER, re.MULTILINE))

    assert {"demo", "check"} <= shown <= commands()
    assert instructions("ENTRYPOINT") == ['["carebot"]']


def test_the_containers_settings_exist_and_its_state_is_in_the_volume() -> None:
    values = dict(re.findall(r"(CAREBOT_\w+)=(\S+)", " ".join(instructions("ENV"))))

    assert values
    assert values.keys() <= settings_from_environment()
    assert instructions("VOLUME") == instructions("WORKDIR")[-1:] == [str(STATE)]
    assert PurePosixPath(values["CAREBOT_DATABASE"]).is_relative_to(STATE)
    assert not PurePosixPath(values["CAREBOT_KEY_FILE"]).is_relative_to(STATE), "the key beside the database"


def test_the_container_does_not_run_as_root() -> None:
    assert instructions("USER") == ["10001"]
    assert CONTAINER.index("\nUSER ") < CONTAINER.index("\nENTRYPOINT ")
    assert instructions("RUN")[-1].startswith("useradd --uid 10001 ")


def test_the_container_starts_from_the_public_python_images() -> None:
    images = {line.removesuffix(" AS build") for line in instructions("FROM")}

    assert images == {"docker.io/library/python:3.13-slim"}


def test_the_container_gets_what_it_copies() -> None:
    copied = copied_from_the_checkout()

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert IGNORED[1] == "*"
    assert {f"!/{source}" for source in copied} <= set(IGNORED)

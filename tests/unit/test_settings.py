from __future__ import annotations

import os
from pathlib import Path

import pytest

from carebot.app.running import values_for
from carebot.errors import ConfigurationError
from carebot.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder, which is not the working directory, and an environment without our names."""
    for name in [name for name in os.environ if name.startswith("CAREBOT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def env(folder: Path, *lines: str, mode: int = 0o600) -> None:
    (folder / ".env").write_text("\n".join(lines), encoding="utf-8")
    (folder / ".env").chmod(mode)


def load(folder: Path, blocks: tuple[str, ...] = ()) -> Settings:
    return Settings.load(folder / "care.yaml", blocks=blocks)


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder)
    return str(caught.value).split("\n")


def test_without_any_setting_everything_lies_beside_the_care_file(folder: Path) -> None:
    settings = load(folder)
    assert settings.care_file == folder / "care.yaml"
    assert settings.database_path == folder / "carebot.db"
    assert settings.key_file == folder / "carebot.key"
    assert (settings.key, settings.models, settings.log_level, settings.time_limit) == (
        None,
        None,
        "info",
        10,
    )


def test_the_care_file_is_care_yaml_here_unless_the_environment_names_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert Settings.load().care_file == folder / "care.yaml"
    monkeypatch.setenv("CAREBOT_CARE_FILE", "there/our.yaml")
    assert Settings.load().care_file == folder / "there" / "our.yaml"
    assert Settings.load().database_path == folder / "there" / "carebot.db"


def test_the_key_lies_beside_the_database(folder: Path) -> None:
    env(folder, "CAREBOT_DATABASE=data/care.db")
    assert load(folder).key_file == folder / "data" / "carebot.key"


def test_another_database_is_named_by_its_url_which_is_not_shown(folder: Path) -> None:
    env(folder, "CAREBOT_DATABASE=postgresql://care:hush@db/carebot")
    settings = load(folder)
    assert settings.database == "postgresql://care:hush@db/carebot"
    assert settings.database_path is None
    assert settings.key_file == folder / "carebot.key"
    assert "hush" not in repr(settings)


def test_what_is_in_the_environment_goes_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env(folder, "CAREBOT_LOG_LEVEL=debug", "export CAREBOT_TIME_LIMIT='3'", "# CAREBOT_NONE=1", "OTHER=1")
    monkeypatch.setenv("CAREBOT_LOG_LEVEL", "error")
    settings = load(folder)
    assert (settings.log_level, settings.time_limit) == ("error", 3)


def test_a_secret_can_lie_in_a_file_that_is_named(folder: Path) -> None:
    (folder / "db").write_text("postgresql://care:hush@db/carebot\n", encoding="utf-8")
    env(folder, "CAREBOT_DATABASE_FILE=db")
    assert load(folder).database == "postgresql://care:hush@db/carebot"


def test_a_named_file_in_the_environment_counts_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "level").write_text("warning", encoding="utf-8")
    monkeypatch.setenv("CAREBOT_LOG_LEVEL_FILE", str(folder / "level"))
    assert load(folder).log_level == "warning"


def test_the_key_is_not_shown(folder: Path) -> None:
    env(folder, "CAREBOT_KEY=hush")
    settings = load(folder)
    assert settings.key is not None
    assert settings.key.get_secret_value() == "hush"
    assert "hush" not in repr(settings)


def test_a_model_is_a_name_or_a_folder_beside_the_care_file(folder: Path) -> None:
    (folder / "ours").mkdir()
    env(folder, "CAREBOT_MODELS=ours")
    assert load(folder).models == str(folder / "ours")
    env(folder, "CAREBOT_MODELS=carebot-2")
    assert load(folder).models == "carebot-2"


def test_settings_cannot_be_changed(folder: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(folder).log_level = "debug"


def test_the_names_of_a_block_are_left_to_it(folder: Path) -> None:
    env(folder, "CAREBOT_X_TOKEN=1")
    assert load(folder, blocks=("X",)).log_level == "info"
    assert mistakes(folder)[0].startswith(".env:1: there is no setting CAREBOT_X_TOKEN here; expected one of")


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_an_env_file_that_others_can_read_is_refused(folder: Path, mode: int) -> None:
    env(folder, "CAREBOT_LOG_LEVEL=debug", mode=mode)
    path = folder / ".env"
    assert mistakes(folder) == [
        f"{path}: others can read it (mode {mode:o}), but it holds secrets; chmod 600 {path}"
    ]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (
            "CAREBOT_LOG_LEVEL=loud",
            "CAREBOT_LOG_LEVEL: expected 'debug', 'info', 'warning' or 'error', got 'loud'",
        ),
        ("CAREBOT_LOG_LEVEL=inf", "got 'inf'; did you mean 'info'?"),
        ("CAREBOT_TIME_LIMIT=soon", "CAREBOT_TIME_LIMIT: expected a number, got 'soon'"),
        ("CAREBOT_TIME_LIMIT=0", "CAREBOT_TIME_LIMIT: expected more than 0, got '0'"),
        ("CAREBOT_TIME_LIMIT=9999", "CAREBOT_TIME_LIMIT: expected 600 or less, got '9999'"),
        ("CAREBOT_DATABASE=", "CAREBOT_DATABASE: expected a text that is not empty, got ''"),
        ("CAREBOT_KEY=", "CAREBOT_KEY: expected a text that is not empty"),
        ("CAREBOT_DATABSE=x", "there is no setting CAREBOT_DATABSE here; did you mean CAREBOT_DATABASE?"),
        (
            "CAREBOT_ZZZ=x",
            "there is no setting CAREBOT_ZZZ here; expected one of CAREBOT_DATABASE, CAREBOT_KEY",
        ),
        ("CAREBOT_CARE_FILE=x", "there is no setting CAREBOT_CARE_FILE here; set it in the environment"),
        (
            "CAREBOT_KEY_FILE_FILE=x",
            "there is no setting CAREBOT_KEY_FILE_FILE here; did you mean CAREBOT_KEY_FILE?",
        ),
        ("CAREBOT_DATABASE carebot.db", "CAREBOT_DATABASE: expected CAREBOT_DATABASE=value"),
        (
            "CAREBOT_DATABASE_FILE=nowhere",
            "CAREBOT_DATABASE_FILE: nowhere cannot be read (No such file or directory)",
        ),
        ("CAREBOT_LOG_LEVEL_FILE=bytes", "CAREBOT_LOG_LEVEL_FILE: bytes cannot be read (it is not UTF-8)"),
    ],
)
def test_a_mistake_in_the_env_file_is_shown_with_its_line(folder: Path, line: str, mistake: str) -> None:
    (folder / "bytes").write_bytes(b"\xff")
    env(folder, "# ours", "", line)
    found = mistakes(folder)
    assert found[0].startswith(".env:3: ")
    assert mistake in found[0]


def test_a_name_that_stands_twice_is_a_mistake(folder: Path) -> None:
    env(folder, "CAREBOT_KEY=a", "CAREBOT_KEY=b")
    assert mistakes(folder) == [".env:2: CAREBOT_KEY: stands in line 1 already"]


def test_a_value_and_a_file_for_it_are_a_mistake(folder: Path) -> None:
    (folder / "level").write_text("debug", encoding="utf-8")
    env(folder, "CAREBOT_LOG_LEVEL=info", "CAREBOT_LOG_LEVEL_FILE=level")
    assert mistakes(folder) == [".env:1: CAREBOT_LOG_LEVEL: CAREBOT_LOG_LEVEL_FILE is set as well; keep one"]


def test_a_mistake_in_the_environment_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBOT_LOG_LEVEL", "loud")
    assert mistakes(folder)[0].startswith("environment: CAREBOT_LOG_LEVEL: expected 'debug'")


def test_all_mistakes_are_shown_at_once(folder: Path) -> None:
    env(
        folder,
        "CAREBOT_NOTHING=1",
        "CAREBOT_LOG_LEVEL=loud",
        "CAREBOT_MODELS_FILE=nowhere",
        "CAREBOT_TIME_LIMIT=0",
    )
    assert sorted(line.split(":")[1] for line in mistakes(folder)) == ["1", "2", "3", "4"]


def test_a_key_that_is_wrong_is_not_repeated(folder: Path) -> None:
    env(folder, "CAREBOT_KEY=hush", "CAREBOT_LOG_LEVEL=loud")
    assert not any("hush" in line for line in mistakes(folder))


def test_an_env_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / ".env").write_bytes(b"CAREBOT_KEY=\xff")
    (folder / ".env").chmod(0o600)
    assert mistakes(folder) == [f"{folder / '.env'}: is not UTF-8; save the file as UTF-8"]


def test_an_env_folder_is_refused(folder: Path) -> None:
    (folder / ".env").mkdir()
    assert mistakes(folder) == [f"{folder / '.env'}: cannot be read (Is a directory)"]


def test_the_values_of_a_block_come_from_everywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "token").write_text("hush\n", encoding="utf-8")
    env(folder, "CAREBOT_X_URL=http://a", "CAREBOT_X_TOKEN_FILE=token", "CAREBOT_X_EMPTY=")
    monkeypatch.setenv("CAREBOT_X_URL", "http://b")
    monkeypatch.setenv("CAREBOT_X_POLL_EVERY", "2")
    settings = load(folder, blocks=("X",))
    assert settings.values_of("x") == {"url": "http://b", "token": "hush", "poll_every": "2"}
    assert settings.values_of("y") == {}
    assert "hush" not in repr(settings)


def test_mistakes_in_a_block_are_shown_with_the_others(folder: Path) -> None:
    env(folder, "CAREBOT_X_TOKEN=a", "CAREBOT_X_TOKEN_FILE=b", "CAREBOT_X_KEY_FILE=nowhere")
    with pytest.raises(ConfigurationError) as caught:
        load(folder, blocks=("X",))
    assert str(caught.value).split("\n") == [
        ".env:1: CAREBOT_X_TOKEN: CAREBOT_X_TOKEN_FILE is set as well; keep one",
        ".env:3: CAREBOT_X_KEY_FILE: nowhere cannot be read (No such file or directory)",
    ]


def test_an_account_has_values_of_its_own() -> None:
    values = {"url": "u", "token": "t", "acme_token": "a", "big_co_token": "b"}
    accounts = {"@acme", "big.co", "other"}
    assert values_for(values, "@acme", accounts) == {"url": "u", "token": "a"}
    assert values_for(values, "big.co", accounts) == {"url": "u", "token": "b"}
    assert values_for(values, "other", accounts) == {"url": "u", "token": "t"}


@pytest.mark.parametrize("address", ["8321", "here", "127.0.0.1:", "127.0.0.1:99999", ":80"])
def test_an_address_is_a_host_and_a_port(folder: Path, address: str) -> None:
    env(folder, f"CAREBOT_INSIDE={address}")
    (mistake,) = mistakes(folder)
    assert (
        mistake
        == f".env:1: CAREBOT_INSIDE: expected a host and a port such as 127.0.0.1:8321, got {address!r}"
    )

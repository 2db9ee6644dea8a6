"""The settings of a connection name themselves when they are wrong, and the registry connects what it can."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from carebot.channels.registry import connect
from carebot.channels.townsquare.settings import TownSquareSettings
from carebot.errors import ConfigurationError

GOOD = {"url": "http://127.0.0.1:8400/square/", "token": "secret-token"}


def test_what_is_not_set_has_its_default() -> None:
    settings = TownSquareSettings.read(GOOD | {"webhook_secret": ""})

    assert settings.url == "http://127.0.0.1:8400/square"
    assert (settings.poll_every, settings.visible_after, settings.webhook_secret) == (5, 2, None)


def test_times_become_the_channel_s_traits() -> None:
    channel = connect("townsquare", "@acme", "acme", GOOD | {"poll_every": "0.5", "visible_after": "3"})

    assert channel.traits.poll_every == timedelta(seconds=0.5)
    assert channel.traits.visible_after == timedelta(seconds=3)
    assert (channel.name, channel.account) == ("townsquare", "@acme")
    channel.close()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            {"url": "127.0.0.1:8400"},
            "CAREBOT_TOWNSQUARE_URL: expected an address such as http://127.0.0.1:8400",
        ),
        ({"url": "http://"}, "CAREBOT_TOWNSQUARE_URL: expected an address"),
        ({"url": "http://a:b@x"}, "CAREBOT_TOWNSQUARE_URL: expected an address without a password"),
        ({"url": "http://x:99999"}, "CAREBOT_TOWNSQUARE_URL: "),
        ({"token": " "}, "CAREBOT_TOWNSQUARE_TOKEN is missing"),
        ({"token": "sécret"}, "CAREBOT_TOWNSQUARE_TOKEN: expected letters, digits and signs of ASCII"),
        ({"poll_every": "often"}, "CAREBOT_TOWNSQUARE_POLL_EVERY: expected a valid number"),
        ({"poll_every": "0"}, "CAREBOT_TOWNSQUARE_POLL_EVERY: expected greater than 0"),
        ({"visible_after": "-1"}, "CAREBOT_TOWNSQUARE_VISIBLE_AFTER: expected greater than or equal to 0"),
        (
            {"tokn": "x"},
            "CAREBOT_TOWNSQUARE_TOKN is not a setting of the town square; those are CAREBOT_TOWNSQUARE",
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_not_shown(values: dict[str, str], complaint: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        connect("townsquare", "@acme", "acme", GOOD | values)

    assert complaint in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "sécret" not in str(raised.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        connect("townsquare", "@acme", "acme", {})

    assert str(raised.value).splitlines() == [
        "CAREBOT_TOWNSQUARE_URL is missing",
        "CAREBOT_TOWNSQUARE_TOKEN is missing",
    ]


def test_secrets_are_not_printed() -> None:
    assert "secret-token" not in repr(TownSquareSettings.read(GOOD))


@pytest.mark.parametrize("name", ["replay", "x"])
def test_what_cannot_be_connected_says_what_can(name: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"{name}.* cannot be connected in this version; townsquare can"
    ):
        connect(name, "@acme", "acme", {})


def test_a_channel_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="there is no channel 'myspace'"):
        connect("myspace", "@acme", "acme", {})


def test_looking_at_the_registry_imports_no_adapter() -> None:
    code = (
        "import sys, carebot.channels.registry; sys.exit('httpx' in sys.modules or 'pydantic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

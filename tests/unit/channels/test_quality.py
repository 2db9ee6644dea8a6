"""Each channel that has an adapter keeps a list of promises, and the list is honest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from carebot.channels.registry import adapter_of, folder_of, known

ROOT = Path(__file__).parents[3]
PROMISES = {
    "rules-are-declared",
    "messages-are-in-utc-and-in-order",
    "a-message-has-one-id",
    "own-posts-and-bots-are-told-apart",
    "errors-say-where-and-what",
    "errors-carry-no-message-text",
    "large-histories-are-read",
    "replies-are-sent-once",
    "a-cursor-survives-a-restart",
    "rate-limits-are-obeyed",
    "deletions-are-followed",
    "health-is-reported",
}
CONNECTED = [name for name in known() if adapter_of(name)]


def objections(promises: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with a list of promises."""
    found = [f"{name} is not promised" for name in sorted(PROMISES - set(promises))]
    found += [f"{name} is no promise that channels make" for name in sorted(set(promises) - PROMISES)]
    for name, promise in promises.items():
        proof, reason = promise.get("proof"), promise.get("reason")
        match promise.get("status"):
            case "done":
                found += [] if proof and (ROOT / proof).is_file() else [f"{name}: no test at {proof}"]
            case "todo" | "exempt":
                found += [] if reason else [f"{name}: no reason"]
            case status:
                found.append(f"{name}: {status} is not done, todo or exempt")
    return found


def promises_of(channel: str) -> dict[str, dict[str, Any]]:
    content = yaml.safe_load((folder_of(channel) / "quality.yaml").read_text(encoding="utf-8"))
    promises: dict[str, dict[str, Any]] = content["promises"]
    return promises


@pytest.mark.parametrize("channel", CONNECTED)
def test_a_connected_channel_answers_for_every_promise(channel: str) -> None:
    assert objections(promises_of(channel)) == []


@pytest.mark.parametrize("channel", sorted(set(known()) - set(CONNECTED)))
def test_a_channel_without_an_adapter_promises_nothing_yet(channel: str) -> None:
    assert not (folder_of(channel) / "quality.yaml").exists()


@pytest.mark.parametrize(
    ("name", "promise", "objection"),
    [
        ("health-is-reported", {"status": "exempt"}, "health-is-reported: no reason"),
        ("health-is-reported", {"status": "done", "proof": "tests/none.py"}, "no test at tests/none.py"),
        ("health-is-reported", {"status": "soon"}, "soon is not done, todo or exempt"),
        ("it-is-pretty", {"status": "todo", "reason": "taste"}, "it-is-pretty is no promise"),
    ],
)
def test_a_promise_that_is_not_honest_is_found(name: str, promise: dict[str, Any], objection: str) -> None:
    found = objections(promises_of("replay") | {name: promise})

    assert len(found) == 1
    assert objection in found[0]


def test_a_promise_left_out_is_found() -> None:
    promises = promises_of("replay")
    del promises["health-is-reported"]

    assert objections(promises) == ["health-is-reported is not promised"]

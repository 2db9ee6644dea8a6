"""Every transcript in ``transcripts/`` holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from carebot.core.policy.lines import LINES
from tests.acceptance.dialogue import Stage, articles_of, care_of, check, read_transcript, reading_of

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_transcript_holds(file, scripted_app):
    transcript = read_transcript(file)
    spoken = [turn for turn in transcript.turns if "customer" in turn]
    app = scripted_app(care_of(transcript.setting), articles_of(transcript.setting), spoken, reading_of)
    stage = Stage(app, transcript)
    for number, turn in enumerate(transcript.turns, start=2):
        if "expect" in turn:
            check(turn["expect"], stage.outcome(), f"{file.name}:{number}")
        else:
            stage.play(turn)
    assert set(transcript.setting["shows"]) <= stage.deciders, f"decided here: {sorted(stage.deciders)}"


def test_there_are_at_least_thirty_transcripts():
    assert len(FILES) >= 30


def test_the_transcripts_show_every_line_of_the_policy():
    shown = {name for file in FILES for name in read_transcript(file).setting["shows"]}
    rules = {
        "not_a_customer", "muted", "stop", "person_has_spoken", "thanks", "private_people_first",
        "invited_already", "no_private_place", "private_in_public", "private_in_direct", "human", "doubt",
        "people_first", "no_care", "answer", "suggest", "ask_detail", "to_people",
    }  # fmt: skip
    assert not rules - shown
    assert len(LINES) <= len(rules)

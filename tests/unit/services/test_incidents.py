"""While an incident is current its words come first, or alone; where they cannot be said, a person answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from carebot.app import App
from carebot.core.article import Variant
from carebot.core.decision import Action
from carebot.core.gate import Refusal
from carebot.core.rights import Role, Viewer
from carebot.services.check_incidents import check_incidents
from carebot.services.triage import Decided
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import NOON, article, by, said, tell

House = Callable[..., App]
LEAD = Viewer(id="miriam", roles=frozenset({Role.LEAD}))
MARK = "(Automated reply)"
ASKED, IN_DUTCH, PRIVATELY = "how do I charge it?", "hoe laad ik hem op?", "my own account and charging"
SCRIPT = {
    ASKED: reading(answer="charging"),
    IN_DUTCH: replace(reading(answer="charging"), language="nl"),
    PRIVATELY: reading(private=0.95, answer="charging"),
}
DUTCH = {"nl": Variant(language="nl", short="Stop de stekker erin.")}
STORM = {
    "id": "storm",
    "texts": {"en": "The storm has cut the power."},
    "articles": "charging",
    "until": "2026-11-02T13:00",
}


def opened(house: House, *, written: Any = None, **changes: Any) -> App:
    """Plum's house at noon, in the storm."""
    return house(
        ScriptedClassifier(SCRIPT),
        articles=[article()] if written is None else written,
        incidents=[{**STORM, **changes}],
    )


def asked(app: App, number: int = 1, text: str = ASKED, at: datetime = NOON) -> Decided:
    (item,) = tell(app, said(number, text, author=by(f"c{number}"), thread_id=f"t-{number}", at=at))
    assert item.decision is not None
    return item


def text_of(item: Decided) -> str:
    (text,) = item.texts
    return text.text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "The storm has cut the power. Plug it in."),
        ({"replaces": True}, "The storm has cut the power."),
        ({"articles": ["other", "charging"]}, "The storm has cut the power. Plug it in."),
        ({"articles": "other"}, "Plug it in."),
        ({"since": "2026-11-02T12:01"}, "Plug it in."),
        ({"since": "2026-11-02T12:00"}, "The storm has cut the power. Plug it in."),
        ({"until": "2026-11-02T12:00"}, "Plug it in."),
        ({"until": "2026-11-02T13:00+01:00"}, "Plug it in."),
        ({"texts": {"en": "No power. {open_now}"}}, "No power. We are open now. Plug it in."),
    ],
)
def test_an_answer_has_the_words_of_the_incident_while_it_is_current(
    any_house: House, changes: dict[str, Any], text: str
) -> None:
    item = asked(opened(any_house, **changes))
    assert (item.decision and item.decision.action) == Action.ANSWER
    assert text_of(item) == f"{text} {MARK}"


def test_when_it_ends_the_article_is_said_alone_without_a_restart(house: House) -> None:
    app = opened(house)
    assert "storm" in text_of(asked(app))
    assert text_of(asked(app, 2, at=NOON + timedelta(hours=1))) == f"Plug it in. {MARK}"


def test_the_decision_and_its_explanation_name_the_incident(any_house: House) -> None:
    app = opened(any_house)
    item = asked(app)
    assert item.case is not None
    (one,) = app.explain(LEAD, item.case.id).decisions
    assert "with the words for the incident storm" in one.decision.reason
    assert one.situation.article is not None
    assert one.situation.article.incident == "storm"
    assert one.today == one.decision


@pytest.mark.parametrize("replaces", [False, True])
def test_in_a_language_that_it_is_not_told_in_a_person_answers(house: House, replaces: bool) -> None:
    both = replace(article(), variants={**article().variants, **DUTCH})
    item = asked(opened(house, written=[both], replaces=replaces), text=IN_DUTCH)
    assert item.decision is not None
    assert item.decision.action is Action.HAND_OFF
    assert "the customer wrote in Dutch, and the incident storm is not told in that language" in (
        item.decision.reason
    )


def test_what_replaces_the_article_is_also_said_where_the_article_has_no_text(house: House) -> None:
    app = opened(house, replaces=True, texts={"nl": "De stroom is uitgevallen."})
    assert text_of(asked(app, text=IN_DUTCH)).startswith("De stroom is uitgevallen. (")


def test_words_that_do_not_fit_before_the_article_leave_the_answer_to_a_person(house: House) -> None:
    app = house(
        ScriptedClassifier(SCRIPT),
        articles=[article()],
        brands=[{"name": "Plum", "accounts": {"x": "plum"}}],
        incidents=[{**STORM, "texts": {"en": "word " * 60}}],
    )
    (item,) = tell(app, said(1, ASKED, channel="x"))
    assert item.decision is not None
    assert item.decision.action is not Action.ANSWER
    assert item.texts == ()


def test_the_gate_judges_the_words_of_an_incident_too(house: House) -> None:
    item = asked(opened(house, texts={"en": "Write to storm@elsewhere.example."}))
    assert item.decision is not None
    assert item.texts == ()
    assert str(Refusal.UNKNOWN_CONTACT).replace("_", " ") in (item.decision.silence or "")


def test_an_invitation_carries_them_with_the_general_steps(house: House) -> None:
    safe = article(safe_with_private=True)
    (text,) = (
        text.text
        for text in asked(opened(house, written=[safe]), text=PRIVATELY).texts
        if "direct message" in text.text
    )
    assert text.endswith("The storm has cut the power. Plug it in.")


def faults(app: App) -> list[str]:
    return check_incidents(
        app.house,
        app.articles(),
        channel_rules=app.article_channels(),
        find=app.recognizer,
        now=app.clock.now(),
    )


def test_an_incident_that_can_be_told_has_no_faults(house: House) -> None:
    assert faults(opened(house)) == []
    assert faults(opened(house, texts={"en": "No power. {opening_hours_today}"})) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"articles": ["charging", "chargin"]}, "storm: there is no article chargin;"),
        ({"texts": {"en": "See https://elsewhere.example"}}, "storm: the short en text links to elsewhere"),
        ({"texts": {"en": "No power, {name}."}}, "storm: the short en text has a blank that nobody fills in"),
        ({"texts": {"en": "a word " * 45}}, "storm: the en text has "),
        ({"texts": {"en": "word " * 52}}, "storm: before charging, the en text has "),
    ],
)
def test_what_would_keep_it_from_being_told_is_found(
    house: House, changes: dict[str, Any], fault: str
) -> None:
    found = faults(opened(house, **changes))
    assert [each for each in found if each.startswith(fault)]
    assert faults(opened(house, **changes, since="2026-11-01", replaces=False)) == found
    assert faults(opened(house, **{**changes, "until": "2026-11-02T11:00"})) == []


def test_a_language_of_an_article_that_it_is_not_told_in_is_found(house: House) -> None:
    both = replace(article(), variants={**article().variants, **DUTCH})
    assert faults(opened(house, written=[both])) == [
        "storm: it has no nl text, so people answer in that language while it is current"
    ]


def test_an_article_tells_the_opening_hours_of_the_moment(any_house: House) -> None:
    week = {"time_zone": "Europe/Amsterdam", "week": {"monday": "09:00-17:00"}}
    app = any_house(
        ScriptedClassifier(SCRIPT),
        articles=[article(text="{open_now} {opening_hours_today}")],
        hours=week,
    )
    assert text_of(asked(app)) == f"We are open now. Our hours today: 09:00–17:00. {MARK}"
    assert (
        text_of(asked(app, 2, at=NOON.replace(hour=16)))
        == f"We are closed now. Our hours today: 09:00–17:00. {MARK}"
    )

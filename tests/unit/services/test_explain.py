"""An explanation says what was seen and what decided, and what it says would have changed it does change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from carebot.app import App
from carebot.core.assessment import Band, Category
from carebot.core.case import Case
from carebot.core.decision import Action, Decision
from carebot.core.events import EventName
from carebot.core.message import Visibility
from carebot.core.policy import decide
from carebot.core.rights import Role, Viewer
from carebot.errors import ClassifierError, NotAllowedError
from carebot.services.explain import Explain, ExplainedDecision
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import (
    CARD,
    MINUTE,
    NOON,
    article,
    by,
    by_agent,
    decisions_of,
    events_of,
    said,
    tell,
)

House = Callable[..., App]
LEAD = Viewer(id="miriam", roles=frozenset({Role.LEAD}))
OF_FRAUD = reading(private=0.95)
OF_FRAUD = replace(OF_FRAUD, probabilities=replace(OF_FRAUD.probabilities, fraud=0.9, health=0.7))
SCRIPT = {
    "answered": reading(answer="charging", confidence=0.95),
    "unsure": reading(answer="charging", confidence=0.6),
    "private": reading(private=0.93),
    "perhaps": reading(private=0.6),
    "fraud": OF_FRAUD,
    "failed": ClassifierError("out of memory"),
    "german": replace(reading(), language="de"),
}


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier(SCRIPT), articles=[article()])


def explained(app: App, text: str, **changes: object) -> ExplainedDecision:
    """The explanation of the one message that makes a case."""
    (item,) = tell(app, said(1, text, **changes))
    assert item.case is not None
    (one,) = app.explain(LEAD, item.case.id).decisions
    assert one.decision == item.decision
    return one


def outcome(decision: Decision) -> tuple[object, ...]:
    return decision.band, decision.zone, decision.tier, decision.queue, decision.action


def test_what_was_seen_is_shown(app: App) -> None:
    one = explained(app, f"charge {CARD}", author=by("ada", followers=70))

    assert one.situation.assessment.entity_counts == {"card": 1}
    assert one.situation.visibility is Visibility.PUBLIC
    assert one.situation.followers == 70
    assert one.situation.reading is not None
    assert one.situation.reading.probabilities.private == 0.0
    assert one.model == "scripted 1"
    assert one.withheld == ()
    assert one.decision.band is Band.PRIVATE


def test_the_rule_and_the_threshold_that_decided_come_with_their_evidence(app: App) -> None:
    one = explained(app, "private")

    assert one.decision.rule == "private_in_public"
    use = next(use for use in one.decision.thresholds if use.name == "private")
    assert (use.score, use.threshold, use.is_reached) == (0.93, 0.9, True)
    assert (use.target, use.source) == (0.08, "a script")
    assert use.support > 0


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("answered", {}),
        ("unsure", {}),
        ("private", {}),
        ("private", {"visibility": Visibility.DIRECT}),
        ("perhaps", {}),
        ("fraud", {}),
        ("failed", {}),
        ("german", {}),
        ("stop", {}),
        ("a human please", {}),
        (f"card {CARD}", {"visibility": Visibility.DIRECT}),
        ("answered", {"summons": False, "channel": "x"}),
        ("perhaps", {"has_unread_media": True}),
    ],
)
def test_every_change_that_is_named_flips_the_decision_when_it_is_made(
    app: App, text: str, changes: dict[str, object]
) -> None:
    one = explained(app, text, **changes)

    assert one.what_ifs, "nothing at all would have changed it"
    for what_if in one.what_ifs:
        again = decide(what_if.situation, what_if.settings)
        assert again == what_if.decision, what_if.change
        assert outcome(again) != outcome(one.decision), what_if.change


def test_a_change_that_is_named_flips_the_decision_about_a_real_message(app: App) -> None:
    one = explained(app, "private")
    assert "in a direct message" in [what_if.change for what_if in one.what_ifs]

    (item,) = tell(app, said(2, "private", author=by("ben"), thread_id="d", visibility=Visibility.DIRECT))

    would = next(what_if for what_if in one.what_ifs if what_if.change == "in a direct message")
    assert item.decision is not None
    assert outcome(item.decision) == outcome(would.decision)


def test_each_decision_of_a_case_is_explained_oldest_first_and_an_agents_words_are_none(app: App) -> None:
    first, _, last = tell(
        app, said(1, "unsure"), by_agent(2, at=NOON + MINUTE), said(3, "private", at=NOON + 2 * MINUTE)
    )

    explanation = app.explain(LEAD, first.case.id)

    assert [one.message_id for one in explanation.decisions] == [first.message.id, last.message.id]
    assert explanation.brief.case_id == explanation.case_id == first.case.id


def test_a_decision_stays_as_it_was_when_the_configuration_changes(house: House) -> None:
    before = house(ScriptedClassifier(SCRIPT), articles=[article(mode=None)])
    (item,) = tell(before, said(1, "answered"))
    assert item.case is not None
    after = house(ScriptedClassifier(SCRIPT), bot={"mode": "suggest"}, plan={"preset": "solo"})

    (one,) = Explain(uow=before.uow, house=after.house)(LEAD, item.case.id).decisions

    assert one.decision.action is Action.ANSWER
    assert one.today.action is Action.SUGGEST


def test_without_a_change_today_decides_as_it_did(app: App) -> None:
    one = explained(app, "perhaps")

    assert outcome(one.today) == outcome(one.decision)


def test_on_x_nothing_says_what_a_private_matter_was_about(app: App) -> None:
    one = explained(app, "fraud", channel="x")
    case_id = tell(app, said(2, "fraud", channel="x", at=NOON + MINUTE))[0].case.id

    assert one.withheld == tuple(sorted(Category))
    assert one.situation.categories == frozenset()
    reading = one.situation.reading
    assert reading is not None
    assert {reading.probabilities.of(category) for category in Category} == {0.0}
    assert reading.probabilities.private == 0.95
    for record in decisions_of(app, case_id):
        assert "health" not in repr(record.situation)
        assert "0.7" not in repr(record.situation)
    assert "health" not in repr([events_of(app, case_id, name) for name in EventName])


def test_on_other_networks_the_categories_are_shown(app: App) -> None:
    one = explained(app, "fraud")

    assert one.withheld == ()
    assert {Category.FRAUD, Category.HEALTH} <= one.situation.categories


def test_explaining_opens_no_seal_and_holds_no_text(app: App) -> None:
    (item,) = tell(app, said(1, f"quokka {CARD}", author=by("zebulon_quist")))
    assert item.case is not None

    explanation = app.explain(LEAD, item.case.id)

    assert "quokka" not in repr(explanation)
    assert "zebulon" not in repr(explanation)
    assert events_of(app, item.case.id, EventName.SEAL_OPENED) == []


# Rights -------------------------------------------------------------------------------------------------------


def case_in(app: App, zone: str) -> Case:
    texts = {"public": "unsure", "direct": "unsure", "private": "private"}
    where = Visibility.DIRECT if zone == "direct" else Visibility.PUBLIC
    (item,) = tell(app, said(1, texts[zone], visibility=where))
    assert item.case is not None
    assert item.case.zone == zone
    return item.case


@pytest.mark.parametrize(
    ("role", "zones"),
    [
        (Role.AGENT, {"public", "direct"}),  # in the preset `full` a private case is at tier 2
        (Role.PRIVATE_AGENT, {"public", "direct"}),
        (Role.SPECIALIST, {"public", "direct", "private"}),
        (Role.EXPERT, set()),
        (Role.VENDOR, set()),
        (Role.MARKETING, set()),
        (Role.LEAD, {"public", "direct", "private"}),
        (Role.OPERATOR, {"public", "direct", "private"}),
    ],
)
@pytest.mark.parametrize("zone", ["public", "direct", "private"])
def test_only_who_has_the_right_gets_an_explanation(
    house: House, role: Role, zones: set[str], zone: str
) -> None:
    app = house(ScriptedClassifier(SCRIPT), articles=[article()])
    case, viewer = case_in(app, zone), Viewer(id="kim", roles=frozenset({role}))

    if zone in zones:
        assert app.explain(viewer, case.id).case_id == case.id
    else:
        with pytest.raises(NotAllowedError, match=f"kim .*explain.*zone {zone}"):
            app.explain(viewer, case.id)


def test_nobody_without_a_role_gets_an_explanation(app: App) -> None:
    case = case_in(app, "public")

    with pytest.raises(NotAllowedError, match="no role"):
        app.explain(Viewer(id="kim", roles=frozenset()), case.id)


@pytest.mark.parametrize("name", ["C-9999", "", "C-1001'; DROP TABLE cases; --", "c-1001"])
def test_a_case_that_does_not_exist_is_called_unknown(app: App, name: str) -> None:
    assert case_in(app, "public").id == "C-1001"

    with pytest.raises(KeyError, match="there is no case"):
        app.explain(LEAD, name)

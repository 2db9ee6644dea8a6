from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from carebot.core.article import Article, Variant
from carebot.core.decision import Decision, ThresholdUse
from carebot.store import mapping
from tests.unit.store import makers

share = st.floats(0, 1)
uses = st.builds(ThresholdUse, score=share, target=share, threshold=st.none() | share)
decisions = st.builds(Decision, thresholds=st.lists(uses, max_size=3).map(tuple))
variants = st.builds(Variant, short=st.text(min_size=1))
articles = st.builds(Article, variants=st.dictionaries(st.text(), variants, max_size=3))


@given(decision=decisions)
def test_any_decision_survives_as_json(decision: Decision) -> None:
    values = mapping.decision_values(makers.record(decision=decision))

    assert mapping.DECISION.validate_python(json.loads(json.dumps(values["decision"]))) == decision


@given(article=articles)
def test_any_article_survives_as_json(article: Article) -> None:
    values = mapping.article_values(article)

    assert mapping.read_article(json.loads(json.dumps(values["article"]))) == article


def test_a_decision_of_an_older_release_takes_the_defaults_of_what_is_new_and_drops_what_is_gone() -> None:
    old = json.loads(
        '{"band": "clear", "zone": "public", "tier": 1, "queue": null, "action": "no_case", '
        '"reason": "praise", "rule": "no care", "was_removed_since": true}'
    )

    read = mapping.DECISION.validate_python(old)

    assert (read.rule, read.drafts, read.silence) == ("no care", (), None)

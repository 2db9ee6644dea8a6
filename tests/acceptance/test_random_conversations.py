"""Whatever customers, people of the brand and the network do, in whatever order: these promises hold.

25 random conversations of 30 turns go through the whole pipeline, on three channels. Only the classifier is
scripted, so that every seed is the same conversation every time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from random import Random

import pytest

from carebot.app import App, scratch_app
from carebot.care_file import parse_care
from carebot.core.assessment import Category, Kind, Reading
from carebot.core.case import Case
from carebot.core.decision import Action, Decision
from carebot.core.finding import Finding
from carebot.core.message import IncomingMessage, PostKind, Visibility, Writer
from carebot.core.policy import decide
from carebot.core.ports import Work
from carebot.core.records import MessageState, Outgoing, OutgoingState, StoredMessage
from carebot.core.rights import Role, Viewer
from carebot.core.tiers import TierPlan, Zone
from carebot.errors import ClassifierError, IllegalTransitionError
from carebot.services.compose import INVITATIONS
from carebot.services.explain import Explanation
from carebot.services.ingest import Original
from carebot.services.resolve_case import resolve_case
from carebot.services.triage import Decided
from carebot.testing.fake_classifier import CLEAR, HARMLESS, ScriptedClassifier, reading
from tests.unit.services.houses import CARD, MINUTE, NOON, Clock, article, by, by_agent, said

SEEDS = range(25)
TURNS = 30
ZONES = (Zone.PUBLIC, Zone.DIRECT, Zone.PRIVATE)
EVERYBODY = Viewer(id="everybody", roles=frozenset(Role))
PAUSES = (timedelta(seconds=20), MINUTE, 5 * MINUTE, timedelta(hours=5), timedelta(days=1), timedelta(days=4))
STEPS_BACK = (MINUTE, timedelta(days=2))

PRAISE = replace(CLEAR, kind=Kind.PRAISE, kind_confidence=0.95)
OF_HEALTH = replace(HARMLESS, health=0.87654, billing=0.76543, private=0.97)
TEXTS: Mapping[str, Reading | ClassifierError] = {
    "you charged me twice": reading(private=0.95),
    "why should I pay again": reading(private=0.6),
    "how do I charge it": reading(answer="charging"),
    "how do I clean it": reading(answer="cleaning"),
    "love it": PRAISE,
    "the left one is silent": replace(CLEAR, kind=Kind.PROBLEM),
    "is somebody using my login": replace(CLEAR, probabilities=replace(HARMLESS, fraud=0.8)),
    "somebody bought with my login": replace(CLEAR, probabilities=replace(HARMLESS, fraud=0.8, private=0.97)),
    "it hurts my ear since the surgery": replace(CLEAR, probabilities=OF_HEALTH),
    "who audits your suppliers": replace(CLEAR, probabilities=replace(HARMLESS, flag=0.9)),
    "miten tämä ladataan": replace(CLEAR, language="fi"),
    "unreadable": ClassifierError("the model file is damaged"),
    "firmware 2.1 broke it": CLEAR,
    "gold member here": CLEAR,
    "giveaway giveaway": PRAISE,
    "giveaway, and stop messaging me": PRAISE,
    "stop": CLEAR,
    "can I talk to a human please": CLEAR,
    f"my card is {CARD}": CLEAR,
    "mail me at ada@example.org, how do I charge it": CLEAR,
    "I want to kill myself": CLEAR,
}
OFTEN = ("you charged me twice", "how do I charge it", "how do I clean it", "the left one is silent")
SAYS = (*TEXTS, *OFTEN * 3)
CARE = {
    "version": 1,
    "brands": [{"name": "Plum"}],
    "bot": {"mode": "auto"},
    "plan": {
        "preset": "full",
        "queues": {
            "engineering": {"tier": 3, "zones": ["public", "direct"]},
            "vip": {"tier": 1, "zones": ["public", "direct"], "people_first": True},
        },
    },
    "rules": {
        "ordered": [
            {"name": "giveaway", "when": {"words": "giveaway"}, "then": {"no_case": True}},
            {"name": "firmware", "when": {"words": "firmware"}, "then": {"queue": "engineering"}},
            {"name": "gold", "when": {"words": "gold member"}, "then": {"queue": "vip"}},
        ],
        "unordered": [{"name": "own", "when": {"words": "login"}, "then": {"label": "login"}}],
    },
}
ARTICLES = (article(), article("cleaning", "Use a dry cloth.", safe_with_private=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A case as it stands after a turn, with all that belongs to it."""

    case: Case
    texts: tuple[Outgoing, ...]
    messages: tuple[StoredMessage, ...]
    is_silenced: bool

    @property
    def queued(self) -> list[Outgoing]:
        return [text for text in self.texts if text.state is OutgoingState.QUEUED and text.is_automatic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What came of a conversation: every turn, the cases after each, and the explanations at the end."""

    turns: tuple[Decided, ...]
    moments: tuple[Mapping[str, Seen], ...]
    stored: Mapping[str, StoredMessage]
    decided_in: Mapping[str, tuple[str, ...]]  # the messages of each case's decisions
    situations: tuple[tuple[str, str], ...]  # the channel, and what is kept of a situation
    explained: tuple[Explanation, ...]
    left_over: int
    findings: Mapping[str, tuple[Finding, ...]]  # by each text of the outbox
    plan: TierPlan
    direct_is_private: Mapping[str, bool]

    def cases(self) -> Iterator[tuple[int, Seen]]:
        for turn, moment in enumerate(self.moments):
            for seen in moment.values():
                yield turn, seen

    def changes(self) -> Iterator[tuple[int, Case, Case]]:
        """Each case before and after each turn."""
        for turn, (before, after) in enumerate(zip(self.moments, self.moments[1:], strict=False), start=1):
            for case_id in before:
                yield turn, before[case_id].case, after[case_id].case


def conversation(random: Random) -> Iterator[IncomingMessage]:
    """Two customers, people of the brand and bots; some posts arrive late, twice, or edited."""
    at, sent = NOON, list[IncomingMessage]()
    for number in range(TURNS):
        at += random.choice(PAUSES) if random.random() < 0.8 else -random.choice(STEPS_BACK)
        if sent and random.random() < 0.08:
            again = random.choice(sent)
            yield again if random.random() < 0.5 else replace(again, text=random.choice(SAYS), at=at)
            continue
        sent.append(message(random, number, at - NOON))
        yield sent[-1]


def message(random: Random, number: int, since: timedelta) -> IncomingMessage:
    name, where = random.choice(("ada", "bo")), random.choice(tuple(Visibility))
    thread = random.choice((f"t1-{name}-{where}", f"t2-{name}-{where}", None))
    writer = random.choices((Writer.CUSTOMER, Writer.AGENT, Writer.OTHER_BOT), (16, 4, 1))[0]
    channel = random.choice(("x", "mastodon", "replay"))
    if writer is Writer.AGENT:
        made = by_agent(number, "Let me look into that!")
        made = replace(made, answers=random.choices((name, None), (3, 1))[0])
    else:
        made = said(number, random.choice(SAYS), author=replace(by(name), writer=writer))
        kinds = random.choices((PostKind.POST, random.choice(tuple(PostKind))), (3, 1))
        made = replace(made, summons=random.random() < 0.8, post_kind=kinds[0])
    return replace(made, channel=channel, visibility=where, thread_id=thread, at=NOON + since)


@cache
def talk(seed: int) -> Talk:
    """Play the conversation of this seed, and look at everything after every turn."""
    random = Random(seed)
    turns, moments = list[Decided](), list[Mapping[str, Seen]]()
    pairs, cases = list[tuple[StoredMessage, Original]](), dict[str, None]()
    with scratch_app(parse_care(json.dumps(CARE)), ARTICLES, classifier=ScriptedClassifier(TEXTS)) as app:
        for incoming in conversation(random):
            received = app.ingest([incoming])
            pairs += [(item.message, item.original) for item in received if item.message and item.is_new]
            repeated = [random.choice(pairs)] if random.random() < 0.1 else []  # as after a restart
            for decided in app.triage([*pairs[-1:], *repeated], at_message_time=True):
                turns.append(decided)
                cases |= {decided.case.id: None} if decided.case else {}
            if cases and random.random() < 0.1:
                resolve(app, random.choice(list(cases)), incoming)
            if random.random() < 0.05:
                wake(app, random.random() < 0.8)
            moments.append(app.uow.run(partial(look_at_all, case_ids=tuple(cases))))
        return at_the_end(app, tuple(turns), tuple(moments))


def resolve(app: App, case_id: str, after: IncomingMessage) -> None:
    with suppress(IllegalTransitionError):  # it is resolved already
        resolve_case(case_id, viewer=EVERYBODY, uow=app.uow, clock=Clock(after.at))


def wake(app: App, awake: bool) -> None:
    app.uow.run(lambda work: work.set_switch("bot_awake", awake))


def look_at_all(work: Work, case_ids: tuple[str, ...]) -> Mapping[str, Seen]:
    return {case_id: look(work, case_id) for case_id in case_ids}


def look(work: Work, case_id: str) -> Seen:
    case = work.case(case_id)
    assert case is not None
    return Seen(
        case=case,
        texts=work.outgoing_of(case_id),
        messages=work.messages_of(case_id),
        is_silenced=work.customer_by_id(case.customer_id).is_silenced,
    )


def at_the_end(app: App, turns: tuple[Decided, ...], moments: tuple[Mapping[str, Seen], ...]) -> Talk:
    last = moments[-1]
    ids = {decided.message.id for decided in turns}
    stored = app.uow.run(lambda work: {one: work.message(one) for one in ids})
    records = app.uow.run(lambda work: {case_id: work.decisions_of(case_id) for case_id in last})
    return Talk(
        turns=turns,
        moments=moments,
        stored={one: message for one, message in stored.items() if message is not None},
        decided_in={case_id: tuple(r.message_id for r in found) for case_id, found in records.items()},
        situations=tuple(
            (last[case_id].case.channel, json.dumps(dict(record.situation)))
            for case_id, found in records.items()
            for record in found
        ),
        explained=tuple(app.explain(EVERYBODY, case_id) for case_id in last),
        left_over=len(app.triage.catch_up()),
        findings={
            text.text: app.understand.findings(text.text) for seen in last.values() for text in seen.texts
        },
        plan=app.care.plan,
        direct_is_private={
            name: app.house.channel(name).direct_is_private for name in ("x", "mastodon", "replay")
        },
    )


def outcome(decision: Decision) -> tuple[object, ...]:
    return decision.band, decision.zone, decision.tier, decision.queue, decision.action


SOAK = range(25, 225)  # `make soak`
in_every_conversation = pytest.mark.parametrize(
    "seed", [*SEEDS, *(pytest.param(seed, marks=pytest.mark.soak) for seed in SOAK)]
)


@in_every_conversation
def test_every_customer_message_is_decided_exactly_once(seed: int) -> None:
    decided = Counter(turn.message.id for turn in talk(seed).turns if turn.decision is not None)

    for message in talk(seed).stored.values():
        assert message.state is MessageState.DECIDED
        assert decided[message.id] == (message.writer is not Writer.AGENT), f"message {message.external_id}"
    assert talk(seed).left_over == 0


@in_every_conversation
def test_a_decision_is_kept_once_and_in_one_case(seed: int) -> None:
    kept = Counter(one for messages in talk(seed).decided_in.values() for one in messages)
    made = {
        turn.message.id for turn in talk(seed).turns if turn.decision is not None and turn.case is not None
    }

    assert kept == dict.fromkeys(made, 1)


@in_every_conversation
def test_a_message_is_answered_by_at_most_one_automatic_text(seed: int) -> None:
    for turn, seen in talk(seed).cases():
        texts = Counter(text.message_id for text in seen.texts if text.is_automatic)
        assert max(texts.values(), default=0) <= 1, f"turn {turn}: {seen.texts}"


@in_every_conversation
def test_no_automatic_text_waits_in_a_case_in_which_a_person_has_spoken(seed: int) -> None:
    for turn, seen in talk(seed).cases():
        if seen.case.person_spoke_at is not None:
            assert not seen.queued, f"turn {turn}"


@in_every_conversation
def test_no_automatic_text_waits_for_a_customer_who_said_stop_but_its_confirmation(seed: int) -> None:
    for turn, seen in talk(seed).cases():
        if seen.is_silenced or seen.case.bot_silenced_at is not None:
            assert {text.origin for text in seen.queued} <= {"stopped"}, f"turn {turn}"


@in_every_conversation
def test_only_invitations_wait_to_be_read_by_others_once_a_case_is_private(seed: int) -> None:
    for turn, seen in talk(seed).cases():
        if seen.case.zone is Zone.PRIVATE:
            private = talk(seed).direct_is_private[seen.case.channel]
            readable = [text for text in seen.queued if text.zone is Zone.PUBLIC or not private]
            assert {text.origin for text in readable} <= INVITATIONS, f"turn {turn}: {readable}"


@in_every_conversation
def test_no_personal_data_is_in_the_outbox(seed: int) -> None:
    for text, findings in talk(seed).findings.items():
        assert not findings, text


@in_every_conversation
def test_a_zone_never_opens(seed: int) -> None:
    for turn, before, after in talk(seed).changes():
        assert ZONES.index(after.zone) >= ZONES.index(before.zone), f"turn {turn}: {after.id}"


@in_every_conversation
def test_a_tier_never_falls(seed: int) -> None:
    for turn, before, after in talk(seed).changes():
        assert after.tier >= before.tier, f"turn {turn}: {after.id}"


@in_every_conversation
def test_it_is_never_forgotten_that_a_person_has_spoken(seed: int) -> None:
    for turn, before, after in talk(seed).changes():
        assert before.person_spoke_at is None or after.person_spoke_at is not None, f"turn {turn}: {after.id}"


@in_every_conversation
def test_a_case_is_in_a_queue_that_exists_and_may_speak_of_it(seed: int) -> None:
    plan = talk(seed).plan
    for turn, seen in talk(seed).cases():
        assert plan.has_queue(seen.case.queue), f"turn {turn}: {seen.case}"
        assert seen.case.zone in plan.queue(seen.case.queue).zones, f"turn {turn}: {seen.case}"


@in_every_conversation
def test_a_private_case_keeps_no_text_of_a_direct_message(seed: int) -> None:
    for turn, seen in talk(seed).cases():
        if seen.case.zone is Zone.PRIVATE:
            direct = [message for message in seen.messages if message.visibility is Visibility.DIRECT]
            assert not [message.masked_text for message in direct if message.masked_text], f"turn {turn}"


@in_every_conversation
def test_every_case_can_be_explained_and_would_be_decided_the_same_today(seed: int) -> None:
    for explanation in talk(seed).explained:
        assert (
            tuple(one.message_id for one in explanation.decisions)
            == talk(seed).decided_in[explanation.case_id]
        )
        for one in explanation.decisions:
            by_gate = "the gate refused" in (one.decision.silence or "")
            assert by_gate or one.today == one.decision, explanation.case_id


@in_every_conversation
def test_every_change_that_an_explanation_names_flips_its_decision(seed: int) -> None:
    for explanation in talk(seed).explained:
        for one in explanation.decisions:
            for what_if in one.what_ifs:
                again = decide(what_if.situation, what_if.settings)
                assert again == what_if.decision, what_if.change
                assert outcome(again) != outcome(one.today), what_if.change


@in_every_conversation
def test_what_x_forbids_to_know_is_never_kept(seed: int) -> None:
    for channel, kept in talk(seed).situations:
        if channel == "x":
            names = [
                f'"{name}":' for name in (Category.HEALTH, Category.BILLING, Category.LEGAL, Category.FRAUD)
            ]
            assert not [word for word in (*names, "0.87654", "0.76543") if word in kept]


def test_the_conversations_reach_what_these_promises_are_about() -> None:
    talks = [talk(seed) for seed in SEEDS]
    decisions = [turn.decision for one in talks for turn in one.turns if turn.decision is not None]
    last = [seen for one in talks for seen in one.moments[-1].values()]

    assert {decision.action for decision in decisions} >= set(Action) - {Action.ASK_DETAIL}
    assert {seen.case.zone for seen in last} == set(ZONES)
    assert {seen.case.queue for seen in last} >= {"care", "private", "triage", "engineering", "vip", "fraud"}
    assert {text.state for seen in last for text in seen.texts} >= {
        OutgoingState.QUEUED, OutgoingState.HELD, OutgoingState.SUGGESTED
    }  # fmt: skip
    reached: Mapping[str, Callable[[Seen], object]] = {
        "a person spoke": lambda seen: seen.case.person_spoke_at and seen.texts,
        "stop": lambda seen: seen.is_silenced and seen.texts,
        "private after an answer": lambda seen: seen.case.zone is Zone.PRIVATE and len(seen.texts) > 1,
    }
    for what, is_it in reached.items():
        assert len([seen for seen in last if is_it(seen)]) >= 10, what
    rules = {decision.rule for decision in decisions}
    assert rules >= {
        "stop", "human", "giveaway", "firmware", "gold", "person_has_spoken", "invited_already", "people_first"
    }  # fmt: skip
    assert sum(TURNS - len(one.stored) for one in talks) >= 20, "the network delivered a message again"
    assert sum(len(one.turns) - len(one.stored) for one in talks) >= 20, "a message was to be decided again"

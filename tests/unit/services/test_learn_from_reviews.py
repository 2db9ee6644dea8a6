"""Reviews become lessons; what is learnt is judged on those held back, and used only if it is no worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from carebot.app import App
from carebot.app.learning import learn_from_reviews
from carebot.core.assessment import Band
from carebot.core.events import EventName
from carebot.core.evidence import Evidence
from carebot.core.lessons import LEAST, LEAST_OF_EACH, Learned, Lesson, SideLearned
from carebot.core.message import Visibility
from carebot.core.ports import Work
from carebot.core.records import AnswerReview, BandReview, BandVerdict, Json, Verdict
from carebot.core.rights import Role, Viewer
from carebot.errors import LearningError, NotAllowedError
from carebot.services.learn_from_reviews import SHOWN, Report
from carebot.services.lessons_of import Needed, labels_of
from carebot.testing.fake_classifier import EVIDENCE, ScriptedClassifier, reading
from tests.unit.services.desk import KIM, House
from tests.unit.services.houses import NOON, article, by, said, tell

LEA = Viewer(id="lea", roles=frozenset({Role.LEAD}))
DOUBT = reading(private=0.6)
HARMLESS, SECRET = 0.6, 0.55  # what the model in force says of them: the wrong way round


class FakeLearner:
    """Reads a message as private when "secret" stands in it, as sure as it is told to be."""

    name = "fake 1"

    def __init__(self, *, harmless: float = 0.05, secret: float = 0.95) -> None:
        self._after = {False: harmless, True: secret}
        self.lessons: Sequence[Lesson] = ()
        self.written: list[tuple[Path, Mapping[str, Evidence], Mapping[str, Json]]] = []

    def shipped_evidence(self) -> Mapping[str, Evidence]:
        return EVIDENCE

    def learn(self, lessons: Sequence[Lesson]) -> Learned:
        self.lessons = lessons
        secret = ["secret" in lesson.masked_text for lesson in lessons]
        return Learned(
            before=tuple(SECRET if each else HARMLESS for each in secret),
            after=tuple(self._after[each] for each in secret),
            sides=(SideLearned(name="english", reviews=len(lessons), private=sum(secret), is_moved=True),),
            reach=1.0,
            heads={},
        )

    def write(
        self, folder: Path, learned: Learned, evidence: Mapping[str, Evidence], about: Mapping[str, Json]
    ) -> None:
        self.written.append((folder, evidence, about))


@pytest.fixture
def app(any_house: House) -> App:
    return any_house(ScriptedClassifier(default=DOUBT), articles=[article()])


def reviewed(app: App, count: int, *, private: int, **changes: object) -> list[str]:
    """So many messages in doubt, each of a customer of its own and judged: the first are private."""
    texts = [f"my secret {number}" if number < private else f"hello {number}" for number in range(count)]
    decided = tell(
        app,
        *(
            replace(said(number, text, author=by(f"u{number}"), thread_id=f"t-{number}"), **changes)
            for number, text in enumerate(texts)
        ),
    )
    ids = [item.message.id for item in decided]

    def keep(work: Work) -> None:
        for number, message_id in enumerate(ids):
            verdict = BandVerdict.PRIVATE if number < private else BandVerdict.FINE_IN_PUBLIC
            work.save_band_review(BandReview(message_id=message_id, verdict=verdict, reviewer="kim", at=NOON))

    app.uow.run(keep)
    return ids


def answer(message_id: str, verdict: Verdict, *, was_suggested: bool = False) -> AnswerReview:
    return AnswerReview(
        message_id=message_id,
        article="charging",
        confidence=0.4,
        verdict=verdict,
        reviewer="kim",
        at=NOON,
        was_suggested=was_suggested,
    )


def keep_answers(app: App, *answers: AnswerReview) -> None:
    def keep(work: Work) -> None:
        for each in answers:
            work.add_answer_review(each)

    app.uow.run(keep)


def learn(app: App, learner: FakeLearner, folder: Path | None = None, viewer: Viewer = LEA) -> Report:
    return learn_from_reviews(app, learner)(viewer, folder)


# What becomes a lesson


def test_what_people_said_becomes_a_label_and_whoever_says_private_is_believed(app: App) -> None:
    first, second, fine, right, wrong, both = reviewed(app, 6, private=2)

    keep_answers(
        app, answer(both, Verdict.SENSITIVE), answer(right, Verdict.RIGHT), answer(wrong, Verdict.WRONG)
    )

    labels = app.uow.run(labels_of)

    assert labels == {first: True, second: True, fine: False, right: False, wrong: False, both: True}


def test_a_wrong_answer_alone_says_nothing_about_private(app: App) -> None:
    (item,) = tell(app, said(1, "hello"))
    keep_answers(app, answer(item.message.id, Verdict.WRONG))

    assert app.uow.run(labels_of) == {}


def test_a_text_that_is_kept_masked_is_not_opened_again_and_others_are_with_a_line_in_the_audit(
    app: App,
) -> None:
    reviewed(app, 60, private=20)
    direct = reviewed_directly(app)
    learner = FakeLearner()

    learn(app, learner)

    assert "my secret <EMAIL>" in {lesson.masked_text for lesson in learner.lessons}
    (event,) = opened_for_training(app)
    assert (event.message_id, event.actor) == (direct, "system:training")


def reviewed_directly(app: App) -> str:
    """A direct message whose case is private: nothing of it is kept but its seal."""
    text = "my secret ada@example.org"
    (item,) = tell(app, said(99, text, author=by("zoe"), visibility=Visibility.DIRECT, thread_id="d"))
    assert item.message is not None
    review = BandReview(message_id=item.message.id, verdict=BandVerdict.PRIVATE, reviewer="kim", at=NOON)
    app.uow.run(lambda work: work.save_band_review(review))
    stored = app.uow.run(lambda work: work.message(item.message.id))
    assert stored is not None
    assert stored.masked_text is None
    return item.message.id


def opened_for_training(app: App) -> list:
    def find(work: Work) -> list:
        cases = [f"C-{number}" for number in range(1001, 1100)]
        events = [event for case_id in cases for event in work.events_of(case_id)]
        return [e for e in events if e.name is EventName.SEAL_OPENED and e.actor == "system:training"]

    return app.uow.run(find)


def test_a_message_that_its_author_deleted_teaches_nothing(app: App) -> None:
    first, *_ = reviewed(app, 61, private=20)
    app.uow.run(lambda work: work.forget_text(first, deleted_at=NOON))
    learner = FakeLearner()

    report = learn(app, learner)

    assert first not in {lesson.message_id for lesson in learner.lessons}
    assert (report.reviews, report.not_read) == (60, 1)


# How much is needed


@pytest.mark.parametrize(
    ("count", "private", "says"),
    [
        (0, 0, "0 messages reviewed, 0 of them private: `carebot train --from-reviews` needs 60 more "
               "(at least 15 private and at least 15 fine in public)"),
        (1, 1, "1 message reviewed, 1 of them private: `carebot train --from-reviews` needs 59 more "
               "(at least 14 private and at least 15 fine in public)"),
        (59, 20, "needs 1 more"),
        (60, 14, "needs 1 more (at least 1 private)"),
        (100, 95, "needs 10 more (at least 10 fine in public)"),
        (60, 15, "60 messages reviewed, 15 of them private: enough for `carebot train --from-reviews`"),
    ],
)  # fmt: skip
def test_it_is_said_how_many_reviews_are_missing(count: int, private: int, says: str) -> None:
    assert (LEAST, LEAST_OF_EACH) == (60, 15)
    assert says in Needed(reviews=count, private=private).in_words()


def test_too_few_reviews_teach_nothing(app: App, tmp_path: Path) -> None:
    reviewed(app, 59, private=20)
    learner = FakeLearner()

    with pytest.raises(LearningError, match="59 messages reviewed"):
        learn(app, learner, tmp_path / "new")

    assert learner.lessons == ()
    assert learner.written == []


def test_only_who_may_change_the_rules_trains(app: App) -> None:
    reviewed(app, 60, private=20)

    with pytest.raises(NotAllowedError, match="change_rules"):
        learn(app, FakeLearner(), viewer=KIM)
    with pytest.raises(NotAllowedError, match="change_rules"):
        learn_from_reviews(app, FakeLearner()).suggestions(KIM)


# What is learnt


def test_a_better_model_is_written_with_curves_that_hold_the_reviews_too(app: App, tmp_path: Path) -> None:
    reviewed(app, 80, private=30)
    learner = FakeLearner()

    report = learn(app, learner, tmp_path / "new")

    ((folder, evidence, about),) = learner.written
    shipped = EVIDENCE["private"]
    assert (report.folder, report.refusals) == (folder, ())
    assert folder == tmp_path / "new"
    assert len(evidence["private"].scores) == len(shipped.scores) + 80
    assert sum(evidence["private"].outcomes) == sum(shipped.outcomes) + 30
    assert evidence["private"].source == f"{shipped.source}, and 80 reviewed messages"
    assert evidence["answer"] is EVIDENCE["answer"]
    assert {name: about[name] for name in ("reviews", "private", "held_back", "learnt_from")} == {
        "reviews": 80,
        "private": 30,
        "held_back": report.held_back,
        "learnt_from": "fake 1",
    }


def test_before_and_after_are_judged_on_the_held_back_messages_alone(app: App) -> None:
    reviewed(app, 80, private=30)
    learner = FakeLearner()

    report = learn(app, learner)

    held = [lesson for lesson in learner.lessons if lesson.is_held_back]
    assert report.held_back == len(held)
    assert 0 < len(held) < 80
    assert sum(report.after.bands.values()) == len(held)
    assert report.after.bands[Band.PRIVATE] == sum(lesson.is_private for lesson in held)
    assert (report.before.auroc, report.after.auroc) == (0.0, 1.0)
    assert report.after.log_loss < report.before.log_loss
    assert report.thresholds_before == app.thresholds


def test_messages_whose_band_changes_are_shown_masked_and_only_a_few(app: App) -> None:
    reviewed(app, 80, private=30)
    reviewed_directly(app)

    report = learn(app, FakeLearner())

    assert report.changes > SHOWN
    assert len(report.changed) == SHOWN
    shown = {change.text for change in report.changed}
    assert all(text is None or text.startswith(("my secret ", "hello ")) for text in shown)
    assert "ada@example.org" not in str(report)


def test_answers_that_were_right_teach_but_are_no_evidence_of_how_common_harmless_is(app: App) -> None:
    reviewed(app, 60, private=20)
    (item,) = tell(app, said(200, "hello again", author=by("yan"), thread_id="y"))
    keep_answers(app, answer(item.message.id, Verdict.RIGHT))
    learner = FakeLearner()
    folder = Path("nowhere")

    report = learn(app, learner, folder)

    assert report.reviews == 61
    assert learner.written[0][1]["private"].source.endswith("and 60 reviewed messages")


# What is refused


def test_a_worse_log_loss_is_refused_and_nothing_is_written(app: App, tmp_path: Path) -> None:
    reviewed(app, 80, private=30)
    worse = FakeLearner(harmless=0.95, secret=0.55)

    report = learn(app, worse, tmp_path / "new")

    assert worse.written == []
    assert report.folder is None
    assert any("log loss would go from" in refusal for refusal in report.refusals)


def test_more_private_messages_called_clear_are_refused_although_the_log_loss_is_better(
    any_house: House, tmp_path: Path
) -> None:
    app = any_house(ScriptedClassifier(default=DOUBT), targets={"private_called_clear": "6 %"})
    reviewed(app, 60, private=15)
    careless = FakeLearner(harmless=0.001, secret=0.45)

    report = learn(app, careless, tmp_path / "new")

    assert report.after.log_loss < report.before.log_loss
    assert (report.before.private_called_clear, careless.written) == (0, [])
    (refusal,) = report.refusals
    assert refusal.endswith("private messages would be called clear, not 0")


def test_a_dry_run_writes_nothing(app: App) -> None:
    reviewed(app, 80, private=30)
    learner = FakeLearner()

    report = learn(app, learner)

    assert (report.folder, report.refusals, learner.written) == (None, (), [])


# What should have been answered


def test_a_right_answer_that_the_bot_kept_to_itself_is_suggested_as_an_example(app: App) -> None:
    texts = ("how long until it is full?", "a known phrasing", "an unsuitable one", "a suggested one")
    app.save_articles((article(examples=("a known phrasing",)),))
    decided = tell(
        app,
        *(said(n, text, author=by(f"v{n}"), thread_id=f"v-{n}") for n, text in enumerate(texts)),
    )
    kept, known, unsuitable, suggested = (item.message.id for item in decided)
    keep_answers(
        app,
        answer(kept, Verdict.RIGHT),
        answer(known, Verdict.RIGHT),
        answer(unsuitable, Verdict.WRONG),
        answer(suggested, Verdict.RIGHT, was_suggested=True),
    )

    found = learn_from_reviews(app, FakeLearner()).suggestions(LEA)

    assert [(each.article, each.text) for each in found] == [("charging", texts[0])]

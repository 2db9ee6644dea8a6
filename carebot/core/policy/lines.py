"""The lines of the policy, in the order in which they are tried; the first that has something to say wins.

``docs/policy.md`` is the same list in prose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from carebot.core.assessment import Band, Kind
from carebot.core.bands import use
from carebot.core.case import CaseStatus
from carebot.core.commands import Command
from carebot.core.decision import Action, Decision, Draft, ThresholdUse
from carebot.core.languages import language_name
from carebot.core.message import PostKind
from carebot.core.policy.answering import answer, answer_use, may_answer, was_said
from carebot.core.policy.view import View, outcome, people_queue, why_silent
from carebot.core.texts import TextKey
from carebot.core.tiers import Zone

NO_CARE = (Kind.PRAISE, Kind.CHATTER, Kind.SPAM)


def _not_a_customer(view: View) -> Decision | None:
    situation = view.situation
    if situation.by_other_bot:
        return outcome(view, Action.NO_CASE, "another bot wrote it", "not_a_customer")
    if situation.post_kind is PostKind.REPOST:
        return outcome(view, Action.NO_CASE, "it is a repost", "not_a_customer")
    return None


def _muted(view: View) -> Decision | None:
    if view.ordered is None or not view.ordered.then.no_case or view.band.band is Band.PRIVATE:
        return None
    if _people_have_it(view):
        return None
    return outcome(view, Action.NO_CASE, f"the rule {view.ordered.name} sets it aside", "muted")


def _stop(view: View) -> Decision | None:
    if Command.STOP not in view.situation.commands:
        return None
    silence = why_silent(view.situation)
    confirm = silence is None and not view.is_public and view.people_first is None
    drafts = (Draft(zone=Zone.DIRECT, text=TextKey.STOPPED),) if confirm else ()
    return outcome(
        view,
        Action.HAND_OFF,
        "the customer asked the bot to stop: it is silent, and a person has the case",
        "stop",
        queue=people_queue(view),
        drafts=drafts,
        silence=silence,
        silences_bot=True,
    )


def _person_has_it(view: View) -> Decision | None:
    case = view.situation.case
    if case is None or not view.situation.person_has_spoken or not case.status.is_open:
        return None
    known = view.settings.plan.has_queue(case.queue)
    queue = case.queue if known and view.zone is not Zone.PRIVATE else people_queue(view)
    reason = "a person has the case: the bot is silent"
    if view.zone is Zone.PRIVATE and case.zone is not Zone.PRIVATE:
        reason = (
            f"it moves to {queue}, because {view.band.reason}; a person has the case, so the bot is silent"
        )
    return outcome(view, Action.HOLD, reason, "person_has_spoken", queue=queue, silence="a person has spoken")


def _thanks(view: View) -> Decision | None:
    """Thanks close nothing and reopen nothing, whatever the case was about."""
    case = view.situation.case
    if case is None or case.status is not CaseStatus.RESOLVED or not _needs_no_care(view):
        return None
    if view.own_band.band is not Band.CLEAR or view.people_first_here is not None:
        return None
    return outcome(view, Action.NO_CASE, "thanks do not reopen a resolved case", "thanks")


def _private(view: View) -> Decision | None:
    if view.band.band is not Band.PRIVATE:
        return None
    queue, silence = people_queue(view), view.people_first or why_silent(view.situation)
    if silence is not None:
        because = "" if silence == view.band.reason else f", because {silence}"
        reason = f"{view.band.reason}; to {queue} without a word{because}"
        return outcome(view, Action.HAND_OFF, reason, "private_people_first", queue=queue, silence=silence)
    if view.is_public or not view.situation.channel.direct_is_private:
        return _invitation(view, queue)
    speaks = view.settings.acknowledge_direct and not _was_said(view, TextKey.ACKNOWLEDGED)
    told = "; the customer gets one acknowledgement" if speaks else ""
    reason = f"{view.band.reason}; the queue {queue} has it{told}"
    drafts = (Draft(zone=Zone.DIRECT, text=TextKey.ACKNOWLEDGED),) if speaks else ()
    return outcome(view, Action.HAND_OFF, reason, "private_in_direct", queue=queue, drafts=drafts)


def _invitation(view: View, queue: str) -> Decision:
    """Ask the customer to come to a private place; what was said is not repeated."""
    situation, case = view.situation, view.situation.case
    if case is not None and case.invited_lately:
        reason = f"{view.band.reason}; invited already, so {queue} takes it"
        return outcome(
            view, Action.HAND_OFF, reason, "invited_already", queue=queue, silence="invited already"
        )
    by_direct = situation.channel.direct_is_private and situation.channel.has_direct
    if not by_direct and view.settings.private_contact is None:
        silence = f"direct messages on {situation.channel.name} are not private and no private contact is configured"
        reason = f"{view.band.reason}; to {queue}, because {silence}"
        return outcome(view, Action.HAND_OFF, reason, "no_private_place", queue=queue, silence=silence)
    exposed = situation.assessment.exposes_entities
    keys = (
        (TextKey.INVITATION, TextKey.INVITATION_EXPOSED)
        if by_direct
        else (
            TextKey.INVITATION_CONTACT,
            TextKey.INVITATION_CONTACT_EXPOSED,
        )
    )
    answer = answer_use(view)
    article = situation.article
    steps = (
        article
        if article and article.safe_with_private and may_answer(view) and not was_said(view, article.slug)
        else None
    )
    draft = Draft(zone=situation.visibility.zone, text=keys[exposed], article=steps.slug if steps else None)
    reason = f"{view.band.reason}; the customer is invited to a private place"
    uses = (answer,) if answer else ()
    return outcome(view, Action.INVITE, reason, "private_in_public", queue=queue, drafts=(draft,), uses=uses)


def _human(view: View) -> Decision | None:
    if Command.HUMAN not in view.situation.commands:
        return None
    silence = view.people_first or why_silent(view.situation)
    if silence is None and view.band.band is Band.DOUBT:
        silence = "people look first"
    speaks = silence is None and not _was_said(view, TextKey.HANDED_OVER)
    drafts = (Draft(zone=view.zone, text=TextKey.HANDED_OVER),) if speaks else ()
    return outcome(
        view,
        Action.HAND_OFF,
        "the customer asked for a person",
        "human",
        queue=people_queue(view),
        drafts=drafts,
        silence=silence,
    )


def _was_said(view: View, text: TextKey) -> bool:
    """Whether the customer was told this in this case: a bot that repeats itself is no comfort."""
    return view.situation.case is not None and text in view.situation.case.said


def _doubt(view: View) -> Decision | None:
    if view.band.band is not Band.DOUBT:
        return None
    reason = f"people look first, because {view.band.reason}"
    return outcome(view, Action.HOLD, reason, "doubt", queue=people_queue(view), silence="people look first")


def _flagged(view: View) -> Decision | None:
    silence = view.people_first
    if silence is None:
        return None
    reason = f"a person answers, because {silence}"
    return outcome(view, Action.HAND_OFF, reason, "people_first", queue=people_queue(view), silence=silence)


def _people_have_it(view: View) -> bool:
    """Whether people have the case open: then nothing in it is set aside without them."""
    case = view.situation.case
    return case is not None and case.status.is_open and case.tier > 0


def _needs_no_care(view: View) -> bool:
    reading = view.situation.reading
    if reading is None or reading.kind not in NO_CARE:
        return False
    return view.settings.thresholds.no_care.passes(reading.kind_confidence)


def _no_care(view: View) -> Decision | None:
    if not _needs_no_care(view) or _people_have_it(view):
        return None
    reading = view.situation.reading
    assert reading is not None
    uses = (use(view.settings.thresholds.no_care, reading.kind_confidence),)
    praise = reading.kind is Kind.PRAISE
    reason = (
        "praise without a question: it is for marketing to see"
        if praise
        else f"it is {reading.kind}: nobody has to act"
    )
    decision = outcome(view, Action.NO_CASE, reason, "no_care", uses=uses)
    return replace(decision, labels=decision.labels | {"delight"}) if praise else decision


def _other_language(view: View) -> Decision | None:
    """A language that is read, but that the brand does not let the bot answer in."""
    reading = view.situation.reading
    if reading is None or reading.language in view.settings.languages:
        return None
    silence = f"the bot does not answer in {language_name(reading.language)} here"
    reason = f"a person answers, because {silence}"
    return outcome(view, Action.HAND_OFF, reason, "other_language", queue=people_queue(view), silence=silence)


_DETAIL_TEXTS = {"product": TextKey.ASK_PRODUCT, "platform": TextKey.ASK_PLATFORM}


def _ask_detail(view: View) -> Decision | None:
    """In a direct conversation, ask what the agent will need, while the agent is already told."""
    situation, reading = view.situation, view.situation.reading
    asked = situation.case.details_asked if situation.case else 0
    if view.is_public or reading is None or reading.kind not in (Kind.PROBLEM, Kind.HOWTO):
        return None
    missing = next(
        (name for name in situation.missing_details if not _was_said(view, _DETAIL_TEXTS[name])), None
    )
    if missing is None or asked >= view.settings.most_details or why_silent(situation):
        return None
    draft = Draft(zone=Zone.DIRECT, text=_DETAIL_TEXTS[missing])
    reason = f"a person has it, and will need to know the {missing}"
    return outcome(view, Action.ASK_DETAIL, reason, "ask_detail", queue=people_queue(view), drafts=(draft,))


def _hand_off(view: View) -> Decision | None:
    answer = answer_use(view)
    return outcome(
        view,
        Action.HAND_OFF,
        f"{_why_no_answer(view, answer)}: a person does",
        "to_people",
        queue=people_queue(view),
        uses=(answer,) if answer else (),
    )


def _why_no_answer(view: View, answer: ThresholdUse | None) -> str:
    article = view.situation.article
    reading = view.situation.reading
    if answer is None or article is None or reading is None:
        return "no article answers it"
    if not article.in_language:
        language = language_name(reading.language)
        if article.incident is not None:
            told = f"the incident {article.incident} is not told in that language"
            return f"the customer wrote in {language}, and {told}"
        return f"the customer wrote in {language}, and no article in that language answers it"
    if answer.is_reached and not article.fits:
        why = "no approved wording in this language is short enough for the channel"
        return f"the article {article.slug} answers it, but {why}"
    if answer.threshold is None:
        fits = f"the article {article.slug} may answer it ({answer.score:.1%})"
        return f"{fits}, but the evidence never reaches the target of {answer.target:.0%}"
    return f"no article answers it surely enough ({answer.score:.1%})"


LINES: tuple[Callable[[View], Decision | None], ...] = (
    _not_a_customer,
    _stop,
    _muted,
    _person_has_it,
    _thanks,
    _private,
    _human,
    _doubt,
    _flagged,
    _no_care,
    _other_language,
    answer,
    _ask_detail,
    _hand_off,
)

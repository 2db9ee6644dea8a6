"""The line of the policy that answers from an article, and what other lines ask of it."""

from __future__ import annotations

from carebot.core.article import ArticleMode
from carebot.core.bands import use
from carebot.core.decision import Action, Decision, Draft, ThresholdUse
from carebot.core.policy.view import View, outcome, people_queue, why_silent

_MODES = (ArticleMode.OFF, ArticleMode.SUGGEST, ArticleMode.AUTO)


def answer_use(view: View) -> ThresholdUse | None:
    """The best article's confidence against the answer threshold; None without an article."""
    reading = view.situation.reading
    if reading is None or reading.answer is None or view.situation.article is None:
        return None
    return use(view.settings.thresholds.answer, reading.answer.confidence)


def may_answer(view: View) -> bool:
    """Whether the best article is sure enough, fits, and may be sent without an agent."""
    article, sure = view.situation.article, answer_use(view)
    return (
        article is not None
        and sure is not None
        and sure.is_reached
        and article.fits
        and _mode(view) is ArticleMode.AUTO
    )


def _mode(view: View) -> ArticleMode:
    """The lesser of what the article and the installation allow."""
    article = view.situation.article
    assert article is not None
    return min(article.mode, view.settings.mode, key=_MODES.index)


def was_said(view: View, slug: str) -> bool:
    """Whether the bot gave this article in this case: what did not help once does not help twice."""
    return view.situation.case is not None and slug in view.situation.case.articles_said


def answer(view: View) -> Decision | None:
    """The line ``answer``, and ``suggest`` where an agent has to press send."""
    article, answer = view.situation.article, answer_use(view)
    if (
        article is None
        or answer is None
        or not answer.is_reached
        or _mode(view) is ArticleMode.OFF
        or not article.fits
    ):
        return None
    sure = f"the article {article.slug} answers it ({answer.score:.0%} sure)"
    if article.incident is not None:
        sure += f" with the words for the incident {article.incident}"
    silence = why_silent(view.situation)
    if silence is None and was_said(view, article.slug):
        silence = "it was said already in this case"
    if may_answer(view) and silence is None:
        draft = Draft(zone=view.zone, article=article.slug)
        return outcome(view, Action.ANSWER, sure, "answer", drafts=(draft,), uses=(answer,), queue=None)
    why = silence or "it is in the mode suggest"
    draft = Draft(zone=view.zone, article=article.slug, for_agent=True)
    reason = f"{sure}; offered to the agent, because {why}"
    return outcome(
        view,
        Action.SUGGEST,
        reason,
        "suggest",
        queue=people_queue(view),
        drafts=(draft,),
        silence=silence,
        uses=(answer,),
    )

"""A situation with everything that several lines of the policy ask for, worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from carebot.core.assessment import Band, Sentiment
from carebot.core.bands import BandFinding, band_of, highest, use
from carebot.core.case import CaseStatus
from carebot.core.decision import Action, Decision, Draft, ThresholdUse
from carebot.core.message import Visibility
from carebot.core.rules import Rule, RuleFacts, all_matches, first_match
from carebot.core.situation import PolicySettings, Situation
from carebot.core.tiers import Priority, Zone

UNNAMED_RISK = "risk"  # the model expects harm to the brand, and does not say which


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A situation with everything that several lines ask for, worked out once."""

    situation: Situation
    settings: PolicySettings
    own_band: BandFinding
    band: BandFinding
    ordered: Rule | None
    rules: tuple[Rule, ...]  # all that matched, the ordered one first
    flags: frozenset[str]
    priority: Priority

    @property
    def is_public(self) -> bool:
        return self.situation.visibility is Visibility.PUBLIC

    @property
    def zone(self) -> Zone:
        case_zone = self.situation.case.zone if self.situation.case else None
        if self.band.band is Band.PRIVATE or case_zone is Zone.PRIVATE:
            return Zone.PRIVATE
        return self.situation.visibility.zone

    @property
    def people_first(self) -> str | None:
        """Why people speak first in this case, whatever the bot may otherwise do."""
        case, plan = self.situation.case, self.settings.plan
        if case is not None and plan.has_queue(case.queue) and plan.queue(case.queue).people_first:
            return self.people_first_here or f"people speak first in the queue {case.queue}"
        if case is not None and case.is_flagged:
            return self.people_first_here or "marketing looks first at this case"
        if case is not None and case.band is Band.DOUBT and case.status is CaseStatus.WAITING_FOR_AGENT:
            return self.people_first_here or "people look first at this case"
        return self.people_first_here

    @property
    def people_first_here(self) -> str | None:
        """Why people speak first about this very message."""
        if self.situation.route.people_first:
            return self.situation.route.people_first
        for rule in self.rules:
            if rule.then.silent:
                return f"the rule {rule.name} says so"
            if rule.then.queue and self.settings.plan.queue(rule.then.queue).people_first:
                return f"people speak first in the queue {rule.then.queue}"
        if self.flags:
            return "marketing looks first: " + ", ".join(sorted(self.flags))
        return None


def why_silent(situation: Situation) -> str | None:
    """Why the bot may not speak to this customer now, in words for people; None when it may."""
    case = situation.case
    if not situation.bot_is_awake:
        return "all automatic text is stopped"
    if situation.is_silenced:
        return "the customer asked the bot to stop"
    if situation.person_has_spoken:
        return "a person has spoken"
    if case is not None and case.automatic_texts >= situation.channel.automatic_replies_per_interaction:
        return "the bot has already spoken once since the customer's last message"
    return situation.channel.can_reply(
        visibility=situation.visibility, post_kind=situation.post_kind, summons=situation.summons
    )


def view_of(situation: Situation, settings: PolicySettings) -> View:
    """Run the rules and find band, flags and priority."""
    facts = RuleFacts(
        channel=situation.channel.name,
        brand=situation.brand,
        visibility=situation.visibility,
        followers=situation.followers,
        assessment=situation.assessment,
        word_hits=situation.word_hits,
        categories=situation.categories,
    )
    ordered = first_match(settings.rules.ordered, facts)
    rules = (*((ordered,) if ordered else ()), *all_matches(settings.rules.unordered, facts))
    return View(
        situation=situation,
        settings=settings,
        own_band=(own := band_of(situation, settings)),
        band=_raised(own, situation, ordered),
        ordered=ordered,
        rules=rules,
        flags=_flags(situation, settings, rules),
        priority=_priority(situation, settings, rules),
    )


def _raised(found: BandFinding, situation: Situation, rule: Rule | None) -> BandFinding:
    """A rule or the case can raise the band of a message, never lower it."""
    if rule is not None and rule.then.band and highest(found.band, rule.then.band) is not found.band:
        return replace(found, band=rule.then.band, reason=f"the rule {rule.name} says so")
    if situation.case is not None and situation.case.band is Band.PRIVATE and found.band is not Band.PRIVATE:
        return replace(found, band=Band.PRIVATE, reason="it belongs to a private case")
    return found


def _flags(situation: Situation, settings: PolicySettings, rules: tuple[Rule, ...]) -> frozenset[str]:
    flags = {rule.then.flag for rule in rules if rule.then.flag}
    reading = situation.reading
    if reading is not None and situation.visibility is Visibility.PUBLIC:
        if settings.thresholds.flag.passes(reading.probabilities.flag):
            flags.add(reading.flag_reason.value if reading.flag_reason else UNNAMED_RISK)
        if reading.sentiment is Sentiment.NEG and (situation.followers or 0) >= settings.reach:
            flags.add("reach")
    return frozenset(flags)


def _priority(situation: Situation, settings: PolicySettings, rules: tuple[Rule, ...]) -> Priority:
    wanted = [rule.then.priority for rule in rules if rule.then.priority]
    reading = situation.reading
    if reading is not None and settings.thresholds.urgent.passes(reading.probabilities.urgent):
        wanted.append(Priority.HIGH)
    return min(wanted, key=lambda priority: priority.rank, default=Priority.NORMAL)


def outcome(
    view: View,
    action: Action,
    reason: str,
    rule: str,
    *,
    queue: str | None = None,
    drafts: tuple[Draft, ...] = (),
    silence: str | None = None,
    silences_bot: bool = False,
    uses: tuple[ThresholdUse, ...] = (),
) -> Decision:
    """A decision with what every line decides alike: zone by band, tier by queue, never below the case's."""
    plan, case = view.settings.plan, view.situation.case
    tier = 0 if queue is None else plan.queue(queue).tier
    labels = {rule.then.label for rule in view.rules if rule.then.label}
    return Decision(
        band=view.band.band,
        zone=view.zone,
        tier=max(tier, case.tier if case else 0),
        queue=queue,
        action=action,
        reason=reason,
        rule=view.ordered.name if view.ordered is not None and _shapes(view, action, queue) else rule,
        priority=view.priority,
        drafts=drafts,
        flag_reasons=view.flags,
        labels=frozenset(labels),
        silence=silence,
        silences_bot=silences_bot,
        thresholds=(*view.band.uses, *uses, *_marks(view)),
    )


def _marks(view: View) -> Iterator[ThresholdUse]:
    """The thresholds from which the model alone flags a public message and calls one urgent, where it does."""
    reading, limits = view.situation.reading, view.settings.thresholds
    if reading is None:
        return
    if view.is_public and limits.flag.passes(reading.probabilities.flag):
        yield use(limits.flag, reading.probabilities.flag)
    if limits.urgent.passes(reading.probabilities.urgent):
        yield use(limits.urgent, reading.probabilities.urgent)


def _shapes(view: View, action: Action, queue: str | None) -> bool:
    """Whether the ordered rule that won is what the outcome shows: its queue, its band or its silence."""
    assert view.ordered is not None
    then = view.ordered.then
    sets_aside = then.no_case and action is Action.NO_CASE
    return sets_aside or then.silent or then.queue == queue is not None or then.band is view.band.band


def queue_for(view: View, default: str) -> str:
    """The rule's queue where it may speak of the zone, else the default; a private case stays private."""
    plan = view.settings.plan
    wanted = view.ordered.then.queue if view.ordered else None
    if wanted is not None and view.zone in plan.queue(wanted).zones:
        return wanted
    return default


def people_queue(view: View) -> str:
    """The queue of people for this message as its band asks for it."""
    plan = view.settings.plan
    if view.zone is Zone.PRIVATE:
        route = view.situation.route.queue
        return queue_for(
            view, route if route is not None and plan.has_queue(route) else _case_queue(view, plan.private)
        )
    default = plan.triage if view.band.band is Band.DOUBT else plan.care
    return queue_for(view, _queue_that_has_it(view, default))


def _queue_that_has_it(view: View, default: str) -> str:
    """A team that has a case keeps it: a higher tier, a queue of its own, or triage while nobody has looked."""
    case, plan = view.situation.case, view.settings.plan
    if case is None or not case.status.is_open or not plan.has_queue(case.queue):
        return default
    here = plan.queue(case.queue)
    if view.zone not in here.zones or here.tier < plan.queue(default).tier:
        return default
    is_own = here.name not in (plan.care, plan.triage)
    waits = here.name == plan.triage and case.status is CaseStatus.WAITING_FOR_AGENT
    return here.name if is_own or waits else default


def _case_queue(view: View, default: str) -> str:
    """A private case stays in the private queue that already has it."""
    case, plan = view.situation.case, view.settings.plan
    if case is not None and plan.has_queue(case.queue) and Zone.PRIVATE in plan.queue(case.queue).zones:
        return case.queue
    return default

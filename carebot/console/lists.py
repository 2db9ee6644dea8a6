"""The pages, and what keeps them fresh."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from carebot.console.access import Visitor, page_refused, visitor
from carebot.console.pages import Page, grouped, page, pages_of
from carebot.console.parts import ConsoleParts
from carebot.console.render import Pages
from carebot.console.show import Shown, shown
from carebot.core.rights import CaseRight, HouseRight, may, may_in_house
from carebot.core.views import CaseCard
from carebot.errors import NotAllowedError
from carebot.services.explain import Explain, Explanation

router = APIRouter()
MOST = 100  # cards on a page
NEWEST = "newest"  # ?order=newest; without it the most urgent come first, then the oldest
Who = Annotated[Visitor, Depends(visitor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The top of every page. ``version`` is another one whenever anything in it is."""

    version: str
    tabs: tuple[tuple[Page, int], ...]
    bot_is_awake: bool
    may_silence: bool


@router.get("/")
def first(request: Request, who: Who) -> Response:
    """To the first page that the person may open."""
    parts: ConsoleParts = request.app.state.parts
    for item in pages_of(who.viewer, parts.house.care.plan):
        return RedirectResponse(f"{who.prefix}/{item.name}", 303)
    roles = ", ".join(sorted(who.viewer.roles)).replace("_", " ")
    raise NotAllowedError(f"You are {who.viewer.id} ({roles}): no page of the console is for you.")


@router.get("/case/{case_id}")
def one(request: Request, case_id: str, who: Who) -> Response:
    """One case alone, with its timeline."""
    return HTMLResponse(case_page(request, who, case_id))


@router.get("/case/{case_id}/card")
def one_card(request: Request, case_id: str, who: Who, page: str = "") -> Response:
    """The card as it is now: closes whatever form was open in it."""
    return HTMLResponse(card_part(request, who, case_id, page))


@router.get("/{name}/news")
def news(
    request: Request, name: str, who: Who, have: str = "", pulse: str = "", bar: str = "", order: str = ""
) -> Response:
    """What has changed since; 204 when nothing has. ``have`` is what lies on the page, in its order."""
    item = _page(request, name, who)
    beat = _beat(request.app.state.parts)
    if beat == pulse:
        return Response(status_code=204)
    groups, top = _shown(request, item, who, order), bar_of(request, who)
    cards = [card for group in groups.values() for card in group]
    places = {group: [card.card.id for card in found] for group, found in groups.items()}
    told = json.dumps({"carebot:list": {"pulse": beat, "groups": places}})
    now = ",".join(f"{card.group}~{card.card.id}~{card.version}" for card in cards)
    if (have, bar) == (now, top.version):
        return Response(status_code=204, headers={"HX-Trigger": told})
    known = {entry[1]: entry[2] for entry in (part.split("~") for part in have.split(",")) if len(entry) == 3}
    values = {
        "page": item,
        "changed": [card for card in cards if known.get(card.card.id, card.version) != card.version],
        "new": [card for card in cards if card.card.id not in known],
        "gone": sorted(known.keys() - {card.card.id for card in cards}),
        "bar": top if bar != top.version else None,
    }
    return HTMLResponse(draw(request, who, "news.html", **values), headers={"HX-Trigger-After-Swap": told})


@router.get("/{name}")
def listed(request: Request, name: str, who: Who, order: str = "") -> Response:
    """A page with its cases."""
    item = _page(request, name, who)
    groups = _shown(request, item, who, order)
    many = sum(map(len, groups.values()))
    values = {"page": item, "groups": groups, "most": MOST, "title": item.title}
    values |= {"is_full": many >= MOST, "is_newest": order == NEWEST, "bar": bar_of(request, who)}
    return HTMLResponse(draw(request, who, "list.html", **values))


def _beat(parts: ConsoleParts) -> str:
    """A mark that is another one whenever anything was written, and every ten seconds: time alone ends a hold."""
    return f"{parts.queries.pulse()}.{int(parts.clock.now().timestamp()) // 10}"


def case_page(request: Request, who: Visitor, case_id: str, **more: object) -> str:
    """The page of one case; ``more`` is what an action has to say."""
    parts: ConsoleParts = request.app.state.parts
    card = parts.queries.card(who.viewer, case_id.upper())
    values = {
        "title": f"Case {card.id}",
        "shown": shown(card, viewer=who.viewer, page=None, now=parts.clock.now()),
        "page": None,
        "timeline": parts.queries.timeline(who.viewer, card.id),
        "explanation": _explanation(parts, who, card),
        "bar": bar_of(request, who),
    }
    return draw(request, who, "case.html", **(values | more))


def card_part(request: Request, who: Visitor, case_id: str, name: str, **more: object) -> str:
    """A card for the page of this name (empty: alone); ``more`` is what an action has to say."""
    parts: ConsoleParts = request.app.state.parts
    card = parts.queries.card(who.viewer, case_id)
    item = page(name)
    made = shown(card, viewer=who.viewer, page=item, now=parts.clock.now())
    return draw(request, who, "card_part.html", shown=made, page=item, **more)


def bar_of(request: Request, who: Visitor) -> Bar:
    """The top of the page, with the counts of this moment."""
    parts: ConsoleParts = request.app.state.parts
    plan = parts.house.care.plan
    waiting = parts.queries.waiting(who.viewer, now=parts.clock.now())
    tabs = tuple((item, item.count(waiting, plan)) for item in pages_of(who.viewer, plan))
    awake = parts.queries.bot_is_awake()
    counted = repr(([(item.name, many) for item, many in tabs], awake))
    return Bar(
        version=hashlib.sha256(counted.encode()).hexdigest()[:8],
        tabs=tabs,
        bot_is_awake=awake,
        may_silence=may_in_house(who.viewer, HouseRight.SILENCE_BOT),
    )


def draw(request: Request, who: Visitor, template: str, **values: object) -> str:
    """A template with what every template needs."""
    pages: Pages = request.app.state.pages
    base = {
        "who": who,
        "prefix": who.prefix,
        "me": who.viewer.id,
        "now": pages.now(),
        "notice": None,
        "slot": None,
    }
    return pages.draw(template, base | values)


def _page(request: Request, name: str, who: Visitor) -> Page:
    parts: ConsoleParts = request.app.state.parts
    item = page(name)
    if item is None:
        raise KeyError(f"There is no page {name}.")
    if not item.is_for(who.viewer, parts.house.care.plan):
        raise page_refused(who, item.title)
    return item


def _shown(request: Request, item: Page, who: Visitor, order: str) -> dict[str, list[Shown]]:
    parts: ConsoleParts = request.app.state.parts
    now = parts.clock.now()
    wanted = replace(item.wanted(who.viewer, parts.house.care.plan), newest_first=order == NEWEST)
    cards = parts.queries.cards(who.viewer, wanted, now=now, limit=MOST)
    return {
        group: [shown(card, viewer=who.viewer, page=item, now=now) for card in found]
        for group, found in grouped(item, cards, who.viewer).items()
    }


def _explanation(parts: ConsoleParts, who: Visitor, card: CaseCard) -> Explanation | None:
    if (
        not may(who.viewer, CaseRight.EXPLAIN, zone=card.zone, tier=card.tier)
        or card.merged_into
        or not card.why
    ):
        return None
    return Explain(uow=parts.uow, house=parts.house)(who.viewer, card.id)

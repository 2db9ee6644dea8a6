"""What the commands of the desk share: the installation, the services, and how texts are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from carebot.cli.common import open_app
from carebot.core.message import Visibility, Writer
from carebot.core.tiers import Zone
from carebot.demo.plain import can_draw, harmless, hung, width_of, write
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from datetime import datetime

    from carebot.app import App
    from carebot.core.views import CaseCard
    from carebot.services.preview_reply import Preview
    from carebot.services.reply import Reply

_WHO = {Writer.CUSTOMER: "customer", Writer.AGENT: "brand", Writer.OTHER_BOT: "another bot"}


@contextmanager
def installation(config: Path | None) -> Iterator[App]:
    """The installation; a case that does not exist is an error in one line."""
    with open_app(config) as there:
        try:
            yield there
        except KeyError as error:
            raise CarebotError(str(error.args[0])) from error


def reply_of(there: App) -> Reply:
    """The service that previews and sends."""
    from carebot.services.reply import Reply

    return Reply(uow=there.uow, clock=there.clock, house=there.house, find=there.understand.findings)


def print_conversation(out: Console, card: CaseCard) -> None:
    """What was said in a case, oldest first, redacted; what this role may not read is left out."""
    head = f"case {card.id} on {card.channel} for {card.brand}: tier {card.tier}, zone {card.zone}, {_with(card)}"
    write(out, Text(harmless(head), style="bold"))
    for at, who, text in sorted(_said(card), key=lambda line: line[0]):
        first = f"  {at:%m-%d %H:%M} {who}: "
        for line in hung(out, Text(harmless(text)), first=first, rest=" " * 4):
            write(out, line)


def _with(card: CaseCard) -> str:
    return f"with {card.owner_id}" if card.owner_id else card.status.replace("_", " ")


def _said(card: CaseCard) -> Iterator[tuple[datetime, str, str]]:
    for message in card.messages or ():
        missing = "(deleted by its author)" if message.deleted_at else "(sealed, or not for this role)"
        yield message.at, f"{_WHO[message.writer]} ({message.visibility})", message.text or missing
    for text in card.texts or ():
        if text.text:
            who = "bot" if text.is_automatic else "reply"
            yield text.sent_at or text.created_at, f"{who} ({text.visibility}, {text.state})", text.text


def print_preview(out: Console, preview: Preview, *, is_private_place: bool) -> None:
    """The box with exactly what leaves, and in capitals who can read it."""
    if preview.visibility is Visibility.PUBLIC:
        title = "PUBLIC: everybody can read it"
    elif is_private_place:
        title = "DIRECT: only the customer can read it"
    else:
        title = f"DIRECT: on {preview.channel} others may read it too"
    if preview.zone is Zone.PRIVATE:
        title += "; the case is private"
    limit = "" if preview.limit is None else f" of {preview.limit:,}"
    foot = f"{preview.length:,}{limit} {preview.unit}, {preview.channel} as {preview.account}"
    answered = harmless(preview.answered or "(sealed, or not for this role)")
    write(out, Text(f"answers {preview.message_id}: {answered}"))
    lines = box.ROUNDED if can_draw(out) else box.ASCII
    panel = Panel(Text(_printable(preview.text, out)), title=title, subtitle=harmless(foot), box=lines)
    out.print(panel, width=width_of(out))


def _printable(text: str, out: Console) -> str:
    """Every line as it is, without what a terminal would obey, or cannot show."""
    kept = "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co") else "?"
        for char in text
    )
    return kept if can_draw(out) else kept.encode(out.encoding, "replace").decode(out.encoding)

"""``carebot reply``: answer a customer from the terminal, with the preview that every desk shows."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, AsRole, CareFile, console, viewer
from carebot.core.rights import Role
from carebot.errors import CarebotError

if TYPE_CHECKING:
    from carebot.app import App

_NOT_SENT = "nothing was sent"


def reply(
    case: Annotated[str, typer.Argument(help="The case's id, such as C-1001.", metavar="CASE")],
    text: Annotated[
        str | None,
        typer.Argument(help="The reply; without it, what is piped in or typed.", metavar="TEXT"),
    ] = None,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="The problem is solved with it.", metavar=FLAG)
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.", metavar=FLAG)] = False,
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Answer a customer. Shows the conversation and who can read the reply, and asks before it is sent."""
    from carebot.cli.desk import installation, print_conversation, print_preview, reply_of

    with installation(config) as there:
        me, case_id, out = viewer(role), case.upper(), console()
        _refuse_replayed(there)
        print_conversation(out, there.queries.card(me, case_id))
        is_piped = text is None and not sys.stdin.isatty()
        service = reply_of(there)
        preview = service.preview(case_id, _typed() if text is None else text, viewer=me)
        is_private = there.house.channel(preview.channel).direct_is_private
        print_preview(out, preview, is_private_place=is_private)
        if preview.refusals:
            for refusal in preview.refusals:
                typer.echo(f"carebot: {refusal}", err=True)
            raise typer.Exit(1)
        if not yes:
            _ask(is_piped=is_piped)
        sent = service.send(preview, viewer=me, resolve=resolve)
    also = f"; {case_id} is resolved" if resolve else ""
    typer.echo(f"queued as {sent.id}; `carebot run` sends it{also}")


def _refuse_replayed(there: App) -> None:
    """Before anybody types: it is for nothing here."""
    from carebot.core.records import REPLAYED
    from carebot.services.preview_reply import NOT_FROM_A_REPLAY

    if there.uow.run(lambda work: work.switch(REPLAYED)):
        raise CarebotError(NOT_FROM_A_REPLAY)


def _typed() -> str:
    """What is piped in, or written in the editor, or typed."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    if editor := os.environ.get("VISUAL") or os.environ.get("EDITOR"):
        return _edited(editor)
    typer.echo("Type the reply; a line with Ctrl-D alone ends it.")
    return sys.stdin.read()


def _edited(editor: str) -> str:
    """What the person's editor leaves behind, in a file that nobody else may read and that is gone afterwards."""
    import shlex
    import subprocess
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="carebot-") as folder:
        file = Path(folder) / "reply.txt"
        file.touch(mode=0o600)
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 - the person's own editor
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise CarebotError(f"{_NOT_SENT}: the editor {editor!r} did not work; set EDITOR") from error
        return file.read_text(encoding="utf-8")


def _ask(*, is_piped: bool) -> None:
    """Raises CarebotError when the answer is no, or nobody can be asked."""
    if is_piped:
        raise CarebotError(
            f"{_NOT_SENT}: the text was piped in, so nobody can be asked; add --yes to send it"
        )
    try:
        is_wanted = typer.confirm("Send this?")
    except typer.Abort:
        typer.echo()
        is_wanted = False
    if not is_wanted:
        raise CarebotError(_NOT_SENT)

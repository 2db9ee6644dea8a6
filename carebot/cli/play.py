"""``carebot demo`` and ``carebot replay``: messages of the past through the real pipeline."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from carebot.cli.common import CareFile, console


def demo(
    once: Annotated[bool, typer.Option("--once", help="At full speed, then end.")] = False,
    pace: Annotated[float, typer.Option(help="Seconds between two messages.", min=0.0)] = 1.5,
) -> None:
    """Play a scripted morning of one brand, and say for every message what is decided and why."""
    from carebot.demo.run import play_morning

    play_morning(console(), pace=0.0 if once else pace, sleep=time.sleep)


def replay(
    file: Annotated[Path, typer.Argument(help="Conversations: JSON Lines or CSV.", metavar="FILE")],
    articles: Annotated[
        list[Path] | None, typer.Option(help="Articles to answer from; may be given again.", metavar="KB")
    ] = None,
    config: CareFile = None,
    channel: Annotated[
        str | None, typer.Option(help="Play conversations under this channel's rules (x, mastodon, ...).")
    ] = None,
    mode: Annotated[
        str, typer.Option(help="The most that the bot may do in this replay: auto, suggest or off.")
    ] = "auto",
    timezone: Annotated[
        str | None, typer.Option(help="For times without a zone, e.g. Europe/Berlin.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Skip and count lines that cannot be read.")
    ] = False,
    transcript: Annotated[
        Path | None,
        typer.Option(help="Write a line per message, for evaluation; it carries texts.", metavar="OUT.jsonl"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the summary, as JSON.")] = False,
) -> None:
    """Play conversations of the past, in a scratch database and without sending, and sum up what was decided."""
    from carebot.cli.replaying import Request, run_replay
    from carebot.demo.show import show_summary

    request = Request(
        file=file,
        articles=tuple(articles or ()),
        config=config,
        channel=channel,
        mode=mode,
        timezone=timezone,
        skip_bad=skip_bad,
        transcript=transcript,
    )
    result = run_replay(request, console(stderr=True))
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    out = console()
    show_summary(out, result.summary)
    for notice in result.notices:
        out.print(notice)

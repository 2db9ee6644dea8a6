"""``carebot demo`` and ``carebot replay``: messages of the past through the real pipeline."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from carebot.cli.common import FLAG, console

Keep = Annotated[
    Path | None,
    typer.Option(
        help="Keep the scratch installation in this new folder, to look at cases; it is never sent.",
        metavar="FOLDER",
    ),
]


def demo(
    once: Annotated[
        bool,
        typer.Option("--once", help="Play it in the terminal instead, without a page.", metavar=FLAG),
    ] = False,
    pace: Annotated[
        float, typer.Option(help="With --once: seconds between two messages.", min=0.0, metavar="SECONDS")
    ] = 0.0,
    port: Annotated[
        int,
        typer.Option(
            help="Of the page; the next free one when it is taken.", min=0, max=65535, metavar="PORT"
        ),
    ] = 8300,
    speed: Annotated[
        int,
        typer.Option(
            help="Begin the morning at once, this many times faster: 1, 20 or 100.", metavar="TIMES"
        ),
    ] = 0,
    keep: Keep = None,
    opens_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.", metavar=FLAG)
    ] = True,
) -> None:
    """Show carebot on a page: write as a customer, watch where it goes and why, pull the plug."""
    if once:
        _demo_in_terminal(pace, keep)
        return
    from carebot.demo.live import Wishes, show_live

    wishes = Wishes(port=port, speed=_speed(speed), keep=keep, opens_browser=opens_browser)
    show_live(console(), wishes)


def _speed(speed: int) -> int:
    from carebot.demo.player import SPEEDS

    if speed not in (0, *SPEEDS):
        raise typer.BadParameter(f"--speed is one of {', '.join(map(str, SPEEDS))}")
    return speed


def _demo_in_terminal(pace: float, keep: Path | None) -> None:
    from carebot.cli.keeping import how_to_look, keeping
    from carebot.demo.run import care_text, play_morning

    with keeping(keep, care_text()) as folder:
        summary = play_morning(console(), pace=pace, sleep=time.sleep, folder=folder)
    if keep is not None:
        typer.echo("\n" + "\n".join(how_to_look(keep, summary.cases)))


def replay(
    file: Annotated[Path, typer.Argument(help="Conversations: JSON Lines or CSV.", metavar="FILE")],
    articles: Annotated[
        list[Path] | None, typer.Option(help="Articles to answer from; may be given again.", metavar="FILE")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="The care.yaml to go by; without it the defaults hold, with an answer precision of 95 %.",
            metavar="FILE",
        ),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(help="Play all under this channel's rules: x, mastodon, ...", metavar="CHANNEL"),
    ] = None,
    mode: Annotated[
        str, typer.Option(help="The most that the bot may do: auto, suggest or off.", metavar="MODE")
    ] = "auto",
    timezone: Annotated[
        str | None, typer.Option(help="For times without a zone, e.g. Europe/Berlin.", metavar="ZONE")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Skip and count lines that cannot be read.", metavar=FLAG)
    ] = False,
    keep: Keep = None,
    transcript: Annotated[
        Path | None,
        typer.Option(help="Write a line per message, for evaluation; it carries texts.", metavar="OUT.jsonl"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print only the summary, as JSON.", metavar=FLAG)
    ] = False,
) -> None:
    """Play conversations of the past, in a scratch database and without sending, and sum up what was decided."""
    from carebot.cli.keeping import how_to_look
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
        keep=keep,
    )
    result = run_replay(request, console(stderr=True))
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    else:
        out = console()
        show_summary(out, result.summary, answer=result.answer)
        for notice in result.notices:
            out.print(notice, markup=False)  # it quotes the file
    if keep is not None:
        lead = "" if as_json else "\n"
        typer.echo(lead + "\n".join(how_to_look(keep, result.summary.cases)), err=as_json)

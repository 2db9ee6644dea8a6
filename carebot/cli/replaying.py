"""How a replay runs: read the file, set up a scratch installation, play, tally."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from carebot.cli.common import settings_of
from carebot.cli.keeping import keeping, with_mode
from carebot.core.article import Article, ArticleMode
from carebot.core.care import Care
from carebot.core.gate import AllowList, host_of
from carebot.core.records import Json
from carebot.core.snapshot import encode
from carebot.errors import ConfigurationError, ReplayError
from carebot.services.outcome import Outcome, Summary, Tally

if TYPE_CHECKING:
    from rich.console import Console

    from carebot.app import App
    from carebot.channels.replay.adapter import Replay as ReplayFile
    from carebot.core.thresholds import Threshold


# Without a care.yaml: nothing is sent, and the evidence that ships reaches no more, so that something is answered.
PRECISION = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked on the command line."""

    file: Path
    articles: tuple[Path, ...] = ()
    config: Path | None = None
    channel: str | None = None
    mode: str = ArticleMode.AUTO
    timezone: str | None = None
    skip_bad: bool = False
    transcript: Path | None = None
    keep: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a replay added up to; ``answer`` is the threshold of answers, where there could have been any."""

    summary: Summary
    notices: tuple[str, ...]
    thresholds: Mapping[str, Json]
    answer: Threshold | None = None

    def as_json(self) -> dict[str, Json]:
        """The summary for programs."""
        summary = self.summary
        counted = {name: encode(value) for name, value in asdict(summary).items()}
        derived: dict[str, Json] = {
            name: getattr(summary, name)
            for name in ("answered", "suggested", "invited", "handed_off", "asked", "held", "no_case")
        }
        return {
            **counted,
            **derived,
            "per_second": round(summary.per_second, 1),
            "thresholds": dict(self.thresholds),
            "notices": list(self.notices),
        }


def run_replay(request: Request, progress_on: Console) -> Result:
    """Play a file; progress is shown on ``progress_on`` where somebody watches."""
    from carebot.app import scratch_app
    from carebot.channels.replay.adapter import read_conversations

    care, articles = _care(request), _articles(request)
    care = replace(care, allow_list=_with_links(care.allow_list, articles))
    file = read_conversations(
        request.file, channel=request.channel, timezone=request.timezone, skip_bad=request.skip_bad
    )
    with (
        keeping(request.keep, _care_text(request)) as folder,
        scratch_app(care, articles, folder=folder, model=_model(request)) as app,
        _transcript(request.transcript) as out,
    ):
        summary = _play(app, file, out, progress_on)
        could_answer = bool(articles) and care.bot.mode is ArticleMode.AUTO
        return Result(
            summary=summary,
            notices=tuple(file.notices),
            thresholds=_thresholds(app),
            answer=app.thresholds.answer if could_answer else None,
        )


def _play(app: App, file: ReplayFile, out: IO[str] | None, progress_on: Console) -> Summary:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from carebot.services.transcript import transcript_line

    tally, said = Tally(), _FirstArticle()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    player, started = app.replay, time.perf_counter()  # the model is loaded before the clock starts
    # Where nobody watches, a bar that is taken away would still leave an empty line.
    with Progress(
        *columns, console=progress_on, transient=True, disable=not progress_on.is_terminal
    ) as progress:
        task = progress.add_task("replaying", total=len(file.messages))
        for outcome in player(file.messages, progress=lambda done: progress.advance(task, done)):
            tally.add(outcome)
            said.note(outcome)
            if out is not None:
                line = transcript_line(outcome, app.house.channel(outcome.message.channel))
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    for _ in file.skipped:
        tally.skip()
    by_link = {_plain(article.link): article.slug for article in app.articles() if article.link}
    for conversation, expectation in file.expected.items():
        if slug := by_link.get(_plain(expectation.article_url)):
            tally.expect(said.article(conversation), slug)
    return tally.summary(seconds=time.perf_counter() - started)


class _FirstArticle:
    """The article that was first said or offered in each conversation."""

    def __init__(self) -> None:
        self._articles: dict[str, str] = {}

    def note(self, outcome: Outcome) -> None:
        thread = outcome.message.thread_id
        if outcome.article is not None and thread is not None:
            self._articles.setdefault(thread, outcome.article)

    def article(self, conversation: str) -> str | None:
        return self._articles.get(conversation)


def _care(request: Request) -> Care:
    from carebot.care_file import default_care, load_care

    if request.config is None:
        shipped = default_care()
        care = replace(shipped, targets=replace(shipped.targets, answer_precision=PRECISION))
    else:
        care = load_care(request.config)
    try:
        mode = ArticleMode(request.mode)
    except ValueError:
        raise ConfigurationError(f"--mode: {request.mode!r} is not one of auto, suggest, off") from None
    return replace(care, bot=replace(care.bot, mode=mode))


def _model(request: Request) -> str | None:
    """The model that the environment names, or ``.env`` beside the file that was given."""
    return settings_of(request.config).models if request.config else os.environ.get("CAREBOT_MODELS")


def _care_text(request: Request) -> str:
    """What the replay goes by as the text of a care file, for the installation that is kept."""
    if request.keep is None:
        return ""
    if request.config is None:
        text = (
            "version: 1 # no file was given: the defaults hold, but for this\n"
            f"targets:\n  answer_precision: {PRECISION:.0%}\n"
        )
    else:
        text = request.config.read_text(encoding="utf-8-sig")
    return with_mode(text, ArticleMode(request.mode))


def _articles(request: Request) -> tuple[Article, ...]:
    """The articles of a replay count as approved: nothing is sent, and the question is what they would answer."""
    from carebot.article_files import read_articles

    articles = [article for path in request.articles for article in read_articles(path)]
    return tuple(replace(article, approved=True) for article in articles)


def _with_links(allowed: AllowList, articles: tuple[Article, ...]) -> AllowList:
    """The hosts of the articles' own help pages may be named."""
    hosts = frozenset(host_of(article.link) for article in articles if article.link)
    return replace(allowed, domains=allowed.domains | hosts)


def _plain(link: str | None) -> str:
    return (link or "").strip().rstrip("/").casefold()


def _thresholds(app: App) -> dict[str, Json]:
    return {
        item.name: {
            "value": item.value,
            "target": item.target,
            "support": item.support,
            "source": item.source,
        }
        for item in (
            app.thresholds.private,
            app.thresholds.doubt,
            app.thresholds.answer,
            app.thresholds.no_care,
        )
    }


@contextmanager
def _transcript(path: Path | None) -> Iterator[IO[str] | None]:
    if path is None:
        yield None
        return
    try:
        with path.open("w", encoding="utf-8") as out:
            yield out
    except OSError as error:
        raise ReplayError(
            f"{path}: the transcript cannot be written ({error.strerror}); name another file"
        ) from error

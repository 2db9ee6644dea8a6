"""``carebot kb``: list, add, check, import and approve articles, and say what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import AsRole, CareFile, console, open_app, viewer
from carebot.core.rights import Role
from carebot.errors import ArticleError

if TYPE_CHECKING:
    from carebot.app import App
    from carebot.core.article import Article
    from carebot.core.channel_rules import ChannelRules
    from carebot.services.check_articles import Problem

app = typer.Typer(help="The articles that the bot answers from.", no_args_is_help=True)


@app.command("list")
def list_articles(config: CareFile = None) -> None:
    """List the articles, with their mode, languages and whether they are approved."""
    from rich.table import Table

    with open_app(config) as installation:
        articles = installation.articles()
    if not articles:
        typer.echo("no articles yet; `carebot kb import FILE` takes Markdown, CSV, YAML or JSON Lines")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("slug", "title", "brand", "mode", "languages", "examples", "approved"):
        table.add_column(heading)
    for article in articles:
        table.add_row(
            article.slug,
            article.title,
            article.brand or "all",
            article.mode or "as configured",
            " ".join(sorted(article.variants)),
            str(len(article.examples)),
            "yes" if article.approved else "no",
        )
    console().print(table)


@app.command("import")
def import_articles(
    files: Annotated[list[Path], typer.Argument(help="Markdown (file or folder), CSV, YAML or JSON Lines.")],
    config: CareFile = None,
) -> None:
    """Take articles in. They are used once somebody with the right has approved them."""
    from carebot.article_files import read_articles
    from carebot.services.import_articles import import_articles as take_in

    articles = tuple(article for file in files for article in read_articles(file))
    with open_app(config) as installation:
        done = take_in(articles, uow=installation.uow)
    typer.echo(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.unchanged)} unchanged")
    if done.added or done.changed:
        typer.echo("none of these is used before `carebot kb approve`; `carebot kb check` reads them")


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="Its short name, such as reset-password.")],
    title: Annotated[str, typer.Option(prompt=True, help="The question it answers.")],
    short: Annotated[str, typer.Option(prompt=True, help="The answer for public replies.")],
    long: Annotated[str | None, typer.Option(help="The answer for direct messages.")] = None,
    language: Annotated[str, typer.Option(help="Language of the answer.")] = "en",
    brand: Annotated[str | None, typer.Option(help="Only for this brand.")] = None,
    example: Annotated[list[str] | None, typer.Option(help="How customers ask it; give several.")] = None,
    config: CareFile = None,
) -> None:
    """Add one article, or another language to one that exists. It still has to be approved."""
    from carebot.core.article import Article, Variant

    variant = Variant(language=language, short=short, long=long)
    with open_app(config) as installation:
        known = {article.slug: article for article in installation.articles()}
        old = known.get(slug)
        article = Article(
            slug=slug,
            title=title,
            variants={**(old.variants if old else {}), language: variant},
            examples=tuple(dict.fromkeys([*(old.examples if old else ()), *(example or ())])),
            brand=brand or (old.brand if old else None),
        )
        installation.save_articles((article,))
    typer.echo(
        f"{slug} {'changed' if old else 'added'}; `carebot kb check` reads it, `carebot kb approve` puts it to use"
    )


@app.command()
def approve(
    slugs: Annotated[list[str] | None, typer.Argument(help="Which articles.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that `kb check` finds no fault with.")
    ] = False,
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Put articles to use. What `kb check` calls an error is refused."""
    from carebot.services.approve_articles import approve_articles

    with open_app(config) as installation:
        articles = installation.articles()
        wanted = [article.slug for article in articles] if everything else (slugs or [])
        if not wanted:
            raise ArticleError("name the articles to approve, or give --all")
        faulty = _errors(installation, articles)
        good = [slug for slug in wanted if slug not in faulty]
        fresh = approve_articles(good, viewer=viewer(role), uow=installation.uow, clock=installation.clock)
    typer.echo(f"{len(fresh)} approved, {len(good) - len(fresh)} were approved already")
    if refused := sorted(set(wanted) & faulty):
        raise ArticleError(f"not approved, because `carebot kb check` finds errors: {', '.join(refused)}")


@app.command()
def check(config: CareFile = None) -> None:
    """Look for faults: strange links and contacts, personal data, wordings that are too long, look-alikes."""
    with open_app(config) as installation:
        problems = _problems(installation, installation.articles())
    for problem in problems:
        typer.echo(f"{problem.severity:7}  {problem.slug}: {problem.message}")
    errors = sum(problem.severity == "error" for problem in problems)
    typer.echo(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command()
def todo(config: CareFile = None) -> None:
    """Say what is missing: short wordings, languages, reviews, examples, approvals."""
    from carebot.services.check_articles import todo as missing

    with open_app(config) as installation:
        languages = sorted({lang for brand in installation.care.brands for lang in brand.languages} or {"en"})
        lines = missing(
            installation.articles(),
            languages=languages,
            channels=_channels(installation),
            today=installation.clock.now().date(),
        )
    for item in lines:
        typer.echo(f"{item.slug}: {item.message}")
    typer.echo(f"{len(lines)} things to do" if lines else "nothing is missing")


def _errors(installation: App, articles: tuple[Article, ...]) -> set[str]:
    return {problem.slug for problem in _problems(installation, articles) if problem.severity == "error"}


def _problems(installation: App, articles: tuple[Article, ...]) -> list[Problem]:
    from carebot.services.check_articles import check_articles

    return check_articles(
        articles,
        channel_rules=_channels(installation),
        allowed=installation.care.allow_list,
        find=installation.recognizer,
        today=installation.clock.now().date(),
        mark=installation.house.mark("", "en"),
    )


def _channels(installation: App) -> list[ChannelRules]:
    """The rules of the channels that the brands have accounts on; without accounts, of X."""
    names = {channel for brand in installation.care.brands for channel in brand.accounts} or {"x"}
    return [installation.care.narrowed(installation.rules_of(name)) for name in sorted(names)]

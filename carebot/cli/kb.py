"""``carebot kb``: list, add, check, import and approve articles, and say what is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carebot.cli.common import FLAG, AsRole, CareFile, Commands, console, counted, open_app, viewer
from carebot.core.languages import SUPPORTED
from carebot.core.rights import HouseRight, Role, require_in_house
from carebot.errors import ArticleError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from carebot.app import App
    from carebot.core.article import Article
    from carebot.services.check_articles import Problem, Todo

_MOST_NAMED = 10

app = Commands(help="The articles that the bot answers from.")


@app.command("list")
def list_articles(config: CareFile = None) -> None:
    """List the articles, with their mode, languages and whether they are approved."""
    from carebot.cli.tables import article_table

    with open_app(config) as installation:
        articles = installation.articles()
    if not articles:
        typer.echo("no articles yet; `carebot kb import FILE` takes Markdown, CSV, YAML or JSON Lines")
        return
    out = console()
    out.print(article_table(articles, out.width))


@app.command("import")
def import_articles(
    files: Annotated[
        list[Path],
        typer.Argument(help="Markdown (file or folder), CSV, YAML or JSON Lines.", metavar="FILE"),
    ],
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Take articles in. They are used once somebody with the right has approved them."""
    require_in_house(viewer(role), HouseRight.EDIT_ARTICLES)
    from carebot.article_files import read_articles
    from carebot.services.import_articles import import_articles as take_in

    articles = tuple(article for file in files for article in read_articles(file))
    with open_app(config) as installation:
        done = take_in(articles, uow=installation.uow)
    typer.echo(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.unchanged)} unchanged")
    if done.added or done.changed:
        what = "it is" if len(done.added) + len(done.changed) == 1 else "they are"
        typer.echo(f"{what} not used yet: look with `carebot kb check`, then `carebot kb approve`")


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="Its short name, such as reset-password.", metavar="SLUG")],
    title: Annotated[str, typer.Option(prompt=True, help="The question it answers.", metavar="TEXT")],
    short: Annotated[str, typer.Option(prompt=True, help="The answer for public replies.", metavar="TEXT")],
    long: Annotated[str | None, typer.Option(help="The answer for direct messages.", metavar="TEXT")] = None,
    language: Annotated[str, typer.Option(help="Language of the answer.", metavar="CODE")] = "en",
    brand: Annotated[str | None, typer.Option(help="Only for this brand.", metavar="BRAND")] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="How customers ask it; give several.", metavar="TEXT")
    ] = None,
    role: AsRole = Role.LEAD,
    config: CareFile = None,
) -> None:
    """Add one article, or another language to one that exists. It still has to be approved."""
    require_in_house(viewer(role), HouseRight.EDIT_ARTICLES)
    texts = {"short": short, **({} if long is None else {"long": long})}
    given = _checked(
        {
            "slug": slug,
            "title": title,
            "languages": {language: texts},
            "examples": example or [],
            "brand": brand,
        }
    )
    with open_app(config) as installation:
        old = {article.slug: article for article in installation.articles()}.get(slug)
        article = given if old is None else _with_added(old, given)
        installation.save_articles((article,))
    typer.echo(f"{slug} {'changed' if old else 'added'}")
    typer.echo("it is not used yet: look with `carebot kb check`, then `carebot kb approve`")


def _checked(fields: dict[str, object]) -> Article:
    """The article, held to what the files of articles are held to."""
    from pydantic import ValidationError

    from carebot.article_files import ArticleRow
    from carebot.core.article import Article, Variant

    try:
        row = ArticleRow.model_validate(fields)
    except ValidationError as error:
        raise ArticleError("; ".join(_told(problem) for problem in error.errors())) from error
    variants = {
        language: Variant(language=language, short=texts.short, long=texts.long)
        for language, texts in row.languages.items()
    }
    return Article(slug=row.slug, title=row.title, variants=variants, examples=row.examples, brand=row.brand)


def _told(problem: ErrorDetails) -> str:
    name = next(str(step) for step in reversed(problem["loc"]) if step != "[key]")
    is_empty = problem["type"] in ("string_too_short", "string_pattern_mismatch")
    return f"{name}: {'has no words' if is_empty else problem['msg'].removeprefix('Value error, ')}"


def _with_added(old: Article, given: Article) -> Article:
    """The old article with what was given; new words are not approved."""
    return replace(
        old,
        title=given.title,
        variants={**old.variants, **given.variants},
        examples=tuple(dict.fromkeys((*old.examples, *given.examples))),
        brand=given.brand or old.brand,
        approved=False,
    )


@app.command()
def approve(
    slugs: Annotated[list[str] | None, typer.Argument(help="Which articles.", metavar="SLUG")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that `kb check` finds no fault with.", metavar=FLAG)
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
        lacking = [item for item in _todo(installation) if item.what == "examples" and item.slug in fresh]
    already = len(good) - len(fresh)
    typer.echo(f"{len(fresh)} approved" + (f", {already} approved already" if already else ""))
    if len(lacking) <= _MOST_NAMED:
        for item in lacking:
            typer.echo(f"{item.slug}: {item.message}")
    else:
        typer.echo(f"{len(lacking):,} of them have fewer than 5 examples; `carebot kb todo` names them")
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
    typer.echo(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    if errors:
        raise typer.Exit(1)


@app.command()
def todo(config: CareFile = None) -> None:
    """Say what is missing: short wordings, languages, reviews, examples, approvals."""
    with open_app(config) as installation:
        lines = _todo(installation)
    for item in lines:
        typer.echo(f"{item.slug}: {item.message}")
    typer.echo(counted(len(lines), "thing") + " to do" if lines else "nothing is missing")


def _todo(installation: App) -> list[Todo]:
    from carebot.services.check_articles import todo as missing

    return missing(
        installation.articles(),
        languages=_wanted(installation),
        channels=installation.article_channels(),
        today=installation.clock.now().date(),
        mark=installation.house.mark("", "en"),
        fill=partial(installation.house.filled, at=installation.clock.now()),
    )


def _wanted(installation: App) -> set[str]:
    """The languages that every article should have: those a brand has chosen, or else those that articles have."""
    chosen = {
        language
        for brand in installation.care.brands
        if brand.languages < SUPPORTED.keys()
        for language in brand.languages
    }
    return (
        chosen or {language for article in installation.articles() for language in article.variants} or {"en"}
    )


def _errors(installation: App, articles: tuple[Article, ...]) -> set[str]:
    return {problem.slug for problem in _problems(installation, articles) if problem.severity == "error"}


def _problems(installation: App, articles: tuple[Article, ...]) -> list[Problem]:
    from carebot.services.check_articles import check_articles

    return check_articles(
        articles,
        channel_rules=installation.article_channels(),
        allowed=installation.care.allow_list,
        find=installation.recognizer,
        today=installation.clock.now().date(),
        mark=installation.house.mark("", "en"),
        fill=partial(installation.house.filled, at=installation.clock.now()),
    )

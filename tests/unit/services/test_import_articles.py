"""Imported articles wait for approval, and a second import changes only what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carebot.core.article import Article, Variant
from carebot.errors import ArticleError
from carebot.services.import_articles import Imported, import_articles
from carebot.testing.memory_store import MemoryUnitOfWork


@pytest.fixture
def uow() -> MemoryUnitOfWork:
    return MemoryUnitOfWork()


def article(slug: str, *, text: str = "You have 30 days.", approved: bool = False) -> Article:
    return Article(
        slug=slug, title=slug, variants={"en": Variant(language="en", short=text)}, approved=approved
    )


def approved_by_slug(uow: MemoryUnitOfWork) -> dict[str, bool]:
    return {item.slug: item.approved for item in uow.run(lambda work: work.articles())}


def test_new_articles_are_added_as_they_were_read(uow: MemoryUnitOfWork) -> None:
    result = import_articles([article("a"), article("b", approved=True)], uow=uow)

    assert result == Imported(added=("a", "b"))
    assert approved_by_slug(uow) == {"a": False, "b": True}


def test_an_article_that_did_not_change_keeps_its_approval(uow: MemoryUnitOfWork) -> None:
    import_articles([article("a", approved=True)], uow=uow)

    assert import_articles([article("a")], uow=uow) == Imported(unchanged=("a",))
    assert approved_by_slug(uow) == {"a": True}


def test_new_words_lose_the_old_approval(uow: MemoryUnitOfWork) -> None:
    import_articles([article("a", approved=True)], uow=uow)

    assert import_articles([article("a", text="You have 60 days.")], uow=uow) == Imported(changed=("a",))
    assert approved_by_slug(uow) == {"a": False}


def test_an_approval_that_comes_later_is_taken(uow: MemoryUnitOfWork) -> None:
    import_articles([article("a")], uow=uow)

    assert import_articles([article("a", approved=True)], uow=uow) == Imported(changed=("a",))
    assert approved_by_slug(uow) == {"a": True}


def test_articles_that_are_not_in_the_import_stay(uow: MemoryUnitOfWork) -> None:
    import_articles([article("a")], uow=uow)
    import_articles([article("b")], uow=uow)

    assert approved_by_slug(uow) == {"a": False, "b": False}


def test_a_slug_that_comes_twice_stops_the_whole_import(uow: MemoryUnitOfWork) -> None:
    twice = replace(article("b"), title="another")

    with pytest.raises(ArticleError, match="nothing was imported: more than one article is called b"):
        import_articles([article("a"), article("b"), twice], uow=uow)

    assert approved_by_slug(uow) == {}

"""Articles to be answered from."""

from __future__ import annotations

from carebot.core.article import Article, Variant


def article(slug: str, *examples: str, brand: str | None = None, approved: bool = True) -> Article:
    return Article(
        slug=slug,
        title=slug.replace("-", " "),
        brand=brand,
        variants={"en": Variant(language="en", short=f"How to {slug.replace('-', ' ')}.")},
        examples=examples,
        approved=approved,
    )


DARK = article(
    "switch-on-dark-mode", "how do i get dark mode", "is there a night theme", "my eyes hurt, dark theme?"
)
CANCEL = article(
    "cancel-the-subscription", "how do i cancel", "where can i end my plan", "unsubscribe me please how"
)

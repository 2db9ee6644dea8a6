"""Which approved wording of an article can be said where."""

from __future__ import annotations

from carebot.core.article import Article
from carebot.core.channel_rules import ChannelRules
from carebot.core.gate import links_in
from carebot.core.message import Visibility


def wording(
    article: Article,
    *,
    language: str,
    visibility: Visibility,
    channel: ChannelRules,
    mark: str,
    before: str = "",
) -> str | None:
    """The wording that fits, with ``before`` in front and the bot's mark at the end; None when none does.

    In public the short text comes first, in direct messages the long one. Another language is never a
    stand-in.
    """
    variant = article.variant(language)
    if variant is None:
        return None
    public = visibility is Visibility.PUBLIC
    for text in (variant.short, variant.long) if public else (variant.long, variant.short):
        if text is None or (public and not channel.links_in_public and links_in(text)):
            continue
        whole = " ".join(part for part in (before, text.strip(), mark) if part)
        limit = channel.max_length(visibility)
        if limit is None or channel.measure(whole) <= limit:
            return whole
    return None

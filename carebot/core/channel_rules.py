"""What a network allows, as data; core asks it before anything is queued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from carebot.core.assessment import Category
from carebot.core.message import PostKind, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRules:
    """One network's rules (``channels/<name>/rules.yaml``).

    ``automatic_replies_per_interaction`` counts automatic texts per customer message that summons us.
    ``direct_is_private`` False: a direct message is readable by others, so nothing sensitive goes there.
    ``derive_sensitive`` False: which category of data a message is about is not kept, only that it is private.
    ``hides_only_own_conversations``: a hide works only where the brand wrote the first post.
    ``by_hand_link`` is a link with ``{message_id}`` and ``{text}`` where a person sends what the API refuses.
    ``never_keep`` lists categories that are not kept at all, probabilities included. Lengths are in the
    network's own unit (``length_unit``). None means that the network sets no limit.
    """

    name: str
    public_needs_summons: bool = False
    direct_needs_customer_first: bool = True
    automatic_replies_per_interaction: int = 1
    max_length_public: int | None = None
    max_length_direct: int | None = None
    length_unit: str = "characters"
    links_in_public: bool = True
    link_price: str | None = None
    direct_is_private: bool = True
    has_direct: bool = True
    can_hide: bool = False
    hides_only_own_conversations: bool = False
    idempotency_keys: bool = False
    derive_sensitive: bool = True
    never_keep: frozenset[Category] = frozenset()
    direct_history: timedelta | None = None
    reply_window: timedelta | None = None
    delete_within: timedelta | None = None
    encrypted_chats_elsewhere: bool = False
    by_hand_link: str | None = None
    did_they_come_after: timedelta = timedelta(minutes=10)

    def max_length(self, visibility: Visibility) -> int | None:
        """The longest text that may be sent with this visibility, in ``length_unit``."""
        return self.max_length_public if visibility is Visibility.PUBLIC else self.max_length_direct

    def can_reply(self, *, visibility: Visibility, post_kind: PostKind, summons: bool) -> str | None:
        """Why a reply by API is not allowed, in words for people; None when it is."""
        if post_kind is PostKind.REPOST:
            return "a repost is not written to us"
        if visibility is Visibility.DIRECT:
            return None if self.has_direct else f"{self.name} has no direct messages"
        if self.public_needs_summons and not summons:
            return f"{self.name} lets us reply only to somebody who mentioned or quoted us in that very post"
        return None

    def measure(self, text: str) -> int:
        """The length of a text in this network's unit (``characters``, ``x_weighted`` or ``graphemes``)."""
        return LENGTH_UNITS[self.length_unit](text)


def _x_weighted(text: str) -> int:
    """X counts most letters outside Latin, and every emoji, as two.

    Source: the ranges of the published twitter-text configuration version 3 that weigh 1; every link weighs 23
    there, but here a link is counted in full, which can only refuse a text that X would still take.
    """
    light = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    return sum(1 if any(low <= ord(char) <= high for low, high in light) else 2 for char in text)


def _graphemes(text: str) -> int:
    """An upper estimate of grapheme clusters: combining marks, joiners and variation selectors join."""
    import unicodedata

    count, joined = 0, False
    for char in text:
        if char == "\u200d":
            joined = True
            continue
        extends = (
            unicodedata.combining(char) or 0xFE00 <= ord(char) <= 0xFE0F or 0x1F3FB <= ord(char) <= 0x1F3FF
        )
        count += 0 if extends or joined else 1
        joined = False
    return count


LENGTH_UNITS = {"characters": len, "x_weighted": _x_weighted, "graphemes": _graphemes}

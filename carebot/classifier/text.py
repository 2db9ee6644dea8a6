"""What of a masked message is read: links, handles and HTML entities say nothing about the matter itself."""

from __future__ import annotations

import html
import re

READ_AT_MOST = 4000  # characters; the encoder reads 128 tokens, so no more can matter

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(
    r"(?<![\w@.])"  # not inside a word, an e-mail address or another handle
    r"@\w[\w.-]*"  # @name, @name.bsky.social
    r"(?:@[\w.-]+)?"  # the server of a Mastodon handle
)
HASHTAG = re.compile(r"#\w+")
MASK = re.compile(r"<[A-Z][A-Z_]*>")
NOT_A_LETTER = re.compile(r"[^\w\s'’]|[\d_]")


def plain(masked_text: str) -> str:
    """The text as the encoder reads it: one line, links as ``link``, no handles (brands must not decide)."""
    text = html.unescape(masked_text[:READ_AT_MOST])
    return " ".join(HANDLE.sub(" ", LINK.sub(" link ", text)).split())


def prose(masked_text: str) -> str:
    """The text as the language is told from: letters only, without links, handles, hashtags and masks."""
    text = html.unescape(masked_text[:READ_AT_MOST])
    for thing in (MASK, LINK, HANDLE, HASHTAG, NOT_A_LETTER):
        text = thing.sub(" ", text)
    return " ".join(text.split())

"""Why a reply may not leave, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from carebot.core.channel_rules import ChannelRules
from carebot.core.gate import Leaving, Refusal

UNITS = {"x_weighted": "characters as X counts them"}  # every other unit is shown as characters

SENTENCES: Mapping[Refusal, str] = {
    Refusal.EMPTY: "there is nothing to send; type the reply",
    Refusal.BLANK_PLACEHOLDER: "a placeholder is not filled in; replace what stands in brackets",
    Refusal.PERSONAL_DATA: "it carries personal data ({kinds}) that must not be sent here; leave it out",
    Refusal.UNKNOWN_LINK: "it has a link that is not the brand's own; use one whose domain is under allow_list in "
    "care.yaml",
    Refusal.UNKNOWN_CONTACT: "it names an e-mail address or a phone number that is not the brand's own; use one that "
    "is under allow_list in care.yaml",
    Refusal.LINK_IN_PUBLIC: "links are not sent in public on {channel}; leave the link out",
    Refusal.TOO_LONG: "the reply has {length} {unit}; {channel} takes {limit}",
    Refusal.PRIVATE_CASE: "the case is private, and the customer has not written in a private place; invite the "
    "customer to one: nothing of the case is said where others read it",
    Refusal.PERSON_HAS_SPOKEN: "a person has spoken, so the bot is silent",
    Refusal.BOT_SILENCED: "the customer asked the bot to stop",
    Refusal.CHANNEL_FORBIDS: "{objection}",
}


def unit_of(channel: ChannelRules) -> str:
    """What a network counts, in words."""
    return UNITS.get(channel.length_unit, "characters")


def in_words(
    refusals: Iterable[Refusal], leaving: Leaving, *, in_reply_to: str | None = None
) -> tuple[str, ...]:
    """One sentence for each refusal of the gate; ``in_reply_to`` is the post to answer by hand."""
    channel = leaving.channel
    kinds = sorted({finding.kind.replace("_", " ") for finding in leaving.findings})
    facts = {
        "kinds": ", ".join(kinds),
        "channel": channel.name,
        "length": f"{channel.measure(leaving.text):,}",
        "unit": unit_of(channel),
        "limit": f"{channel.max_length(leaving.visibility) or 0:,}",
        "objection": _objection(leaving, in_reply_to),
    }
    return tuple(SENTENCES[refusal].format(**facts) for refusal in refusals)


def _objection(leaving: Leaving, in_reply_to: str | None) -> str:
    objection, link = leaving.channel_objection or "", leaving.channel.by_hand_link
    if link is None or in_reply_to is None:
        return objection
    by_hand = link.format(message_id=quote(in_reply_to, safe=""), text=quote(leaving.text, safe=""))
    return f"{objection}; answer by hand: {by_hand}"

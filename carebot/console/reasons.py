"""The policy's reasons as somebody says them who never read the policy. What is not known here stays as it is.

The exact reason, with its figures and thresholds, stands on the page of the case.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from carebot.core.languages import language_name

_FOUND = {
    "card": "a card number",
    "email": "an e-mail address",
    "iban": "a bank account number",
    "ip": "an IP address",
    "phone": "a phone number",
    "address": "an address",
    "order number": "an order number",
}
_FLAGS = {
    "risk": "it may harm the brand",
    "reach": "many people follow this account",
    "safety": "somebody may get hurt",
    "press": "the press is asking",
    "legal": "it speaks of lawyers or courts",
    "boycott": "it calls for a boycott",
    "anger": "many are angry about this",
    "abuse": "it insults or threatens people",
    "security": "it tells of a security problem",
    "personal_data": "it tells of a leak of personal data",
}


def plainly(reason: str) -> str:
    """The reason in plain words."""
    for pattern, said in _SAID:
        reason = pattern.sub(said, reason)
    return reason


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _found(match: re.Match[str]) -> str:
    return f"it contains {_listed([_FOUND.get(name, f'a {name}') for name in match[1].split(', ')])}"


def _language(match: re.Match[str]) -> str:
    return f"it is in {match[1]}, which carebot does not read surely enough: people look first"


def _language_code(match: re.Match[str]) -> str:
    """As decisions said it that were taken before languages were named."""
    return f"it is in {language_name(match[1])}, which carebot does not read surely enough: people look first"


def _no_article_in(match: re.Match[str]) -> str:
    return f"the customer wrote in {match[1]}, and no article about this is in that language, so a person answers"


def _marketing(match: re.Match[str]) -> str:
    flags = [_FLAGS.get(name, name.replace("_", " ")) for name in match[1].split(", ")]
    return f"marketing should see it first ({_listed(flags)}), so a person answers"


def _may_need(match: re.Match[str]) -> str:
    return f"it may need this customer's own data ({match[1]} likely), so people look first"


def _rule(match: re.Match[str]) -> str:
    return f"the house rule “{match[1].replace('_', ' ')}” recognized it"


def _article(match: re.Match[str]) -> str:
    return f"the article “{match[1].replace('-', ' ')}”"


def _unsure(match: re.Match[str]) -> str:
    return f"carebot is only {float(match[1]):.0f}% sure that an article answers it, so a person does"


def _silently(match: re.Match[str]) -> str:
    because = f": {match[2]}" if match[2] else ""
    return f", so the {match[1]} team has it and the bot says nothing{because}"


_Said = str | Callable[[re.Match[str]], str]
_SAID: tuple[tuple[re.Pattern[str], _Said], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (
            r"^people look first, because it is in ([\w ]+), a language that is not read with confidence$",
            _language,
        ),
        (r"^people look first, because the language \((\w+)\) is not one that .*$", _language_code),
        (
            r"^the customer wrote in ([\w ]+), and no article in that language answers it: a person does$",
            _no_article_in,
        ),
        (
            r"^people look first, because its language could not be told",
            "its language is not clear: people look first",
        ),
        (r"^people look first, because it may need this customer's own data \((\d+%) likely\)$", _may_need),
        (r"^a person answers, because marketing looks first: ([\w, ]+)$", _marketing),
        (r"^no article answers it surely enough \(([\d.]+)%\): a person does", _unsure),
        (r"^no article answers it: a person does", "no article is about this, so a person answers"),
        (r"the text carries personal data \(([^)]+)\)", _found),
        (r"the rule (\w+) says so", _rule),
        (r"the article ([\w-]+)", _article),
        (r"^it belongs to a private case", "this customer's case is already private"),
        (
            r"; invited already, so (\w+) takes it",
            r", and the customer was asked to write in private: the \1 team has it",
        ),
        (
            r"; the customer is invited to a private place",
            ", so the customer is asked to write in private",
        ),
        (
            r"; the queue (\w+) has it; the customer gets one acknowledgement",
            r", so the \1 team has it, and the customer is told so",
        ),
        (r"; the queue (\w+) has it", r", so the \1 team has it"),
        (r"; to (\w+) without a word(?:, because (.+))?$", _silently),
    )
)

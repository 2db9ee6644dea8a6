"""How the demo looks, with outcomes made up here."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console

from carebot.core.assessment import Band
from carebot.core.decision import Action, Decision, ThresholdUse
from carebot.core.message import Author, IncomingMessage, PostKind, Visibility, Writer
from carebot.core.records import Outgoing, OutgoingState
from carebot.core.thresholds import Threshold
from carebot.core.tiers import Priority, Zone
from carebot.demo.show import Show, show_summary
from carebot.services.outcome import Outcome, Summary, Tally

AT = datetime(2026, 11, 16, 7, 4, tzinfo=UTC)
SECRETS = ("dana.whitcombe@example.com", "4111 1111 1111 1111", "555-0143", "PV-204977")
LONG = "the zip on the bag tore on day one and " * 9
TEXTS = (
    LONG,
    "アプリの表示を日本語に変えられますか？設定を探しましたが見つかりません。" * 4,
    "صباح الخير، كم ساعة يحتاج شحن البطارية بالكامل؟ " * 5,
    "🚲🔥👧👦🤷‍♀️" * 30,
    "x" * 300,
)
PRIVATE_USE = ThresholdUse(
    name="private", score=0.97, threshold=0.62, target=0.08, support=900, source="the model"
)
ANSWER_USE = ThresholdUse(
    name="answer", score=0.71, threshold=None, target=0.98, support=900, source="the model"
)


def message(
    text: str = "hello", *, direct: bool = False, writer: Writer = Writer.CUSTOMER
) -> IncomingMessage:
    return IncomingMessage(
        channel="x",
        account="Plumvelo",
        brand="Plumvelo",
        external_id="m1",
        author=Author(
            external_id="a", handle="a_handle_that_is_rather_long" * 4, writer=writer, followers=120_400
        ),
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        text=text,
        at=AT,
        post_kind=PostKind.REPLY,
    )


def decision(action: Action = Action.INVITE, band: Band = Band.PRIVATE) -> Decision:
    return Decision(
        band=band,
        zone=Zone.PRIVATE if band is Band.PRIVATE else Zone.PUBLIC,
        tier=2,
        queue="private",
        action=action,
        reason="it needs this customer's own data (97% sure); the customer is invited to a private place",
        rule="private_in_public",
        priority=Priority.URGENT,
        flag_reasons=frozenset({"reach", "risk", "legal"}),
        labels=frozenset({"outage"}),
        thresholds=(PRIVATE_USE, ANSWER_USE),
    )


def text(words: str, state: OutgoingState = OutgoingState.QUEUED, zone: Zone = Zone.PUBLIC) -> Outgoing:
    return Outgoing(
        id="o1",
        case_id="C-1003",
        message_id="m",
        channel="x",
        account="Plumvelo",
        zone=zone,
        text=words,
        language="en",
        origin="article:charge-battery",
        in_reply_to="m1",
        idempotency_key="k",
        created_at=AT,
        state=state,
    )


def outcome(shown: str = "hello", **changes: object) -> Outcome:
    usual = Outcome(message=message(), case_id="C-1003", decision=decision(), shown_text=shown)
    return replace(usual, **changes)  # type: ignore[arg-type]


def drawn(*moments: Outcome, width: int = 80, **options: object) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, **options)  # type: ignore[arg-type]
    show = Show(console, "Plumvelo", len(moments), time_zone=ZoneInfo("Europe/Amsterdam"))
    tally = Tally()
    show.begin()
    for moment in moments:
        tally.add(moment)
        show.message(moment)
    show.end(tally.summary(seconds=0.5))
    return out.getvalue()


def test_a_pipe_gets_plain_text_without_colours_or_boxes() -> None:
    page = drawn(outcome(texts=(text("Please send us a direct message."),)))
    assert "\x1b" not in page
    assert not set(page) & set("▌│┃╭╰━─")
    assert "> Please send us a direct message." in page


def test_no_color_leaves_no_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    page = drawn(outcome(texts=(text("Hi"),)), force_terminal=True)
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]", page)
    assert "▌" not in page


def test_a_terminal_gets_the_colour_of_the_band() -> None:
    page = drawn(outcome(), force_terminal=True, color_system="standard")
    assert "\x1b[1;97;45m INVITED " in page


def test_an_output_that_takes_ascii_only_gets_ascii() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    show = Show(Console(file=out, width=80), "Plumvelo", 1)
    show.message(outcome("アプリ → 🚲", texts=(text("café"),)))
    out.flush()
    assert b"-> INVITED - tier 2" in raw.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, terminal: bool) -> None:
    moments = [outcome(words, texts=(text(words), text(words, zone=Zone.PRIVATE))) for words in TEXTS]
    page = drawn(*moments, width=width, force_terminal=terminal, no_color=True)
    bare = page.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "").replace("\x1b[7m", "")
    assert "\x1b" not in bare
    assert max(cell_len(line) for line in bare.splitlines()) <= width


def test_the_message_is_shown_as_a_viewer_without_rights_may_see_it() -> None:
    original = message(f"mail me at {SECRETS[0]}, card {SECRETS[1]}, call {SECRETS[2]}, order {SECRETS[3]}")
    shown = "mail me at <EMAIL>, card <CARD>, call <PHONE>, order <ORDER_NUMBER>"
    page = drawn(outcome(shown, message=original, entity_kinds=("card", "email")))
    assert not [secret for secret in SECRETS if secret in page]
    assert "<EMAIL>" in page


def test_a_message_says_when_where_what_why_and_what_would_be_said() -> None:
    page = drawn(outcome("twice this month", texts=(text("Please write to us."),)))
    assert "08:04  PUBLIC  X" in page
    assert "120,400 followers" in page or "a_handle_that" in page
    assert "→ INVITED · tier 2 · zone private · queue private · urgent · case C-1003" in page
    assert "flagged legal · flagged reach · flagged risk · outage" in page
    assert "because it needs this customer's own data (97% sure)" in page
    assert "rule private_in_public · private 97%, needed 62%" in page
    assert "PUBLIC, automatic (article charge-battery)" in page


def test_a_score_that_nothing_is_enough_for_says_so() -> None:
    page = drawn(outcome(decision=decision(Action.HAND_OFF, Band.CLEAR)))
    assert "answer 71%, and none is enough yet" in " ".join(page.split())


def test_a_comparison_that_decided_nothing_is_left_out() -> None:
    page = drawn(outcome(decision=decision(Action.HOLD, Band.DOUBT)))
    assert "needed" not in page


@pytest.mark.parametrize(
    ("action", "word"),
    [
        (Action.ANSWER, "ANSWERED"),
        (Action.SUGGEST, "SUGGESTED"),
        (Action.INVITE, "INVITED"),
        (Action.HAND_OFF, "HANDED OFF"),
        (Action.HOLD, "HELD"),
        (Action.ASK_DETAIL, "ASKED"),
        (Action.NO_CASE, "NOTHING TO DO"),
    ],
)
def test_every_action_has_a_word(action: Action, word: str) -> None:
    assert f"→ {word}" in drawn(outcome(decision=decision(action, Band.CLEAR)))


def test_a_suggestion_says_that_an_agent_gets_it() -> None:
    page = drawn(outcome(texts=(text("Four hours.", OutgoingState.SUGGESTED, Zone.DIRECT),)))
    assert "DIRECT, offered to the agent" in page


def test_an_agents_own_message_says_that_the_bot_is_silent_and_what_was_kept_back() -> None:
    page = drawn(outcome(message=message(writer=Writer.AGENT), decision=None, held=1))
    assert "→ SENT BY HAND · case C-1003" in page
    assert "1 automatic text that was waiting is kept back" in page


def test_a_message_that_came_before_says_so() -> None:
    assert "SEEN BEFORE" in drawn(outcome("", decision=None, case_id=None, is_duplicate=True))


def test_a_customer_cannot_steer_the_terminal() -> None:
    page = drawn(outcome("a\x1b[31mred\x07 \u202edrow [bold]x[/bold]\r\nnext"))
    assert "\x1b" not in page
    assert "\x07" not in page
    assert "\u202e" not in page
    assert "[bold]x[/bold] next" in page


def test_an_image_without_words_is_named() -> None:
    assert "[an image]" in drawn(outcome("", message=replace(message(), has_unread_media=True)))


def test_handles_can_be_left_out() -> None:
    out = io.StringIO()
    Show(Console(file=out, width=80), "Plumvelo", 1, handles=False).message(outcome())
    assert "@" not in out.getvalue()


def summarised(summary: Summary) -> str:
    out = io.StringIO()
    show_summary(Console(file=out, width=80), summary)
    return out.getvalue()


def test_the_summary_says_that_no_personal_data_would_go_out() -> None:
    page = summarised(Summary(messages=9, personal_data=3, personal_data_in_public=2))
    assert "3 messages carry personal data, 2 of them where anybody can read it" in page
    assert "none of it" in page


def test_the_summary_does_not_say_so_when_some_would() -> None:
    page = summarised(Summary(messages=9, personal_data=3, leaks=1))
    assert "none of it" not in page
    assert "personal data of the message stands in 1 text that would go out" in page.replace("\n", " ")


def test_the_summary_counts_right_and_wrong_articles() -> None:
    page = summarised(Summary(messages=9, article_expected=5, article_right=3, article_wrong=1))
    assert "Of 5 messages that an article answers, 3 got it, 1 got another one" in page.replace("\n", " ")
    assert "and 1 went to people" in page.replace("\n", " ")


def test_the_summary_of_one_message_is_in_the_singular() -> None:
    page = summarised(Summary(messages=1, personal_data=1, personal_data_in_public=1, texts_held=1))
    assert "1 message carries personal data, where anybody can read it" in page
    assert "Kept back  1  automatic text that was waiting when a person came" in page


def test_the_summary_says_why_no_answer_was_automatic() -> None:
    out = io.StringIO()
    none = Threshold(name="answer", value=None, target=0.98, support=900, source="the model")
    show_summary(Console(file=out, width=80), Summary(messages=1), answer=none)
    assert "No answer was automatic: the evidence never reaches the target of 98 %." in out.getvalue()
    assert "No answer" not in summarised(Summary(messages=1))


def test_a_fixed_text_is_named_in_words() -> None:
    assert "automatic (invitation exposed)" in drawn(
        outcome(texts=(replace(text("Hi"), origin="invitation_exposed"),))
    )


def test_a_summary_of_nothing_is_short() -> None:
    assert len(summarised(Summary()).strip().splitlines()) <= 2

"""What a visitor does on the demo's page, and what each of the four panes shows then."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.panes import PERSON, QUESTION, Visitors, card
from tests.browser.watching import WHILE_DOWN

CARD = "4111 1111 1111 1111"
AUTOMATED = "(Automated reply)"


def test_a_question_is_answered_in_the_square_and_the_line_says_why(visit: Visitors) -> None:
    one = visit()
    one.post(QUESTION)

    expect(one.thread(QUESTION)).to_contain_text(AUTOMATED)
    expect(one.line(f"@{one.who}")).to_contain_text("Answered: the article")
    expect(one.desk.locator(f"#cards-waiting #card-{one.case()}")).to_have_count(0)  # nobody has to act
    one.watched.shot("demo-question")


def test_whoever_was_charged_twice_is_invited_and_the_case_waits_in_the_private_pane(visit: Visitors) -> None:
    one = visit()
    text = "you charged me twice this month, I want my money back"
    one.post(text)

    expect(one.thread(text)).to_contain_text("send us a direct message")
    case = one.case()
    expect(card(one.private, case).locator(".chip.zone")).to_have_text("private")
    expect(card(one.desk, case)).to_have_count(0)
    one.watched.shot("demo-charged-twice")


def test_a_card_number_vanishes_everywhere_and_opens_with_a_reason_that_is_recorded(visit: Visitors) -> None:
    one = visit()
    one.post(f"my renewal was declined. My card is {CARD}, just run it please")
    thread = one.square.locator(".thread").filter(has_text=one.who)
    expect(thread).to_contain_text("Hidden by @plumvelo")
    expect(one.line(f"@{one.who}")).to_contain_text("Private")
    case = one.case()
    found = card(one.private, case)
    expect(found).to_be_visible()
    for frame in one.page.frames:
        assert CARD not in frame.locator("body").inner_text()
    one.watched.shot("demo-card-number-sealed")

    # Folded while the customer has not come, unless the page unfolded it for its visitor.
    found.locator("details.talk").evaluate("(talk) => { talk.open = true; }")
    found.get_by_role("button", name="Open the").first.click()
    found.get_by_label("Why do you open it?").fill("to refund the right payment")
    one.page.keyboard.press("Enter")
    expect(found.locator(".opened").first).to_contain_text(CARD)
    one.watched.shot("demo-card-number-open")
    found.get_by_role("link", name=case).first.click()
    expect(one.private.locator(".timeline")).to_contain_text("to refund the right payment")
    one.watched.shot("demo-case")


def test_a_furious_post_with_reach_comes_to_marketing_who_holds_it_and_lets_it_go(visit: Visitors) -> None:
    one = visit()
    one.try_example("Furious")

    found = card(one.marketing, one.case())
    expect(found).to_contain_text("80,000 followers")
    found.get_by_role("button", name="Hold 2 hours").click()
    expect(found).to_contain_text("Nothing of ours is said in public here")
    one.watched.shot("demo-held")
    found.get_by_role("button", name="Let go").click()
    expect(found).to_contain_text("What was held may leave again")
    expect(found.get_by_role("button", name="Hold 2 hours")).to_be_visible()


def test_who_asks_for_a_person_comes_to_the_desk_and_once_claimed_the_bot_is_silent(visit: Visitors) -> None:
    one = visit()
    one.try_example("A person, please")
    found = card(one.desk, one.case())
    found.get_by_role("button", name="Claim").click()
    expect(found).to_contain_text("It is yours: the bot is silent")
    expect(found.locator(".holder")).to_have_text("with you")
    theirs = one.square.locator("#talk .bubble.theirs")
    expect(theirs).to_have_count(1)  # the acknowledgement, sent before anybody came

    one.tell(QUESTION)
    one.case(2)
    expect(found).to_contain_text(QUESTION)
    visit.demo.until(lambda state: state["counters"]["isSettled"])
    expect(theirs).to_have_count(1)
    one.watched.shot("demo-claimed")


def test_a_reply_from_the_desk_is_previewed_and_then_stands_in_the_square(visit: Visitors) -> None:
    one = visit()
    one.post(PERSON)
    found = card(one.desk, one.case())
    found.get_by_role("button", name="Reply").click()
    found.get_by_label("Your reply").fill("Good morning, this is Sanne. What can I do?")
    found.get_by_role("button", name="Preview").click()
    expect(found.locator(".preview")).to_contain_text("PUBLIC")
    one.watched.shot("demo-preview")
    found.get_by_role("button", name="Send PUBLIC").click()

    expect(found).to_contain_text("Your reply is on its way")
    thread = one.square.locator(".thread").filter(has_text=one.who)
    expect(thread).to_contain_text("this is Sanne")
    expect(one.line("Sanne answered")).to_be_attached()


def test_an_answer_from_the_brands_own_phone_is_noticed_by_the_case(visit: Visitors) -> None:
    one = visit()
    one.post(PERSON)
    case = one.case()
    one.square.locator("#phone").click()
    thread = one.square.locator(".thread").filter(has_text=one.who)
    thread.get_by_role("button", name="Reply", exact=True).first.click()
    thread.locator("textarea").fill("Hello, the owner here. Call me, please.")
    one.watched.shot("demo-brands-phone")
    thread.get_by_role("button", name="Reply", exact=True).last.click()
    expect(thread).to_contain_text("the owner here")

    expect(one.line(f"A person answered {case} from the square itself")).to_be_attached()
    expect(card(one.desk, case)).to_contain_text("answered by hand")
    one.square.locator("#phone").click()
    one.post(QUESTION)  # the same customer, who is with a person now
    one.case(2)
    visit.demo.until(lambda state: state["counters"]["isSettled"])
    expect(thread.filter(has_text=AUTOMATED)).to_have_count(0)


def test_a_bot_that_is_off_says_nothing_until_it_is_on_again(visit: Visitors) -> None:
    one, other = visit(), visit()
    switch = one.page.locator("#bot")
    switch.click()
    try:
        expect(switch).to_have_text("Bot off")
        one.post(QUESTION)
        expect(card(one.desk, one.case())).to_be_visible()
        expect(one.desk.locator(".bot.stopped")).to_be_visible()
        visit.demo.until(lambda state: state["counters"]["isSettled"])
        thread = one.square.locator(".thread").filter(has_text=one.who)
        expect(thread.locator(".post")).to_have_count(1)
        one.watched.shot("demo-bot-off")
    finally:
        switch.click()
        expect(switch).to_have_text("Bot on")
    other.post(QUESTION)
    expect(other.square.locator(".thread").filter(has_text=other.who)).to_contain_text(AUTOMATED)


def test_the_plug_is_pulled_and_the_counters_show_nothing_lost_and_nothing_doubled(visit: Visitors) -> None:
    one = visit()
    one.watched.expects = [WHILE_DOWN]
    one.page.get_by_role("button", name="Pull the plug").click()
    expect(one.page.locator('[data-stage="restarting"].is-now')).to_be_visible()
    one.watched.shot("demo-plug-pulled")

    expect(one.page.locator('[data-stage="right"].is-done')).to_be_visible(timeout=90_000)
    one.watched.shot("demo-plug-right")
    expect(one.page.locator("#c-pulled")).to_have_text("1")
    expect(one.page.locator("#c-lost")).to_have_text("0")
    expect(one.page.locator("#c-doubled")).to_have_text("0")
    for pane in (one.desk, one.private, one.marketing):
        expect(pane.locator("#down")).to_be_hidden()  # each page is back by itself
    one.page.get_by_role("button", name="Close", exact=True).click()
    one.post(QUESTION)
    expect(one.square.locator(".thread").filter(has_text=one.who)).to_contain_text(AUTOMATED)

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers


def finding(kind: EntityKind, start: int, end: int) -> Finding:
    return Finding(kind=kind, start=start, end=end, recognizer="test")


def test_each_finding_is_replaced_by_the_name_of_its_kind() -> None:
    text = "order 123456 for jo@example.com"
    findings = (finding(EntityKind.ORDER_NUMBER, 6, 12), finding(EntityKind.EMAIL, 17, 31))
    assert mask(text, findings) == "order <ORDER_NUMBER> for <EMAIL>"


def test_a_text_without_findings_stays_as_it_is() -> None:
    assert mask("hello", ()) == "hello"


def test_the_order_of_the_findings_does_not_matter() -> None:
    findings = (finding(EntityKind.PHONE, 4, 6), finding(EntityKind.CARD, 0, 2))
    assert mask("11, 22", findings) == "<CARD>, <PHONE>"


def test_a_finding_may_be_the_whole_text() -> None:
    assert mask("jo@example.com", (finding(EntityKind.EMAIL, 0, 14),)) == "<EMAIL>"


def test_places_are_counted_in_code_points() -> None:
    text = "👩‍👩‍👧 wrote: jo@example.com 🎉"
    assert mask(text, Recognizers().find(text)) == "👩‍👩‍👧 wrote: <EMAIL> 🎉"


def test_every_kind_has_a_mask_of_its_own() -> None:
    masks = {mask("x", (finding(kind, 0, 1),)) for kind in EntityKind}
    assert len(masks) == len(EntityKind)

"""``carebot demo`` as a visitor meets it: one address, four panes, a question, the plug, and nothing left behind."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_demo import PATIENCE, Demo, running_demo

QUESTION = "@plumvelo how long does the battery take to charge?"
CARD = "4111 1111 1111 1111"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("temporary")) as running:
        yield running


def test_each_pane_is_there_and_signed_in_as_somebody_else(demo: Demo) -> None:
    assert "you are a customer" in demo.http.get("/").text
    assert "Town square" in demo.http.get("/square/").text
    for path, person in (
        ("/agent/desk", "sanne"),
        ("/helpdesk/private", "wim"),
        ("/marketing/review", "joao"),
    ):
        page = demo.http.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200, page.text
        assert person in page.text
        assert f'"{path.rpartition("/")[0]}/' in page.text  # its links stay in its pane
        assert "set-cookie" not in page.headers


def test_a_question_is_answered_and_the_line_says_why(demo: Demo) -> None:
    before = demo.until(lambda state: state["counters"])["counters"]["replies"]
    demo.write(QUESTION)
    demo.until(lambda state: state["counters"]["replies"] > before)
    with demo.http.stream("GET", "/demo/events") as stream:
        news = next(line for line in stream.iter_lines() if '"went": "answered"' in line)
    assert '"who": "visitor"' in news
    assert "charge battery" in news


def test_a_card_number_in_public_vanishes_from_the_square_and_the_line(demo: Demo) -> None:
    demo.write(f"@plumvelo my card is {CARD}, just run it please", who="careless_kees")
    deadline = time.monotonic() + PATIENCE
    while CARD in demo.http.get("/square/api/v1/timeline").text:
        assert time.monotonic() < deadline, "the post was never hidden"
        time.sleep(0.1)
    with demo.http.stream("GET", "/demo/events") as stream:
        for line in stream.iter_lines():
            assert CARD not in line
            if '"who": "careless_kees"' in line:
                assert '"zone": "private"' in line
                break


def test_whoever_signs_out_in_a_pane_is_signed_in_again(demo: Demo) -> None:
    left = demo.http.post("/agent/sign-out", headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True)
    assert left.status_code == 200
    assert "sanne" in left.text


def test_the_plug_is_pulled_in_the_middle_of_a_reply_and_nothing_is_lost_or_doubled(demo: Demo) -> None:
    assert demo.http.post("/demo/plug").status_code == 200
    state = demo.until(lambda state: state["plug"]["stage"] in ("right", "wrong", "failed"))
    assert state["plug"] == {"stage": "right", "pulled": 1, "inTheMiddle": True}
    counters = state["counters"]
    assert counters["messages"] == counters["takenIn"] == counters["decided"] >= 2
    assert counters["repliesDecided"] == counters["replies"]
    assert (counters["lost"], counters["doubled"], counters["afterPerson"], counters["inPublic"]) == (
        0,
        0,
        0,
        0,
    )


def test_a_page_of_another_site_cannot_press_a_button(demo: Demo) -> None:
    for there in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}):
        assert demo.http.post("/demo/plug", headers=there).status_code == 403
        assert demo.http.post("/agent/sign-out", headers=there).status_code == 403
    assert demo.http.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_at_the_end_nothing_is_left_behind(demo: Demo) -> None:
    children = [int(pid) for pid in _children(demo.process.pid)]
    assert children or not sys.platform.startswith("linux")
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(timeout=30) == 0
    assert not demo.folder.exists()
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _children(pid: int) -> list[str]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return file.read_text().split() if file.exists() else []
